"""The hierarchy of errors that callers can see.

AppError                  anything with a stable code, made into problem+json (RFC 9457) at the edge
├── BadRequest        400 the request cannot be read, or a value is invalid
├── Unauthorized      401 no valid session
├── Forbidden         403 the caller may not do this
├── NotFound          404 nothing by that name on this site
├── Conflict          409 the current state does not allow it
├── TooLarge          413 the body is too large
├── WrongMediaType    415 the body is not JSON
├── LimitReached      429 a limit is used up; `retry_after` is in seconds
└── Unavailable       503 the database, the provider or another part is not available
SettingsError             a setting is unknown or invalid; the server does not start
"""

from __future__ import annotations

from collections.abc import Mapping

CODES: Mapping[str, str] = {
    "ai_off": "Answers are switched off here.",
    "already_answered": "This comment has already been answered.",
    "answer_failed": "The question could not be answered.",
    "answer_running": "This answer is still being written.",
    "bad_json": "The body is not valid JSON.",
    "body_too_large": "The body is too large.",
    "budget_exhausted": "The site's answers for today are used up.",
    "code_invalid": "This sign-in code has been used, has expired, or belongs to another page.",
    "comment_rejected": "This comment was rejected automatically.",
    "edit_window_over": "This comment can no longer be changed.",
    "email_taken": "There is already an account with this email address.",
    "header_required": "Unsafe methods need the header X-Answerback: 1.",
    "insufficient_storage": "The server is running out of disk space, so no new questions are answered.",
    "internal": "Something went wrong on our side.",
    "login_failed": "The email address or the password is not correct.",
    "method_not_allowed": "This method is not allowed here.",
    "name_reserved": "This name belongs to the site's owner.",
    "not_found": "Not found.",
    "not_yours": "Only its author can do this.",
    "origin_not_allowed": "This origin is not allowed for the site.",
    "password_weak": "This password is too easy to guess.",
    "quota_exhausted": "Today's answers are used up.",
    "rate_limited": "Too many comments in a short time.",
    "request_timeout": "The request took too long to arrive.",
    "session_invalid": "This session has expired or belongs to another site.",
    "session_required": "A session is required.",
    "sign_in_required": "This site accepts comments from signed-in visitors only.",
    "site_required": "The site parameter is required.",
    "site_unknown": "Unknown site.",
    "sso_invalid": "The site's token is invalid, used, or expired.",
    "thread_locked": "This thread is closed.",
    "ticket_invalid": "This ticket has been used, has expired, or belongs to another site.",
    "too_many_requests": "Too many requests in a short time.",
    "unavailable": "Not available at the moment.",
    "unsupported_media_type": "Unsafe methods need Content-Type: application/json.",
    "validation_failed": "A value is missing or invalid.",
    "visitor_blocked": "The site's owner has blocked you from writing here.",
}


class AppError(Exception):
    """An error with a stable code from `CODES`; `detail` is a sentence that is safe to show to anybody. Our own pages
    show the text for `reason` (by default the code) in the reader's language, with `values` filled in."""

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
    """The request is malformed, or a value is invalid."""

    status = 400


class Unauthorized(AppError):
    """No valid session."""

    status = 401


class Forbidden(AppError):
    """The caller may not do this."""

    status = 403


class NotFound(AppError):
    """This site has no such resource; IDs of other sites are not found either."""

    status = 404

    def __init__(self, code: str = "not_found", detail: str | None = None, *, reason: str | None = None) -> None:
        super().__init__(code, detail, reason=reason)


class MethodNotAllowed(AppError):
    """The URL exists, but not for this method."""

    status = 405


class Timeout(AppError):
    """The request did not arrive in time."""

    status = 408


class Conflict(AppError):
    """The current state does not allow it."""

    status = 409


class TooLarge(AppError):
    """The body is too large."""

    status = 413


class WrongMediaType(AppError):
    """The body is not JSON."""

    status = 415


class LimitReached(AppError):
    """A limit is used up; `retry_after` is in seconds."""

    status = 429


class Unavailable(AppError):
    """The database, the provider or another part is not available."""

    status = 503


class Unreachable(Unavailable):
    """The database server accepts no connections, but may later."""


def changed_meanwhile() -> Conflict:
    """The error for a form that was made for an earlier version."""
    return Conflict("validation_failed", "This has been changed since it was shown.", reason="changed_meanwhile")


class SettingsError(Exception):
    """A setting is unknown or has an invalid value; the message names it and gives the reason."""
