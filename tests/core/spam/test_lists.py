"""Lists of hosts and addresses, in the forms in which they are published."""

from __future__ import annotations

import time

import pytest
from answerback.core.spam.lists import MOST_ENTRIES, looked_up, networks_of, read_list


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("pills.example", "pills.example"),
        ("  WWW.Pills.Example.  # bad", "pills.example"),
        ("*.pills.example", "pills.example"),
        ("0.0.0.0 pills.example", "pills.example"),
        ("||pills.example^$third-party", "pills.example"),
        ("https://pills.example/buy?x=1", "pills.example"),
        ('"pills.example",12,"2026-01-01"', "pills.example"),
        ("203.0.113.7", "203.0.113.7/32"),
        ("203.0.113.0/24 ; SBL1", "203.0.113.0/24"),
        ("2001:db8:1::/48", "2001:db8:1::/48"),
    ],
)
def test_a_line_is_read(line: str, value: str) -> None:
    assert read_list(line).values == (value,)
    assert read_list(line).unread == 0


def test_what_is_no_value_is_counted() -> None:
    read = read_list("# a list\n\n! another remark\nnot a host\n203.0.113.0/25\npills.example\npills.example\n")
    assert (read.values, read.unread) == (("pills.example",), 2)


def test_a_list_has_its_limit() -> None:
    with pytest.raises(ValueError, match="at most 100,000"):
        read_list("\n".join(f"h{number}.example" for number in range(MOST_ENTRIES + 1)))


def test_long_lines_are_fast() -> None:
    started = time.process_time()
    assert read_list(f"||{'a' * 200_000}/ b\n0.0.0.0{' ' * 200_000}a b").unread == 2
    assert time.process_time() - started < 1


def test_what_is_looked_up_includes_larger_parts() -> None:
    assert looked_up(["a.b.pills.example"], "") == ["a.b.pills.example", "b.pills.example", "pills.example"]
    assert networks_of("203.0.113.7") == ["203.0.113.7/32", "203.0.113.0/24", "203.0.0.0/16", "203.0.0.0/8"]
    assert "2001:db8:1::/48" in networks_of("2001:db8:1:2::3")
    assert networks_of("::ffff:203.0.113.7")[0] == "203.0.113.7/32"
    assert networks_of("nonsense") == []
