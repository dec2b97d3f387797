"""From `answerback serve` on an empty folder to the first answered comment, without another command."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrivals
from tests.browser.test_own_pages import faults
from tests.services import Site, free_port, wait_until

MOST_SECONDS = 120


@dataclass
class Empty:
    """A server that somebody has just started, and what it has printed."""

    log: Path
    site: Site
    begun: float

    def link(self) -> str:
        found: str = wait_until(lambda: re.search(r"http://localhost:\d+/admin/first-run/[\w-]+/", self.said()), 60)[0]
        return found

    def said(self) -> str:
        return self.log.read_text("utf-8")


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Empty]:
    port, folder, log = free_port(), tmp_path / "empty", tmp_path / "log"
    folder.mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ANSWERBACK_", "OPENAI_"))}
    environment |= {
        "ANSWERBACK_PUBLIC_URL": f"http://localhost:{port}",
        "ANSWERBACK_PRIVATE_SITES": "127.0.0.1/32",  # where the site of this test is, unlike those of owners
    }
    command = [sys.executable, "-m", "answerback", "serve", "--host", "localhost", "--port", str(port)]
    with Site.start() as site, log.open("wb") as said:
        begun = time.monotonic()
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=said, stderr=said)
        yield Empty(log, site, begun)
        server.terminate()
        server.wait(20)


def test_first_answer_comes_within_two_minutes(empty: Empty, arrive: Arrivals) -> None:
    owner = arrive(empty.link(), reduced_motion="reduce")
    owner.get_by_label("Your email address").fill("mina@example.com")
    owner.get_by_label("Name, as visitors read it").fill("Harbour bakery")
    owner.get_by_label("Address", exact=True).fill(empty.site.origin)
    owner.get_by_label("Key").fill("bakery")
    owner.get_by_role("button", name="Begin").click()
    expect(owner.get_by_role("heading", name="2. Open your page waiting")).to_be_visible()
    assert faults(owner) == []

    page = empty.site.folder / "bakery.html"
    tag = owner.locator("code.secret").inner_text()
    page.write_text(page.read_text("utf-8").replace("</main>", f"</main>{tag}"), "utf-8")
    visitor = arrive(f"{empty.site.origin}/bakery.html")
    expect(owner.get_by_text("Your page has been seen:")).to_be_visible()

    owner.get_by_label("Question").fill("When was the bakery founded?")
    owner.get_by_role("button", name="Ask", exact=True).click()
    expect(owner.locator("#live")).to_contain_text("1931")
    expect(visitor.locator("answerback-comments")).to_contain_text("1931")
    assert time.monotonic() - empty.begun < MOST_SECONDS
    owner.emulate_media(color_scheme="dark")
    assert faults(owner) == []
