"""Names of counters: daily answers and failed sign-ins."""

from __future__ import annotations

from collections.abc import Callable, Mapping


def visitor_bucket(site: str, id: str) -> str:
    """Answers of a visitor."""
    return f"visitor:{site}:{id}"


def address_bucket(site: str, key: str) -> str:
    """Answers of all visitors of one address, by its keyed hash."""
    return f"address:{site}:{key}"


def page_bucket(site: str, page: str) -> str:
    """Answers on a page."""
    return f"page:{site}:{page}"


def site_bucket(site: str) -> str:
    """Answers on a site."""
    return f"site:{site}"


def asks_bucket(site: str, who: str) -> str:
    """Questions of a minute, of a visitor or an address."""
    return f"asks:{site}:{who}"


def reads_bucket(site: str, who: str) -> str:
    """Pages that were fetched for the questions of a visitor or an address."""
    return f"reads:{site}:{who}"


def searches_bucket(site: str, who: str) -> str:
    """Searches of programs from an address, in one minute."""
    return f"searches:{site}:{who}"


def tokens_bucket(site: str) -> str:
    """Tokens of a site."""
    return f"tokens:{site}"


def money_bucket(site: str) -> str:
    """What a site's answers have cost, in millionths of a dollar."""
    return f"money:{site}"


BUDGETS: Mapping[str, Callable[[str], str]] = {
    "answers": site_bucket,
    "tokens": tokens_bucket,
    "money": money_bucket,
}
"""What a site may spend a day, and where it is counted."""


def account_failures(site: str, email: str) -> str:
    """Failed sign-ins to an account."""
    return f"email:{site}:{email}"


def successes(bucket: str) -> str:
    """Good sign-ins where `bucket` counts those that failed."""
    return f"in:{bucket}"


def device_failures(device: str) -> str:
    """Failed sign-ins in a browser that an account knows."""
    return f"device:{device}"


def owner_failures(email: str) -> str:
    """Failed sign-ins to an owner's account."""
    return f"owner:{email}"


def taken_addresses(key: str) -> str:
    """E-mail addresses that have an account already, tried by one address."""
    return f"taken:{key}"


def address_failures(key: str) -> str:
    """Failed sign-ins of one address, by its keyed hash."""
    return f"address:{key}"
