"""Answers on their way from the provider to the readers: what they cost, and what they wait for."""

from __future__ import annotations

import contextlib
import itertools
import json
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fakes.openai_server import OpenAIServer
from tests.processes import ServerProcess
from tests.services import PAGE

from . import contenders
from .contenders import answerback, cpu_seconds, guests_of, load, port_of, resident_mb
from .measuring import JSON_FIELDS, Contest, Row, head, in_turns, medians

STREAMS, TOKENS, TOKENS_A_SECOND = (50, 200, 500), 200, 20
FIRST_TOKENS, SHORT_ANSWERS = 40, 100


@dataclass(frozen=True, slots=True)
class Streamed:
    """CPU seconds of the server per 1,000 tokens, tokens a second, and when 99 of 100 had their first one."""

    cost: float
    per_second: float
    first_ms: float


def whole(text: str, body: Any) -> str:
    """A request with its JSON body."""
    data = json.dumps(body)
    return f"{text}{JSON_FIELDS}Content-Length: {len(data.encode())}\r\n\r\n{data}"


def asking(server: ServerProcess, guest: str, page: str) -> str:
    """A comment that asks, under a page of its own."""
    port, site = port_of(server), server.site
    body = {"site": "demo", "page": page, "url": site.origin + server.page, "title": "Bakery",
            "body": "When does the bakery open?", "ask": True, "key": f"key-{page}-{time.time_ns()}"}  # fmt: skip
    fields = f"X-Answerback: 1\r\nAuthorization: Bearer {guest}\r\n"
    return whole(head("POST", "/api/comments/", port, fields), body)


def streamed(server: ServerProcess, guests: list[str], count: int, number: int) -> Streamed:
    """So many answers at once, each read by one visitor of its page."""
    port, pid = port_of(server), server.process.pid
    pages = [f"round-{count}-{number}-{index}" for index in range(count)]  # names, of one page that is read once
    watching = [head("GET", f"/api/events/?site=demo&page={page}", port) + "\r\n" for page in pages]
    also = [asking(server, guest, page) for guest, page in zip(itertools.cycle(guests), pages)]
    return _streamed(pid, {"port": port, "requests": watching, "also": also, "end": "event: answer.settled",
                           "mark": "event: answer.delta"})  # fmt: skip


def relayed(port: int, pid: int, count: int) -> Streamed:
    """As many through the bare relay."""
    request = whole(head("POST", "/", port), {"model": "m", "stream": True, "messages": []})
    job: dict[str, Any] = {"port": port, "requests": [request] * count, "also": [], "end": "[DONE]", "mark": "data: "}
    return _streamed(pid, job)


def _streamed(pid: int, job: dict[str, Any]) -> Streamed:
    before = cpu_seconds(pid)
    done = load({"kind": "streams", **job})
    tokens = len(job["requests"]) * TOKENS
    return Streamed((cpu_seconds(pid) - before) / tokens * 1_000, tokens / done["seconds"], done["first_p99_ms"])


def streaming(rounds: int, seconds: float, folder: Path) -> list[Row]:
    """Streams of 20 tokens/s beside a bare relay: CPU, tokens a second, the first token; memory after them."""
    rows = []
    with contextlib.ExitStack() as stack:
        base = stack.enter_context(contenders.provider())
        model = OpenAIServer(base.removesuffix("/v1"))
        model.script(default={"text": "word " * TOKENS, "size": 5, "delay": 1 / TOKENS_A_SECOND})
        many = str(5 * max(STREAMS))  # places: a site takes four fifths of them at most
        server = stack.enter_context(answerback(OPENAI_BASE_URL=base, ANSWERBACK_ANSWERS_AT_ONCE=many))
        guests = guests_of(server, STREAMS[0])
        relay_port, relay_pid = stack.enter_context(contenders.bare("relay", base + "/chat/completions"))
        streamed(server, guests, STREAMS[0], 0)  # opens connections, reads words
        numbers = iter(range(1, 1_000))
        for count in STREAMS:
            contest: Contest[Streamed] = {
                "ours": lambda n=count: streamed(server, guests, n, next(numbers)),
                "bare relay": lambda n=count: relayed(relay_port, relay_pid, n),
            }
            rows += _of_streams(count, in_turns(rounds, contest))
            if count == STREAMS[0]:
                after = Row("memory", f"after {count} answers at once, {rounds + 1} times", "MB", [])
                after.rounds.append(resident_mb(server.process.pid))
        model.script(default={"text": "word " * 5, "size": 5, "delay": 0})
        short = [_short_answer(server) for _ in range(rounds)]
    few = Row("streaming", "CPU of an answer of five tokens", "ms", short, wanted="≤ 4")
    few.holds = few.median <= 4
    return [*rows, few, after]


def _of_streams(count: int, results: dict[str, list[Streamed]]) -> list[Row]:
    what = f"{count} streams of {TOKENS_A_SECOND}/s"
    costs = {name: [each.cost for each in rounds] for name, rounds in results.items()}
    cost = Row("streaming", f"CPU per 1,000 tokens, {what}", "s", costs["ours"], medians(costs))
    if count == STREAMS[0]:
        cost.wanted, cost.holds = "≤ 0.15", cost.median <= 0.15
        return [cost]
    cost.wanted, cost.holds = "≤ 2 × the relay's", cost.median <= 2 * cost.beside["bare relay"]
    if count != STREAMS[-1]:
        return [cost]
    rates = {name: [each.per_second for each in rounds] for name, rounds in results.items()}
    rate = Row("streaming", f"tokens a second, {what}", "", rates["ours"], medians(rates), "≥ 8,000")
    rate.holds = rate.median >= 8_000
    firsts = {name: [each.first_ms for each in rounds] for name, rounds in results.items()}
    first = Row("streaming", f"first token, 99th of 100, {what}", "ms", firsts["ours"], medians(firsts), "≤ 300")
    first.holds = first.median <= 300
    return [cost, rate, first]


def _short_answer(server: ServerProcess) -> float:
    """Milliseconds of CPU for an answer in the ask box, from the question to its end."""
    before = cpu_seconds(server.process.pid)
    load({"kind": "first", **_private(server, SHORT_ANSWERS)})
    return (cpu_seconds(server.process.pid) - before) / SHORT_ANSWERS * 1_000


def _private(server: ServerProcess, count: int) -> dict[str, Any]:
    """A job of asking in the ask box, one after the other."""
    if not server.token:
        server.begin()
    port = port_of(server)
    number = "0123456789012345678"  # as long as the number that the load generator puts in its place
    body = {"site": "demo", "page": server.page, "url": server.site.origin + server.page, "title": "Bakery",
            "user_input": "When does the bakery open?", "key": f"key-{number}"}  # fmt: skip
    fields = f"X-Answerback: 1\r\nAuthorization: Bearer {server.token}\r\nAccept: text/event-stream\r\n"
    asked = whole(head("POST", "/api/chat/gpt/", port, fields), body).replace(number, "@N@")
    return {"port": port, "requests": [asked] * count, "mark": "event: answer.delta"}


def first_token(rounds: int, seconds: float, folder: Path) -> list[Row]:
    """From asking in the ask box to the first words, beside the same call made directly."""
    with contextlib.ExitStack() as stack:
        base = stack.enter_context(contenders.provider())
        direct_port = int(base.removesuffix("/v1").rpartition(":")[2])
        server = stack.enter_context(answerback(OPENAI_BASE_URL=base))
        said = {"model": "m", "stream": True, "messages": [{"role": "user", "content": PAGE}]}
        direct = whole(head("POST", "/v1/chat/completions", direct_port), said)
        jobs = {
            "ours": _private(server, FIRST_TOKENS),
            "direct call": {"port": direct_port, "requests": [direct] * FIRST_TOKENS, "mark": "content"},
        }

        def run(name: str) -> float:
            return float(statistics.median(load({"kind": "first", **jobs[name]})["first_ms"]))

        run("ours")
        results = in_turns(rounds, {name: lambda n=name: run(n) for name in jobs})
    added = [mine - theirs for mine, theirs in zip(results["ours"], results["direct call"], strict=True)]
    row = Row("first token", "time to the first token, beyond a direct call", "ms", added, medians(results), "≤ 5")
    row.holds = row.median <= 5
    return [row]
