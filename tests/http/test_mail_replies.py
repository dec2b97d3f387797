"""Owners answer by mail: as the author, once, what they were told of, and are told where that could not be."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import anyio
import pytest
from answerback.db.work import Work, run
from anyio.lowlevel import checkpoint

from tests.commands import run_command
from tests.core.test_mail_replies import SHAPES, mail
from tests.fakes.smtp_server import MailServer
from tests.http.test_by_mail import Mailed, open_mailed

pytestmark = pytest.mark.anyio
SECRET = "five-blue-kettles"
REPLIES = {"ANSWERBACK_MAIL_REPLY_TO": "replies@comments.example", "ANSWERBACK_MAIL_IN_SECRET": SECRET}
BEARER = {"Authorization": f"Bearer {SECRET}"}


@pytest.fixture(scope="module")
def post() -> Iterator[MailServer]:
    with MailServer.start() as server:
        yield server


@pytest.fixture
async def mailed(tmp_path: Path, post: MailServer) -> AsyncIterator[Mailed]:
    post.mails.clear()
    async with open_mailed(tmp_path, **REPLIES, **post.settings()) as made:
        yield made


def reply(mailed: Mailed, body: str = SHAPES["gmail"], **headers: str) -> bytes:
    fields = {"From": "one@example.com", "To": mailed.reply_to} | headers
    return mail(body, **fields).as_bytes()


async def bring(mailed: Mailed, raw: bytes, **headers: str) -> Any:
    sent = {"Content-Type": "message/rfc822", **BEARER} | {k.replace("_", "-"): v for k, v in headers.items()}
    return await mailed.house.browser.post("/mail-in/", content=raw, headers=sent)


async def replies(mailed: Mailed) -> list[tuple[str, str, str]]:
    """What stands as the author's, once no mail waits."""
    with anyio.fail_after(10):
        while await mailed.house.db.fetch_all("SELECT id FROM jobs WHERE kind IN ('mail_reply', 'mail_reply_refused')"):
            await checkpoint()
    rows = await mailed.house.db.fetch_all(
        "SELECT parent_id, author_name, body FROM comments WHERE author_kind = 'owner' ORDER BY created_at, id"
    )
    return [(row["parent_id"], row["author_name"], row["body"]) for row in rows]


def changed(statement: str) -> Work[None]:
    yield run(statement)


async def test_reply_appears_as_the_authors_and_approves(mailed: Mailed) -> None:
    assert re.fullmatch(r"replies\+[a-z2-7]{26}@comments\.example", mailed.reply_to)
    assert (await bring(mailed, reply(mailed))).json() == {"result": "accepted"}
    assert await replies(mailed) == [("c3", "one", "Yes, it is.")]
    assert await mailed.state() == "published"
    audit = await mailed.house.db.fetch_all("SELECT actor, action, reason FROM audit ORDER BY number")
    assert [(row["actor"], row["action"], row["reason"]) for row in audit] == [
        ("one@example.com", "approved", "by mail"), ("one@example.com", "replied", "by mail"),
    ]  # fmt: skip
    assert await mailed.house.db.fetch_all("SELECT words, sender FROM received_mails") == [{"words": "", "sender": ""}]


async def test_mail_that_comes_twice_is_one_reply(mailed: Mailed) -> None:
    await mailed.told("c1", "comment")
    for result in ("accepted", "known", "known"):
        assert (await bring(mailed, reply(mailed))).json() == {"result": result}
    assert await replies(mailed) == [("c1", "one", "Yes, it is.")]
    assert (await bring(mailed, reply(mailed, "And cheap.", Message_ID="<2@x.example>"))).json()["result"] == "accepted"
    assert len(await replies(mailed)) == 2


@pytest.mark.parametrize(
    ("kind", "wrap"),
    [
        ("application/json", lambda raw: json.dumps({"From": "x", "RawEmail": raw.decode()}).encode()),
        ("application/x-www-form-urlencoded", lambda raw: urlencode({"body-mime": raw.decode()}).encode()),
        (
            "multipart/form-data; boundary=xx",
            lambda raw: b'--xx\r\nContent-Disposition: form-data; name="email"\r\n\r\n' + raw + b"\r\n--xx--\r\n",
        ),
    ],
    ids=["json", "form", "multipart"],
)
async def test_providers_bring_mail_in_their_own_ways(mailed: Mailed, kind: str, wrap: Any) -> None:
    basic = "Basic " + b64encode(f"answerback:{SECRET}".encode()).decode()
    response = await bring(mailed, wrap(reply(mailed)), Content_Type=kind, Authorization=basic)
    assert response.json() == {"result": "accepted"}
    assert len(await replies(mailed)) == 1


async def test_mail_is_taken_from_nobody_else(mailed: Mailed) -> None:
    for given in ("", "Bearer", "Bearer wrong", "Basic !!!", "Basic " + b64encode(b"x:wrong").decode()):
        assert (await bring(mailed, reply(mailed), Authorization=given)).status_code == 401
    assert (await bring(mailed, b"x" * 2_000_001)).status_code == 413
    assert (await bring(mailed, b"{}", Content_Type="application/json")).status_code == 400
    assert (await bring(mailed, b"x", Content_Type="image/png")).status_code == 415
    assert await replies(mailed) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"From": "jin@example.com"}, {"From": "one@example.com, jin@example.com"}, {"Auto_Submitted": "auto-replied"},
        {"To": "replies+aaaaaaaaaaaaaaaaaaaaaaaaaa@comments.example"},
    ],
)  # fmt: skip
async def test_only_the_owner_who_was_told_answers(mailed: Mailed, headers: dict[str, str]) -> None:
    assert (await bring(mailed, reply(mailed, **headers))).status_code == 200
    assert await replies(mailed) == []
    assert await mailed.state() == "pending"


@pytest.mark.parametrize(
    ("meanwhile", "body", "why"),
    [
        ("UPDATE comments SET html = '<p>Other</p>' WHERE id = 'c3'", "Yes.", "has changed since"),
        ("UPDATE comments SET state = 'deleted' WHERE id = 'c3'", "Yes.", "has been deleted"),
        ("UPDATE owner_sites SET role = 'reader'", "Yes.", "may no longer decide"),
        ("UPDATE owners SET credentials = credentials + 1", "Yes.", "within seven days"),
        ("", "> all quoted", "no words of your own"),
        ("", "word " * 2_000, "too many of them"),
    ],
)
async def test_what_is_not_published_is_told(
    mailed: Mailed, post: MailServer, meanwhile: str, body: str, why: str
) -> None:
    if meanwhile:
        await mailed.house.db.write(lambda: changed(meanwhile))
    before = await mailed.state()
    await bring(mailed, reply(mailed, body))
    assert await replies(mailed) == []
    assert await mailed.state() == before
    [told] = post.mails
    assert told.to == ["one@example.com"] and why in told.part("plain")


async def test_mail_server_pipes_a_reply_into_the_command(mailed: Mailed, tmp_path: Path, post: MailServer) -> None:
    environment = {"ANSWERBACK_DATA_DIR": str(tmp_path), **REPLIES, **post.settings()}
    done = run_command(["mail-in"], environment, reply(mailed).decode())
    assert (done.returncode, done.stderr.strip()) == (0, "answerback: accepted")
    assert run_command(["mail-in"], environment, "Subject: x\n\nx").stderr.strip() == "answerback: ignored"
    [kept] = await mailed.house.db.fetch_all("SELECT words, sender FROM received_mails")
    assert kept == {"words": "Yes, it is.", "sender": "one@example.com"}
    assert len(await mailed.house.db.fetch_all("SELECT id FROM jobs WHERE kind = 'mail_reply'")) == 1
