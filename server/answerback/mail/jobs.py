"""Jobs that send mail."""

from __future__ import annotations

from ..jobs.model import JobFailed, JobPostponed
from .transport import Mailer, MailPaced, MailRefused, Message


class Bounced(JobFailed):
    """The recipient's address accepts no mail."""


async def send(mailer: Mailer, message: Message, now: int) -> None:
    """Sends a message from a job. Raises JobFailed if the server refuses it, permanently if a retry is useless, and
    Bounced if the cause is the recipient."""
    try:
        await mailer.send(message, now)
    except MailPaced as paced:
        raise JobPostponed(paced.seconds) from None
    except MailRefused as refused:
        if refused.bounced:
            raise Bounced("The mailbox takes no mail.", for_good=True) from None
        raise JobFailed(f"The mail server refused the message: {refused}.", for_good=refused.for_good) from None
