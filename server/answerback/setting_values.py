"""Parses and validates setting values; an invalid one raises ValueError."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_network
from urllib.parse import urlsplit

_QUOTES = "\"'\u2018\u2019\u201c\u201d"


def url(text: str) -> str:
    """A URL without query, fragment or trailing slash."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an http or https address without query or fragment")
    _ = parts.port
    return text.rstrip("/")


def database_url(text: str) -> str:
    """A database URL."""
    if not text.startswith(("sqlite:///", "postgresql://")):
        raise ValueError("must begin with sqlite:/// or postgresql://")
    return with_port(text)


def redis_url(text: str) -> str:
    """A Redis URL: of one server, of Sentinels with the name of their master, or of a cluster's nodes."""
    if text.startswith(("redis://", "rediss://", "unix://")):
        return with_port(text)
    found = re.fullmatch(r"rediss?\+(sentinel|cluster)://(?:[^@/]*@)?[^@/,]+(?:,[^@/,]+)*(/[^/?#]+)?(/\d+)?/?", text)
    if found is None:
        raise ValueError("must begin with redis://, rediss://, unix://, redis+sentinel:// or redis+cluster://")
    if (found[1] == "sentinel") != (found[2] is not None):
        raise ValueError("must be redis+sentinel://host,host/master or redis+cluster://host,host")
    return text


MODEL_PROVIDERS: Mapping[str, tuple[str, str, str]] = {
    "openai": ("OPENAI_API_KEY", "OPENAI_BASE_URL", "gpt-5-mini"),
    "responses": ("OPENAI_API_KEY", "OPENAI_BASE_URL", "gpt-5-mini"),
    "azure": ("AZURE_OPENAI_API_KEY", "AZURE_OPENAI_ENDPOINT", "gpt-5-mini"),
    "anthropic": ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "claude-haiku-5-5"),
    "gemini": ("GEMINI_API_KEY", "GEMINI_BASE_URL", "gemini-3.5-flash-lite"),
}
"""Providers that call a model: the settings with their key and URL, and the default model."""


def model_limits(text: str) -> str:
    """Limits for each model, in the format of `read_limits`."""
    for part in filter(None, (part.strip() for part in text.split(","))):
        if not re.fullmatch(r"[^=]{1,100}(?:=[1-9]\d{0,3}/[1-9]\d{0,3}/[1-9]\d{0,5})", part):
            raise ValueError("must be model=seconds/seconds/tokens, comma-separated, such as qwen3:8b=120/300/800")
    return text


def provider(text: str) -> str:
    """An answer provider."""
    if text not in ("auto", *MODEL_PROVIDERS, "quote", "off"):
        raise ValueError(f"must be auto, {', '.join(MODEL_PROVIDERS)}, quote or off")
    return text


def embedding(text: str) -> str:
    """An embedding provider."""
    if text not in ("auto", "local", "off"):
        raise ValueError("must be auto, local or off")
    return text


def log_format(text: str) -> str:
    """A log format."""
    if text not in ("text", "json"):
        raise ValueError("must be text or json")
    return text


def limit(text: str) -> int | None:
    """A limit as text: a whole number from 0, or `unlimited` (None)."""
    if text == "unlimited":
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise ValueError("must be a whole number from 0, or 'unlimited'")
    return int(text)


def keys(text: str) -> tuple[str, ...]:
    """Signing keys, the newest last."""
    keys = tuple(key.strip() for key in text.split(","))
    if any(len(key) < 32 for key in keys):
        raise ValueError("each key must have at least 32 characters")
    return keys


def networks(text: str) -> tuple[str, ...]:
    """IP addresses and networks."""
    return tuple(str(ip_network(part.strip())) for part in text.split(",") if part.strip())


def private_sites(text: str) -> tuple[str, ...]:
    """Hosts and networks."""
    entries = tuple(part.strip().lower() for part in text.split(",") if part.strip())
    for entry in entries:
        try:
            ip_network(entry)
        except ValueError:
            if not re.fullmatch(r"[\w-]+(\.[\w-]+)*", entry) or re.fullmatch(r"[\d.]+", entry):
                raise ValueError("must be hosts or networks, such as wiki.internal,10.1.0.0/16") from None
    return entries


def prices(text: str) -> str:
    """Models' prices, in the format of `read_prices`."""
    for part in filter(None, (part.strip() for part in text.split(","))):
        if not re.fullmatch(r"[^=]{1,100}=(\d+(\.\d+)?/){2}\d+(\.\d+)?", part):
            raise ValueError("must be model=input/cached/output, comma-separated, such as gpt-5-mini=0.25/0.025/2")
    return text


def at_once(text: str) -> int:
    """A whole number, at least 1."""
    number = limit(text)
    if not number:
        raise ValueError("must be a whole number from 1")
    return number


def smtp_url(text: str) -> str:
    """A mail server's URL."""
    if not text.startswith(("smtp://", "smtps://")):
        raise ValueError("must begin with smtp:// or smtps://")
    return with_port(text)


def contact(text: str) -> str:
    """A URI as RFC 9116 requires; `mailto:` is added to an email address."""
    uri = f"mailto:{text}" if re.fullmatch(r"[^\s:@/]+@[^\s:@/]+", text) else text
    if not re.fullmatch(r"(mailto:|https://|tel:)[!-~]+", uri):
        raise ValueError("must be an email address, or begin with mailto:, https:// or tel:")
    return uri


def reply_to(text: str) -> str:
    """An email address whose local part leaves room for a token."""
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,37}@[A-Za-z0-9.-]{1,250}", text):
        raise ValueError("must be an email address such as replies@comments.example.com")
    return text.lower()


def key(text: str) -> str:
    """A secret that is sent unchanged in a header or a form."""
    if not re.fullmatch(r"[!-~]+", text):
        raise ValueError("must consist of ASCII letters, digits and signs; it was probably pasted with something else")
    return text


def unquoted(text: str) -> str:
    """Rejects text in quotation marks, which Docker's `env_file` and systemd's drop-ins keep. Raises ValueError."""
    if len(text) > 1 and text[0] in _QUOTES and text[-1] in _QUOTES:
        raise ValueError("must not be in quotation marks")
    return text


def with_port(text: str) -> str:
    """A URL whose port, if any, is a number."""
    try:
        _ = urlsplit(text).port
    except ValueError:  # its message may contain part of the password
        raise ValueError(
            "must have a number as its port; in a password, write # / ? @ : as %23 %2F %3F %40 %3A"
        ) from None
    return text
