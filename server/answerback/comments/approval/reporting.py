"""Readers' reports: each gets a receipt and is weighted by its sender's record; enough of them hide a comment until the
owner decides, and its author gets the reasons.

Implements articles 16 and 17 of the Digital Services Act for hosts: a notice with its reasons, a receipt, a decision
with its grounds sent to both sides, and a way to contest it.
"""

from __future__ import annotations

from dataclasses import dataclass

from ...core.approval import Reason, report_weight
from ...core.model import Comment, Visitor
from ...core.times import day_of
from ...db.work import Work
from ...errors import BadRequest, Conflict, NotFound
from ...ids import Ids
from ...net.addresses import address_key
from ...runtime import Runtime
from ...sites.settings import Site
from .. import store
from ..updates import ThreadUpdates
from . import reports_store as reports
from . import reviewables_store as reviews
from .deciding import UNDO_MS, Decision
from .reports_store import KINDS, NewReport, Statement


@dataclass(frozen=True, slots=True)
class Complaint:
    """A reader's complaint: a kind of `KINDS` and the reason; `contact` is notified of the decision."""

    kind: str
    reason: str
    contact: str = ""


class Reporting:
    """Accepts reports and appeals."""

    def __init__(self, runtime: Runtime, updates: ThreadUpdates) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._ids = runtime.ids
        self._secret = runtime.secret
        self._updates = updates

    async def report(self, site: Site, visitor: Visitor, address: str, id: str, complaint: Complaint) -> str:
        """Accepts a report and returns its receipt; a second one by the same visitor returns the first. Raises
        NotFound, or BadRequest if a report of illegal content gives no reason."""
        if complaint.kind not in KINDS:
            raise BadRequest("validation_failed", f"kind: must be one of {', '.join(KINDS)}.")
        if complaint.kind == "illegal" and not complaint.reason:
            raise BadRequest("validation_failed", "reason: must say what is illegal and why.")
        now = self._clock.now()
        hashed = address_key(address, day_of(now, site.timezone), self._secret)

        def work() -> Work[str]:
            comment = yield from store.comment_by_id(site.key, id)
            if comment is None or comment.state != "published":
                raise NotFound
            upheld, declined = yield from reports.outcomes(visitor.id)
            new = NewReport(
                id, visitor.id, complaint.kind, complaint.reason, complaint.contact, hashed, self._ids.secret(),
                0.0 if visitor.is_unseen(now) else report_weight(upheld, declined),
            )  # fmt: skip
            receipt = yield from reports.add(new, now)
            if receipt == new.receipt:
                yield from self._weigh(site, comment, now)
            return receipt

        return await self._db.write(work)

    def _weigh(self, site: Site, comment: Comment, now: int) -> Work[None]:
        """Puts the comment into the inbox, hidden if its reports weigh enough. Reports from one address count once."""
        found = yield from reports.open_reports(comment.id)
        by_address: dict[str, float] = {}
        for number, (_, address, weight) in enumerate(found):
            key = address or str(number)
            by_address[key] = max(weight, by_address.get(key, 0.0))
        total = sum(by_address.values())
        kinds = sorted({kind for kind, _, _ in found}, key=KINDS.index)
        reason = Reason("reported", {"count": len(found), "kinds": ",".join(kinds)}, weight=1 - 0.5**total)
        before = yield from reviews.reviewable(site.key, comment.id)
        kept = [each for each in (before.reasons if before else ()) if each.kind not in ("reported", "reports_hide")]
        waits = before is not None and before.state == "open" and before.kind == "held"
        hide = site.reports_to_hide is not None and total >= site.reports_to_hide > 0 and comment.author_kind != "owner"
        reasons = [reason, *([Reason("reports_hide", {}, "hold")] if hide else []), *kept]
        kind = "held" if waits else "reported"
        yield from reviews.open_reviewable(site.key, comment.id, kind, comment.page, reasons, now)
        if hide:
            yield from reviews.hide_by_reports(site.key, comment.id)
            yield from store.set_state(site.key, comment.id, "hidden", only_from=("published",))
            yield from _state(self._ids, comment, "hidden", kinds[0], "", automated=True, now=now)
            yield from self._updates.removed(comment)

    async def appeal(self, id: str, words: str) -> None:
        """Contests a decision, by a report's receipt or a comment's statement, and reopens it. Raises NotFound, or
        Conflict if it was contested before."""
        now = self._clock.now()

        def work() -> Work[None]:
            report = yield from reports.by_receipt(id)
            statement = yield from reports.statement_by_id(id)
            if report is not None:
                site, comment_id = report[0], report[1].comment_id
                taken = yield from reports.appeal_report(id, words, now)
            elif statement is not None:
                site, comment_id = statement.site, statement.comment_id
                taken = yield from reports.appeal_statement(id, words, now)
            else:
                raise NotFound
            if not taken:
                raise Conflict("validation_failed", "This has been appealed already.", reason="appealed")
            comment = yield from store.comment_by_id(site, comment_id)
            if comment is not None and comment.state != "deleted":
                reason = Reason("appeal", {"by": "reporter" if report is not None else "author"}, "hold")
                yield from reviews.open_reviewable(site, comment_id, "reported", comment.page, [reason], now)

        await self._db.write(work)


class ReportsSettled:
    """A decision listener that settles a comment's reports and informs its author."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids

    def decided(self, decision: Decision) -> Work[None]:
        """Upholds reports if the comment goes and declines them if it stays; its author is told why it went."""
        comment, now = decision.comment, decision.now
        if decision.action == "undo":
            since = now - UNDO_MS
            yield from reports.reopen_appeals(comment.id, since)
            yield from reports.unsettle(comment.id, since)
            yield from reports.drop_statements(comment.id, since)
            return
        goes = decision.action != "approve"
        yield from reports.answer_appeals(comment.id, goes=goes, reply=decision.note, now=now)
        found = yield from reports.open_reports(comment.id)
        yield from reports.settle(comment.id, "upheld" if goes else "declined", decision.note, now)
        if goes and (decision.edit is None or decision.was != "published"):
            kinds = [kind for kind, _, _ in found]
            ground = "spam" if decision.action == "spam" else max(kinds, key=kinds.count) if kinds else "rules"
            yield from _state(self._ids, comment, ground=ground, action="hidden", note=decision.note, now=now)


def _state(
    ids: Ids, comment: Comment, action: str, ground: str, note: str, *, now: int, automated: bool = False
) -> Work[None]:
    """Stores the statement of reasons for a hidden comment's author."""
    if comment.author_id is None or comment.author_kind in ("owner", "ai"):
        return
    yield from reports.add_statement(
        Statement(
            id=ids.secret(), site=comment.site, comment_id=comment.id, visitor_id=comment.author_id, action=action,
            ground=ground, note=note, automated=automated, created_at=now,
        )
    )  # fmt: skip
