"""Answers on their way from the provider to the readers: what they cost, and what they wait for."""

from __future__ import annotations

import contextlib
import json
import statistics
import time
from pathlib import Path
from typing import Any

from tests.fakes.openai_server import OpenAIServer
from tests.processes import ServerProcess
from tests.services import PAGE

from . import contenders
from .contenders import answerback, cpu_seconds, guests_of, load, port_of, resident_mb
from .measuring import JSON_FIELDS, Row, head, in_turns, medians

STREAMS, TOKENS, TOKENS_A_SECOND = 50, 200, 20
FIRST_TOKENS = 40


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


def streamed(server: ServerProcess, guests: list[str], number: int) -> float:
    """CPU seconds of our server per 1,000 tokens, each answer read by one visitor of its page."""
    port, pid = port_of(server), server.process.pid
    pages = [f"/round-{number}/{index}" for index in range(STREAMS)]
    watching = [head("GET", f"/api/events/?site=demo&page={page}", port) + "\r\n" for page in pages]
    also = [asking(server, guest, page) for guest, page in zip(guests, pages, strict=True)]
    before = cpu_seconds(pid)
    load({"kind": "streams", "port": port, "requests": watching, "also": also, "end": "event: answer.settled"})
    return (cpu_seconds(pid) - before) / (STREAMS * TOKENS) * 1_000


def relayed(port: int, pid: int) -> float:
    """CPU seconds of the bare relay per 1,000 tokens."""
    request = whole(head("POST", "/", port), {"model": "m", "stream": True, "messages": []})
    before = cpu_seconds(pid)
    load({"kind": "streams", "port": port, "requests": [request] * STREAMS, "also": [], "end": "[DONE]"})
    return (cpu_seconds(pid) - before) / (STREAMS * TOKENS) * 1_000


def streaming(rounds: int, seconds: float, folder: Path) -> list[Row]:
    """CPU per 1,000 tokens at 50 streams of 20 tokens/s beside a bare relay; memory after it."""
    with contextlib.ExitStack() as stack:
        base = stack.enter_context(contenders.provider())
        model = OpenAIServer(base.removesuffix("/v1"))
        model.script(default={"text": "word " * TOKENS, "size": 5, "delay": 1 / TOKENS_A_SECOND})
        server = stack.enter_context(answerback(OPENAI_BASE_URL=base))
        guests = guests_of(server, STREAMS)
        relay_port, relay_pid = stack.enter_context(contenders.bare("relay", base + "/chat/completions"))
        streamed(server, guests, 0)  # imports the SDK, opens connections
        numbers = iter(range(1, 1_000))
        contest = {
            "ours": lambda: streamed(server, guests, next(numbers)),
            "bare relay": lambda: relayed(relay_port, relay_pid),
        }
        results = in_turns(rounds, contest)
        after = resident_mb(server.process.pid)
    what = f"CPU per 1,000 tokens, {STREAMS} streams of {TOKENS_A_SECOND}/s"
    cost = Row("streaming", what, "s", results["ours"], medians(results), "≤ 0.15")
    cost.holds = cost.median <= 0.15
    return [cost, Row("memory", f"after {STREAMS} answers at once, {rounds + 1} times", "MB", [after])]


def first_token(rounds: int, seconds: float, folder: Path) -> list[Row]:
    """From asking in the ask box to the first words, beside the same call made directly."""
    with contextlib.ExitStack() as stack:
        base = stack.enter_context(contenders.provider())
        direct_port = int(base.removesuffix("/v1").rpartition(":")[2])
        server = stack.enter_context(answerback(OPENAI_BASE_URL=base))
        server.begin()
        port = port_of(server)
        number = "0123456789012345678"  # as long as the number that the load generator puts in its place
        body = {"site": "demo", "page": server.page, "url": server.site.origin + server.page, "title": "Bakery",
                "user_input": "When does the bakery open?", "key": f"key-{number}"}  # fmt: skip
        fields = f"X-Answerback: 1\r\nAuthorization: Bearer {server.token}\r\nAccept: text/event-stream\r\n"
        ours = whole(head("POST", "/api/chat/gpt/", port, fields), body).replace(number, "@N@")
        said = {"model": "m", "stream": True, "messages": [{"role": "user", "content": PAGE}]}
        direct = whole(head("POST", "/v1/chat/completions", direct_port), said)
        jobs = {
            "ours": {"port": port, "requests": [ours] * FIRST_TOKENS, "mark": "event: answer.delta"},
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
