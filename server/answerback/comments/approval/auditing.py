"""Writes decisions on comments to the audit trail."""

from __future__ import annotations

from ...accounts.audit_store import Decision as Audited
from ...accounts.audit_store import note
from ...accounts.store import email_of
from ...db.work import Work
from .deciding import ACTIONS, Decision


class AuditedDecisions:
    """Writes each decision to the audit trail, in the decision's own transaction."""

    def decided(self, decision: Decision) -> Work[None]:
        """Called within the decision's transaction, after it has taken effect."""
        actor = (yield from email_of(decision.by)) or decision.by
        after = decision.comment.state if decision.action == "undo" else AFTER[decision.action]
        action = "undone" if decision.action == "undo" else ACTIONS[decision.action]
        yield from note(
            Audited(
                decision.site.key,
                decision.now,
                actor,
                action,
                "comment",
                decision.comment.id,
                decision.was,
                after,
                decision.note or (f"by {decision.via}" if decision.via else ""),
            )
        )


AFTER = {"approve": "published", "hide": "hidden", "spam": "hidden"}
"""A comment's state after each action."""
