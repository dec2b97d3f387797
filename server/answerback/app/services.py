"""The parts of a server, complete when they are made."""

from __future__ import annotations

from dataclasses import dataclass

from ..accounts.build import Accounts
from ..answers.handlers import AnswerHandlers
from ..answers.providers import Answerer
from ..answers.reuse.handlers import AnsweredBefore
from ..answers.streaming import AnswerStreams
from ..answers.worker import Worker
from ..clock import Clock
from ..comments.handlers import CommentHandlers
from ..comments.posting import Posting
from ..comments.snapshot import Snapshots
from ..db.database import Database
from ..ids import Ids
from ..knowledge.build import Knowledge
from ..live.bus import Bus
from ..metrics import Metrics
from ..settings import Settings
from ..sites.store import SiteDirectory


@dataclass(frozen=True, slots=True)
class Services:
    """What routes and the lifespan hold on to."""

    settings: Settings
    clock: Clock
    ids: Ids
    metrics: Metrics
    db: Database
    bus: Bus
    sites: SiteDirectory
    accounts: Accounts
    knowledge: Knowledge
    snapshots: Snapshots
    posting: Posting
    threads: CommentHandlers
    answerer: Answerer
    streams: AnswerStreams
    answers: AnswerHandlers
    before: AnsweredBefore
    worker: Worker
