"""Answers in the database: queue, leases, outcomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from ..core.answering import Source
from ..core.times import CLOCKS_DIFFER_MS
from ..db.work import Row, Work, many, one, run

COLUMNS = """a.id, a.kind, a.site, a.page, a.url, a.hint, a.title, a.question_id, a.visitor_id, a.address_key, a.state,
    a.body, a.html, a.sources, a.provider, a.model, a.error, a.retry_at, a.attempts, a.queued_at, a.settled_at,
    a.stop_requested, a.on_request, a.draft, a.outdated, a.lost_leases, a.supported, a.support_reason, a.certainty"""


SITE_SHARE = 4
LOST_LEASES = 3
"""An answer that so many workers have died over has failed, for good."""


@dataclass(frozen=True, slots=True)
class QueuedAnswer:
    """An answer's row."""

    id: str
    kind: str
    site: str
    page: str
    url: str
    hint: str
    """Where else its visitor has read the page (`page_hint`)."""
    title: str
    question_id: str
    visitor_id: str
    address_key: str
    state: str
    body: str
    html: str
    sources: tuple[Source, ...]
    provider: str
    model: str
    error: str | None
    retry_at: int | None
    attempts: int
    queued_at: int
    settled_at: int | None
    stop_requested: bool
    on_request: bool
    draft: bool
    outdated: bool
    """It is to be given anew; its reply keeps the words of before until then."""
    lost_leases: int
    """How many workers have died over it, or their machine has."""
    supported: bool | None
    support_reason: str
    certainty: float | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an answer ended; `outdated`: it keeps its earlier text and that text's record."""

    state: str
    body: str
    html: str
    sources: tuple[Source, ...]
    provider: str
    model: str
    prompt_version: str
    tokens_in: int
    tokens_out: int
    cost_microusd: int | None
    error: str | None
    retry_at: int | None
    first_token_at: int | None = None
    supported: bool | None = None
    support_reason: str = ""
    """Why the page does not bear it (`core/grounding/review.py`)."""
    certainty: float | None = None
    """How likely the passages were to answer (core/grounding/judging.py)."""
    passages: Sequence[dict[str, str]] = ()
    verdicts: Mapping[str, str] = field(default_factory=dict)
    outdated: bool = False
    renew_at: int | None = None
    tried: bool = True
    """Whether this counts as one of its attempts."""


NOTHING = Outcome(
    state="stopped", body="", html="", sources=(), provider="", model="", prompt_version="", tokens_in=0, tokens_out=0,
    cost_microusd=None, error=None, retry_at=None,
)  # fmt: skip
"""How an answer ends that is taken back before it has begun."""


def read_job(row: Row) -> QueuedAnswer:
    """An answer from a row with `COLUMNS`."""
    values = {name: row[name] for name in QueuedAnswer.__slots__}
    values["sources"] = tuple(Source(**source) for source in orjson.loads(row["sources"]))
    values["stop_requested"] = bool(row["stop_requested"])
    values["on_request"] = bool(row["on_request"])
    values["draft"] = bool(row["draft"])
    values["outdated"] = bool(row["outdated"])
    values["supported"] = None if row["supported"] is None else bool(row["supported"])
    return QueuedAnswer(**values)


def add_answer(values: dict[str, Any]) -> Work[None]:
    """Inserts a queued answer: id, kind, site, page, url, hint, question_id, visitor_id, address_key, provider, model,
    now, on_request (1 if requested explicitly, 0 if by the site's rule), draft (1: the owner reads it first)."""
    yield run(
        """INSERT INTO answers (id, kind, site, page, url, hint, title, question_id, visitor_id, address_key, provider,
            model, state, queued_at, due_at, on_request, draft, via)
        VALUES (:id, :kind, :site, :page, :url, :hint, :title, :question_id, :visitor_id, :address_key, :provider,
            :model, 'queued', :now, :now, :on_request, :draft, :via)""",
        **{"on_request": 1, "draft": 0, "via": "", "title": "", "hint": "", **values},
    )


def add_refused(values: dict[str, Any]) -> Work[None]:
    """Records a question refused for lack of budget, as a row outside any thread, so that the owner finds it; `values`
    as for `add_answer`."""
    yield from add_answer({**values, "kind": "refused"})
    yield run(
        """UPDATE answers SET state = 'failed', error = 'budget_exhausted', settled_at = queued_at
        WHERE id = :id AND kind = 'refused'""",
        id=values["id"],
    )  # fmt: skip


def job_by_id(site: str, id: str) -> Work[QueuedAnswer | None]:
    """An answer of this site."""
    row = yield one(f"SELECT {COLUMNS} FROM answers a WHERE a.site = :site AND a.id = :id", site=site, id=id)
    return None if row is None else read_job(row)


def job_known(site: str, id: str) -> Work[QueuedAnswer]:
    """`job_by_id` for an answer that must exist."""
    job = yield from job_by_id(site, id)
    assert job is not None
    return job


def job_of_question(site: str, question_id: str) -> Work[QueuedAnswer | None]:
    """The newest answer to a question."""
    row = yield one(
        f"""SELECT {COLUMNS} FROM answers a WHERE a.site = :site AND a.question_id = :id
        ORDER BY a.queued_at DESC LIMIT 1""",
        site=site, id=question_id,
    )  # fmt: skip
    return None if row is None else read_job(row)


def claim(worker: str, now: int, lease_until: int, at_once: int) -> Work[list[QueuedAnswer]]:
    """Claims due answers until the worker has `at_once`: queued ones, failed ones due for a retry, and those with an
    expired lease or one from before the clock was set back. Fair: the site with the fewest running answers first, then
    the one that has waited longest, and likewise each visitor within a site. A single conditional statement, so each
    answer goes to one worker. A site takes at most `SITE_SHARE` times the places that remain free after it, so some are
    always free for another site's first question."""
    rows = yield many(
        f"""WITH due AS (
            SELECT id, site, visitor_id, queued_at FROM answers WHERE state = 'queued'
                OR (state = 'failed' AND retry_at <= :now)
                OR (state = 'streaming' AND lease_until NOT BETWEEN :now AND :longest)),
        busy AS (
            SELECT site, visitor_id, worker FROM answers
            WHERE state = 'streaming' AND lease_until BETWEEN :now AND :longest),
        visitors AS (
            SELECT site, visitor_id,
                (SELECT COUNT(*) FROM busy b WHERE b.site = w.site AND b.visitor_id = w.visitor_id) AS writing,
                (SELECT MAX(turn_at) FROM answers a WHERE a.visitor_id = w.visitor_id) AS turn_at
            FROM (SELECT DISTINCT site, visitor_id FROM due) AS w),
        sites AS (
            SELECT site, (SELECT COUNT(*) FROM busy b WHERE b.site = w.site) AS writing,
                (SELECT COUNT(*) FROM busy b WHERE b.site = w.site AND b.worker <> :worker) AS elsewhere,
                (SELECT MAX(turn_at) FROM answers a WHERE a.site = w.site) AS turn_at
            FROM (SELECT DISTINCT site FROM due) AS w),
        of_visitors AS (
            SELECT d.id, d.site, d.queued_at, COALESCE(v.turn_at, 0) AS turn_at, v.writing
                + ROW_NUMBER() OVER (PARTITION BY d.site, d.visitor_id ORDER BY d.queued_at, d.id) AS number
            FROM due d JOIN visitors v ON v.site = d.site AND v.visitor_id = d.visitor_id),
        of_sites AS (
            SELECT o.id, o.queued_at, COALESCE(s.turn_at, 0) AS turn_at, s.elsewhere, s.writing
                + ROW_NUMBER() OVER (PARTITION BY o.site ORDER BY o.number, o.turn_at, o.queued_at, o.id) AS number
            FROM of_visitors o JOIN sites s ON s.site = o.site),
        in_turn AS (
            SELECT id, number - elsewhere AS here,
                ROW_NUMBER() OVER (ORDER BY number, turn_at, queued_at, id) AS place FROM of_sites),
        room AS (
            SELECT :at_once - COUNT(*) AS places FROM answers WHERE state = 'streaming' AND worker = :worker)
        UPDATE answers SET state = 'streaming', worker = :worker, lease_until = :lease_until, turn_at = :now,
            attempts = attempts + 1, retry_at = NULL, lost_leases = lost_leases + CASE WHEN state = 'streaming'
                THEN 1 ELSE 0 END, started_at = COALESCE(started_at, :now)
        WHERE id IN (SELECT id FROM in_turn, room
            WHERE place <= places AND here <= {SITE_SHARE} * (places - place + 1))
        RETURNING {COLUMNS.replace("a.", "")}""",
        worker=worker, now=now, lease_until=lease_until, longest=lease_until + CLOCKS_DIFFER_MS, at_once=at_once,
    )  # fmt: skip
    return sorted((read_job(row) for row in rows), key=lambda job: job.queued_at)


def next_due() -> Work[int | None]:
    """When the next answer is due, possibly in the past; None if nothing waits."""
    row = yield one(
        """SELECT MIN(moment) AS moment FROM (
            SELECT MIN(due_at) AS moment FROM answers WHERE state = 'queued'
            UNION ALL SELECT MIN(retry_at) FROM answers WHERE state = 'failed' AND retry_at IS NOT NULL
            UNION ALL SELECT MIN(lease_until) FROM answers WHERE state = 'streaming') AS moments"""
    )
    moment: int | None = row["moment"]
    return moment


def release(id: str, worker: str, now: int) -> Work[None]:
    """Returns an unfinished answer to the queue when its worker stops; the next worker starts over."""
    yield run(
        """UPDATE answers SET state = 'queued', body = CASE WHEN outdated = 1 THEN body ELSE '' END,
            due_at = :now, attempts = attempts - 1, worker = NULL,
            lease_until = NULL WHERE id = :id AND worker = :worker AND state = 'streaming'""",
        id=id, worker=worker, now=now,
    )  # fmt: skip


# A new answer is wanted whoever asked: the site's readers have seen the old one.
_WANTED = """NOT EXISTS (SELECT 1 FROM comments c WHERE c.site = answers.site
        AND c.id IN (answers.id, answers.question_id) AND c.state IN ('hidden', 'deleted'))
    AND (answers.outdated = 1 OR (answers.visitor_id <> '' AND NOT EXISTS (
        SELECT 1 FROM visitors v WHERE v.id = answers.visitor_id AND v.blocked = 1)))"""


def is_wanted(id: str) -> Work[bool]:
    """Whether an answer is still wanted: its question and place are neither hidden nor deleted, and its asker neither
    blocked nor erased."""
    row = yield one(f"SELECT 1 AS one FROM answers WHERE id = :id AND {_WANTED}", id=id)
    return row is not None


def keep_text(id: str, worker: str, body: str, now: int, lease_until: int) -> Work[bool]:
    """Saves the text so far and renews the lease; False if the answer was taken over, is to stop, or is no longer
    wanted (`is_wanted`)."""
    row = yield one(
        f"""UPDATE answers SET body = CASE WHEN outdated = 1 THEN body ELSE :body END, lease_until = :lease_until,
            first_token_at = CASE WHEN :has_text = 1 THEN COALESCE(first_token_at, :now) ELSE first_token_at END
        WHERE id = :id AND worker = :worker AND state = 'streaming' AND stop_requested = 0 AND {_WANTED}
        RETURNING id""",
        body=body, lease_until=lease_until, now=now, id=id, worker=worker, has_text=1 if body else 0,
    )  # fmt: skip
    return row is not None


def finish(id: str, worker: str, outcome: Outcome, now: int) -> Work[bool]:
    """Stores an answer's outcome; False, storing nothing, if someone else did."""
    row = yield one(
        """UPDATE answers SET state = :state, body = :body, html = :html, sources = :sources, provider = :provider,
            model = :model, tokens_in = tokens_in + :tokens_in,
            tokens_out = tokens_out + :tokens_out, cost_microusd = CASE WHEN CAST(:cost AS BIGINT) IS NULL
                THEN cost_microusd ELSE COALESCE(cost_microusd, 0) + CAST(:cost AS BIGINT) END,
            error = :error, retry_at = :retry_at, settled_at = :now, lease_until = NULL, worker = NULL,
            attempts = attempts - CAST(:untried AS BIGINT),
            first_token_at = COALESCE(CAST(:first_token_at AS BIGINT), first_token_at),
            revised_at = CASE WHEN outdated = 1 AND CAST(:kept AS SMALLINT) = 0 THEN :now ELSE revised_at END,
            stop_requested = 0, supported = :supported, support_reason = :support_reason,
            outdated = CAST(:kept AS SMALLINT), renew_at = :renew_at,
            certainty = CASE WHEN CAST(:kept AS SMALLINT) = 1 THEN certainty ELSE :certainty END,
            prompt_version = CASE WHEN CAST(:kept AS SMALLINT) = 1 THEN prompt_version ELSE :prompt_version END,
            passages = CASE WHEN CAST(:kept AS SMALLINT) = 1 THEN passages ELSE :passages END,
            verdicts = CASE WHEN CAST(:kept AS SMALLINT) = 1 THEN verdicts ELSE :verdicts END
        WHERE id = :id AND worker = :worker AND state = 'streaming' RETURNING id""",
        first_token_at=outcome.first_token_at, kept=int(outcome.outdated), renew_at=outcome.renew_at,
        supported=None if outcome.supported is None else int(outcome.supported), support_reason=outcome.support_reason,
        certainty=None if outcome.certainty is None else round(outcome.certainty, 3),
        passages=orjson.dumps(list(outcome.passages)).decode(), verdicts=orjson.dumps(dict(outcome.verdicts)).decode(),
        id=id, worker=worker, state=outcome.state, body=outcome.body, html=outcome.html,
        sources=orjson.dumps([source.public() for source in outcome.sources]).decode(),
        provider=outcome.provider, model=outcome.model, prompt_version=outcome.prompt_version,
        tokens_in=outcome.tokens_in, tokens_out=outcome.tokens_out, cost=outcome.cost_microusd,
        error=outcome.error, retry_at=outcome.retry_at, now=now, untried=0 if outcome.tried else 1,
    )  # fmt: skip
    return row is not None


def try_key_again(now: int) -> Work[None]:
    """Requeues answers that failed because a key was rejected."""
    yield run(
        """UPDATE answers SET retry_at = :now, attempts = attempts - 1
        WHERE state = 'failed' AND error = 'auth' AND retry_at > :now AND attempts > 0""",
        now=now,
    )  # fmt: skip


def finish_reply(id: str, *, pending: bool) -> Work[None]:
    """Publishes the AI's comment; a draft waits for the owner."""
    yield run(
        "UPDATE comments SET state = :state WHERE id = :id AND state IN ('published', 'pending')",
        id=id, state="pending" if pending else "published",
    )  # fmt: skip


def open_reply(id: str, *, pending: bool) -> Work[None]:
    """Puts the AI's comment back into the thread when it is requested again."""
    yield run(
        "UPDATE comments SET state = :state WHERE id = :id AND state <> 'hidden'",
        id=id, state="pending" if pending else "published",
    )  # fmt: skip


def requeue(
    id: str, visitor_id: str, address_key: str, now: int, *, draft: bool = False, held: bool = False
) -> Work[bool]:
    """Requeues an answer that ended without success; False if it did not, or the owner has withdrawn it. An answer
    still `held` keeps its remaining tries."""
    row = yield one(
        """UPDATE answers SET state = 'queued', due_at = :now, queued_at = :now, retry_at = NULL,
            attempts = CASE WHEN CAST(:held AS SMALLINT) = 1 THEN attempts ELSE 0 END,
            error = NULL, body = '', html = '', sources = '[]', visitor_id = :visitor_id,
            address_key = :address_key, started_at = NULL, first_token_at = NULL, settled_at = NULL,
            stop_requested = 0, dismissed_at = NULL, revised_at = NULL, on_request = 1, draft = :draft,
            supported = NULL, support_reason = ''
        WHERE id = :id AND lost_leases < :most
            AND (state IN ('failed', 'stopped') OR (state = 'withheld' AND revised_at IS NULL)) RETURNING id""",
        id=id, visitor_id=visitor_id, address_key=address_key, now=now, draft=1 if draft else 0,
        most=LOST_LEASES, held=1 if held else 0,
    )  # fmt: skip
    return row is not None


def request_stop(id: str) -> Work[str | None]:
    """Requests a running answer's stop; returns its previous state, or None if it was not running."""
    row = yield one(
        """UPDATE answers SET stop_requested = 1 WHERE id = :id AND state IN ('queued', 'streaming')
        RETURNING state""",
        id=id,
    )
    return None if row is None else row["state"]


def stop_queued(id: str, now: int) -> Work[bool]:
    """Ends an answer that no worker has taken; False if one has. A queued renewal keeps its earlier text."""
    row = yield one(
        """UPDATE answers SET state = CASE WHEN outdated = 1 THEN 'done' ELSE 'stopped' END, settled_at = :now,
            stop_requested = 0
        WHERE id = :id AND state = 'queued' RETURNING id""",
        id=id, now=now,
    )  # fmt: skip
    return row is not None


def add_feedback(id: str, visitor_id: str, helpful: bool, reason: str, now: int) -> Work[None]:
    """Stores whether an answer helped; the visitor's last feedback counts."""
    yield run(
        """INSERT INTO feedback (answer_id, visitor_id, helpful, reason, created_at)
        VALUES (:id, :visitor_id, :helpful, :reason, :now)
        ON CONFLICT (answer_id, visitor_id) DO UPDATE SET helpful = excluded.helpful, reason = excluded.reason""",
        id=id, visitor_id=visitor_id, helpful=1 if helpful else 0, reason=reason, now=now,
    )  # fmt: skip


def answered_by_somebody(site: str, question_id: str, asker: str) -> Work[bool]:
    """Whether a person other than the asker has replied to a question."""
    row = yield one(
        """SELECT 1 AS one FROM comments WHERE site = :site AND parent_id = :id AND state = 'published'
        AND author_kind <> 'ai' AND (visitor_id IS NULL OR visitor_id <> :asker) LIMIT 1""",
        site=site, id=question_id, asker=asker,
    )  # fmt: skip
    return row is not None


def rounds(site: str, root_id: str) -> Work[int]:
    """The number of answers in a thread."""
    row = yield one(
        """SELECT COUNT(*) AS count FROM comments WHERE site = :site AND root_id = :root_id AND author_kind = 'ai'
        AND state IN ('published', 'pending')""",
        site=site, root_id=root_id,
    )  # fmt: skip
    return int(row["count"])


def drop_reply(site: str, id: str) -> Work[None]:
    """Removes an answer that has not started from the thread."""
    yield run("UPDATE comments SET state = 'deleted' WHERE site = :site AND id = :id", site=site, id=id)


def drafts_due(site: str, before: int) -> Work[list[str]]:
    """Publishes drafts that have waited since this time or longer, and returns them."""
    rows = yield many(
        """UPDATE comments SET state = 'published' WHERE site = :site AND state = 'pending' AND id IN (
            SELECT id FROM answers WHERE site = :site AND draft = 1 AND state = 'done' AND settled_at <= :before)
        RETURNING id""",
        site=site, before=before,
    )  # fmt: skip
    return [row["id"] for row in rows]
