"""A site's settings: one described tuple, as for the operator's settings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from ..core.approval import RULES
from ..core.bans import AddressBan
from ..core.hosts import normal_origin
from ..core.pages import Moves, PageKeys, PageRules, is_tracking
from ..errors import BadRequest
from ..i18n.catalogue import has_language, languages
from ..setting_values import limit

AI_RULES = ("always", "questions", "mention", "drafts", "off")
AGENTS = ("off", "search", "ask")
THEMES = ("auto", "light", "dark", "paper", "ink", "forest", "ocean", "rose", "terminal")
_OUR_HEADERS = frozenset(
    """accept accept-encoding connection content-length expect host if-modified-since if-none-match te trailer
    transfer-encoding upgrade user-agent""".split()
)
_KEY = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,48}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class SiteSetting:
    """A site setting: its name, default as text, purpose, and parser."""

    name: str
    default: str
    help: str
    parse: Callable[[str], Any] = str
    secret: bool = False
    """Whether it is never shown again."""

    def shown(self, text: str) -> str:
        """Its text in a form safe to show."""
        return "(set)" if self.secret and text else text


def _origins(text: str) -> tuple[str, ...]:
    origins = tuple(dict.fromkeys(normal_origin(part) for part in text.split(",") if part.strip()))
    if not origins:
        raise ValueError("must name at least one origin")
    return origins


def _timezone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (OSError, ValueError, KeyError):
        raise ValueError(f"{text!r} is not a time zone; write it like Asia/Seoul") from None
    return text


@dataclass(frozen=True, slots=True)
class OneOf:
    """Parses an enumeration."""

    choices: tuple[str, ...]

    def __call__(self, text: str) -> str:
        """The word. Raises ValueError."""
        if text not in self.choices:
            raise ValueError(f"must be one of {', '.join(self.choices)}")
        return text


def _boolean(text: str) -> bool:
    return OneOf(("true", "false"))(text) == "true"


def _name(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must be one line of text")
    return _up_to(100)(text)


def _up_to(length: int) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if len(text) > length:
            raise ValueError(f"must have at most {length} characters")
        return text

    return parse


def _budget(text: str) -> int | None:
    return limit(text) if text else None


def _money(text: str) -> int | None:
    """Parses US dollars into millionths."""
    if text in ("", "unlimited"):
        return None
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", text):
        raise ValueError("must be an amount such as 2.50")
    return round(float(text) * 1_000_000)


def _hours(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= 8_760:
        raise ValueError("must be a whole number from 1 to 8760")
    return int(text)


def _words(text: str) -> tuple[str, ...]:
    if len(text) > 4_000:
        raise ValueError("must have at most 4,000 characters")
    return tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))


def _header(text: str) -> str:
    """Parses a request header line, which gets the crawler past a password."""
    name, sign, value = (part.strip() for part in text.partition(":"))
    if not text:
        return ""
    if not (sign and value and value.isascii() and value.isprintable() and re.fullmatch(r"[A-Za-z0-9-]{1,50}", name)):
        raise ValueError('must be one header, such as "Authorization: Basic …"')
    if name.lower() in _OUR_HEADERS or len(text) > 4_000:
        raise ValueError(f"must not be {name}, and have at most 4,000 characters")
    return text


def _akismet_key(text: str) -> str:
    if text and not re.fullmatch(r"[A-Za-z0-9]{6,64}", text):
        raise ValueError("must be the key that Akismet has given you")
    return text


def _lang(text: str) -> str:
    if text and not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", text):
        raise ValueError("must be a language tag such as en or ko")
    return text


def _params(text: str) -> frozenset[str]:
    names = frozenset(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        if not re.fullmatch(r"[\w.~\[\]-]{1,50}", name):
            raise ValueError(f"{name!r} is not the name of a query parameter; write them like no,page_id")
        if is_tracking(name):
            raise ValueError(f"{name!r} says where a visitor comes from, not which page it is")
    if len(names) > 20:
        raise ValueError("must name at most 20 parameters")
    return names


def read_moderation(text: str) -> frozenset[str]:
    """Parses the comma-separated approval rules. Raises ValueError."""
    names = frozenset(part.strip() for part in text.split(","))
    if not names <= set(RULES) or (len(names) > 1 and names & {"none", "all"}):
        raise ValueError("must be none, all, or a list of first, links, pictures, words")
    return names - {"none"}


def _at_least_one(text: str) -> int:
    if not re.fullmatch("[1-9][0-9]{0,3}", text):
        raise ValueError("must be a number from 1 to 9999")
    return int(text)


def _days(text: str) -> int | None:
    return _at_least_one(text) if text else None


def _audit_days(text: str) -> int | None:
    """Days of the audit trail: enough for other owners to see what one of them did. Raises ValueError."""
    days = _days(text)
    if days is not None and days < LEAST_AUDIT_DAYS:
        raise ValueError(f"must be a number from {LEAST_AUDIT_DAYS} to 9999")
    return days


LEAST_AUDIT_DAYS = 30
SITE_SETTINGS: tuple[SiteSetting, ...] = (
    SiteSetting("name", "", "The site's name.", _name),
    SiteSetting("origins", "", "Origins on which the script may run, comma-separated.", _origins),
    SiteSetting("page_params", "", "Query parameters that say which page it is, comma-separated.", _params),
    SiteSetting("hash_routes", "false", "Whether a fragment such as #/guide is a page of its own.", _boolean),
    SiteSetting("index_threads", "false", "Whether search engines may index threads and questions on /t/.", _boolean),
    SiteSetting("timezone", "UTC", "Time zone in which daily limits reset.", _timezone),
    SiteSetting("guests", "true", "Whether visitors may comment without signing in.", _boolean),
    SiteSetting("ai", "questions", "Which comments get an answer.", OneOf(AI_RULES)),
    SiteSetting("daily_answers", "", "Answers per visitor and day.", _budget),
    SiteSetting("address_daily_answers", "20", "Answers per IP address and day.", limit),
    SiteSetting("comments_per_minute", "10", "Comments per visitor and minute.", limit),
    SiteSetting("address_comments_per_minute", "60", "Comments per IP address and minute.", limit),
    SiteSetting("edit_minutes", "15", "Minutes during which authors may edit and delete their comments.", limit),
    SiteSetting(
        "moderation",
        "none",
        "Which comments are held for approval: none, all, or a list of first, links, pictures, words.",
        read_moderation,
    ),
    SiteSetting("first_comments", "1", "Published comments after which an author is no longer new.", _at_least_one),
    SiteSetting("first_days", "", "Days after which an author is no longer new. Empty: comments alone count.", _days),
    SiteSetting("hold_links", "1", "Links to other sites from which a comment is held.", _at_least_one),
    SiteSetting("hold_words", "", "Words that hold a comment, comma-separated.", _words),
    SiteSetting("reports_to_hide", "3", "Reports that hide a comment until you decide. Empty: never.", _budget),
    SiteSetting("close_days", "", "Days after its first comment until a thread closes. Empty: never.", _days),
    SiteSetting("keep_address_days", "", "Days until hashed IP addresses are removed. Empty: kept.", _days),
    SiteSetting("keep_private_days", "", "Days until private questions are deleted. Empty: kept.", _days),
    SiteSetting("keep_deleted_days", "", "Days until deleted comments are removed for good. Empty: kept.", _days),
    SiteSetting(
        "keep_audit_days", "", "Days until the audit trail is deleted, 30 or more. Empty: the server's.", _audit_days
    ),
    SiteSetting("spam_filter", "false", "Whether likely spam is held for approval.", _boolean),
    SiteSetting(
        "proof_of_work",
        "auto",
        "When browsers prove some work before a comment: under attack (auto), always, or never.",
        OneOf(("auto", "always", "never")),
    ),
    SiteSetting("akismet_key", "", "Akismet key. Empty: Akismet is not asked.", _akismet_key, secret=True),
    SiteSetting("lang", "", "Language of the widget. Empty: the page's.", _lang),
    SiteSetting("theme", "auto", "Theme of the widget.", OneOf(THEMES)),
    SiteSetting("instructions", "", "Instructions for the model's tone.", _up_to(2_000)),
    SiteSetting("page_daily_answers", "", "Answers per page and day. Empty: no limit.", _budget),
    SiteSetting("budget_answers", "", "Answers per day for the whole site. Empty: no limit.", _budget),
    SiteSetting("budget_tokens", "", "Tokens per day for the whole site. Empty: no limit.", _budget),
    SiteSetting("budget_usd", "", "US dollars per day for the whole site. Empty: no limit.", _money),
    SiteSetting("model", "", "The model for this site. Empty: the server's.", _up_to(100)),
    SiteSetting("max_answers_per_thread", "6", "Unrequested answers per thread.", limit),
    SiteSetting("draft_minutes", "", "Minutes after which a draft is published automatically. Empty: never.", _budget),
    SiteSetting(
        "answer_moderation",
        "off",
        "Checks before and after each answer: blocked_words, or also the provider's moderation.",
        OneOf(("off", "words", "moderation")),
    ),
    SiteSetting(
        "unsupported",
        "mark",
        "What becomes of an answer that the site does not support: marked, replaced by quotes, or withheld.",
        OneOf(("mark", "quote", "withhold")),
    ),
    SiteSetting(
        "unlikely",
        "refuse",
        "Whether a question that the site likely does not answer is refused without a call, or sent to the model.",
        OneOf(("refuse", "ask")),
    ),
    SiteSetting("agents", "off", "What programs may do (MCP, NLWeb): nothing, search, or also ask.", OneOf(AGENTS)),
    SiteSetting("blocked_words", "", "Words that questions and answers must not contain, comma-separated.", _words),
    SiteSetting("crawl", "true", "Whether to crawl the site, so that answers can use its other pages.", _boolean),
    SiteSetting("crawl_hours", "24", "Hours between crawls.", _hours),
    SiteSetting(
        "crawl_header", "", "A header that is sent to the site's origins when its pages are read.", _header, secret=True
    ),
)
LISTS = ("origins", "page_params", "blocked_words")
BY_NAME: Mapping[str, SiteSetting] = {setting.name: setting for setting in SITE_SETTINGS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A site with its parsed settings; a limit of None means no limit, `budget_usd` is in millionths."""

    key: str
    name: str
    origins: tuple[str, ...]
    page_params: frozenset[str]
    hash_routes: bool
    index_threads: bool
    pages: PageKeys
    timezone: str
    guests: bool
    ai: str
    daily_answers: int | None
    address_daily_answers: int | None
    comments_per_minute: int | None
    address_comments_per_minute: int | None
    edit_minutes: int | None
    moderation: frozenset[str]
    first_comments: int
    first_days: int | None
    hold_links: int
    hold_words: tuple[str, ...]
    reports_to_hide: int | None
    close_days: int | None
    keep_address_days: int | None
    keep_private_days: int | None
    keep_deleted_days: int | None
    keep_audit_days: int | None
    spam_filter: bool
    proof_of_work: str
    akismet_key: str = field(repr=False)
    lang: str
    theme: str
    instructions: str
    page_daily_answers: int | None
    budget_answers: int | None
    budget_tokens: int | None
    budget_usd: int | None
    model: str
    max_answers_per_thread: int | None
    draft_minutes: int | None
    answer_moderation: str
    unsupported: str
    unlikely: str
    agents: str
    blocked_words: tuple[str, ...]
    crawl: bool
    crawl_hours: int
    crawl_header: str = field(repr=False)
    bans: tuple[AddressBan, ...] = ()

    def public(self) -> dict[str, Any]:
        """The settings that the widget needs."""
        return {
            "name": self.name or self.key,
            "ai": self.ai,
            "guests": self.guests,
            "edit_minutes": self.edit_minutes,
            "moderation": ",".join(rule for rule in RULES if rule in self.moderation) or "none",
            "timezone": self.timezone,
            "lang": self.lang,
            "theme": self.theme,
            "form": self.spam_filter,
        }


def is_key(text: str) -> bool:
    """Whether this is a valid site key."""
    return _KEY.fullmatch(text) is not None


def check_key(key: str) -> str:
    """A site's key: a–z, 0–9 and inner hyphens, at most 50 characters. Raises BadRequest."""
    if not is_key(key):
        raise BadRequest(
            "validation_failed", "A site's key consists of a-z, 0-9 and inner hyphens, at most 50 characters."
        )
    return key


def check(name: str, text: str) -> str:
    """A setting's text in stored form. Raises BadRequest naming the setting and the error."""
    if name not in BY_NAME:
        raise BadRequest("validation_failed", f"Unknown site setting {name!r}.")
    try:
        value = BY_NAME[name].parse(text)
    except ValueError as error:
        raise BadRequest("validation_failed", f"{name}: {error}") from None
    if name == "lang" and text and not has_language(text):  # only here, so that values stored before stay readable
        raise BadRequest("validation_failed", f"lang: must be empty or one of {', '.join(languages())}")
    return ",".join(value) if name == "origins" else text


def check_added(name: str, before: str, text: str) -> str:
    """A list setting's text after an addition. Raises BadRequest as `check` does, and if the setting is no list."""
    check(name, text)
    if name not in LISTS:
        raise BadRequest("validation_failed", f"{name}: is no list; {', '.join(LISTS)} are.")
    parts = [part.strip() for part in f"{before},{text}".split(",") if part.strip()]
    return check(name, ",".join(dict.fromkeys(parts)))


def read_site(
    key: str, texts: Mapping[str, str], *, daily_answers: int | None, aliases: Iterable[tuple[str, str]] = (),
    bans: Iterable[AddressBan] = (),
) -> Site:  # fmt: skip
    """A site from its stored texts; `daily_answers` is the operator's default, `aliases` maps old to new page keys,
    `bans` are banned address prefixes."""
    values = {setting.name: setting.parse(texts.get(setting.name, setting.default)) for setting in SITE_SETTINGS}
    if not texts.get("daily_answers"):
        values["daily_answers"] = daily_answers
    rules = PageRules(values["origins"], values["page_params"], values["hash_routes"])
    return Site(key=key, pages=PageKeys(rules, Moves.of(aliases)), bans=tuple(bans), **values)
