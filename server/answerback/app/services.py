"""The parts of a server, all passed at construction."""

from __future__ import annotations

from dataclasses import dataclass

from ..accounts.build import Accounts
from ..accounts.factors.build import OwnerFactors
from ..accounts.invitations import Invitations
from ..admin.log_index import LogIndex
from ..agents.build import Agents
from ..answers.handlers import AnswerHandlers
from ..answers.providers import Answerer
from ..answers.reuse.handlers import AnsweredBefore
from ..answers.session_handlers import VisitorSession
from ..answers.streaming import AnswerStreams
from ..answers.worker import Worker
from ..comments.approval.build import SpamParts
from ..comments.approval.deciding import Deciding
from ..comments.approval.reporting import Reporting
from ..comments.handlers import CommentHandlers
from ..comments.posting import Posting
from ..comments.snapshot import Snapshots
from ..comments.updates import ThreadUpdates
from ..jobs.runner import JobRunner
from ..jobs.schedule import Schedule
from ..knowledge.build import Knowledge
from ..mail.transport import SmtpMailer
from ..maintenance.servers import Servers
from ..metrics import Metrics
from ..notify.build import Subscriptions
from ..notify.mail_replies import MailReplies
from ..notify.notices import Notices
from ..notify.webhooks import Webhooks
from ..runtime import Runtime
from .meter import ProcessMeter


@dataclass(frozen=True, slots=True)
class Services:
    """The components that routes and the lifespan use."""

    runtime: Runtime
    servers: Servers
    metrics: Metrics
    meter: ProcessMeter
    mailer: SmtpMailer | None
    accounts: Accounts
    invitations: Invitations
    factors: OwnerFactors
    log_index: LogIndex
    spam: SpamParts
    notices: Notices
    webhooks: Webhooks
    replies: MailReplies
    subscriptions: Subscriptions
    knowledge: Knowledge
    snapshots: Snapshots
    updates: ThreadUpdates
    posting: Posting
    deciding: Deciding
    reporting: Reporting
    threads: CommentHandlers
    session: VisitorSession
    answerer: Answerer
    streams: AnswerStreams
    answers: AnswerHandlers
    before: AnsweredBefore
    worker: Worker
    agents: Agents
    runner: JobRunner
    schedule: Schedule
