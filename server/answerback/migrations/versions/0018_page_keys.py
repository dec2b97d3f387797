"""One key for one page: keys are brought into their one readable form, and threads that become one are merged.

Beside that, the addresses that pages had (aliases), and those that a crawl suggests.
The keys are made by today's rule, not by one that is kept here: should it change, a later revision makes them anew, and
what this one has done is no hindrance to that, since a key's key is itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from ...core.comments import PAGE_LIMIT
from ...core.pages import PageRules, page_key
from ..computing import Computed

STATEMENTS: tuple[str, ...] = (
    """CREATE TABLE page_aliases (
        site TEXT NOT NULL REFERENCES sites (key), old TEXT NOT NULL, new TEXT NOT NULL, created_at BIGINT NOT NULL,
        PRIMARY KEY (site, old))""",
    """CREATE TABLE suggested_aliases (
        site TEXT NOT NULL REFERENCES sites (key), old TEXT NOT NULL, new TEXT NOT NULL, reason TEXT NOT NULL,
        found_at BIGINT NOT NULL, dismissed SMALLINT NOT NULL DEFAULT 0, PRIMARY KEY (site, old))""",
)

_MOVED = "FROM page_moves m WHERE m.site = {0}.site AND m.old = {0}.page"
_MERGED = """INSERT INTO threads (site, page, url, title, locked, created_at, ai, comments, url_by_owner)
    SELECT t.site, m.new, COALESCE(MAX(CASE WHEN t.url_by_owner = 1 THEN t.url END), MAX(t.url)),
        COALESCE(MAX(CASE WHEN t.url_by_owner = 1 THEN t.title END), MAX(t.title)), MAX(t.locked), MIN(t.created_at),
        MAX(t.ai), CAST(SUM(t.comments) AS BIGINT), MAX(t.url_by_owner)
    FROM threads t JOIN page_moves m ON m.site = t.site AND m.old = t.page WHERE 1 = 1 GROUP BY t.site, m.new
    ON CONFLICT (site, page) DO UPDATE SET comments = threads.comments + excluded.comments,
        url = CASE WHEN threads.url = '' OR threads.url_by_owner < excluded.url_by_owner
            THEN excluded.url ELSE threads.url END,
        title = CASE WHEN threads.title = '' OR threads.url_by_owner < excluded.url_by_owner
            THEN excluded.title ELSE threads.title END,
        locked = CASE WHEN excluded.locked = 1 THEN 1 ELSE threads.locked END,
        created_at = CASE WHEN excluded.created_at < threads.created_at
            THEN excluded.created_at ELSE threads.created_at END,
        ai = COALESCE(threads.ai, excluded.ai),
        url_by_owner = CASE WHEN excluded.url_by_owner = 1 THEN 1 ELSE threads.url_by_owner END"""
_USED = """INSERT INTO quota_usage (bucket, day, used)
    SELECT 'page:' || m.site || ':' || m.new, u.day, CAST(SUM(u.used) AS BIGINT)
    FROM page_moves m JOIN quota_usage u ON u.bucket = 'page:' || m.site || ':' || m.old WHERE 1 = 1
    GROUP BY 'page:' || m.site || ':' || m.new, u.day
    ON CONFLICT (bucket, day) DO UPDATE SET used = quota_usage.used + excluded.used"""


def moves(sites: Iterable[Any], pages: Iterable[Any]) -> Iterator[tuple[str, str, str]]:
    """Site, old key and new key of each page that gets another key."""
    rules = {key: PageRules(tuple(json.loads(settings).get("origins", "").split(","))) for key, settings in sites}
    for site, page in pages:
        new = page_key(page, rules[site], own_query=True) if site in rules else page
        if new not in ("", page) and len(new) <= PAGE_LIMIT:
            yield site, page, new


COMPUTED = Computed(
    reads=(
        "SELECT key, settings FROM sites",
        "SELECT site, page FROM threads UNION SELECT site, page FROM answers UNION SELECT site, page FROM questions",
    ),
    before=(
        "CREATE TEMPORARY TABLE page_moves (site TEXT NOT NULL, old TEXT NOT NULL, new TEXT NOT NULL, "
        "PRIMARY KEY (site, old))",
    ),
    table="page_moves",
    rows=moves,
    after=(
        _MERGED,
        f"UPDATE comments SET page = m.new {_MOVED.format('comments')}",
        f"UPDATE questions SET page = m.new {_MOVED.format('questions')}",
        f"UPDATE answers SET page = m.new {_MOVED.format('answers')}",
        f"UPDATE thread_changes SET page = m.new {_MOVED.format('thread_changes')}",
        "UPDATE votes SET page = c.page FROM comments c WHERE c.id = votes.comment_id AND votes.page <> c.page",
        _USED,
        "DELETE FROM quota_usage WHERE bucket IN (SELECT 'page:' || site || ':' || old FROM page_moves)",
        """UPDATE quota_holds SET bucket = 'page:' || m.site || ':' || m.new FROM page_moves m
            WHERE quota_holds.bucket = 'page:' || m.site || ':' || m.old""",
        "DELETE FROM threads WHERE EXISTS (SELECT 1 FROM page_moves m WHERE m.site = threads.site "
        "AND m.old = threads.page)",
        "DROP TABLE page_moves",
    ),
)
