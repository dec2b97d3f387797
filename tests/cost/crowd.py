"""A database in which much is stored: 200,000 comments, half of them on one page, with votes, answers and visitors."""

from __future__ import annotations

import asyncio
import re
import sqlite3

from answerback.db.postgres import lone_connection

from tests.migrations.databases import fetch

COMMENTS = 200_000
NOW = 1_790_000_000_000
SITE, BUSY = "demo", "/busy/"
_NUMBERS = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {most})"
_PAGE = "CASE WHEN n % 2 = 0 THEN '/busy/' ELSE '/p' || CAST(n / 10 % 500 AS TEXT) || '/' END"
_ROOT = "'c' || CAST(n - n % 10 + n % 2 AS TEXT)"
# What is gone stands together too: the newest 2,000 of the busy page, and 2,000 replies of one root.
_STATE = """CASE WHEN n > 196000 AND n % 2 = 0 THEN 'deleted' WHEN n % 50 IN (7, 12, 20) THEN 'deleted'
    WHEN n % 50 = 9 THEN 'hidden' WHEN n % 50 IN (13, 14) THEN 'pending' ELSE 'published' END"""
_DEPTH = "CASE WHEN n % 10 < 2 THEN 0 ELSE 1 END"
_AI = "n % 10 IN (3, 4)"
_AT = f"{NOW} - ({COMMENTS} - n) * 1000"

ROWS = (
    f"""INSERT INTO visitors (id, site, kind, name, created_at)
    {_NUMBERS.format(most=20_000)} SELECT 'v' || CAST(n AS TEXT), 'demo', 'guest', '', {NOW} FROM numbers""",
    f"""INSERT INTO sessions (id, site, visitor_id, origin, created_at, expires_at, bearer_hash)
    {_NUMBERS.format(most=20_000)} SELECT 's' || CAST(n AS TEXT), 'demo', 'v' || CAST(n AS TEXT), '', {NOW},
        {NOW} + 9000000000, CAST(n AS TEXT) FROM numbers""",
    f"""INSERT INTO threads (site, page, url, title, created_at, comments)
    {_NUMBERS.format(most=501)} SELECT 'demo',
        CASE WHEN n = 501 THEN '/busy/' ELSE '/p' || CAST(n - 1 AS TEXT) || '/' END, '', '', {NOW}, 0 FROM numbers""",
    f"""INSERT INTO comments (id, site, page, parent_id, root_id, depth, visitor_id, author_kind, author_name, body,
        html, state, created_at, score, shown, address_key)
    {_NUMBERS.format(most=COMMENTS)} SELECT 'c' || CAST(n AS TEXT), 'demo', {_PAGE},
        CASE WHEN n % 10 < 2 THEN NULL ELSE {_ROOT} END, {_ROOT}, {_DEPTH},
        CASE WHEN {_AI} THEN NULL ELSE 'v' || CAST(1 + n % 20000 AS TEXT) END,
        CASE WHEN {_AI} THEN 'ai' ELSE 'guest' END, '',
        CASE WHEN {_STATE} = 'deleted' THEN '' ELSE 'A comment of some words.' END,
        CASE WHEN {_STATE} = 'deleted' THEN '' ELSE '<p>A comment of some words.</p>' END, {_STATE}, {_AT},
        (n % 97) / 100.0, CASE WHEN n % 10 < 2 AND ({_STATE}) IN ('published', 'deleted') AND n <= 196000 THEN 1 ELSE 0
        END, 'k' || CAST(n % 5000 AS TEXT) FROM numbers""",
    f"""INSERT INTO answers (id, kind, site, page, url, title, question_id, visitor_id, address_key, state, queued_at,
        due_at, settled_at, turn_at, draft)
    {_NUMBERS.format(most=COMMENTS)} SELECT 'c' || CAST(n AS TEXT), 'thread', 'demo', {_PAGE}, '', '', {_ROOT},
        'v' || CAST(1 + n % 20000 AS TEXT), '', CASE WHEN n % 100 = 3 THEN 'failed' ELSE 'done' END, {_AT}, {_AT},
        {_AT}, {_AT}, CASE WHEN n % 50 IN (13, 14) THEN 1 ELSE 0 END FROM numbers WHERE {_AI}""",
    f"""INSERT INTO questions (id, site, page, visitor_id, body, html, idempotency_key, created_at)
    {_NUMBERS.format(most=20_000)} SELECT 'q' || CAST(n AS TEXT), 'demo', '/busy/', 'v' || CAST(1 + n % 2000 AS TEXT),
        'Why?', '<p>Why?</p>', CAST(n AS TEXT), {NOW} - n FROM numbers""",
    f"""INSERT INTO answers (id, kind, site, page, url, title, question_id, visitor_id, address_key, state, queued_at,
        due_at, settled_at, turn_at)
    {_NUMBERS.format(most=20_000)} SELECT 'a' || CAST(n AS TEXT), 'chat', 'demo', '/busy/', '', '',
        'q' || CAST(n AS TEXT), 'v' || CAST(1 + n % 2000 AS TEXT), '', 'done', {NOW} - n, {NOW} - n,
        {NOW} - n, {NOW} - n FROM numbers""",
    f"""INSERT INTO votes (comment_id, visitor_id, value, page)
    {_NUMBERS.format(most=COMMENTS)} SELECT 'c' || CAST(n AS TEXT), CASE WHEN n % 40 = 1 THEN 'heavy'
        ELSE 'v' || CAST(1 + (n + 7) % 20000 AS TEXT) END, 1, {_PAGE} FROM numbers WHERE n % 4 = 1""",
    f"""INSERT INTO quota_usage (bucket, day, used)
    {_NUMBERS.format(most=20_000)} SELECT 'visitor:demo:v' || CAST(n AS TEXT), '2026-09-21', 1 FROM numbers""",
    """UPDATE threads SET comments = k.count FROM (
        SELECT page, COUNT(*) AS count FROM comments WHERE state = 'published' GROUP BY page) AS k
    WHERE k.page = threads.page""",
)


def rows(comments: int) -> list[str]:
    """As `ROWS`, with another number of comments."""
    sizes = {
        f"n < {COMMENTS}": f"n < {comments}",
        f"({COMMENTS} - n)": f"({comments} - n)",
        "196000": str(max(0, comments - 4_000)),
    }
    made = list(ROWS)
    for old, new in sizes.items():
        made = [sql.replace(old, new) for sql in made]
    return made


def seed(url: str, comments: int = COMMENTS) -> None:
    """Put it all in: indexes are made and triggers come back afterwards, which takes a tenth of the time."""
    if url.startswith("sqlite"):
        _seed_sqlite(url, rows(comments))
    else:
        asyncio.run(_seed_postgres(url, rows(comments)))


def _seed_sqlite(url: str, statements: list[str]) -> None:
    made = fetch(
        url, "SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL"
    )
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    for pragma in ("synchronous = OFF", "journal_mode = MEMORY", "cache_size = -200000", "temp_store = MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("BEGIN")
    for kind, name, _ in made:
        connection.execute(f"DROP {kind} {name}")
    for sql in statements:
        connection.execute(sql)
    for _, _, sql in made:
        connection.execute(sql)
    connection.execute("COMMIT")
    connection.execute("ANALYZE")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()


async def _seed_postgres(url: str, statements: list[str]) -> None:
    async with lone_connection(url) as connection:
        await connection.execute("SET synchronous_commit = off; SET session_replication_role = replica")
        made = await connection.fetch("""SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
            AND indexname NOT IN (SELECT conname FROM pg_constraint)""")
        for name, _ in made:
            await connection.execute(f"DROP INDEX {name}")
        for sql in statements:
            await connection.execute(sql)
        for _, sql in made:
            await connection.execute(re.sub(r" ON public\.", " ON ", sql))
        await connection.execute("ANALYZE")
