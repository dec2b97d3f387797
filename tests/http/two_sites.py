"""Two sites on one server, for the tests: on one of them everything that there can be, on the other one a visitor and
an owner who know all its ids."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from answerback.clock import SystemClock
from answerback.comments.store import set_rule

from tests.http.members import Member, join
from tests.http.signing import change, rows
from tests.http.test_corrections import Owner, sign_in
from tests.services import Reply, Server, Site, wait_until, write_to

ORIGIN = "https://other.example"
QUESTION = "When was the bakery founded?"
SECRETS = ("secrethidden", "secretpending", "secretprivate", "1931-draft")
"""Words of a hidden and a pending comment, a private question and an unread draft."""


def told_of(text: str) -> bool:
    """Whether a text tells of the year that only one site's page names; digits of a request's id do not."""
    return re.search(r"\b1931\b", text) is not None


@dataclass
class World:
    """The site `demo` with all that is on it, and those who have nothing to do with it, of the site `other`."""

    server: Server
    member: Member
    owner: Owner
    stranger: Owner
    asker: str = ""
    """Token of who has asked everything on `demo`."""
    reader: str = ""
    """Token of another visitor of `demo`."""
    visitor: str = ""
    """Token of a visitor of `other`."""
    ids: dict[str, str] = field(default_factory=dict)
    _reading: dict[str, str] = field(default_factory=dict)

    def call(self, token: str, method: str, path: str, data: Any = None, **headers: str) -> Reply:
        """A call with somebody's token; without any when it is empty."""
        self.server.token = token
        return self.server.call(method.upper(), path, data, **headers)

    def begin(self, site: str) -> str:
        """A new guest's token."""
        ticket = self.call("", "POST", "/api/session/", {"site": site}).json["ticket"]
        token: str = self.call("", "POST", "/api/session/bearer/", {"site": site, "ticket": ticket}).json["token"]
        return token

    def state(self) -> set[tuple[Any, ...]]:
        """Every row that belongs to `demo`, but for jobs and what they derive of others when they come to it."""
        found: set[tuple[Any, ...]] = set()
        with contextlib.closing(sqlite3.connect(self.server.folder / "data" / "answerback.db")) as connection:
            if not self._reading:
                self._reading.update(_statements(connection))
            for table, sql in self._reading.items():
                found.update((table, *row) for row in connection.execute(sql))
        return found


def _statements(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """What reads the rows of `demo`, by the table that has such."""
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in set(tables) - {"jobs", "log_texts", "thread_changes"}:
        columns = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
        where = "site = 'demo'" if "site" in columns else "bucket LIKE '%demo%'" if "bucket" in columns else ""
        if where or table in ("votes", "reports", "feedback"):
            yield table, f"SELECT * FROM {table}" + (f" WHERE {where}" if where else "")


@contextmanager
def two_sites(folder: Path) -> Iterator[World]:
    """A server with both sites, furnished."""
    unlimited = dict.fromkeys(("daily_answers", "address_daily_answers", "comments_per_minute"), "unlimited")
    with Site.start() as site, Server.start(folder, site) as server:
        server.command("site", "add", "other", "--origin", ORIGIN)
        server.change(**unlimited, crawl="false")  # nothing but what is called changes anything
        member = join(server, "Secret member")
        with (
            sign_in(server, "owner@example.com", "demo") as owner,
            sign_in(server, "stranger@example.com", "other") as stranger,
        ):
            world = World(server, member, owner, stranger)
            world.asker, world.reader, world.visitor = world.begin("demo"), world.begin("demo"), world.begin("other")
            _furnish(world)
            yield world


def _furnish(world: World) -> None:
    """A corrected answer with votes, report and feedback; something hidden, pending, private, and a draft."""
    server, ids = world.server, world.ids
    server.token = world.asker
    asked = server.post(QUESTION, key="one-key-of-mine").json
    ids["comment"], ids["answer"] = asked["comment"]["id"], asked["answer"]["id"]
    server.settled(ids["answer"])
    world.owner.send(f"/admin/comments/{ids['answer']}/correct/", body="In 1931, as the sign says.", note="Sure")
    ids["hidden"] = server.post("A secrethidden word", ask=False).json["comment"]["id"]
    world.owner.send(f"/admin/comments/{ids['hidden']}/hide/")
    server.change(moderation="all")
    ids["pending"] = server.post("A secretpending word", ask=False).json["comment"]["id"]
    server.change(moderation="none")
    chat = {"site": "demo", "page": server.page, "user_input": "A secretprivate question?", "key": "another-of-mine"}
    ids["chat"] = world.call(world.asker, "post", "/api/chat/gpt/", chat).json["id"]
    ids["question"] = rows(server, "SELECT question_id FROM answers WHERE id = ?", ids["chat"])[0][0]
    _draft(world)
    site = {"site": "demo"}
    world.call(world.reader, "put", f"/api/comments/{ids['comment']}/vote/", site | {"value": 1})
    world.call(world.reader, "post", f"/api/comments/{ids['comment']}/report/", site | {"reason": "spam"})
    world.call(world.reader, "put", f"/api/answers/{ids['answer']}/feedback/", site | {"helpful": True})
    wish = site | {"topic": "replies", "channel": "feed"}
    ids["subscription"] = world.call(world.asker, "post", "/api/subscriptions/", wish).json["subscription"]["id"]
    ids["session"] = rows(server, "SELECT id FROM sessions WHERE visitor_id = ?", world.member.id)[0][0]


def _draft(world: World) -> None:
    """An answer that waits for the owner, with words that no page has."""
    server, ids, now = world.server, world.ids, SystemClock().now()
    write_to(server.database_url, lambda: set_rule("demo", server.page, "drafts", now))
    server.token = world.asker
    ids["draft"] = server.post("Where does the bakery stand?").json["answer"]["id"]
    wait_until(lambda: rows(server, "SELECT state FROM answers WHERE id = ?", ids["draft"]) == [("done",)])
    write_to(server.database_url, lambda: set_rule("demo", server.page, None, now))
    change(server, "UPDATE answers SET body = '1931-draft', html = '1931-draft' WHERE id = ?", ids["draft"])
