"""What there is to compare with: the least that an ASGI server can do. `python -m tests.bench.bare KIND ARG`, which
prints the port it has been given.

ready PORT FILE     sends the same bytes with the same headers for every request; FILE is JSON {headers, body}
relay PORT URL      passes on what the provider at URL streams, byte for byte
"""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path
from typing import Any

import uvicorn


def ready(file: str) -> Any:
    """An app that sends what is in the file."""
    saved = json.loads(Path(file).read_text())
    headers = [(name.encode(), value.encode()) for name, value in saved["headers"]]
    body = saved["body"].encode()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


def relay(url: str) -> Any:
    """An app that passes on a provider's stream."""
    import httpx2

    client = httpx2.AsyncClient(
        timeout=None, trust_env=False, limits=httpx2.Limits(max_connections=None, keepalive_expiry=300.0)
    )

    async def app(scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        headers = {"Content-Type": "application/json"}
        async with client.stream("POST", url, content=body, headers=headers) as response:
            kept = [(b"content-type", b"text/event-stream")]
            await send({"type": "http.response.start", "status": response.status_code, "headers": kept})
            async for chunk in response.aiter_raw():
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})

    return app


if __name__ == "__main__":
    kind, argument = sys.argv[1:]
    bound = socket.create_server(("127.0.0.1", 0), backlog=1024)
    print(bound.getsockname()[1], flush=True)
    config = uvicorn.Config(
        {"ready": ready, "relay": relay}[kind](argument), loop="uvloop", http="httptools", ws="none", lifespan="off",
        access_log=False, log_level="warning", server_header=False, proxy_headers=False,
    )  # fmt: skip
    uvicorn.Server(config).run([bound])
