"""What the followers of a busy thread cost whoever posts meanwhile."""

from __future__ import annotations

import json
import sqlite3
import statistics
from contextlib import closing
from functools import partial
from pathlib import Path

from tests.services import wait_until

from .contenders import answerback, guests_of, port_of
from .measuring import JSON_FIELDS, Row, hammer, head
from .threads import WORDS

FOLLOWERS = 10_000
NOW = 1_790_000_000_000


def follow(database: Path, page: str) -> None:
    """Have that many addresses follow a page."""
    with closing(sqlite3.connect(database, timeout=10)) as connection, connection:
        connection.executemany(
            """INSERT INTO subscribers (id, site, channel, address, lang, created_at)
            VALUES (?, 'demo', 'email', ?, 'en', ?)""",
            ((f"s{number}", f"{number}@example.com", NOW) for number in range(FOLLOWERS)),
        )
        connection.executemany(
            """INSERT INTO subscriptions (id, site, subscriber_id, visitor_id, kind, page, created_at, confirmed_at)
            VALUES (?, 'demo', ?, ?, 'thread', ?, ?, ?)""",
            ((f"w{number}", f"s{number}", f"v{number}", page, NOW, NOW) for number in range(FOLLOWERS)),
        )


def tell(database: Path, comment: str) -> None:
    """Have the followers found, as the look at what is new does once a minute."""
    with closing(sqlite3.connect(database, timeout=10)) as connection, connection:
        connection.execute(
            """INSERT INTO jobs (id, kind, site, data, created_at, due_at)
            VALUES (?, 'visitor_spread', 'demo', ?, ?, ?)""",
            (f"tell-{comment}", json.dumps({"comment": comment, "fresh": True}), NOW, NOW),
        )


def queued(database: Path) -> int:
    """Notifications that wait to be sent."""
    with closing(sqlite3.connect(database, timeout=10)) as connection:
        count: int = connection.execute("SELECT COUNT(*) FROM subscription_deliveries").fetchone()[0]
        return count


def telling(rounds: int, seconds: float, _: Path) -> list[Row]:
    """How much longer a post takes while 10,000 notifications are queued."""
    more = []
    with answerback() as server:
        database = server.folder / "data" / "answerback.db"
        port, [guest] = port_of(server), guests_of(server, 1)
        body = {
            "site": "demo", "page": "/beside.html", "url": "", "title": "", "body": f"{WORDS} @N@", "ask": False,
            "key": "key-@N@",
        }  # fmt: skip
        heads = [head("POST", "/api/comments/", port,
                      f"X-Answerback: 1\r\n{JSON_FIELDS}Authorization: Bearer {guest}\r\n")]  # fmt: skip
        post = partial(hammer, server.process.pid, port, heads, status=201, body=json.dumps(body))
        comments = [server.post(f"One more {number}", ask=False).json["comment"]["id"] for number in range(rounds)]
        for comment in comments:
            alone = 1_000 / post(seconds=seconds).per_second
            if comment == comments[0]:
                follow(database, server.page)
            before = queued(database)
            tell(database, comment)
            more.append(1_000 / post(seconds=seconds).per_second - alone)
            wait_until(lambda most=before + FOLLOWERS: queued(database) >= most, 120)
    row = Row("telling", f"a post beside {FOLLOWERS:,} notifications being queued, longer by", "ms", more, wanted="≤ 1")
    row.holds = statistics.median(more) <= 1
    return [row]
