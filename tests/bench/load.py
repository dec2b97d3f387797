"""The load generator, in a process of its own: `python -m tests.bench.load` takes a job (JSON) on stdin.

{"kind": "requests", "port", "head", "body", "connections": [head per connection] , "seconds"}
    Closed loop: each connection sends, waits for the whole response, and sends again. In a body `@N@` becomes a
    number of its own. Gives {"done", "seconds", "statuses", "median_ms", "p99_ms", "busy": share of one core used}.
{"kind": "streams", "port", "requests": [text], "also": [text], "end", "mark"}
    Opens a stream for each request, sends `also` on further connections once all are open, reads until each stream
    has brought the bytes `end`. Gives {"seconds": from when all were open, "bytes", "first_p99_ms": until a stream has
    brought the bytes `mark`}.
{"kind": "first", "port", "requests": [text], "mark"}
    One after another, each on a kept connection: milliseconds from sending to the first piece that holds `mark`.
    Gives {"first_ms": [...]}; the rest of each response is read before the next is sent.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from collections import Counter
from typing import Any, cast

import uvloop

QueuedAnswer = dict[str, Any]


class Connection:
    """A kept-alive HTTP/1.1 connection, as little of it as can be."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def open(cls, port: int) -> Connection:
        return cls(*await asyncio.open_connection("127.0.0.1", port, limit=2**22))

    async def head(self) -> tuple[int, bytes]:
        """Status and header lines, in lower case."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        return int(head[9:12]), head.lower()

    async def rest(self, head: bytes) -> bytes:
        """The body that belongs to a head."""
        if b"transfer-encoding: chunked" in head:
            parts = []
            while size := int((await self.reader.readline()).split(b";")[0], 16):
                parts.append((await self.reader.readexactly(size + 2))[:-2])
            await self.reader.readline()
            return b"".join(parts)
        at = head.find(b"content-length:")
        return await self.reader.readexactly(int(head[at + 15 : head.index(b"\r\n", at)])) if at >= 0 else b""

    async def piece(self) -> bytes:
        """What comes next of a stream."""
        data = await self.reader.read(65_536)
        assert data, "the stream ended too early"
        return data

    async def exchange(self, request: bytes) -> int:
        """Send a request and read the whole response; its status."""
        self.writer.write(request)
        status, head = await self.head()
        await self.rest(head)
        return status


class Hammer(asyncio.Protocol):
    """A connection that sends its next request when it has all of the response to its last, until the time is up."""

    def __init__(self, head: str, body: str, name: str, stop: float) -> None:
        self._head = head.encode()
        self._body = body
        self._name = name
        self._stop = stop
        self._count = 0
        self._begun = 0.0
        self._wanted = 0
        self._received = 0
        self.statuses: Counter[int] = Counter()
        self.times: list[float] = []
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._send()

    def _send(self) -> None:
        self._begun = time.perf_counter()
        if self._begun >= self._stop:
            self._transport.close()
            return
        self._wanted = self._received = 0
        self._count += 1
        body = self._body.replace("@N@", f"{self._name}-{self._count:06d}").encode()
        length = b"Content-Length: %d\r\n" % len(body) if body else b""
        self._transport.write(self._head + length + b"\r\n" + body)

    def data_received(self, data: bytes) -> None:
        if not self._wanted:  # heads are small and come in one piece
            end = data.index(b"\r\n\r\n") + 4
            head = data[:end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 : head.index(b"\r\n", at)]) if at >= 0 else 0
            self._wanted = end + length
            self.statuses[int(data[9:12])] += 1
        self._received += len(data)
        if self._received >= self._wanted:
            self.times.append(time.perf_counter() - self._begun)
            self._send()

    def connection_lost(self, error: Exception | None) -> None:
        if time.perf_counter() < self._stop or self._wanted > self._received:
            self.done.set_exception(error or ConnectionError("the server has closed the connection"))
        else:
            self.done.set_result(None)


async def requests(job: QueuedAnswer) -> Any:
    """Closed loop over all connections for some seconds."""
    run = time.time_ns()
    begun, busy = time.perf_counter(), time.process_time()
    stop = begun + job["seconds"]
    hammers = [Hammer(head, job["body"], f"{run}-{number}", stop) for number, head in enumerate(job["connections"])]
    loop = asyncio.get_running_loop()
    await asyncio.gather(*(loop.create_connection(lambda h=h: h, "127.0.0.1", job["port"]) for h in hammers))
    await asyncio.gather(*(hammer.done for hammer in hammers))
    seconds = time.perf_counter() - begun
    times = sorted(time for hammer in hammers for time in hammer.times)
    statuses = sum((hammer.statuses for hammer in hammers), Counter())
    return {
        "done": len(times), "seconds": seconds, "statuses": dict(statuses), "median_ms": statistics.median(times) * 1e3,
        "p99_ms": times[int(len(times) * 0.99)] * 1e3, "busy": (time.process_time() - busy) / seconds,
    }  # fmt: skip


async def streams(job: QueuedAnswer) -> Any:
    """Read many streams at once to their ends."""
    end, mark, seen = job["end"].encode(), job["mark"].encode(), Counter[str]()
    opened = asyncio.Barrier(len(job["requests"]) + 1)
    begun, firsts = [0.0], list[float]()

    async def one(request: str) -> None:
        connection = await Connection.open(job["port"])
        connection.writer.write(request.encode())
        status, _ = await connection.head()
        assert status < 300, status
        await opened.wait()
        data = tail = b""
        first = True
        while end not in tail + data:
            tail = data[-200:]
            data = await connection.piece()
            seen["bytes"] += len(data)
            if first and mark in tail + data:
                first = False
                firsts.append((time.perf_counter() - begun[0]) * 1e3)
        connection.writer.close()

    async def also() -> None:
        connections = await asyncio.gather(*(Connection.open(job["port"]) for _ in job["also"]))
        await opened.wait()
        begun[0] = time.perf_counter()
        statuses = await asyncio.gather(
            *(each.exchange(text.encode()) for each, text in zip(connections, job["also"], strict=True))
        )
        assert all(status < 300 for status in statuses), Counter(statuses)

    await asyncio.gather(also(), *(one(request) for request in job["requests"]))
    firsts.sort()
    return {"seconds": time.perf_counter() - begun[0], "first_p99_ms": firsts[int(len(firsts) * 0.99)], **seen}


async def first(job: QueuedAnswer) -> Any:
    """Time to the first marked piece, one request at a time."""
    mark = job["mark"].encode()
    connection = await Connection.open(job["port"])
    times = []
    for request in job["requests"]:
        text = request.replace("@N@", str(time.time_ns())).encode()
        begun = time.perf_counter()
        connection.writer.write(text)
        status, head = await connection.head()
        assert status < 300, (status, await connection.rest(head))
        assert b"transfer-encoding: chunked" in head
        data = b""
        while mark not in data and not data.endswith(b"0\r\n\r\n"):
            data += await connection.piece()
        times.append((time.perf_counter() - begun) * 1e3)
        while not data.endswith(b"0\r\n\r\n"):
            data += await connection.piece()
    return {"first_ms": times}


if __name__ == "__main__":
    KINDS = {"requests": requests, "streams": streams, "first": first}
    asked = json.load(sys.stdin)
    print(json.dumps(uvloop.run(KINDS[asked["kind"]](asked))))
