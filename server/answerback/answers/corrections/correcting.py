"""An owner's actions on an answer: correct, verify, withdraw, pin or reply, with a history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ...accounts.audit_store import Decision
from ...accounts.audit_store import note as audit
from ...clock import Clock
from ...comments import store as threads
from ...comments.noted_store import note_change
from ...comments.posting import place_below
from ...comments.updates import ThreadUpdates
from ...core import comments as rules
from ...core.answering import Source
from ...core.markdown import render
from ...core.model import RUNNING, Comment
from ...core.versions import version
from ...db.database import Database
from ...db.work import Work
from ...errors import BadRequest, Conflict, NotFound, changed_meanwhile
from ...i18n.catalogue import texts
from ...ids import Ids
from ...sites.settings import Site
from .. import quota
from ..reuse import store
from ..reuse.lookup import remember
from ..reuse.store import Revision

NOTE_LIMIT = 300


class AnswerCorrections:
    """An owner's actions on answers; each is one transaction, followed by its events."""

    def __init__(self, db: Database, clock: Clock, ids: Ids, updates: ThreadUpdates) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._updates = updates

    async def correct(self, site: Site, id: str, body: str, note: str, *, keep_sources: bool, seen: str, by: str
    ) -> Comment:  # fmt: skip
        """Replaces an answer with the owner's text, which takes precedence from now on. `seen` is the version that was
        shown. Raises NotFound, BadRequest or Conflict."""
        body, note = answer_text(body), _note(note)
        html = render(body)
        now = self._clock.now()

        def change(answer: Comment) -> Work[None]:
            assert answer.answer is not None
            sources = answer.answer.sources if keep_sources else ()
            yield from self._replace(site, answer, body, html, sources, state="done", verified=True, now=now)
            yield from self._add(answer, Revision("owner", "corrected", body, html, note, now))
            question = yield from threads.comment_by_id(site.key, answer.answer.question_id)
            if question is not None:
                yield from remember(site.key, question.id, question.body, answer.id, now)

        made = Decision(site.key, now, by, "corrected", "comment", id, reason=note)
        return await self._change(site, id, change, seen, made)

    async def verify(self, site: Site, id: str, *, seen: str, by: str) -> Comment:
        """Verifies an answer as it is. Raises NotFound, or Conflict if it is not finished."""
        now = self._clock.now()

        def change(answer: Comment) -> Work[None]:
            if not (yield from store.set_verified(site.key, answer.id, now)):
                raise Conflict("answer_running", "Only a finished answer can be verified.", reason="unfinished")
            yield from self._add(answer, Revision("owner", "verified", answer.body, answer.html, "", now))

        return await self._change(site, id, change, seen, Decision(site.key, now, by, "verified", "comment", id))

    async def withdraw(self, site: Site, id: str, note: str, *, by: str) -> Comment:
        """Withdraws an answer's text and leaves a notice. Raises NotFound or Conflict (`answer_running`)."""
        note = _note(note)
        text = texts(site.lang, "answers")["withdrawn"]
        html = render(text)
        now = self._clock.now()

        def change(answer: Comment) -> Work[None]:
            yield from self._replace(site, answer, text, html, (), state="withheld", verified=False, now=now)
            yield from self._add(answer, Revision("owner", "withdrawn", "", "", note, now))
            yield from store.forget(site.key, answer.id)
            yield from self._updates.reload(site.key, [answer.page])  # nobody who reconnects is sent its text

        made = Decision(site.key, now, by, "withdrawn", "comment", id, reason=note)
        return await self._change(site, id, change, None, made)  # whatever text it has goes

    async def pin(self, site: Site, id: str, *, pinned: bool, seen: str, by: str) -> Comment:
        """Pins or unpins a comment and its thread. Raises NotFound."""
        made = Decision(site.key, self._clock.now(), by, "pinned" if pinned else "unpinned", "comment", id)

        def work() -> Work[Comment]:
            comment = yield from threads.comment_by_id(site.key, id)
            if comment is None or comment.state != "published":
                raise NotFound
            yield from _check(comment, seen)
            ids = [comment.id]
            if pinned or not (yield from store.pinned_below(site.key, comment.root_id, comment.id)):
                ids.append(comment.root_id)
            yield from store.set_pinned(site.key, ids, pinned)
            yield from audit(made)
            changed = replace(comment, pinned=pinned)
            yield from self._updates.changed(changed)
            return changed

        return await self._db.write(work)

    async def answer(self, site: Site, id: str, body: str, *, seen: str, by: str) -> Comment:
        """Replies to a comment as the site's owner. Raises NotFound or BadRequest."""
        return await self._db.write(lambda: self.answered(site, id, body, seen=seen, by=by))

    def answered(
        self, site: Site, id: str, body: str, *, by: str, seen: str | None = None, reason: str = ""
    ) -> Work[Comment]:
        """As `answer`, within a write of the caller's; without `seen` whatever words the comment has are meant."""
        body = answer_text(body)
        html, now = render(body), self._clock.now()
        question = yield from threads.comment_by_id(site.key, id)
        if question is None or question.state != "published":
            raise NotFound
        if seen is not None:
            yield from _check(question, seen)
        parent_id, root_id, depth = place_below(question)
        reply = Comment(
            id=self._ids.new(), site=site.key, page=question.page, parent_id=parent_id, root_id=root_id,
            depth=depth, author_id=None, author_name=site.name or site.key, author_kind="owner", avatar_url=None,
            body=body, html=html, state="published", created_at=now,
        )  # fmt: skip
        yield from threads.add_comment(reply, key=None, address_key=None)
        yield from store.seen_to(site.key, question.id, now)
        yield from audit(Decision(site.key, now, by, "replied", "comment", question.id, after=reply.id, reason=reason))
        if question.author_kind != "ai" and rules.asks_something(question.body):
            yield from remember(site.key, question.id, question.body, reply.id, now)
        yield from self._updates.added(reply)
        return reply

    async def _change(
        self, site: Site, id: str, change: Callable[[Comment], Work[None]], seen: str | None, made: Decision
    ) -> Comment:
        def work() -> Work[Comment]:
            answer = yield from threads.comment_by_id(site.key, id)
            if answer is None or answer.answer is None or answer.state not in ("published", "pending"):
                raise NotFound
            if answer.answer.state in RUNNING:
                raise Conflict("answer_running")
            if seen is not None:
                yield from _check(answer, seen)
            if not (yield from store.revisions(site.key, id)):
                first = Revision("ai", "answered", answer.body, answer.html, "", answer.created_at)
                yield from self._add(answer, first)
            yield from change(answer)
            yield from audit(replace(made, before=answer.answer.state))
            if made.action in ("corrected", "withdrawn"):
                yield from note_change(site.key, id, "corrected", made.at, made.actor)
            # Any decision about a draft means that the owner has read it.
            yield from threads.set_state(site.key, id, "published", only_from=("pending",))
            changed = yield from threads.comment_by_id(site.key, id)
            assert changed is not None
            yield from self._updates.changed(changed, afresh=True)
            return changed

        return await self._db.write(work)

    def _replace(
        self, site: Site, answer: Comment, body: str, html: str, sources: tuple[Source, ...], *, state: str,
        verified: bool, now: int,
    ) -> Work[None]:  # fmt: skip
        changed = yield from store.set_words(
            site.key, answer.id, body, html, sources, state=state, verified=verified, now=now
        )
        if not changed:
            raise Conflict("answer_running")
        # An answer that waited for a retry is settled now, at no cost to the visitor.
        yield from quota.refund(answer.id)

    def _add(self, answer: Comment, revision: Revision) -> Work[None]:
        yield from store.add_revision(self._ids.new(), answer.site, answer.id, revision)


def version_of(comment: Comment, question: Comment | None) -> str:
    """The version that a form shows: of the comment's text, and for an answer of its question."""
    about = () if question is None else (question.html,)
    return version(comment.html, comment.author_name, *about)


def _check(comment: Comment, seen: str) -> Work[None]:
    """Raises Conflict unless the comment is still what was shown."""
    question = None
    if comment.answer is not None:
        question = yield from threads.comment_by_id(comment.site, comment.answer.question_id)
    if seen != version_of(comment, question):
        raise changed_meanwhile()


def answer_text(body: str) -> str:
    """An owner's text in stored form. Raises BadRequest if it is empty or too long."""
    body = rules.clean_text(body)
    if not body or len(body) > rules.BODY_LIMIT:
        raise BadRequest(
            "validation_failed",
            f"body: must have 1 to {rules.BODY_LIMIT} characters.",
            reason="answer_length",
            values={"most": str(rules.BODY_LIMIT)},
        )
    return body


def _note(note: str) -> str:
    note = rules.clean_line(note)
    if len(note) > NOTE_LIMIT:
        raise BadRequest(
            "validation_failed",
            f"note: must have at most {NOTE_LIMIT} characters.",
            reason="note_length",
            values={"most": str(NOTE_LIMIT)},
        )
    return note
