"""The owner's webhooks: a real server tells a real receiver; the page that sets them up; how receivers verify."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from answerback.core.webhooks import EVENTS
from answerback.db.work import Work, run
from answerback.notify.webhooks import headers, new_secret

from tests.fakes.webhook_receiver import Receiver
from tests.http.test_admin import House, open_house
from tests.http.test_corrections import sign_in
from tests.services import Server, Site, wait_until

DOCS = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text("utf-8")
URL = "https://hooks.example/secret/path"
CHOSEN = {"url": URL, "format": "generic", "comment.held": "1"}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as opened:
        await opened.sign_in()
        yield opened


def test_held_comment_is_told_to_a_program(tmp_path: Path) -> None:
    reached = {"ANSWERBACK_PRIVATE_SITES": "127.0.0.1/32"}
    with Receiver.start() as receiver, Site.start() as site, Server.start(tmp_path, site, **reached) as server:
        server.change(moderation="all")
        with sign_in(server, "mina@example.com", "demo") as owner:
            page = owner.send("/admin/webhooks/demo/add/", **(CHOSEN | {"url": receiver.url})).text
        secret = re.findall(r"whsec_[^<]+", page)[0]
        server.begin()
        server.post("Good **bread**.", name="Jin")
        server.clock.advance(seconds=75)
        wait_until(lambda: bool(receiver.taken))
        [taken] = receiver.taken
        assert verify(secret, taken.headers, taken.body)
        payload = json.loads(taken.body)
        assert (payload["type"], payload["version"]) == ("comment.held", 1)
        assert payload["data"]["comment"]["body"] == "Good **bread**."


def verify(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """As the documentation does it, but for the clock, which this server's is ahead of."""
    found: dict[str, Any] = {}
    exec(block("python"), found)
    found["time"] = type("Clock", (), {"time": staticmethod(lambda: float(headers["webhook-timestamp"]))})
    check: Callable[..., bool] = found["verify"]
    return check(secret, headers, body)


def block(language: str) -> str:
    [code] = re.findall(rf"```{language}\n(.*?)```", DOCS, re.S)
    text: str = code
    return text


def signed(body: bytes) -> tuple[str, dict[str, str]]:
    old, new = new_secret(), new_secret()
    return old, headers("msg_1", body, [new, old], int(1000 * time.time()))


def test_documented_python_verifies_what_is_sent() -> None:
    body = '{"word": "빵"}'.encode()
    secret, sent = signed(body)
    assert verify(secret, sent, body)
    assert not verify(secret, sent, body + b" ")
    assert not verify(new_secret(), sent, body)
    assert not verify(secret, sent | {"webhook-id": "msg_2"}, body)


def test_documented_node_verifies_what_is_sent(tmp_path: Path) -> None:
    body = '{"word": "빵"}'
    secret, sent = signed(body.encode())
    late = sent | {"webhook-timestamp": str(int(sent["webhook-timestamp"]) - 301)}
    calls = [[secret, sent, body], [secret, sent, body + " "], [new_secret(), sent, body], [secret, late, body]]
    script = tmp_path / "verify.mjs"
    script.write_text(f"{block('js')}\nconsole.log({json.dumps(calls)}.map((each) => verify(...each)).join())", "utf-8")
    done = subprocess.run(["node", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "true,false,false,false"


def test_documented_php_verifies_what_is_sent(tmp_path: Path) -> None:
    body = '{"word": "빵"}'
    secret, sent = signed(body.encode())
    late = sent | {"webhook-timestamp": str(int(sent["webhook-timestamp"]) - 301)}
    calls = [[secret, sent, body], [secret, sent, body + " "], [new_secret(), sent, body], [secret, late, body]]
    (tmp_path / "calls.json").write_text(json.dumps(calls), "utf-8")
    script = tmp_path / "verify.php"
    read = 'json_decode(file_get_contents(__DIR__ . "/calls.json"), true)'
    told = f"foreach ({read} as $call) echo verify(...$call) ? 1 : 0;"
    script.write_text(f"<?php\n{block('php')}\n{told}", "utf-8")
    done = subprocess.run(["php", script], capture_output=True, text=True, check=True)
    assert done.stdout == "1000"


@pytest.mark.anyio
async def test_secret_is_shown_once_and_rotation_shows_another(house: House) -> None:
    token = {"token": await house.token()}
    empty = (await house.browser.get("/admin/webhooks/")).text
    assert re.findall(r'name="([^"]+)" value="1" checked', empty) == [*EVENTS]
    added = await house.send("/admin/webhooks/one/add/", CHOSEN | token)
    [secret] = re.findall(r"whsec_[^<]+", added.text)
    [hook] = await house.db.fetch_all("SELECT * FROM webhooks")
    assert (hook["secret"], hook["events"], hook["site"]) == (secret, "comment.held", "one")
    path = f"/admin/webhooks/?site=one&webhook={hook['id']}"
    for page in (path, "/admin/webhooks/"):
        text = (await house.browser.get(page)).text
        assert "whsec_" not in text and "https://hooks.example" in text
    rotated = await house.send("/admin/webhooks/one/rotate/", token | {"webhook": hook["id"]})
    [other] = re.findall(r"whsec_[^<]+", rotated.text)
    [now] = await house.db.fetch_all("SELECT secret, old_secret FROM webhooks")
    assert (now["secret"], now["old_secret"]) == (other, secret) and other != secret


@pytest.mark.anyio
async def test_owner_tries_changes_pauses_and_removes(house: House) -> None:
    token = {"token": await house.token()}
    await house.send("/admin/webhooks/one/add/", CHOSEN | token | {"url": "https://127.0.0.1:1/"})
    [hook] = await house.db.fetch_all("SELECT * FROM webhooks")
    fields = token | {"webhook": hook["id"]}
    await house.send("/admin/webhooks/one/test/", fields)
    [delivery] = await house.db.fetch_all("SELECT * FROM webhook_deliveries")
    assert delivery["event"] == "webhook.test"
    page = (await house.browser.get(f"/admin/webhooks/?site=one&webhook={hook['id']}")).text
    assert delivery["id"] in page
    replayed = await house.send("/admin/webhooks/one/replay/", fields | {"delivery": delivery["id"]})
    assert replayed.status_code == 303
    await house.send("/admin/webhooks/one/switch/", fields | {"on": "0"})
    await house.send("/admin/webhooks/one/save/", fields | CHOSEN | {"format": "slack", "answer.settled": "1"})
    [changed] = await house.db.fetch_all("SELECT active, format, events, url FROM webhooks")
    assert changed == {"active": 0, "format": "slack", "events": "comment.held answer.settled", "url": URL}
    await house.send("/admin/webhooks/one/remove/", fields)
    assert await house.db.fetch_all("SELECT id FROM webhook_deliveries") == []
    actions = await house.db.fetch_all("SELECT action FROM audit WHERE kind = 'webhook' ORDER BY number")
    assert [row["action"] for row in actions] == [
        "webhook_added", "webhook_replayed", "webhook_paused", "webhook_changed", "webhook_removed",
    ]  # fmt: skip


@pytest.mark.anyio
@pytest.mark.parametrize(
    "wrong",
    [{"url": "http://hooks.example/"}, {"url": "http://127.0.0.1/"}, {"url": "https://a@hooks.example/"},
     {"url": "file:///etc/passwd"}, {"url": "https://[/"}, {"comment.held": ""}, {"format": "xml"}],
    ids=str,
)  # fmt: skip
async def test_impossible_webhooks_are_refused(house: House, wrong: dict[str, str]) -> None:
    token = {"token": await house.token()}
    assert (await house.send("/admin/webhooks/one/add/", CHOSEN | wrong | token)).status_code == 400
    assert await house.db.fetch_all("SELECT id FROM webhooks") == []


@pytest.mark.anyio
async def test_webhook_of_another_site_is_not_found(house: House) -> None:
    token = {"token": await house.token()}
    await house.send("/admin/webhooks/one/add/", CHOSEN | token)
    [hook] = await house.db.fetch_all("SELECT id FROM webhooks")
    await house.db.write(lambda: moved(hook["id"]))
    fields = CHOSEN | token | {"webhook": hook["id"], "delivery": "msg_1"}
    for call in ("save", "rotate", "switch", "remove", "test", "replay"):
        assert (await house.send(f"/admin/webhooks/one/{call}/", fields)).status_code == 404, call
    assert (await house.browser.get(f"/admin/webhooks/?site=one&webhook={hook['id']}")).status_code == 404


def moved(id: str) -> Work[None]:
    yield run("UPDATE webhooks SET site = 'two' WHERE id = :id", id=id)
