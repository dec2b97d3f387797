"""Earlier questions and section headings of a site."""

from __future__ import annotations

from ..db.work import Work, many

MOST_SECTIONS = 2_000


def asked_lately(site: str, limit: int) -> Work[list[tuple[str, str]]]:
    """The newest distinct questions, with the addresses of the pages they were asked on."""
    rows = yield many(
        """SELECT a.url, COALESCE(q.body, c.body) AS question, MAX(a.queued_at) AS at
        FROM answers a LEFT JOIN comments c ON c.id = a.question_id AND c.site = a.site AND c.state = 'published'
            AND a.kind <> 'chat'
        LEFT JOIN questions q ON q.id = a.question_id AND q.site = a.site AND a.kind = 'chat'
        WHERE a.site = :site AND a.url <> '' AND COALESCE(q.body, c.body, '') <> ''
        GROUP BY a.url, COALESCE(q.body, c.body) ORDER BY at DESC, a.url LIMIT :limit""",
        site=site, limit=limit,
    )  # fmt: skip
    return [(row["url"], row["question"]) for row in rows]


def sections(site: str) -> Work[list[tuple[str, str]]]:
    """The distinct headings of a site's passages with their pages' addresses, in their order."""
    rows = yield many(
        """SELECT url, heading, MIN(position) AS place FROM passages WHERE site = :site AND heading <> ''
        GROUP BY url, heading ORDER BY url, place LIMIT :limit""",
        site=site, limit=MOST_SECTIONS,
    )  # fmt: skip
    return [(row["url"], row["heading"]) for row in rows]
