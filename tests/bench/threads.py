"""Threads of comments: reading them, and adding to them."""

from __future__ import annotations

import contextlib
import json
import urllib.request
from pathlib import Path

from . import contenders
from .contenders import answerback, guests_of, port_of
from .measuring import JSON_FIELDS, Contest, Rate, Row, hammer, head, in_turns, rated

CONNECTIONS = 16
WORDS = "The rye bread is good."


def reading(rounds: int, seconds: float, folder: Path) -> list[Row]:
    """A thread of 100 comments beside bare uvicorn with the same bytes, and beside Isso."""
    program = contenders.isso_program()
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(answerback())
        server.begin()
        for number in range(100):
            assert server.post(f"Comment {number}: {WORDS}", ask=False).status == 201
        path, port = f"/api/comments/?site=demo&page={server.page}&limit=100", port_of(server)
        reply = server.call("GET", path)
        kept = [
            [name.lower(), value] for name, value in reply.headers.items() if name.lower() not in ("date", "connection")
        ]
        ready = folder / "ready.json"
        ready.write_text(json.dumps({"headers": kept, "body": reply.body.decode()}))
        bare_port, bare_pid = stack.enter_context(contenders.bare("ready", str(ready)))

        def ours(fields: str = "", status: int = 200) -> Rate:
            heads = [head("GET", path, port, fields)] * CONNECTIONS
            return hammer(server.process.pid, port, heads, seconds, status)

        contest: Contest[Rate] = {
            "ours": ours,
            "bare uvicorn": lambda: hammer(bare_pid, bare_port, [head("GET", "/", bare_port)] * 16, seconds, 200),
        }
        if isinstance(program, Path):
            isso_port, isso_pid = stack.enter_context(contenders.isso(program, folder / "isso-reads"))
            isso_path = isso_thread(isso_port, 100)
            isso_heads = [head("GET", isso_path, isso_port)] * CONNECTIONS
            contest["Isso"] = lambda: hammer(isso_pid, isso_port, isso_heads, seconds, 200)
        rate, cost = rated(
            "reading", f"thread of 100 comments, {len(reply.body):,} bytes", "reads", in_turns(rounds, contest)
        )
        variants = in_turns(
            rounds,
            {
                "gzip": lambda: ours("Accept-Encoding: gzip\r\n"),
                "not modified": lambda: ours(f"If-None-Match: {reply.headers['etag']}\r\n", 304),
            },
        )
    rate.wanted, rate.holds = "≥ 0.6 of bare uvicorn", rate.median >= 0.6 * rate.beside["bare uvicorn"]
    rate.note = program if isinstance(program, str) else ""
    return [rate, cost, *(Row("reading", f"the same, {name}", "reads/s", [each.per_second for each in rates])
                          for name, rates in variants.items())]  # fmt: skip


def isso_thread(port: int, count: int) -> str:
    """A thread of that many comments in Isso; the path it is read at."""
    for number in range(count):
        data = {"text": f"Comment {number}: {WORDS}", "title": "Bakery", "author": "Guest"}
        request = urllib.request.Request(f"http://127.0.0.1:{port}/new?uri=%2Fbakery.html", json.dumps(data).encode())
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=10) as response:
            assert response.status == 201
    return "/?uri=%2Fbakery.html"


def posting(rounds: int, seconds: float, folder: Path) -> list[Row]:
    """Comments on disk with 1 and 16 connections, beside Isso."""
    program = contenders.isso_program()
    rows: list[Row] = []
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(answerback())
        guests, port = guests_of(server, 16), port_of(server)
        body = {
            "site": "demo", "page": server.page, "url": server.site.origin + server.page, "title": "Bakery",
            "body": f"{WORDS} @N@", "ask": False, "key": "key-@N@",
        }  # fmt: skip
        fields = "X-Answerback: 1\r\n" + JSON_FIELDS
        heads = [head("POST", "/api/comments/", port, f"{fields}Authorization: Bearer {guest}\r\n") for guest in guests]
        isso_body = {"text": f"{WORDS} @N@", "title": "Bakery", "author": "Guest"}
        for count in (1, 16):
            contest: Contest[Rate] = {
                "ours": lambda n=count: hammer(server.process.pid, port, heads[:n], seconds, 201, json.dumps(body)),
            }
            if isinstance(program, Path):
                isso_port, pid = stack.enter_context(contenders.isso(program, folder / f"isso-posts-{count}"))
                isso_heads = [head("POST", "/new?uri=%2Fbakery.html", isso_port, JSON_FIELDS)] * count
                contest["Isso"] = lambda h=isso_heads, p=isso_port, i=pid: hammer(
                    i, p, h, seconds, 201, json.dumps(isso_body)
                )
            what = f"comments on disk, {count} connection{'s' if count > 1 else ''}"
            rows += rated("posting", what, "posts", in_turns(rounds, contest))
    rows[2].wanted, rows[2].holds = "≥ 1,500", rows[2].median >= 1_500
    rows[0].note = program if isinstance(program, str) else ""
    return rows
