"""An OpenAI-compatible server over real HTTP that does what its script says. For the tests and benchmarks.

    python -m tests.fakes.openai_server --port 0        prints its address

Control (JSON over the same port):
    POST /control           {"script": [step, …], "default": step, "rejects": [parameter, …],
                            "about": {words: step}}   any of them, and what tests/fakes/embeddings.py and
                            tests/fakes/moderations.py take
    POST /control/release   {"gate": name}      lets everything past that gate, from now on
    POST /control/reset     {}                  as new, but for what is running
    GET  /control/requests  {"requests": [{"headers", "body", "state"}], "calls", "running", "most", "connections"}
A request's state is `running`, `completed`, or `cut` when the client left before the end.

Each chat completion takes the step that is set for words in it, else the next one of the script, or the default when
there is none. A step's fields:
    mode    normal · json (one document, no stream) · status (with `status`, `body`, `retry_after`) · cut (the
            connection is dropped) · stall (silence until the client leaves) · malformed · early_end (no
            finish_reason) · error_frame (with `error`) · raw (with `chunks`: text sent as it is, piece by piece;
            with `hex`: bytes as hexadecimal digits) · wordless (finished, but nothing said) · endless (the text for
            ever)
    text    what to say; default: quotes the first sentence of passage [1] and cites it
    echo    true: says after that everything that it was sent, the latest first, as the most obedient model would
    size    characters a token · delay: seconds before each token · after: tokens before the mode's mishap (default 3)
    gate    name of a gate to wait at, `gate_after` tokens (default 0: before the response's head; 1: before the second)
    usage   chunk (a last chunk with no choices; the default) · final (with the last choice) · never
    finish  the finish_reason, default stop · extra: fields put into each delta · crlf: true for \\r\\n
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import re
import threading
import urllib.request
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

from .embeddings import Embeddings
from .moderations import Moderations
from .replies import Reply

Step = dict[str, Any]
PASSAGE = re.compile(r'<passage n="1"[^>]*>\s*(.*?)\s*</passage>', re.DOTALL)


class Left(Exception):
    """The client has gone."""


class Script:
    """What is to be done, and what has been asked; used from the server's own loop only."""

    def __init__(self) -> None:
        self.gates: dict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self.running = 0
        self.reset()

    def reset(self) -> None:
        self.steps: list[Step] = []
        self.default: Step = {}
        self.rejects: list[str] = []
        self.about: dict[str, Step] = {}
        self.embeddings = Embeddings()
        self.moderations = Moderations()
        self.requests: list[dict[str, Any]] = []
        self.calls = self.most = self.connections = 0
        for gate in self.gates.values():
            gate.set()
        self.gates.clear()

    def take(self, body: Any) -> Step:
        """What this request gets."""
        refused = next((name for name in self.rejects if name in body), None)
        if refused is None:
            for words, step in self.about.items():
                if words in _sent(body):
                    return step
            return self.steps.pop(0) if self.steps else self.default
        message = f"Unsupported parameter: '{refused}' is not supported with this model."
        error = {"message": message, "type": "invalid_request_error", "param": refused}
        return {"mode": "status", "status": 400, "body": {"error": error}}

    def control(self, path: str, data: Any) -> Any:
        """One call of the control endpoint."""
        if path == "/control/requests":
            return {"requests": self.requests, "calls": self.calls, "running": self.running, "most": self.most,
                    "connections": self.connections, "embedded": self.embeddings.seen,
                    "moderated": self.moderations.seen}  # fmt: skip
        if path == "/control/release":
            self.gates[data["gate"]].set()
        elif path == "/control/reset":
            self.reset()
        else:
            self.steps = data.get("script", self.steps)
            self.default = data.get("default", self.default)
            self.rejects = data.get("rejects", self.rejects)
            self.about = data.get("about", self.about)
            self.embeddings.control(data)
            self.moderations.control(data)
        return {}


class Completion:
    """One chat completion being answered."""

    def __init__(self, script: Script, step: Step, body: Any, reply: Reply) -> None:
        self._script = script
        self._step = step
        self._body = body
        self._reply = reply
        self._mode = step.get("mode", "normal")
        self._end = b"\r\n\r\n" if step.get("crlf") else b"\n\n"
        self._text: str = step.get("text") or _default_text(body)
        if step.get("echo"):
            rules, *others = [str(message.get("content")) for message in body["messages"]]
            self._text = "\n\n".join([self._text, rules[:350], *reversed(others), rules])

    async def answer(self) -> None:
        """Do what the step says."""
        await self._gate(0)
        if self._mode == "status":
            headers = {"Retry-After": str(self._step["retry_after"])} if "retry_after" in self._step else {}
            told = self._step.get("body", {"error": {"message": "secret words of the provider"}})
            await self._reply.json(told, self._step["status"], **headers)
        elif self._mode == "json":
            await self._reply.json(self._document())
        elif self._mode == "raw":
            self._reply.begin_stream()
            for chunk in self._step["chunks"]:
                await asyncio.sleep(self._step.get("delay", 0.0))
                await self._reply.send(bytes.fromhex(chunk) if self._step.get("hex") else chunk.encode())
            self._reply.end_stream()
        else:
            self._reply.begin_stream()
            await self._stream()

    async def _stream(self) -> None:
        size = self._step.get("size", 4)
        tokens = [self._text[at : at + size] for at in range(0, len(self._text), size)]
        mishap = self._step.get("after", 3) if self._mode not in ("normal", "endless") else -1
        delay = self._step.get("delay", 0.0)
        extra = self._step.get("extra", {})
        if self._mode == "wordless":
            tokens, mishap = [], -1
        for number, token in enumerate(itertools.cycle(tokens) if self._mode == "endless" else tokens):
            if number == mishap and await self._mishap():
                return
            if number:
                await self._gate(number)
            if delay:
                await asyncio.sleep(delay)
            role = {"role": "assistant"} if number == 0 else {}
            await self._frame(self._chunk({**role, "content": token, **extra}))
        if mishap >= len(tokens) and await self._mishap():
            return
        await self._finish()

    async def _finish(self) -> None:
        usage, last = self._step.get("usage", "chunk"), self._chunk({}, finish=self._step.get("finish", "stop"))
        if usage == "final":
            last["usage"] = self._usage()
        await self._frame(last)
        if usage == "chunk" and self._body.get("stream_options", {}).get("include_usage"):
            await self._frame({**self._chunk({}), "choices": [], "usage": self._usage()})
        await self._reply.send(b"data: [DONE]" + self._end)
        self._reply.end_stream()

    async def _mishap(self) -> bool:
        """Whether it is the end."""
        if self._mode == "cut":
            self._reply.drop()
        elif self._mode == "stall":
            await asyncio.Event().wait()
        elif self._mode == "malformed":
            await self._reply.send(b'data: {"choices": [{"delta": {"content": ' + self._end)
            return False
        elif self._mode == "early_end":
            self._reply.end_stream()
        elif self._mode == "error_frame":
            error = {"message": "secret words of the provider", "type": "server_error", "code": None}
            await self._frame({"error": self._step.get("error", error)})
            self._reply.end_stream()
        return True

    async def _gate(self, number: int) -> None:
        if "gate" in self._step and self._step.get("gate_after", 0) == number:
            await self._script.gates[self._step["gate"]].wait()

    async def _frame(self, data: Any) -> None:
        await self._reply.send(b"data: " + json.dumps(data, separators=(",", ":")).encode() + self._end)

    def _chunk(self, delta: Any, finish: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return {
            "id": "chatcmpl-test", "object": "chat.completion.chunk", "created": 1_790_000_000,
            "model": self._body.get("model"), "system_fingerprint": "fp_test", "choices": [choice],
        }  # fmt: skip

    def _document(self) -> dict[str, Any]:
        message = {"role": "assistant", "content": self._text, "refusal": None}
        choice = {"index": 0, "message": message, "finish_reason": self._step.get("finish", "stop")}
        return {"id": "chatcmpl-test", "object": "chat.completion", "choices": [choice], "usage": self._usage()}

    def _usage(self) -> dict[str, Any]:
        said = max(1, len(self._text) // 4)
        return {"prompt_tokens": 100, "completion_tokens": said, "total_tokens": 100 + said,
                "prompt_tokens_details": {"cached_tokens": 40}}  # fmt: skip


def _sent(body: Any) -> str:
    return "\n".join(str(message.get("content")) for message in body.get("messages", []))


def _default_text(body: Any) -> str:
    passage = PASSAGE.search(_sent(body))
    if passage is None:
        return "This page does not say."
    sentence = re.split(r"(?<=[.!?。])\s", passage[1])[0]
    return f"The page says: {sentence} [1]."


class Connections:
    """The HTTP of it: requests one after another on each connection."""

    def __init__(self) -> None:
        self.script = Script()
        self._writers: set[asyncio.StreamWriter] = set()

    async def end(self) -> None:
        """Drop all connections."""
        for writer in self._writers:
            writer.transport.abort()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if others:
            await asyncio.wait(others)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either end closes it."""
        reply = Reply(writer)
        self._writers.add(writer)
        with contextlib.suppress(Left, ConnectionError, asyncio.IncompleteReadError):
            while not reply.closing:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                line, *fields = head.strip().split("\r\n")
                method, target, _ = line.split(" ", 2)
                headers = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
                content = await reader.readexactly(int(headers.get("content-length", "0")))
                data = json.loads(content) if content else {}
                await self._respond(method, target, headers, data, reader, reply)
        self._writers.discard(writer)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    async def _respond(
        self, method: str, target: str, headers: dict[str, str], data: Any, reader: asyncio.StreamReader, reply: Reply
    ) -> None:
        if target.startswith("/control"):
            await reply.json(self.script.control(target, data))
        elif method == "POST" and target.endswith("/chat/completions"):
            async with self._recorded(headers, data) as record:
                completion = Completion(self.script, self.script.take(data), data, reply)
                self.script.connections += reply.is_new
                reply.is_new = False
                await _unless_left(reader, completion.answer())
                record["state"] = "completed"
        elif method == "POST" and target.endswith("/embeddings"):
            found, status, more = await _unless_left(reader, self.script.embeddings.answer(data))
            await reply.json(found, status, **more)
        elif method == "POST" and target.endswith("/moderations"):
            await reply.json(*await _unless_left(reader, self.script.moderations.answer(data)))
        elif target.endswith("/models"):
            await reply.json({"object": "list", "data": [{"id": "test-model", "object": "model"}]})
        else:
            await reply.json({"error": {"message": "not found"}}, 404)

    @contextlib.asynccontextmanager
    async def _recorded(self, headers: dict[str, str], body: Any) -> AsyncIterator[dict[str, Any]]:
        script = self.script
        record = {"headers": headers, "body": body, "state": "running"}
        script.requests.append(record)
        script.calls += 1
        script.running += 1
        script.most = max(script.most, script.running)
        try:
            yield record
        finally:
            script.running -= 1
            if record["state"] == "running":
                record["state"] = "cut"


async def _unless_left(reader: asyncio.StreamReader, work: Any) -> Any:
    """Do it as long as the client is there (it sends nothing while it waits for an answer)."""
    answering = asyncio.ensure_future(work)
    watching = asyncio.ensure_future(reader.read(1))
    try:
        await asyncio.wait({answering, watching}, return_when=asyncio.FIRST_COMPLETED)
        if not answering.done():
            raise Left
        return await answering
    finally:
        for task in (answering, watching):
            task.cancel()
        await asyncio.gather(answering, watching, return_exceptions=True)


class OpenAIServer:
    """The server in a thread of its own, and its control endpoint."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.base_url = url + "/v1"

    @classmethod
    @contextmanager
    def start(cls, port: int = 0) -> Iterator[OpenAIServer]:
        """A running server on a free port."""
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()

        connections = Connections()

        async def listen() -> asyncio.Server:
            return await asyncio.start_server(connections.serve, "127.0.0.1", port, backlog=1_000)

        async def stop(server: asyncio.Server) -> None:
            server.close()
            await connections.end()

        server = asyncio.run_coroutine_threadsafe(listen(), loop).result()
        try:
            yield cls(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        finally:
            asyncio.run_coroutine_threadsafe(stop(server), loop).result()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    def script(self, *steps: Step, **settings: Any) -> None:
        """What the next requests get; `default` and `rejects` as settings."""
        self._control("/control", {"script": list(steps), **settings})

    def release(self, gate: str) -> None:
        """Let everything past that gate."""
        self._control("/control/release", {"gate": gate})

    def reset(self) -> None:
        """As new."""
        self._control("/control/reset", {})

    def seen(self) -> Any:
        """`{"requests": [{"headers", "body", "state"}], "calls", "running", "most"}`."""
        return self._control("/control/requests", None)

    def _control(self, path: str, data: Any) -> Any:
        body = None if data is None else json.dumps(data).encode()
        with urllib.request.urlopen(urllib.request.Request(self.url + path, data=body), timeout=10) as response:
            return json.loads(response.read())


async def _run(port: int) -> None:
    server = await asyncio.start_server(Connections().serve, "127.0.0.1", port, backlog=1_000)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A scripted OpenAI-compatible server.")
    parser.add_argument("--port", type=int, default=0)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(parser.parse_args().port))
