"""Prometheus metrics, aggregated over all workers.

Workers share their counts in files of the folder that `PROMETHEUS_MULTIPROC_DIR` names; prometheus-client reads that
variable on import.
"""

from __future__ import annotations

import os
from bisect import bisect_left

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
SLOW = (0.5, 1, 2, 3, 5, 8, 13, 20, 30, 60, 120, 300, 900)

disable_created_metrics()


class Metrics:
    """The metrics of one process. Labels hold only values from the code and the settings, never from a visitor's
    request."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = self._counter("requests", "HTTP requests by route and status.", "route", "status")
        self._latency = self._histogram("request_seconds", "Until a response begins, by route.", FAST, "route")
        self._served: dict[tuple[str, int], list[float]] = {}
        """By route and status: the sum of seconds, then the count of each bucket, since the last `flush`."""
        self._waited: dict[str, list[float]] = {}
        self._wrote = [0.0] * (len(FAST) + 2)
        self._answers = self._counter("answers", "Answers by the state in which they settled.", "state")
        self._tokens = self._counter("tokens", "Tokens of providers, in and out.", "direction")
        self._cost = self._counter("cost_usd", "What answers have cost, where prices are known.")
        self._first_token = self._histogram("answer_first_token_seconds", "From the question to the first word.", SLOW)
        self._whole = self._histogram("answer_seconds", "From the question to the end of its answer.", SLOW)
        self._calls = self._counter("provider_calls", "Calls of providers by outcome and HTTP status.",
                                    "outcome", "status")  # fmt: skip
        self._agents = self._counter("agent_calls", "Searches and questions of programs.", "via", "call")
        self._breakers = self._gauge("breaker_open", "Whether a model is left alone after failures.", "livemax",
                                     "model")  # fmt: skip
        self._waits = self._histogram("database_wait_seconds", "Waiting for a connection.", FAST, "kind")
        self._writes = self._histogram("write_seconds", "From asking for a write until it is on disk.", FAST)
        self._failures = self._counter("database_errors", "Reads and writes that the database refused.", "kind")
        self._carriers = self._gauge("bus_up", "Whether live events go by this way.", "livemin", "carrier")
        self._bus_failures = self._counter("bus_errors", "What the bus of live events has failed at.", "part")
        self.loop_lag = self._histogram("loop_lag_seconds", "How late the event loop is.", FAST)
        self.streams = self._gauge("streams", "Open event streams.", "livesum")
        self.running = self._gauge("answers_running", "Answers being written.", "livesum")
        self.memory = self._gauge("memory_bytes", "Resident memory.", "livesum")
        self.cpu = self._counter("cpu_seconds", "CPU time.")
        for kind in ("read", "write"):
            self._failures.labels(kind)

    def _counter(self, name: str, help: str, *labels: str) -> Counter:
        return Counter(f"answerback_{name}", help, labels, registry=self._registry)

    def _histogram(self, name: str, help: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"answerback_{name}", help, labels, buckets=buckets, registry=self._registry)

    def _gauge(self, name: str, help: str, mode: str, *labels: str) -> Gauge:
        return Gauge(f"answerback_{name}", help, labels, registry=self._registry, multiprocess_mode=mode)  # type: ignore[arg-type]  # one of its literals

    def served(self, route: str, status: int, seconds: float) -> None:
        """Counts a request that was answered; `route` is a template such as `/api/comments/{id}`."""
        counts = self._served.get((route, status))
        if counts is None:
            counts = self._served[route, status] = [0.0] * (len(FAST) + 2)
        _count(counts, seconds)

    def waited(self, kind: str, seconds: float) -> None:
        """Records how long a read or a write waited for its turn."""
        counts = self._waited.get(kind)
        if counts is None:
            counts = self._waited[kind] = [0.0] * (len(FAST) + 2)
        _count(counts, seconds)

    def wrote(self, seconds: float) -> None:
        """Records a committed write."""
        _count(self._wrote, seconds)

    def flush(self) -> None:
        """Passes frequent observations to prometheus-client in batches; one at a time, it would cost each thread read 5
        % of its time."""
        for (route, status), counts in self._served.items():
            if count := sum(counts[1:]):
                self._requests.labels(route, str(status)).inc(count)
                _hand_over(counts, self._latency.labels(route))
        for kind, counts in self._waited.items():
            _hand_over(counts, self._waits.labels(kind))
        _hand_over(self._wrote, self._writes)

    def answered(self, state: str, tokens_in: int, tokens_out: int, microusd: int | None) -> None:
        """Counts a settled answer."""
        self._answers.labels(state).inc()
        self._tokens.labels("in").inc(tokens_in)
        self._tokens.labels("out").inc(tokens_out)
        self._cost.inc((microusd or 0) / 1_000_000)

    def answer_took(self, first_token: float | None, whole: float) -> None:
        """Records how long somebody waited for an answer, in seconds."""
        if first_token is not None:
            self._first_token.observe(max(0, first_token))
        self._whole.observe(max(0, whole))

    def provider_called(self, outcome: str, status: int | None) -> None:
        """Counts a finished provider call: `ok`, `stopped`, or its error code, with the HTTP status, if any."""
        self._calls.labels(outcome, str(status or "none")).inc()

    def agent_called(self, via: str, call: str) -> None:
        """Counts an agent's search or question, by protocol: `mcp` or `nlweb`."""
        self._agents.labels(via, call).inc()

    def breaker(self, model: str, *, is_open: bool) -> None:
        """Records that a model's circuit breaker opened or closed."""
        self._breakers.labels(model).set(is_open)

    def failed(self, kind: str) -> None:
        """Counts a read or a write that the database refused."""
        self._failures.labels(kind).inc()

    def carrier(self, name: str, *, is_up: bool) -> None:
        """Records whether a carrier of live events is connected."""
        self._carriers.labels(name).set(is_up)

    def bus_failed(self, part: str) -> None:
        """Counts a failure of live events: at a carrier, at the database, or at a single event."""
        self._bus_failures.labels(part).inc()

    def text(self, others: Collector) -> bytes:
        """All metrics in Prometheus' text format: those counted here, and the current values from `others`."""
        counted: Collector = MultiProcessCollector(None) if FOLDER in os.environ else self._registry
        return generate_latest(counted) + generate_latest(others)


def _count(counts: list[float], seconds: float) -> None:
    counts[0] += seconds
    counts[bisect_left(FAST, seconds) + 1] += 1


def _hand_over(counts: list[float], histogram: Histogram) -> None:
    """Adds counts to a histogram with the buckets FAST, and resets them."""
    histogram._sum.inc(counts[0])
    for bucket, each in zip(histogram._buckets, counts[1:], strict=True):
        if each:
            bucket.inc(each)
    counts[:] = [0.0] * len(counts)


def worker_ended(pid: int) -> None:
    """Removes the gauges of a worker that has exited; its counters stay."""
    mark_process_dead(pid)
