"""Mail that a job sends."""

from __future__ import annotations

from .transport import Mailer, MailRefused, Message
from ..jobs.model import JobFailed


async def send(mailer: Mailer, message: Message, now: int) -> None:
    """Send it. Raises JobFailed where it was not taken, so that it is tried again if that is of any use."""
    try:
        await mailer.send(message, now)
    except MailRefused as refused:
        raise JobFailed(f"The mail server has not taken a message: {refused}.", for_good=refused.for_good) from None
