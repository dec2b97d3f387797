"""What is measured, how contenders take turns, and how a figure is written down."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from .contenders import cpu_seconds, load

T = TypeVar("T")
Contest = dict[str, Callable[[], T]]
JSON_FIELDS = "Content-Type: application/json\r\n"


@dataclass(slots=True)
class Row:
    """One figure: the median of its rounds, beside what it is compared with, and whether that is enough."""

    section: str
    what: str
    unit: str
    rounds: list[float]
    beside: dict[str, float] = field(default_factory=dict)
    wanted: str = ""
    holds: bool | None = None
    note: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.rounds)

    def public(self) -> dict[str, Any]:
        """As it is written to the JSON file."""
        return {
            "section": self.section, "what": self.what, "unit": self.unit, "median": self.median, "rounds": self.rounds,
            "beside": self.beside, "wanted": self.wanted, "holds": self.holds, "note": self.note,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rate:
    """What one round of requests has shown: requests a second, and the server's own CPU for each."""

    per_second: float
    cpu_us: float


def in_turns(rounds: int, contest: Contest[T]) -> dict[str, list[T]]:
    """Every contender once in each round, the first one changing from round to round."""
    results: dict[str, list[T]] = {name: [] for name in contest}
    for number in range(rounds):
        names = list(contest)
        for name in names[number % len(names) :] + names[: number % len(names)]:
            results[name].append(contest[name]())
    return results


def rated(section: str, what: str, unit: str, results: dict[str, list[Rate]]) -> tuple[Row, Row]:
    """Two rows, ours beside the others: how many a second, and the CPU of each."""
    rates = {name: [rate.per_second for rate in rounds] for name, rounds in results.items()}
    costs = {name: [rate.cpu_us for rate in rounds] for name, rounds in results.items()}
    return (
        Row(section, what, f"{unit}/s", rates["ours"], medians(rates)),
        Row(section, f"{what}: CPU of each", "µs", costs["ours"], medians(costs)),
    )


def medians(results: dict[str, list[float]]) -> dict[str, float]:
    """The medians of all but ours."""
    return {name: statistics.median(rounds) for name, rounds in results.items() if name != "ours"}


def head(method: str, path: str, port: int, fields: str = "") -> str:
    """A request's head, without its empty line."""
    return f"{method} {path} HTTP/1.1\r\nHost: localhost:{port}\r\n{fields}"


def hammer(pid: int, port: int, heads: list[str], seconds: float, status: int, body: str = "") -> Rate:
    """A closed loop on a connection for each head; every response must have that status."""
    before = cpu_seconds(pid)
    job = {"kind": "requests", "port": port, "connections": heads, "body": body, "seconds": seconds}
    done = load(job)
    assert set(done["statuses"]) == {str(status)}, done
    return Rate(done["done"] / done["seconds"], (cpu_seconds(pid) - before) / done["done"] * 1e6)
