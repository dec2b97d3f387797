"""A backup of a grown database beside visitors who post."""

from __future__ import annotations

import json
import sqlite3
import statistics
import subprocess
import sys
import time
from contextlib import closing
from functools import partial
from pathlib import Path

from .contenders import answerback, guests_of, port_of
from .measuring import JSON_FIELDS, Row, hammer, head
from .threads import WORDS

MEGABYTES = 276
COMMENTS = 2_000
TEXT = WORDS * 40


def grow(database: Path) -> float:
    """Fill a database with threads of comments; its size in MB."""
    with closing(sqlite3.connect(database, timeout=10)) as connection:
        number = 0
        while database.stat().st_size < MEGABYTES * 1_000_000:
            page = f"/grown-{number}.html"
            with connection:
                connection.execute(
                    "INSERT INTO threads (site, page, url, title, created_at) VALUES ('demo', ?, '', 'Grown', 1)",
                    (page,),
                )
                connection.executemany(
                    """INSERT INTO comments (id, site, page, root_id, depth, author_kind, author_name, body, html,
                        state, created_at) VALUES (?, 'demo', ?, ?, 0, 'guest', 'Mina', ?, ?, 'published', ?)""",
                    ((id, page, id, TEXT, f"<p>{TEXT}</p>", place)
                     for place in range(COMMENTS) for id in (f"{number}-{place}",)),
                )  # fmt: skip
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            number += 1
        return database.stat().st_size / 1_000_000


def backing_up(rounds: int, seconds: float, folder: Path) -> list[Row]:
    """How long a backup takes, and how many are posted meanwhile."""
    with answerback() as server:
        megabytes = grow(server.folder / "data" / "answerback.db")
        port = port_of(server)
        body = {
            "site": "demo", "page": server.page, "url": server.site.origin + server.page, "title": "Bakery",
            "body": f"{WORDS} @N@", "ask": False, "key": "key-@N@",
        }  # fmt: skip
        fields = "X-Answerback: 1\r\n" + JSON_FIELDS
        heads = [head("POST", "/api/comments/", port, f"{fields}Authorization: Bearer {guest}\r\n")
                 for guest in guests_of(server, 4)]  # fmt: skip
        post = partial(hammer, server.process.pid, port, heads, status=201, body=json.dumps(body))
        took, alone, beside = [], [], []
        for number in range(rounds):
            alone.append(post(seconds=seconds).per_second)
            target = folder / f"backup-{number}.tar"
            command = [sys.executable, "-m", "answerback", "backup", str(target)]
            begun = time.monotonic()
            with subprocess.Popen(command, env=server.environment, stderr=subprocess.DEVNULL) as backup:
                beside.append(post(seconds=seconds).per_second)
                assert backup.wait(120) == 0
                took.append(time.monotonic() - begun)
            target.unlink()
        share = [each / before for each, before in zip(beside, alone, strict=True)]
    return [
        Row("backing up", f"backup of {megabytes:,.0f} MB beside posts", "s", took, wanted="≤ 10",
            holds=statistics.median(took) <= 10),
        Row("backing up", "posts meanwhile, as a share of those before", "", share, wanted="≥ 0.9",
            holds=statistics.median(share) >= 0.9),
    ]  # fmt: skip
