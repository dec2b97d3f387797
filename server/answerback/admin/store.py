"""The owner's log in the database: joins that only read. Every query names the sites."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..answers import quota
from ..answers.quota import Alert
from ..comments.store import HTML
from ..core.buckets import BUDGETS
from ..core.roles import Role
from ..core.versions import version
from ..db.database import Database
from ..db.sql import containing, in_list
from ..db.work import Row, Work, many, one

COMMENT_STATES = ("published", "pending", "hidden", "deleted")
ANSWER_STATES = ("queued", "streaming", "done", "stopped", "failed", "withheld")
PAGES_OFFERED = 300

_ANSWER = "a.state AS answer_state, a.provider, a.model, a.tokens_in, a.tokens_out, a.cost_microusd, a.error"
# One row an entry: comments and AI replies of the threads, then the ask box's questions and its answers. `rank` puts
# an answer above its question where both have the same time.
_COMMENTS = f"""SELECT 'comment' AS entry, c.id, c.site, c.page, c.visitor_id AS author_id, c.author_kind,
    c.author_name, {HTML} AS html, a.body AS draft, c.state, c.created_at AS at,
    CASE WHEN c.author_kind = 'ai' THEN 1 ELSE 0 END AS rank, t.url, t.title, {_ANSWER}
    FROM comments c LEFT JOIN answers a ON a.id = c.id
    LEFT JOIN threads t ON t.site = c.site AND t.page = c.page"""
_QUESTIONS = """SELECT 'question' AS entry, q.id, q.site, q.page, q.visitor_id AS author_id, v.kind AS author_kind,
    v.name AS author_name, q.html, NULL AS draft, 'private' AS state, q.created_at AS at, 0 AS rank,
    (SELECT MAX(x.url) FROM answers x WHERE x.question_id = q.id AND x.site = q.site) AS url,
    (SELECT MAX(x.title) FROM answers x WHERE x.question_id = q.id AND x.site = q.site) AS title,
    NULL AS answer_state, NULL AS provider, NULL AS model, CAST(NULL AS BIGINT) AS tokens_in,
    CAST(NULL AS BIGINT) AS tokens_out, CAST(NULL AS BIGINT) AS cost_microusd, NULL AS error
    FROM questions q LEFT JOIN visitors v ON v.id = q.visitor_id"""
_ANSWERS = f"""SELECT 'answer' AS entry, a.id, a.site, a.page, a.visitor_id AS author_id, 'ai' AS author_kind,
    COALESCE(v.name, '') AS author_name, a.html,
    a.body AS draft, 'private' AS state, a.queued_at AS at, 1 AS rank, a.url, a.title, {_ANSWER}
    FROM answers a LEFT JOIN visitors v ON v.id = a.visitor_id"""


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter of the log; empty texts match everything. `before` is the last entry already shown."""

    text: str = ""
    page: str = ""
    state: str = ""
    author: str = ""
    before: tuple[int, int, str] | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log: a comment, an AI reply, a private question or a private answer."""

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
        """Whether an answer's figures belong to it."""
        return self.answer_state is not None

    @property
    def cursor(self) -> tuple[int, int, str]:
        """Where the log goes on after this entry."""
        return self.at, self.rank, self.id


@dataclass(frozen=True, slots=True)
class Totals:
    """Figures of a day: comments of people, questions answered or being answered, tokens, cost in millionths."""

    comments: int
    answers: int
    tokens_in: int
    tokens_out: int
    cost_microusd: int


def _part(select: str, name: str, at: str, rank: str, sites: str, wanted: Filter, states: Sequence[str]) -> str:
    """One kind's newest entries; each kind is cut by itself, so that its index on the time can serve."""
    where = [f"{name}.site IN ({sites})"]
    if name == "a":
        where.append("a.kind = 'chat'")
    if wanted.page:
        where.append(f"{name}.page = :page")
    if wanted.author:
        where.append(f"{name}.visitor_id = :author")
    if wanted.text:
        # SQLite folds the case of ASCII letters only; other scripts match case-sensitively.
        texts = [f"{name}.body", "a.body"] if name == "c" else [f"{name}.body"]
        found = (f"LOWER({text}) LIKE :folded ESCAPE '!' OR {text} LIKE :verbatim ESCAPE '!'" for text in texts)
        where.append(f"({' OR '.join(found)})")
    if wanted.state:
        where.append("(" + " OR ".join(f"{column} = :state" for column in states) + ")")
    if wanted.before is not None:
        where.append(f"({at}, {rank}, {name}.id) < (:at, :rank, :id)")
    return f"""SELECT * FROM ({select} WHERE {" AND ".join(where)}
        ORDER BY {at} DESC, rank DESC, {name}.id DESC LIMIT :limit) AS part_{name}"""


def entries(sites: Sequence[str], wanted: Filter, limit: int) -> Work[list[Entry]]:
    """The newest entries of these sites, newest first."""
    if not sites:
        return []
    names, params = in_list("site", sites)
    parts = []
    if not wanted.state or wanted.state in COMMENT_STATES + ANSWER_STATES:
        column = "a.state" if wanted.state in ANSWER_STATES else "c.state"
        rank = "CASE WHEN c.author_kind = 'ai' THEN 1 ELSE 0 END"
        parts.append(_part(_COMMENTS, "c", "c.created_at", rank, names, wanted, [column]))
    if wanted.state in ("", "private"):
        parts.append(_part(_QUESTIONS, "q", "q.created_at", "0", names, _stateless(wanted), []))
    if wanted.state in ("", "private", *ANSWER_STATES):
        own = wanted if wanted.state in ANSWER_STATES else _stateless(wanted)
        parts.append(_part(_ANSWERS, "a", "a.queued_at", "1", names, own, ["a.state"]))
    if not parts:
        return []
    values: dict[str, object] = {**params, "limit": limit}
    if wanted.page:
        values["page"] = wanted.page
    if wanted.author:
        values["author"] = wanted.author
    if wanted.text:
        values["verbatim"] = containing(wanted.text)
        values["folded"] = containing(wanted.text.lower())
    if wanted.state in COMMENT_STATES + ANSWER_STATES:
        values["state"] = wanted.state
    if wanted.before is not None:
        values["at"], values["rank"], values["id"] = wanted.before
    rows = yield many(
        f"{' UNION ALL '.join(parts)} ORDER BY at DESC, rank DESC, id DESC LIMIT :limit",
        **values,
    )
    return [_read(row) for row in rows]


def _stateless(wanted: Filter) -> Filter:
    return replace(wanted, state="")


def _read(row: Row) -> Entry:
    texts = ("author_id", "author_name", "html", "draft", "url", "title", "provider", "model")
    numbers = ("tokens_in", "tokens_out")
    values = {name: row[name] for name in Entry.__slots__}
    values |= {name: values[name] or "" for name in texts} | {name: values[name] or 0 for name in numbers}
    values["author_kind"] = values["author_kind"] or "guest"
    return Entry(**values)


def totals(days: Mapping[int, Sequence[str]]) -> Work[Totals]:
    """The figures of today; `days` says of each moment at which a day has begun, on which sites."""
    comments = 0
    sums = {"count": 0, "tokens_in": 0, "tokens_out": 0, "cost": 0}
    for start, sites in days.items():
        names, params = in_list("site", sites)
        row = yield one(
            f"""SELECT COUNT(*) AS count FROM comments WHERE author_kind <> 'ai' AND site IN ({names})
            AND created_at >= :start""",
            start=start, **params,
        )  # fmt: skip
        comments += row["count"]
        row = yield one(
            f"""SELECT COUNT(*) AS count, CAST(COALESCE(SUM(tokens_in), 0) AS BIGINT) AS tokens_in,
                CAST(COALESCE(SUM(tokens_out), 0) AS BIGINT) AS tokens_out,
                CAST(COALESCE(SUM(cost_microusd), 0) AS BIGINT) AS cost
            FROM answers WHERE kind <> 'refused' AND site IN ({names}) AND queued_at >= :start""",
            start=start, **params,
        )  # fmt: skip
        sums = {name: sums[name] + row[name] for name in sums}
    return Totals(comments, sums["count"], sums["tokens_in"], sums["tokens_out"], sums["cost"])


def pages(sites: Sequence[str]) -> Work[list[str]]:
    """Pages with a thread or a question, to choose from; the newest few hundred."""
    if not sites:
        return []
    names, params = in_list("site", sites)
    rows = yield many(
        f"""SELECT page, MAX(at) AS latest FROM (
            SELECT page, created_at AS at FROM threads WHERE site IN ({names})
            UNION ALL SELECT page, created_at AS at FROM questions WHERE site IN ({names})) AS places
        GROUP BY page ORDER BY latest DESC LIMIT :limit""",
        limit=PAGES_OFFERED, **params,
    )  # fmt: skip
    return sorted(row["page"] for row in rows)


async def roles_of(db: Database, owner_id: str, on_all: Role | None) -> dict[str, Role]:
    """What somebody may do on each site; `on_all` is the role of who has all of them."""
    if on_all is not None:
        return {row["key"]: on_all for row in await db.fetch_all("SELECT key FROM sites ORDER BY key")}
    rows = await db.fetch_all(
        """SELECT s.key, o.role FROM owner_sites o JOIN sites s ON s.key = o.site WHERE o.owner_id = :id
        ORDER BY s.key""",
        id=owner_id,
    )
    return {row["key"]: row["role"] for row in rows}


def waiting_count(sites: Sequence[str]) -> Work[int]:
    """How much waits for the owner of these sites, counted up to 100."""
    if not sites:
        return 0
    names, params = in_list("site", sites)
    row = yield one(
        f"""SELECT COUNT(*) AS count FROM (SELECT 1 AS one FROM reviewables WHERE site IN ({names}) AND state = 'open'
        LIMIT 100) AS counted""",
        **params,
    )  # fmt: skip
    return int(row["count"])


def site_of(sites: Sequence[str], id: str) -> Work[str | None]:
    """The site of a comment, when it is one of these."""
    if not sites:
        return None
    names, params = in_list("site", sites)
    row = yield one(f"SELECT site FROM comments WHERE id = :id AND site IN ({names})", id=id, **params)
    return None if row is None else row["site"]


def alerts(days: Mapping[str, Sequence[str]]) -> Work[list[Alert]]:
    """The budgets of today of which most is used; `days` says of each day on which sites it is today."""
    found: list[Alert] = []
    for day, sites in days.items():
        names, params = in_list("site", sites)
        rows = yield many(
            f"""SELECT site, budget, most, used FROM budget_alerts WHERE day = :day AND site IN ({names})
            ORDER BY site, budget""",
            day=day, **params,
        )  # fmt: skip
        used = yield from quota.used_of([BUDGETS[row["budget"]](row["site"]) for row in rows], day)
        for row in rows:
            now = used.get(BUDGETS[row["budget"]](row["site"]), row["used"])
            found.append(Alert(row["site"], row["budget"], now, row["most"]))
    return found
