"""Routes of the owner's pages."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from ..accounts.factors.build import OwnerFactors
from ..accounts.invitations import Invitations
from ..accounts.privacy.erasing import Erasure
from ..answers.corrections.correcting import AnswerCorrections
from ..comments.approval.build import SpamParts
from ..comments.approval.deciding import Deciding
from ..comments.posting import Posting
from ..comments.updates import ThreadUpdates
from ..knowledge.build import Knowledge
from ..notify.mail_decisions import MailDecisions
from ..notify.notices import Notices
from ..notify.webhooks import Webhooks
from ..runtime import Runtime
from ..web.views import METHODS
from .auth import OwnerAuth, OwnerViews
from .by_mail import ByMailViews
from .confirming import Confirming
from .first_run import FirstRunViews
from .log_index import LogIndex
from .pages.addresses import AddressViews
from .pages.audit import AuditViews
from .pages.bans import BanViews
from .pages.comment import CommentViews
from .pages.inbox import InboxViews
from .pages.jobs import JobsViews
from .pages.knowledge import KnowledgeViews
from .pages.log import LogViews
from .pages.mails import MailViews
from .pages.new_site import NewSiteViews
from .pages.notifications import NoticeStopViews, NotificationViews
from .pages.people import PeopleViews
from .pages.preview import PreviewViews
from .pages.saved_replies import SavedReplyViews
from .pages.security import SecurityViews
from .pages.site_settings import SiteSettingsViews
from .pages.spam import SpamViews
from .pages.start import StartViews
from .pages.team import TeamViews
from .pages.threads import ThreadsViews
from .pages.unanswered import UnansweredViews
from .pages.webhooks import WebhookViews
from .rights import needed
from .sign_in import SignInViews

NAVIGATION = (
    InboxViews.LINK, LogViews.LINK, UnansweredViews.LINK, ThreadsViews.LINK, KnowledgeViews.LINK, AddressViews.LINK,
    SpamViews.LINK, BanViews.LINK, SiteSettingsViews.LINK, TeamViews.LINK, NotificationViews.LINK, SecurityViews.LINK,
    WebhookViews.LINK, AuditViews.LINK, JobsViews.LINK,
)  # fmt: skip


def admin_routes(
    runtime: Runtime, deciding: Deciding, updates: ThreadUpdates, knowledge: Knowledge, invitations: Invitations,
    erasure: Erasure, index: LogIndex, spam: SpamParts, notices: Notices, webhooks: Webhooks,
    factors: OwnerFactors, posting: Posting,
) -> list[BaseRoute]:  # fmt: skip
    """The owner's pages, for signed-in owners, and the sign-in, for everybody."""
    auth = OwnerAuth(runtime.settings, runtime.db, runtime.clock, NAVIGATION)
    correcting = AnswerCorrections(runtime.db, runtime.clock, runtime.ids, updates)
    confirming = Confirming(runtime, auth, factors)
    owned: list[OwnerViews] = [
        confirming, SecurityViews(runtime, auth, factors), InboxViews(runtime, auth, deciding, correcting),
        LogViews(runtime, auth, deciding, index), SavedReplyViews(runtime, auth),
        CommentViews(runtime, auth, correcting), PeopleViews(runtime, auth, updates, erasure),
        BanViews(runtime, auth), ThreadsViews(runtime, auth, updates), SpamViews(runtime, auth, spam),
        UnansweredViews(runtime, auth), KnowledgeViews(runtime, auth, knowledge),
        AddressViews(runtime, auth, updates), JobsViews(runtime, auth), SiteSettingsViews(runtime, auth),
        NewSiteViews(runtime, auth), PreviewViews(runtime, auth), StartViews(runtime, auth, posting),
        TeamViews(runtime, auth, invitations), AuditViews(runtime, auth), NotificationViews(runtime, auth, notices),
        MailViews(runtime, auth), WebhookViews(runtime, auth, webhooks),
    ]  # fmt: skip
    views = {path: calls for each in owned for path, calls in each.views().items()}
    table = {
        path: {
            method: auth.owned(confirming.proved(view, method, path), needed(method, path))
            for method, view in calls.items()
        }
        for path, calls in views.items()
    }

    async def lead_in(request: Request) -> Response:
        return RedirectResponse(auth.address("/admin/"), 307)

    sign_in = SignInViews(runtime, auth, factors)
    table |= sign_in.views() | FirstRunViews(runtime, auth, sign_in).views()
    table |= NoticeStopViews(auth, notices).views() | ByMailViews(auth, MailDecisions(runtime, deciding)).views()
    table |= {path: {"GET": lead_in} for path in ("/admin", "/")}  # visitors never open the server's bare address
    return [Route(path, auth.guarded(calls), methods=METHODS) for path, calls in table.items()]
