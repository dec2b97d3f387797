"""One parser for links, used to hold comments, to show targets, and to write `href`.

A narrow part of the URL standard (https://url.spec.whatwg.org/), written out as browsers write it. What they read in
other ways than it looks (`https:/host`, `///host`, backslashes, hosts that are numbers) is text and no link.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import quote, unquote

from .hosts import ascii_host

_AS_IS = "".join(set(map(chr, range(0x21, 0x7F))) - set('"<>`{}\\'))
_NEVER = re.compile(r"[\x00-\x20\x7f\\]")
"""Browsers drop some of these wherever they stand, and read a backslash as a slash."""
_WEB = re.compile(r"(https?:)?//([^/?#]+)(.*)", re.IGNORECASE | re.DOTALL)
_MAIL = re.compile(r"mailto:([^?/@]+@[^?/@]+)(\?.*)?", re.IGNORECASE | re.DOTALL)
_OF_THE_SITE = re.compile(r"/(?!/).*|[?#].*|[^/?#:]+(?:[/?#].*)?", re.DOTALL)
_HOST = re.compile(r"(?:[a-z0-9_-]+\.)*[a-z0-9_-]+\.?")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")


@dataclass(frozen=True, slots=True)
class Link:
    """A link in its output form. `place` is its host or mail address, empty within the site."""

    href: str
    place: str = ""


def link(address: str) -> Link | None:
    """The link of an address; None if it is none."""
    if _NEVER.search(address):
        return None
    if mail := _MAIL.fullmatch(address):
        return Link(f"mailto:{quote(mail[1], _AS_IS)}{quote(mail[2] or '', _AS_IS)}", unquote(mail[1]))
    if web := _WEB.fullmatch(address):
        user, at, rest = web[2].rpartition("@")
        host, port = _host_and_port(rest)
        after = web[3] if web[3].startswith("/") else f"/{web[3]}"
        scheme = (web[1] or "https:").lower()
        return Link(f"{scheme}//{quote(user, _AS_IS)}{at}{host}{port}{quote(after, _AS_IS)}", host) if host else None
    return Link(quote(address, _AS_IS)) if _OF_THE_SITE.fullmatch(address) else None


def _host_and_port(text: str) -> tuple[str, str]:
    """Host and port as browsers write them; no host if they reject or reinterpret it."""
    raw, _, port = text.rpartition(":") if re.search(r":\d*$", text) else (text, "", "")
    if port and int(port) > 0xFFFF:
        return "", ""
    try:
        if raw.startswith("["):
            return f"[{ip_address(raw[1:-1])}]" if raw.endswith("]") and "%" not in raw else "", _port(port)
        host = ascii_host(raw)
        if "xn--" in host:
            import idna  # large tables, rarely needed

            idna.decode(host)
        if _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]):
            return (host if str(ip_address(host)) == host else ""), _port(port)
    except ValueError:
        return "", ""
    return (host if _HOST.fullmatch(host) else ""), _port(port)


def _port(port: str) -> str:
    return f":{int(port)}" if port else ""
