"""Jobs that send mail."""

from __future__ import annotations

from ..jobs.model import JobFailed, JobPostponed
from .transport import Mailer, MailPaced, MailRefused, Message


async def send(mailer: Mailer, message: Message, now: int) -> None:
    """Send it. Raises JobFailed if the server refuses it, for good where a retry is of no use."""
    try:
        await mailer.send(message, now)
    except MailPaced as paced:
        raise JobPostponed(paced.seconds) from None
    except MailRefused as refused:
        raise JobFailed(f"The mail server refused the message: {refused}.", for_good=refused.for_good) from None
