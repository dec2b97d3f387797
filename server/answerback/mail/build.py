"""Builds the mailer that the settings name."""

from __future__ import annotations

from ..settings import Settings
from .oauth import AccessTokens
from .transport import SmtpMailer


def make_mailer(settings: Settings) -> SmtpMailer | None:
    """Builds the mailer; None unless the settings name a server and a sender."""
    if not settings.smtp_url or not settings.mail_from:
        return None
    token = AccessTokens(settings).token if settings.smtp_oauth_url else None
    return SmtpMailer(settings.smtp_url, settings.mail_from, token)
