"""The command that a mail server pipes replies into."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from ..settings import Settings
from .console import command, say, with_database


def add_to(commands: Any) -> None:
    """Adds `mail-in`."""
    command(commands, "mail-in", _take, "take an owner's reply by mail from stdin")


def _take(settings: Settings, options: argparse.Namespace) -> int:
    from ..clock import SystemClock
    from ..core.mail_replies import RAW_LIMIT
    from ..ids import RandomIds
    from ..jobs.queue import JobQueue
    from ..notify.mail_replies import read, receive

    if not settings.mail_reply_to:
        say("answerback: ANSWERBACK_MAIL_REPLY_TO is not set")
        return 1
    reply = read(settings, (options.stdin or sys.stdin.buffer).read(RAW_LIMIT))
    result = "ignored"
    if reply is not None:
        clock, ids = SystemClock(), RandomIds()
        jobs, now = JobQueue(clock, ids), clock.now()
        result = with_database(settings, lambda db: db.write(lambda: receive(jobs, ids.new(), reply, now)))
    say(f"answerback: {result}")
    return 0
