"""Forms of our pages: their values, and redisplay with errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from ..errors import AppError, BadRequest

FIELDS_LIMIT = 120


class Form(Mapping[str, str]):
    """The submitted fields by their first value; `all` returns all values of a repeated name."""

    def __init__(self, fields: Mapping[str, Sequence[str]] | None = None) -> None:
        self._fields = fields or {}

    def __getitem__(self, name: str) -> str:
        return self._fields[name][0]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def all(self, name: str) -> list[str]:
        """All values of a name, such as a list's ticked checkboxes."""
        return list(self._fields.get(name, ()))


def read_form(body: bytes) -> Form:
    """Parses a URL-encoded form. Raises BadRequest."""
    try:
        fields = parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=FIELDS_LIMIT, errors="strict")
    except ValueError:
        raise BadRequest("validation_failed", "The form cannot be read.") from None
    return Form({name: [value.replace("\x00", "") for value in values] for name, values in fields.items()})


@dataclass(frozen=True, slots=True)
class BoundForm:
    """A form to display: the values of its fields, and the error beside each."""

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    """Errors of the form as a whole."""


EMPTY = BoundForm()
FIELDS: Mapping[str, str] = {"password_weak": "password", "email_taken": "email"}
"""The field that an error concerns, if its code implies one."""


def refused(form: Mapping[str, str], error: AppError, words: str = "") -> BoundForm:
    """The form as it was submitted, with an error beside the field it concerns (`body: must not be empty.`), or on top.
    `words` is the error in the reader's language."""
    name, colon, text = error.detail.partition(": ")
    if not colon or name not in form:
        name, text = FIELDS.get(error.code, ""), error.detail
    if name not in form:
        return BoundForm(form, problem=words or error.detail)
    return BoundForm(form, {name: words or text[:1].upper() + text[1:]})
