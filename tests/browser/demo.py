"""The demo's pages on an origin of their own, our server and a scripted model, as `make demo` puts them together."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from answerback.cli.demo.static_site import PLACEHOLDER, SITE_FOLDER, DemoSite
from playwright.sync_api import Locator, Page

from tests.fakes.openai_server import OpenAIServer
from tests.services import Server, Site, free_port, wait_until

UNLIMITED = {"address_daily_answers": "unlimited", "address_comments_per_minute": "unlimited",
             "comments_per_minute": "unlimited"}  # fmt: skip


@dataclass
class Demo:
    """The three of them; each test takes pages that no other has been on."""

    server: Server
    model: OpenAIServer
    folder: Path
    pages: DemoSite
    turned: int = 0

    @classmethod
    @contextmanager
    def start(cls, folder: Path, **settings: str) -> Iterator[Demo]:
        pages_folder = shutil.copytree(SITE_FOLDER, folder / "pages")
        site = Site(f"http://127.0.0.1:{free_port()}", pages_folder)
        with OpenAIServer.start() as model:
            settings = {"OPENAI_BASE_URL": model.base_url} | UNLIMITED | settings
            with Server.start(folder, site, **settings) as server:
                demo = cls(server, model, pages_folder, DemoSite(pages_folder, server.url))
                with demo._serving():
                    yield demo

    @contextmanager
    def _serving(self) -> Iterator[None]:
        async def site(scope: Any, receive: Any, send: Any) -> None:
            await self.pages(scope, receive, send)

        port = int(self.server.site.origin.rpartition(":")[2])
        config = uvicorn.Config(site, "127.0.0.1", port, lifespan="off", access_log=False, log_level="error", ws="none")
        running = uvicorn.Server(config)
        thread = threading.Thread(target=running.run, daemon=True)
        thread.start()
        wait_until(lambda: running.started)
        yield
        running.should_exit = True
        thread.join()

    @property
    def tag(self) -> str:
        """The one line that an owner pastes."""
        return f'<script src="{PLACEHOLDER}/answerback.js" data-site="demo" async></script>'

    def at(self, name: str) -> str:
        """The address of a copy of one of the demo's pages, at which there is no comment yet."""
        self.turned += 1
        stem, _, suffix = name.rpartition(".")
        copy = f"{stem}-{self.turned}.{suffix}"
        shutil.copy(self.folder / name, self.folder / copy)
        headers = json.loads((self.folder / "headers.json").read_text("utf-8"))
        if f"/{name}" in headers:
            headers[f"/{copy}"] = headers[f"/{name}"]
            (self.folder / "headers.json").write_text(json.dumps(headers), "utf-8")
            self.pages = DemoSite(self.folder, self.server.url)
        return self._turn_to(copy)

    def with_headers(self, address: str, headers: dict[str, str]) -> str:
        """The address, which is served with these headers too from now on."""
        path = self.folder / "headers.json"
        known = json.loads(path.read_text("utf-8"))
        name = "/" + address.rpartition("/")[2]
        known[name] = known.get(name, {}) | headers
        path.write_text(json.dumps(known), "utf-8")
        self.pages = DemoSite(self.folder, self.server.url)
        return address

    def with_page(self, body: str, head: str = "") -> str:
        """The address of a new page with that body."""
        self.turned += 1
        name = f"page-{self.turned}.html"
        start = f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title>{head}</head>'
        (self.folder / name).write_text(f"{start}<body>{body}</body></html>", "utf-8")
        return self._turn_to(name)

    def _turn_to(self, name: str) -> str:
        self.server.page, self.server.token = f"/{name}", ""
        return f"{self.server.site.origin}/{name}"

    def close_thread(self) -> None:
        """As an owner does who wants no more comments under the page."""
        self.server.command("thread", "lock", "demo", self.server.page)


def field(page: Page) -> Locator:
    """Where a new comment is written."""
    return page.locator("answerback-comments [part~=composer] textarea").first


def leave(page: Page, text: str) -> None:
    """Write a comment as a visitor does."""
    field(page).fill(text)
    field(page).press("Control+Enter")


def question_field(page: Page) -> Locator:
    """Where the ask box takes a question."""
    return page.locator("answerback-ask textarea")


def ask(page: Page, text: str) -> None:
    """Ask in the ask box as a visitor does."""
    question_field(page).fill(text)
    question_field(page).press("Enter")


def answer_in(page: Page, state: str, element: str = "answerback-comments") -> Locator:
    """The answers that are in that state."""
    return page.locator(f"{element} [part~=answer][data-state={state}]")
