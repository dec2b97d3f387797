"""Queries of the owner's log. Every query names the sites.

Each query asks for the newest entries of one kind and site, so that an index gives their order whatever the filters
are; conditions that must not choose the index are written so that they cannot. Full-text hits come as a list of ids
(`log_index.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..comments.store import HTML
from ..core.versions import version
from ..db.sql import in_list
from ..db.work import Row, Work, many, one
from .log_texts_store import Hit
from .newest_store import newest_sites, sites_with

COMMENT_STATES = ("published", "pending", "hidden", "deleted")
ANSWER_STATES = ("queued", "streaming", "done", "stopped", "failed", "withheld")
PAGES_OFFERED = 300
SITES_AT_ONCE = 30
"""The most sites in one statement: databases allow some hundred parts, and plan each of them."""
COUNTED, SUMMED = 20_000, 1_000
"""The most rows behind a day's figures."""

_ANSWER = "a.state AS answer_state, a.provider, a.model, a.tokens_in, a.tokens_out, a.cost_microusd, a.error"
# One row for each entry: comments and AI replies of the threads, then the ask box's questions and its answers.
# `rank` puts an answer above its question if both have the same time.
_COMMENTS = f"""'comment' AS entry, c.id, c.site, c.page, c.visitor_id AS author_id, c.author_kind,
    c.author_name, {HTML} AS html, a.body AS draft, c.state, {{0}} AS at,
    0 AS rank, t.url, t.title, {_ANSWER}"""
_THREADS = "LEFT JOIN threads t ON t.site = c.site AND t.page = c.page"
_FROM_COMMENTS = f"FROM comments c LEFT JOIN answers a ON a.id = c.id {_THREADS}"
_FROM_REPLIES = f"FROM answers a JOIN comments c ON c.id = a.id {_THREADS}"
_QUESTIONS = """'question' AS entry, q.id, q.site, q.page, q.visitor_id AS author_id, v.kind AS author_kind,
    v.name AS author_name, q.html, NULL AS draft, 'private' AS state, q.created_at AS at, 0 AS rank,
    (SELECT MAX(x.url) FROM answers x WHERE x.question_id = q.id AND x.site = q.site) AS url,
    (SELECT MAX(x.title) FROM answers x WHERE x.question_id = q.id AND x.site = q.site) AS title,
    NULL AS answer_state, NULL AS provider, NULL AS model, CAST(NULL AS BIGINT) AS tokens_in,
    CAST(NULL AS BIGINT) AS tokens_out, CAST(NULL AS BIGINT) AS cost_microusd, NULL AS error"""
_FROM_QUESTIONS = "FROM questions q LEFT JOIN visitors v ON v.id = q.visitor_id"
_ANSWERS = f"""'answer' AS entry, a.id, a.site, a.page, a.visitor_id AS author_id, 'ai' AS author_kind,
    COALESCE(v.name, '') AS author_name, a.html,
    a.body AS draft, 'private' AS state, a.queued_at AS at, 1 AS rank, a.url, a.title, {_ANSWER}"""
_FROM_ANSWERS = "FROM answers a LEFT JOIN visitors v ON v.id = a.visitor_id"
_BY_ID = (
    ("comment", f"SELECT {_COMMENTS.format('c.created_at')} {_FROM_COMMENTS}", "c"),
    ("question", f"SELECT {_QUESTIONS} {_FROM_QUESTIONS}", "q"),
    ("answer", f"SELECT {_ANSWERS} {_FROM_ANSWERS}", "a"),
)


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter of the log; empty fields match everything. `before` is the last entry already shown."""

    page: str = ""
    state: str = ""
    author: str = ""
    before: tuple[int, int, str] | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the log: a comment, an AI reply, a private question or a private answer."""

    entry: str
    id: str
    site: str
    page: str
    author_id: str
    author_kind: str
    author_name: str
    html: str
    draft: str
    state: str
    at: int
    rank: int
    url: str
    title: str
    answer_state: str | None
    provider: str
    model: str
    tokens_in: int
    tokens_out: int
    cost_microusd: int | None
    error: str | None

    @property
    def version(self) -> str:
        """The version that an approval form was made for."""
        return version(self.html, self.author_name)

    @property
    def is_answer(self) -> bool:
        """Whether the entry has an answer's figures."""
        return self.answer_state is not None

    @property
    def cursor(self) -> tuple[int, int, str]:
        """The cursor after this entry."""
        return self.at, self.rank, self.id


@dataclass(frozen=True, slots=True)
class Totals:
    """A day's figures: people's comments, questions answered or being answered, tokens, cost in millionths."""

    comments: int
    answers: int
    tokens_in: int
    tokens_out: int
    cost_microusd: int
    more_comments: bool = False
    more_answers: bool = False
    """Whether there are more answers than the figures include."""


def _before(wanted: Filter, at: str, rank: int, id: str) -> str:
    """The condition for entries after the last shown one, for a kind of entries that share this rank."""
    assert wanted.before is not None
    if rank == wanted.before[1]:
        return f"({at}, {id}) < (:at, :id)"
    return f"{at} {'<=' if rank < wanted.before[1] else '<'} :at"


@dataclass(frozen=True, slots=True)
class _Part:
    """One kind of entries that a filter admits."""

    columns: str
    tables: str
    at: str
    rank: int
    alias: str
    where: Sequence[str] = ()

    def of(self, site: str, wanted: Filter) -> str:
        """The newest entries of one site."""
        return f"SELECT {self.columns} {self._newest(site, wanted)} LIMIT :limit"

    def latest(self, site: str, wanted: Filter) -> str:
        """The time of a site's newest entry."""
        return f"SELECT {self.at} {self._newest(site, wanted)} LIMIT 1"

    def _newest(self, site: str, wanted: Filter) -> str:
        alias, conditions = self.alias, list(self.where)
        if wanted.author:
            # Always the author's index: `|| ''` keeps site and page from choosing another.
            conditions += [f"{alias}.visitor_id = :author", f"{alias}.site || '' = {site}"]
            if wanted.page:
                conditions.append(f"{alias}.page || '' = :page")
        else:
            conditions.append(f"{alias}.site = {site}")
            if wanted.page:
                conditions.append(f"{alias}.page = :page")
        if wanted.before is not None:
            conditions.append(_before(wanted, self.at, self.rank, f"{alias}.id"))
        return f"{self.tables} WHERE {' AND '.join(conditions)} ORDER BY {self.at} DESC, {alias}.id DESC"


def _parts(wanted: Filter) -> list[_Part]:
    """The kinds of entries that a filter admits; states are literal, to match the partial indexes."""
    state, parts = wanted.state, []
    if not state or state in COMMENT_STATES:
        only = [f"c.state = '{state}'"] if state else []
        if state not in ("", "published"):  # lets SQLite use the partial index
            only.append("c.state <> 'published'")
        parts.append(_Part(_COMMENTS.format("c.created_at"), _FROM_COMMENTS, "c.created_at", 0, "c", only))
    if state in ANSWER_STATES and not wanted.author:
        only = ["a.kind = 'thread'", *_answers_in(state, wanted.page)]
        parts.append(_Part(_COMMENTS.format("a.queued_at"), _FROM_REPLIES, "a.queued_at", 0, "a", only))
    if state in ("", "private"):
        parts.append(_Part(_QUESTIONS, _FROM_QUESTIONS, "q.created_at", 0, "q"))
    if state in ("", "private", *ANSWER_STATES):
        only = ["a.kind = 'chat'", *(_answers_in(state, wanted.page) if state in ANSWER_STATES else [])]
        parts.append(_Part(_ANSWERS, _FROM_ANSWERS, "a.queued_at", 1, "a", only))
    return parts


def _answers_in(state: str, page: str) -> list[str]:
    """Answers in a state; unfinished ones on pages have their own index."""
    return [f"a.state = '{state}'", *(["a.state <> 'done'"] if page and state != "done" else [])]


def entries(sites: Sequence[str], wanted: Filter, limit: int) -> Work[list[Entry]]:
    """The newest entries of these sites, newest first."""
    values: dict[str, object] = {"limit": limit}
    values |= {name: text for name, text in (("page", wanted.page), ("author", wanted.author)) if text}
    if wanted.before is not None:
        values["at"], _, values["id"] = wanted.before
    parts = _parts(wanted)
    found: list[Entry] = []
    latest = [part.latest("s.key", wanted) for part in parts]
    likely = yield from newest_sites(sites, latest, limit, **_used(values, " ".join(latest)))
    for some in (likely[start : start + SITES_AT_ONCE] for start in range(0, len(likely), SITES_AT_ONCE)):
        named = {f"site{number}": site for number, site in enumerate(some)}
        sql = " UNION ALL ".join(
            f"SELECT * FROM ({part.of(f':{name}', wanted)}) AS {name}_{number}"
            for name in named
            for number, part in enumerate(parts)
        )
        rows = yield many(sql, **_used(values, sql), **named)
        found += [_read(row) for row in rows]
    return sorted(found, key=lambda entry: entry.cursor, reverse=True)[:limit]


def _used(values: Mapping[str, object], sql: str) -> dict[str, object]:
    """The parameters that a statement uses."""
    return {name: value for name, value in values.items() if f":{name}" in sql}


def entries_of(sites: Sequence[str], hits: Sequence[Hit], wanted: Filter) -> Work[list[Entry]]:
    """Entries of these sites found by full-text search that also match the filter, in the same order."""
    found: dict[str, Entry] = {}
    names, params = in_list("site", sites)
    for kind, select, alias in _BY_ID:
        ids = [hit.entry_id for hit in hits if hit.entry == kind]
        if not ids:
            continue
        listed, of_ids = in_list("id", ids)
        where = [f"{alias}.id IN ({listed})", f"{alias}.site IN ({names})"]
        values: dict[str, object] = {**params, **of_ids}
        for column, value in (("page", wanted.page), ("visitor_id", wanted.author)):
            if value:
                where.append(f"{alias}.{column} = :{column}")
                values[column] = value
        if wanted.state in COMMENT_STATES:
            where.append("c.state = :state" if kind == "comment" else "1 = 0")
        elif wanted.state in ANSWER_STATES:
            where.append("1 = 0" if kind == "question" else "a.state = :state")
        elif wanted.state == "private" and kind == "comment":
            where.append("1 = 0")
        if wanted.state and ":state" in " ".join(where):
            values["state"] = wanted.state
        rows = yield many(f"{select} WHERE {' AND '.join(where)}", **values)
        found |= {row["id"]: _read(row) for row in rows}
    return [found[hit.entry_id] for hit in hits if hit.entry_id in found]


def _read(row: Row) -> Entry:
    texts = ("author_id", "author_name", "html", "draft", "url", "title", "provider", "model")
    numbers = ("tokens_in", "tokens_out")
    values = {name: row[name] for name in Entry.__slots__}
    values |= {name: values[name] or "" for name in texts} | {name: values[name] or 0 for name in numbers}
    values["author_kind"] = values["author_kind"] or "guest"
    return Entry(**values)


def totals(days: Mapping[int, Sequence[str]]) -> Work[Totals]:
    """Today's figures; `days` maps each start of a day to its sites. For each site, the newest `COUNTED` comments and
    the newest `SUMMED` answers count."""
    comments, more_comments, more_answers = 0, False, False
    sums = {"count": 0, "tokens_in": 0, "tokens_out": 0, "cost": 0}
    for start, sites in days.items():
        for site in (yield from sites_with(sites, _SINCE, start=start)):
            row = yield one(
                f"""SELECT (SELECT COUNT(*) FROM (SELECT 1 AS one FROM comments WHERE site = :site
                        AND created_at >= :start LIMIT {COUNTED}) AS of_all) AS counted,
                    (SELECT COUNT(*) FROM (SELECT 1 AS one FROM comments WHERE site = :site AND author_kind = 'ai'
                        AND created_at >= :start LIMIT {COUNTED}) AS of_ai) AS by_ai""",
                start=start, site=site,
            )  # fmt: skip
            comments += row["counted"] - row["by_ai"]
            more_comments = more_comments or row["counted"] == COUNTED
            row = yield one(_SUMS, start=start, site=site)
            sums = {name: sums[name] + row[name] for name in sums}
            more_answers = more_answers or row["count"] >= SUMMED
    return Totals(
        comments, sums["count"], sums["tokens_in"], sums["tokens_out"], sums["cost"], more_comments, more_answers
    )


_SINCE = (
    "comments c WHERE c.site = s.key AND c.created_at >= :start",
    *(f"answers a WHERE a.site = s.key AND a.kind = '{kind}' AND a.queued_at >= :start" for kind in ("thread", "chat")),
)
_PAGES = ("threads t WHERE t.site = s.key", "questions q WHERE q.site = s.key")
_OF_TODAY = " UNION ALL ".join(
    f"""SELECT * FROM (SELECT tokens_in, tokens_out, cost_microusd FROM answers WHERE site = :site
        AND kind = '{kind}' AND queued_at >= :start ORDER BY queued_at DESC LIMIT {SUMMED}) AS of_{kind}"""
    for kind in ("thread", "chat")
)
_SUMS = f"""SELECT COUNT(*) AS count, CAST(COALESCE(SUM(tokens_in), 0) AS BIGINT) AS tokens_in,
    CAST(COALESCE(SUM(tokens_out), 0) AS BIGINT) AS tokens_out,
    CAST(COALESCE(SUM(cost_microusd), 0) AS BIGINT) AS cost FROM ({_OF_TODAY}) AS today"""


def pages(sites: Sequence[str]) -> Work[list[str]]:
    """Pages with a thread or a question, for a selection: each site's newest few hundred."""
    found: set[str] = set()
    for site in (yield from sites_with(sites, _PAGES)):
        rows = yield many(
            """SELECT page FROM (
                SELECT page FROM threads WHERE site = :site ORDER BY created_at DESC LIMIT :limit) AS written_on
            UNION SELECT page FROM (
                SELECT page FROM questions WHERE site = :site ORDER BY created_at DESC LIMIT :limit) AS asked_on""",
            site=site, limit=PAGES_OFFERED,
        )  # fmt: skip
        found |= {row["page"] for row in rows}
    return sorted(found)[:PAGES_OFFERED]
