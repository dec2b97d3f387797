"""Maps providers' errors to our codes."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2

from . import ProviderError
from .sse import TOO_LONG, AnswerReader

NO_CREDIT_WAIT = 600.0
_NO_CREDIT = {
    429: re.compile(r"insufficient_quota"),  # "billing" also appears in messages about limits per minute
    400: re.compile(r"credit balance|billing", re.IGNORECASE),
}
_DELAY = re.compile(r'"retryDelay":\s*"(\d{1,6}(?:\.\d{1,9})?)s"')
_BAD_KEY = re.compile(r"api[ _]key not valid|api_key_invalid|invalid api key", re.IGNORECASE)
_LOADING = re.compile(r"loading", re.IGNORECASE)


@contextlib.contextmanager
def told_as(reader: AnswerReader, is_over: Callable[[], bool]) -> Iterator[None]:
    """Maps time-outs and connection errors to ProviderErrors."""
    try:
        yield
    except TimeoutError:
        raise reader.error("stalled" if reader.begun and not is_over() else "timeout", outage=True) from None
    except (httpx2.HTTPError, httpx2.StreamError):
        raise reader.error("cut", outage=True) from None


def problem_of(status: int, told: str, headers: httpx2.Headers) -> ProviderError:
    """Maps a status and its message to a ProviderError."""
    return _problem_of(status, told, headers).of_status(status)


def _problem_of(status: int, told: str, headers: httpx2.Headers) -> ProviderError:
    about_the_model = "model" in told.lower() and ("not" in told.lower() or "unknown" in told.lower())
    if status in (401, 403) or (status == 400 and _BAD_KEY.search(told)):
        return ProviderError("auth", retryable=True)
    if status == 404:
        return ProviderError("model_unknown" if about_the_model else "unavailable", retryable=False)
    wait = _retry_after(headers, told)
    if status == 402 or (status in _NO_CREDIT and _NO_CREDIT[status].search(told)):
        wait = max(wait or 0.0, NO_CREDIT_WAIT)
        return ProviderError("rate_limited", retryable=True, retry_after=wait, outage=True)
    if status in (400, 413, 422) or TOO_LONG.search(told):
        unknown = "model_not_found" in told or ("invalid model" in told.lower())
        return ProviderError("model_unknown" if unknown else "bad_request", retryable=False)
    if status == 429:  # counts as an outage: further calls would prolong it
        return ProviderError("rate_limited", retryable=True, retry_after=wait, outage=True)
    if status in (408, 504):
        return ProviderError("timeout", retryable=True, retry_after=wait, outage=True)
    again = status in (409, 425) or status >= 500
    loading = status == 503 and _LOADING.search(told) is not None
    return ProviderError("unavailable", retryable=again, retry_after=wait, outage=status >= 500, loading=loading)


def _retry_after(headers: httpx2.Headers, told: str) -> float | None:
    """Seconds, from either form of the header or from the message; None if unknown."""
    milliseconds, text = headers.get("retry-after-ms", ""), headers.get("retry-after", "").strip()
    delay = _DELAY.search(told)
    with contextlib.suppress(ValueError):
        return min(86_400.0, max(0.0, float(milliseconds) / 1000 if milliseconds else float(text)))
    with contextlib.suppress(ValueError, TypeError):
        when = parsedate_to_datetime(text)
        return min(86_400.0, max(0.0, (when - datetime.now(UTC)).total_seconds()))
    return float(delay[1]) if delay else None
