"""Hosts and addresses are written as browsers, resolvers and mail servers write them."""

from __future__ import annotations

import pytest
from answerback.accounts.sign_in.flow.return_urls import way_back
from answerback.core.emails import read_email
from answerback.core.hosts import ascii_host, normal_origin
from answerback.errors import BadRequest

NAMES = {
    "glaß.example": "xn--gla-7ka.example", "faς.example": "xn--fa-tbc.example", "서울.example": "xn--2i4bq6h.example",
    "ｅxample.com": "example.com", "Bücher.example": "xn--bcher-kva.example", "Plain.Example": "plain.example",
}  # fmt: skip


@pytest.mark.parametrize(("name", "ascii"), NAMES.items())
def test_hosts_are_normalised_as_browsers_do(name: str, ascii: str) -> None:
    assert ascii_host(name) == ascii
    assert normal_origin(f"https://{name}") == f"https://{ascii}"
    assert read_email(f"mina@{name}") == f"mina@{ascii}"


@pytest.mark.parametrize(
    "address",
    ["https://glaß.example/", "https://glass.example./", "https://glass.example:443/", "https://GLASS.example/",
     "https://gla\u200dss.example/", "https://gl\u00adass.example/", "https://ｇlass.example/"],
)  # fmt: skip
def test_odd_hosts_are_no_return_addresses(address: str) -> None:
    assert way_back("https://glass.example/a?b#c", "https://glass.example") == "https://glass.example/a?b"
    with pytest.raises(BadRequest):
        way_back(address, "https://glass.example")


@pytest.mark.parametrize(
    "email", ["a@x..com", "a@.x.com", "a@-x.com", "a@x.com.", "a@xn--.com\u200b", "a@x", "a@@x.com"]
)
def test_impossible_mail_hosts_are_refused(email: str) -> None:
    with pytest.raises(BadRequest):
        read_email(email)
