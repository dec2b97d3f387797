"""Every error that a caller can see, as one tree.

AppError                  anything with a stable code, made into problem+json (RFC 9457) at the edge
├── BadRequest        400 the request cannot be read, or a value in it is not allowed
├── Unauthorized      401 nobody is signed in, or no longer
├── Forbidden         403 signed in or not, this caller may not do this
├── NotFound          404 no such thing on this site
├── Conflict          409 the state of things does not allow it
├── TooLarge          413 more bytes than are read
├── WrongMediaType    415 unsafe calls carry JSON
├── LimitReached      429 a limit is used up; `retry_after` says for how many seconds
└── Unavailable       503 not now: the answer provider or a part of ours does not respond
SettingsError             a setting is unknown or bad: the server does not start
"""

from __future__ import annotations

from collections.abc import Mapping

CODES: Mapping[str, str] = {
    "ai_off": "Answers are switched off here.",
    "already_answered": "This comment has an answer already.",
    "answer_failed": "The answer could not be given.",
    "answer_running": "This answer is still being written.",
    "bad_json": "The body is not JSON that can be read.",
    "body_too_large": "The body has more bytes than are read.",
    "budget_exhausted": "The site's answers of today are used up.",
    "code_invalid": "This sign-in code is used, too old, or of another page.",
    "edit_window_over": "The time in which this comment could be changed is over.",
    "email_taken": "An account with this e-mail address exists already.",
    "header_required": "Unsafe calls carry the header X-Answerback: 1.",
    "internal": "Something went wrong on our side.",
    "login_failed": "E-mail address or password do not match.",
    "method_not_allowed": "This address does not take this method.",
    "not_found": "Not found.",
    "not_yours": "Only its author may do this.",
    "origin_not_allowed": "This origin is not one of the site's.",
    "password_weak": "This password is too easy to guess.",
    "quota_exhausted": "Today's answers are used up.",
    "rate_limited": "Too many comments in a short time.",
    "request_timeout": "The request did not arrive in time.",
    "session_invalid": "This session is over, or belongs to another site.",
    "session_required": "This call needs a session.",
    "sign_in_required": "This site takes comments of signed-in visitors only.",
    "site_required": "Every call names its site.",
    "site_unknown": "There is no such site here.",
    "sso_invalid": "The site's token is not good, used, or too old.",
    "thread_locked": "This thread is closed.",
    "ticket_invalid": "This ticket is used, too old, or of another site.",
    "too_many_requests": "Too many requests in a short time.",
    "unavailable": "Not available at the moment.",
    "unsupported_media_type": "Unsafe calls carry Content-Type: application/json.",
    "validation_failed": "A value is missing or not allowed.",
    "visitor_blocked": "The owner of this site does not let you write here any more.",
}


class AppError(Exception):
    """An error with a stable code of `CODES`; `detail` is a sentence that may be shown to anybody.

    Readers of our own pages get the text that `reason` (by default the code) has in their language, with `values`
    filled in.
    """

    status = 500

    def __init__(
        self,
        code: str,
        detail: str | None = None,
        *,
        reason: str | None = None,
        values: Mapping[str, str] | None = None,
        retry_after: int | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> None:
        self.code = code
        self.detail = detail or CODES[code]
        self.reason = reason or code
        self.values = dict(values or {})
        self.retry_after = retry_after
        self.extra = dict(extra or {})
        super().__init__(f"{code}: {self.detail}")


class BadRequest(AppError):
    """The request cannot be read, or a value in it is not allowed."""

    status = 400


class Unauthorized(AppError):
    """Nobody is signed in, or no longer."""

    status = 401


class Forbidden(AppError):
    """This caller may not do this."""

    status = 403


class NotFound(AppError):
    """No such thing on this site; ids of other sites are not found either."""

    status = 404

    def __init__(self, code: str = "not_found", detail: str | None = None, *, reason: str | None = None) -> None:
        super().__init__(code, detail, reason=reason)


class MethodNotAllowed(AppError):
    """The address exists, the method does not."""

    status = 405


class Timeout(AppError):
    """The request did not arrive in time."""

    status = 408


class Conflict(AppError):
    """The state of things does not allow it."""

    status = 409


class TooLarge(AppError):
    """More bytes than are read."""

    status = 413


class WrongMediaType(AppError):
    """Unsafe calls carry JSON."""

    status = 415


class LimitReached(AppError):
    """A limit is used up; `retry_after` (seconds) says when it is worth trying again."""

    status = 429


class Unavailable(AppError):
    """Not now."""

    status = 503


class SettingsError(Exception):
    """A setting is unknown or has a bad value; the message names it and says why."""
