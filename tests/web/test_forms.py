"""Forms of our own pages: how they are read, and how they come back with what is wrong."""

from __future__ import annotations

import pytest
from answerback.errors import BadRequest, Conflict
from answerback.web.forms import FIELDS_LIMIT, read_form, refused


def test_a_name_that_comes_several_times_has_all_its_values() -> None:
    form = read_form(b"id=a&id=b&note=%EA%B8%80+words&empty=")
    assert form.all("id") == ["a", "b"]
    assert dict(form) == {"id": "a", "note": "글 words", "empty": ""}
    assert form.all("nothing") == []


def test_no_field_holds_a_nul() -> None:
    assert read_form(b"q=a%00b")["q"] == "ab"


@pytest.mark.parametrize("body", [b"q=%ff", b"\xff", b"&".join(b"a=%d" % number for number in range(FIELDS_LIMIT + 1))])
def test_a_form_that_cannot_be_read_is_refused(body: bytes) -> None:
    with pytest.raises(BadRequest, match="cannot be read"):
        read_form(body)


def test_an_error_stands_beside_the_field_it_names() -> None:
    form = {"body": "  ", "note": "why"}
    shown = refused(form, BadRequest("validation_failed", "body: must not be empty."))
    assert (shown.values, shown.errors, shown.problem) == (form, {"body": "Must not be empty."}, "")
    assert refused(form, BadRequest("validation_failed", "body: no."), "아니요.").errors == {"body": "아니요."}


def test_an_error_of_a_known_code_stands_beside_its_field() -> None:
    assert refused({"email": "a", "password": ""}, Conflict("email_taken"), "Taken.").errors == {"email": "Taken."}
    assert refused({"email": "a", "password": ""}, BadRequest("password_weak"), "Weak.").errors == {"password": "Weak."}


def test_an_error_of_no_field_in_the_form_stands_above_it() -> None:
    for error in (Conflict("answer_running"), BadRequest("validation_failed", "origin: is not one.")):
        shown = refused({"body": "x"}, error)
        assert (shown.errors, shown.problem) == ({}, error.detail)
