"""Names of counters: daily answers and failed sign-ins."""

from __future__ import annotations

from collections.abc import Callable, Mapping


def visitor_bucket(site: str, id: str) -> str:
    """Counts a visitor's answers."""
    return f"visitor:{site}:{id}"


def address_bucket(site: str, key: str) -> str:
    """Counts the answers of all visitors at one address, by its keyed hash."""
    return f"address:{site}:{key}"


def page_bucket(site: str, page: str) -> str:
    """Counts a page's answers."""
    return f"page:{site}:{page}"


def site_bucket(site: str) -> str:
    """Counts a site's answers."""
    return f"site:{site}"


def asks_bucket(site: str, who: str) -> str:
    """Counts the questions of a visitor or an address in one minute."""
    return f"asks:{site}:{who}"


def reads_bucket(site: str, who: str) -> str:
    """Counts pages fetched for the questions of a visitor or an address."""
    return f"reads:{site}:{who}"


def searches_bucket(site: str, who: str) -> str:
    """Counts searches by programs from an address in one minute."""
    return f"searches:{site}:{who}"


def tokens_bucket(site: str) -> str:
    """Counts a site's tokens."""
    return f"tokens:{site}"


def money_bucket(site: str) -> str:
    """Counts the cost of a site's answers, in millionths of a dollar."""
    return f"money:{site}"


BUDGETS: Mapping[str, Callable[[str], str]] = {
    "answers": site_bucket,
    "tokens": tokens_bucket,
    "money": money_bucket,
}
"""What a site may spend a day, and where it is counted."""


def account_failures(site: str, email: str) -> str:
    """Counts failed sign-ins to an account."""
    return f"email:{site}:{email}"


def successes(bucket: str) -> str:
    """Counts successful sign-ins, beside a bucket of failures."""
    return f"in:{bucket}"


def device_failures(device: str) -> str:
    """Counts failed sign-ins from a device that the account knows."""
    return f"device:{device}"


def owner_failures(email: str) -> str:
    """Counts failed sign-ins to an owner's account."""
    return f"owner:{email}"


def taken_addresses(key: str) -> str:
    """Counts an address's attempts to register email addresses that already have accounts."""
    return f"taken:{key}"


def address_failures(key: str) -> str:
    """Counts failed sign-ins from an address, by its keyed hash."""
    return f"address:{key}"
