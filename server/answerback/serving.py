"""The uvicorn server: closes the live bus first when it stops, since open event streams would keep it waiting."""

from __future__ import annotations

import socket
from typing import Any

import uvicorn

from .app import App


class Server(uvicorn.Server):
    """A uvicorn server for one `App`."""

    def __init__(self, app: App, host: str, port: int) -> None:
        self._app = app
        config = uvicorn.Config(
            app,
            host=host,
            port=port,
            loop="uvloop",
            http="httptools",
            ws="none",
            lifespan="on",
            access_log=False,
            log_level="warning",
            server_header=False,
            proxy_headers=False,  # forwarded headers are read in http.py, and only from listed proxies
            timeout_keep_alive=75,
            timeout_graceful_shutdown=10,
            limit_concurrency=10_000,
        )
        super().__init__(config)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._app.bus.close()
        await super().shutdown(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for server in self.servers:
            for bound in server.sockets:
                self.on_bound(bound.getsockname())

    def on_bound(self, address: Any) -> None:
        """Called with each address that the server listens on."""
