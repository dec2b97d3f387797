"""Builds the mailer that the settings name."""

from __future__ import annotations

from ..settings import Settings
from .transport import Mailer, SmtpMailer


def make_mailer(settings: Settings) -> Mailer | None:
    """The mailer, or None unless the settings name a server and a sender."""
    if not settings.smtp_url or not settings.mail_from:
        return None
    return SmtpMailer(settings.smtp_url, settings.mail_from)
