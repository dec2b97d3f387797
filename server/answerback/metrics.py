"""What has been counted since the start, for Prometheus."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Histogram:
    """How long something took, in seconds, by buckets."""

    def __init__(self) -> None:
        self._counts = [0] * (len(BUCKETS) + 1)
        self._sum = 0.0

    def add(self, seconds: float) -> None:
        """One more."""
        self._counts[bisect_left(BUCKETS, seconds)] += 1
        self._sum += seconds

    def lines(self, name: str) -> Iterator[str]:
        """In Prometheus' text format."""
        total = 0
        for edge, count in zip((*map(str, BUCKETS), "+Inf"), self._counts, strict=True):
            total += count
            yield f'{name}_bucket{{le="{edge}"}} {total}'
        yield f"{name}_sum {self._sum:.6f}"
        yield f"{name}_count {total}"


class Metrics:
    """The counts of one process."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, int]] = Counter()
        """By route and status."""
        self.answers: Counter[str] = Counter()
        """By the state in which they settled."""
        self.tokens: Counter[str] = Counter()
        """`in` and `out`, as providers have counted."""
        self.microusd = 0
        self.writes = Histogram()

    def answered(self, state: str, tokens_in: int, tokens_out: int, microusd: int | None) -> None:
        """An answer has settled."""
        self.answers[state] += 1
        self.tokens["in"] += tokens_in
        self.tokens["out"] += tokens_out
        self.microusd += microusd or 0

    def text(self, gauges: Mapping[str, tuple[str, Mapping[str, float] | float]]) -> str:
        """Everything in Prometheus' text format; `gauges` are what is so at this moment: help, and a value or values by
        state."""
        return "\n".join([*self._counted(), *_gauged(gauges), ""])

    def _counted(self) -> Iterator[str]:
        yield from _head("answerback_requests_total", "counter", "HTTP requests by route and status.")
        for (route, status), count in sorted(self.requests.items()):
            yield f'answerback_requests_total{{route="{route}",status="{status}"}} {count}'
        yield from _head("answerback_answers_total", "counter", "Answers by the state in which they settled.")
        for state, count in sorted(self.answers.items()):
            yield f'answerback_answers_total{{state="{state}"}} {count}'
        yield from _head("answerback_tokens_total", "counter", "Tokens of providers, in and out.")
        for direction, count in sorted(self.tokens.items()):
            yield f'answerback_tokens_total{{direction="{direction}"}} {count}'
        yield from _head("answerback_cost_usd_total", "counter", "What answers have cost, where prices are known.")
        yield f"answerback_cost_usd_total {self.microusd / 1_000_000:.6f}"
        yield from _head("answerback_write_seconds", "histogram", "From asking for a write until it is on disk.")
        yield from self.writes.lines("answerback_write_seconds")


def _head(name: str, kind: str, help: str) -> tuple[str, str]:
    return f"# HELP {name} {help}", f"# TYPE {name} {kind}"


def _gauged(gauges: Mapping[str, tuple[str, Mapping[str, float] | float]]) -> Iterator[str]:
    for name, (help, value) in gauges.items():
        yield from _head(name, "gauge", help)
        if isinstance(value, Mapping):
            for state, part in sorted(value.items()):
                yield f'{name}{{state="{state}"}} {part:.10g}'
        else:
            yield f"{name} {value:.10g}"
