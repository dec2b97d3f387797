"""A page's key: one per page, however its address is spelled, in readable letters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from .hosts import ascii_host

_PLAIN = re.compile(r"/(?:[A-Za-z0-9_~-]+/)*")
_ADDRESS = re.compile(r"(?:(https?):)?[/\\]{2}([^/\\?#]*)(.*)", re.IGNORECASE | re.DOTALL)
_PARTS = re.compile(r"([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)
_ROUTE = re.compile(r"(!?)/?([^?]*)(?:\?(.*))?", re.DOTALL)
_SESSION = re.compile(r";(?:php|j)?sess(?:ion)?_?id=[^/;]*", re.IGNORECASE)
_INDEX = re.compile(r"index\.(?:x?html?|php)", re.IGNORECASE)
_FILE = re.compile(
    r".\.(?:[sx]?html?|xht|ph(?:p[3-8]?|tml)|aspx?|jspx?|cfm|cgi|do|md|markdown|txt|pdf|xml|json|rss|atom|py|pl|rb)",
    re.IGNORECASE | re.DOTALL,
)
_TRACKING = re.compile(
    r"utm_\w+|_ga|_gl|_hs\w+|__hs\w+|hs\w*tracking|fbclid|gclid|gclsrc|gbraid|wbraid|dclid|msclkid|twclid|ttclid|yclid|"
    r"ysclid|igshid|igsh|li_fat_id|epik|mc_[ce]id|mkt_tok|vero_\w+|oly_\w+_id|wickedid|srsltid|s_cid|isappinstalled|ref_src|"
    r"(?:php|j)?sess(?:ion)?_?id|n_media|n_query|n_rank|n_ad\w*|napm|nclick|kakao_agent",
    re.IGNORECASE,
)
_CASUAL = re.compile(r"ref|source|replytocom|amp|share|from", re.IGNORECASE)
"""What seldom makes a page, and counts only where the site says so."""
_UNREADABLE = (
    "\x00-\x20\x7f-\xa0\xad\u061c\u1680\u180e\u2000-\u200b\u200e\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f"
)
"""Spaces, and what cannot be seen; fixed here, so that a newer Python gives the same keys."""
_IN_PATH = re.compile(rf"[%/\\?#*{_UNREADABLE}]")
_IN_QUERY = re.compile(rf"[%#&=+*{_UNREADABLE}]")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class PageRules:
    """What identifies a page of a site: its origins, its significant query parameters, and whether fragments such as
    `#/guide` count."""

    origins: tuple[str, ...]
    params: frozenset[str] = frozenset()
    hash_routes: bool = False
    any_host: bool = False
    """Every host is the site's own, as for addresses that its pages had elsewhere."""

    def owns(self, host: str) -> bool:
        """Whether this host belongs to the site."""
        return self.any_host or any(origin.partition("://")[2] == host for origin in self.origins)


ANYWHERE = PageRules((), hash_routes=True, any_host=True)
"""Where nothing but an address of the site is at hand."""
WELL_KNOWN = frozenset(
    ("p", "page_id", "attachment_id", "post", "post_id", "id", "no", "idx", "article", "bo_table", "wr_id", "mid",
     "document_srl")
)  # fmt: skip
"""Parameters that say which page it is in WordPress and in boards: what an import goes by, which knows no settings."""


@lru_cache(1_024)
def page_key(said: str, rules: PageRules, *, own_query: bool = False) -> str:
    """The key of a page named by an address, a path or a name of the site's own; empty for nothing. All of a path's
    query counts except tracking; of an address in a browser only the site's parameters do. `own_query`: the address is
    a canonical link or the owner's, so all of its query counts. The widget's counterpart is `pageOf`
    (tests/golden/pages.json has the cases of both). Idempotent."""
    said = _SURROGATE.sub("\ufffd", said.strip())
    if _PLAIN.fullmatch(said):
        return said
    host, rest = _host(said, rules)
    if rest is None:
        return unicodedata.normalize("NFC", said)
    path, query, fragment = _PARTS.fullmatch(rest).groups("")  # type: ignore[union-attr]  # the pattern matches any string
    own = own_query or host is None or host != ""
    return (f"https://{host}" if host else "") + _path(path) + _query(query, rules, own) + _route(fragment, rules)


def _host(said: str, rules: PageRules) -> tuple[str | None, str | None]:
    """The host of an address (empty: the site's own; None: none) and the rest; an empty rest if it is no address."""
    address = _ADDRESS.fullmatch(said)
    if address:
        scheme, host, rest = address.groups()
        host = _normal_host(host, (scheme or "").lower())
        if rules.owns(host):
            return "", rest
        return (host, rest) if scheme else (None, said)
    if said[:1] in ("/", "\\", "?") or (rules.hash_routes and said[:2] in ("#/", "#!")):
        return None, said
    host, *_ = re.split(r"[/?#]", said, maxsplit=1)
    if not rules.any_host and rules.owns(_normal_host(host, "")) and ("." in host or ":" in host):
        return "", said[len(host) :]
    return None, None


def _normal_host(host: str, scheme: str) -> str:
    port = {"http": ":80", "https": ":443"}.get(scheme, "")
    name = host.lower().removesuffix(port) if port else host.lower()
    try:
        return ascii_host(name.rstrip("."))
    except ValueError:
        return name


def _path(path: str) -> str:
    """The path without `index.html`, with a final slash unless it is a file's."""
    kept: list[str] = []
    for segment in without_session(path.replace("\\", "/")).split("/"):
        plain = re.sub("%2e", ".", segment, flags=re.IGNORECASE)
        if plain == "..":
            del kept[-1:]
        elif plain not in ("", "."):
            kept.append(_readable(segment, _IN_PATH))
    while kept and _INDEX.fullmatch(kept[-1]):
        kept.pop()
    if not kept:
        return "/"
    name, dot, ending = kept[-1].rpartition(".")
    return "/" + "/".join(kept) + ("" if name and _FILE.fullmatch(f"x{dot}{ending}") else "/")


def _query(query: str, rules: PageRules, own: bool) -> str:
    pairs = set()
    for pair in query.split("&"):
        name, _, value = (_readable(part.replace("+", "%20"), _IN_QUERY) for part in pair.partition("="))
        named = name in rules.params and value != ""
        if named or (own and name and not is_tracking(name) and not _CASUAL.fullmatch(name)):
            pairs.add(f"{name}={value}" if value else name)
    return "?" + "&".join(sorted(pairs)) if pairs else ""


def page_prefix(said: str, rules: PageRules) -> str:
    """The prefix of all keys that a pattern such as `/2020/*` covers."""
    key = page_key(said, rules, own_query=True)
    return key if said.endswith("/") else key.removesuffix("/") or "/"


def is_tracking(name: str) -> bool:
    """Whether a parameter only tracks visitors; it never identifies a page."""
    return _TRACKING.fullmatch(name) is not None


def without_session(path: str) -> str:
    """A path without the session that some servers write into it, for each visitor another one."""
    return _SESSION.sub("", path) if ";" in path else path


def _route(fragment: str, rules: PageRules) -> str:
    """A fragment that a script uses as a path; others lead to a place on the page."""
    if not rules.hash_routes or fragment[:1] not in ("/", "!"):
        return ""
    mark, path, query = _ROUTE.fullmatch(fragment).groups("")  # type: ignore[union-attr]  # the pattern matches any string
    path = "/".join(_readable(segment, _IN_PATH) for segment in path.split("/") if segment)
    route = path + _query(query, rules, own=False)
    return f"#{mark}/{route}" if route else ""


def _readable(text: str, unsafe: re.Pattern[str]) -> str:
    """The text percent-decoded once and composed, except where that would change its meaning or hide it."""
    if text.isascii() and "%" not in text and not unsafe.search(text):
        return text
    decoded = unicodedata.normalize("NFC", unquote_to_bytes(text).decode("utf-8", "surrogateescape"))
    return unsafe.sub(_escaped, decoded)


def _escaped(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "surrogateescape"))


@dataclass(frozen=True, slots=True)
class Moves:
    """Where keys have moved: single keys, and prefixes that end with `*`."""

    exact: dict[str, str]
    prefixes: dict[str, str]
    lengths: tuple[int, ...]

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Moves:
        """Builds it from pairs of old and new keys."""
        exact: dict[str, str] = {}
        prefixes: dict[str, str] = {}
        for old, new in pairs:
            if old.endswith("*"):
                prefixes[old[:-1]] = new
            else:
                exact[old] = new
        return cls(exact, prefixes, tuple(sorted({len(prefix) for prefix in prefixes}, reverse=True)))

    def of_key(self, key: str) -> str | None:
        """A key's new place: by its exact entry, else by the longest prefix; else None."""
        if key in self.exact:
            return self.exact[key]
        for length in self.lengths:
            new = self.prefixes.get(key[:length]) if length <= len(key) else None
            if new is not None and not _is_there(key, key[:length], new):
                return new[:-1] + key[length:] if new.endswith("*") else new
        return None


def _is_there(key: str, prefix: str, new: str) -> bool:
    """Whether a key has already moved, when everything moves deeper: `/*` to `/blog/*`."""
    new = new.removesuffix("*")
    return new.startswith(prefix) and key.startswith(new)


@dataclass(frozen=True, slots=True)
class PageKeys:
    """The keys of a site's pages, with moves applied."""

    rules: PageRules
    moves: Moves = Moves({}, {}, ())

    def key(self, said: str, *, own_query: bool = False) -> str:
        """`page_key`, followed through the owner's moves."""
        return self.follow(page_key(said, self.rules, own_query=own_query))

    def follow(self, key: str) -> str:
        """The current key of a thread."""
        seen = {key}
        while (new := self.moves.of_key(key)) is not None:
            key = page_key(new, self.rules, own_query=True)
            if key in seen:
                break
            seen.add(key)
        return key
