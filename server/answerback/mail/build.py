"""What sends mail, as the settings ask for it."""

from __future__ import annotations

from ..settings import Settings
from .transport import Mailer, SmtpMailer


def make_mailer(settings: Settings) -> Mailer | None:
    """What sends mail, if the settings say by which server and from whom."""
    if not settings.smtp_url or not settings.mail_from:
        return None
    return SmtpMailer(settings.smtp_url, settings.mail_from)
