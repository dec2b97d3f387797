"""Kakao or GitHub as a process of the tests' own (tests/fakes/oauth/server.mjs)."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "oauth"
CLIENT_ID, CLIENT_SECRET = "test-client", "test-secret-of-thirty-two-letters"


@dataclass
class OAuthServer:
    """One stand-in; `say` bends it for the next test, without anything it is as new."""

    kind: str
    url: str

    @classmethod
    @contextmanager
    def start(cls, kind: str, manner: str) -> Iterator[OAuthServer]:
        """`kakao` or `github`; `strict` or `odd`."""
        process = subprocess.Popen(
            ["node", "server.mjs", kind, manner], cwd=FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            url = process.stdout.readline().decode().strip()
            assert url, "the stand-in has not started: make .stamps/oauth"
            yield cls(kind, url)
        finally:
            process.kill()
            process.communicate()

    def say(self, **control: Any) -> None:
        """How it is from now on."""
        self._call(control)

    def expect(self, public_url: str) -> None:
        """Where it sends browsers back to; keys and sessions are new."""
        self._call({"redirect_uri": f"{public_url}/sign-in/{self.kind}/callback"})

    def requests(self) -> list[dict[str, str]]:
        """What it was asked since the last `say`."""
        with urllib.request.urlopen(self.url + "/control", timeout=20) as response:
            found: list[dict[str, str]] = json.load(response)["requests"]
            return found

    def _call(self, data: Any) -> None:
        request = urllib.request.Request(self.url + "/control", json.dumps(data).encode(), method="POST")
        with urllib.request.urlopen(request, timeout=20) as response:
            response.read()

    def settings(self) -> dict[str, str]:
        """What our server is told of it."""
        name = f"ANSWERBACK_{self.kind.upper()}"
        return {
            f"{name}_CLIENT_ID": CLIENT_ID, f"{name}_CLIENT_SECRET": CLIENT_SECRET, f"{name}_URL": self.url,
            f"{name}_API_URL": self.url,
        }  # fmt: skip
