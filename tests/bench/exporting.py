"""A large site out of the database, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

from answerback.db.database import Database
from answerback.db.work import Work, run
from answerback.migrations import migrate
from answerback.sites.store import add_site

from tests.postgres import Postgres

from .measuring import Row

COMMENTS, THREADS, AT = 100_000, 2_000, 1_780_000_000_000
SECONDS = 15
FILL = (
    """INSERT INTO threads (site, page, url, title, created_at)
    WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :count)
    SELECT 'blog', '/page-' || i, '', 'Page ' || i, CAST(:at AS BIGINT) FROM n""",
    """INSERT INTO comments (id, site, page, root_id, depth, author_kind, author_name, body, html, state, created_at)
    WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :count)
    SELECT 'comment-' || i, 'blog', '/page-' || (i % 2000), 'comment-' || i, 0, 'guest', 'Guest ' || (i % 977),
        'Comment ' || i || ': the rye bread is good, and the opening hours are as the page says.',
        '<p>Comment ' || i || ': the rye bread is good, and the opening hours are as the page says.</p>', 'published',
        CAST(:at AS BIGINT) + i FROM n""",
)


def exporting(rounds: int, seconds: float, folder: Path) -> list[Row]:
    """`answerback export` of 100,000 comments in 2,000 threads, from the command to its end."""
    rows = []
    postgres = Postgres.ready().fresh()
    for name, url in (("SQLite", f"sqlite:///{folder / 'large.db'}"), ("PostgreSQL", postgres)):
        migrate(url)
        asyncio.run(_fill(url))
        times = [_export(url, folder) for _ in range(min(3, rounds))]
        what = f"100,000 comments in 2,000 threads, {name}"
        row = Row("exporting", what, "s", [took for took, _ in times], wanted=f"≤ {SECONDS}")
        row.holds = row.median <= SECONDS
        row.beside = {"of that CPU": min(busy for _, busy in times)}
        rows.append(row)
    Postgres.end()
    return rows


async def _fill(url: str) -> None:
    db = Database(url)
    await db.connect()
    await db.write(lambda: add_site("blog", {"origins": "https://blog.example"}, AT))

    def fill() -> Work[None]:
        for sql, count in zip(FILL, (THREADS, COMMENTS), strict=True):
            yield run(sql, count=count, at=AT)

    await db.write(fill)
    await db.close()


def _export(url: str, folder: Path) -> tuple[float, float]:
    """Seconds, and the command's own CPU seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    begun = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "answerback", "export", "blog", "--output", str(folder / "out.json")],
        env=os.environ | {"ANSWERBACK_DATABASE_URL": url, "ANSWERBACK_DATA_DIR": str(folder)},
        check=True, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    took = time.perf_counter() - begun
    return took, resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
