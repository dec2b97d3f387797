"""Commands about sites."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from ..core.comments import PAGE_LIMIT
from ..errors import BadRequest, NotFound
from ..setting_values import limit
from ..settings import Settings
from ..sites.settings import AI_RULES, BY_NAME, SITE_SETTINGS, Site, read_site
from ..sites.snippet import snippet
from . import aliases
from .console import Parser, command, count, say, watched, with_database

if TYPE_CHECKING:
    from ..knowledge.crawl.report import Crawled


def add_to(commands: Any) -> None:
    """Adds `site …`."""
    site = commands.add_parser("site", help="sites").add_subparsers(required=True, parser_class=Parser)
    add = command(site, "add", _site_add, "add a site and print the snippet to paste", "made")
    add.add_argument("key")
    add.add_argument("--origin", action="append", required=True, metavar="URL")
    add.add_argument("--name", default="")
    add.add_argument("--json", action="store_true")
    listing = command(site, "list", _site_list, "all sites")
    listing.add_argument("--json", action="store_true")
    show = command(site, "show", _site_show, "one site with its settings")
    show.add_argument("key")
    show.add_argument("--integrity", action="store_true", help="pin the tag's script to the one of this version")
    show.add_argument("--json", action="store_true")
    page = command(site, "page", _site_page, "what is answered on one page, where it differs from the whole site")
    page.add_argument("key")
    page.add_argument("page", type=page_key)
    page.add_argument("--ai", choices=(*AI_RULES, "default"), help="default: the site's rule")
    page.add_argument("--json", action="store_true")
    aliases.add_to(site)
    visitor = command(site, "visitor", _site_visitor, "one visitor: answers a day, whether they may write")
    visitor.add_argument("key")
    visitor.add_argument("id", help="the visitor's author.id in the API")
    visitor.add_argument("--daily-answers", type=answers_a_day, metavar="N|unlimited|default")
    visitor.add_argument("--json", action="store_true")
    may = visitor.add_mutually_exclusive_group()
    may.add_argument(
        "--block", action="store_const", const=True, dest="blocked", help="let the visitor read but not write"
    )
    may.add_argument("--unblock", action="store_const", const=False, dest="blocked", help="let the visitor write again")
    sso = command(site, "sso", _site_sso, "print the secret by which the site's own server signs its users on")
    sso.add_argument("key")
    sso.add_argument("--json", action="store_true")
    what = sso.add_mutually_exclusive_group()
    what.add_argument("--rotate", action="store_true", help="replace the secret; the old one stops working at once")
    what.add_argument("--off", action="store_true", help="turn single sign-on off")
    crawl = command(site, "crawl", _site_crawl, "read the whole site, as far as it has changed")
    crawl.add_argument("key")
    crawl.add_argument("--limit", type=count, metavar="N", help="maximum number of pages in this crawl")
    crawl.add_argument("--json", action="store_true")
    change = command(site, "set", _site_set, "change settings of a site")
    change.add_argument("key")
    change.add_argument("changes", nargs="+", metavar="NAME=VALUE", help="NAME+=VALUE adds to a list, such as origins")


def _site_add(settings: Settings, options: argparse.Namespace) -> int:
    from ..clock import SystemClock
    from ..sites.store import add_site

    name = options.name
    if not name and options.stdin is None and sys.stdin.isatty():
        name = input("Name of the site, as visitors read it: ").strip()
    texts = {"origins": ",".join(options.origin)} | ({"name": name} if name else {})
    added = with_database(settings, lambda db: db.write(lambda: add_site(options.key, texts, SystemClock().now())))
    if not added:
        say(f"answerback: site {options.key!r} already exists")
        return 1
    say("Paste this where comments should appear:")
    tag = snippet(settings, options.key)
    print(json.dumps({"key": options.key, "snippet": tag}) if options.json else tag)
    say(f"Next: answerback owner add you@example.com --site {options.key}, then answerback serve.")
    return 0


def _sites(settings: Settings) -> list[tuple[str, dict[str, str]]]:
    from ..sites.store import list_sites

    sites: list[tuple[str, dict[str, str]]] = with_database(settings, lambda db: db.read(list_sites))
    return sites


def _site_list(settings: Settings, options: argparse.Namespace) -> int:
    sites = _sites(settings)
    if options.json:
        print(json.dumps([{"key": key, **shown(texts)} for key, texts in sites], ensure_ascii=False))
    else:
        for key, texts in sites:
            print(f"{key}\t{texts.get('origins', '')}\t{texts.get('name', '')}")
    return 0


def shown(texts: Mapping[str, str]) -> dict[str, str]:
    """Settings in printable form: for a secret, only whether it is set."""
    return {name: BY_NAME[name].shown(text) if name in BY_NAME else text for name, text in texts.items()}


def _site_show(settings: Settings, options: argparse.Namespace) -> int:
    found = dict(_sites(settings)).get(options.key)
    if found is None:
        say(f"answerback: no site {options.key!r}")
        return 1
    tag = snippet(settings, options.key, integrity=options.integrity)
    values = shown({setting.name: found.get(setting.name, setting.default) for setting in SITE_SETTINGS})
    if options.json:
        print(json.dumps({"key": options.key, **values, "snippet": tag}, ensure_ascii=False))
    else:
        for name, value in values.items():
            print(f"{name}={value}")
        print(tag)
    return 0


def _site_sso(settings: Settings, options: argparse.Namespace) -> int:
    from ..accounts.sign_in.sso import store
    from ..accounts.sign_in.sso.tokens import derive_secret
    from ..clock import SystemClock
    from ..ids import RandomIds

    async def work(db: Any) -> str | None:
        if options.off:
            return "" if await db.write(lambda: store.drop_salt(options.key)) else None
        salt = await store.salt_of(db, options.key)
        if salt is None or options.rotate:
            salt = RandomIds().secret()
            made, now = salt, SystemClock().now()
            if not await db.write(lambda: store.set_salt(options.key, made, now)):
                return None
        return derive_secret(settings.secret_key[-1], options.key, salt)

    secret = with_database(settings, work)
    if secret is None:
        say(f"answerback: no site {options.key!r}, or single sign-on is not set up")
        return 1
    if options.off:
        say("The site's secret no longer works.")
    else:
        say("Keep this secret on the site's server only. docs/sign-in.md shows how to use it:")
    if options.json:
        print(json.dumps({"site": options.key, "secret": secret or None}))
    elif secret:
        print(secret)
    return 0


def _site_set(settings: Settings, options: argparse.Namespace) -> int:
    from ..answers.budget_prices import priced
    from ..clock import SystemClock
    from ..sites.store import change_site

    changes: dict[str, str] = {}
    added: dict[str, str] = {}
    for change in options.changes:
        name, sign, value = change.partition("=")
        if not sign:
            say(f"answerback: {change!r} is not NAME=VALUE")
            return 2
        adds = name.endswith("+")
        name, value = name.removesuffix("+").strip(), value.strip()
        secret = name in BY_NAME and BY_NAME[name].secret
        if secret and value == "-":
            value = (options.stdin or sys.stdin.buffer).readline().decode("utf-8", "replace").strip()
        (added if adds else changes)[name] = value
    now, check = SystemClock().now(), priced(settings)
    with_database(settings, lambda db: db.write(lambda: change_site(options.key, changes, now, check, added=added)))
    say(f"Changed {', '.join([*changes, *added])} of {options.key}.")
    return 0


def _site_page(settings: Settings, options: argparse.Namespace) -> int:
    from ..clock import SystemClock
    from ..comments.store import rule_of, set_rule

    site = site_of(settings, options.key)
    page = page_of(site, options.page)
    if options.ai is None:
        rule = with_database(settings, lambda db: db.read(lambda: rule_of(site.key, page)))
    else:
        rule, now = None if options.ai == "default" else options.ai, SystemClock().now()
        with_database(settings, lambda db: db.write(lambda: set_rule(site.key, page, rule, now)))
        say(f"Answers on {page}: {rule or f'{site.ai}, as on the whole site'}.")
    if options.json:
        print(json.dumps({"page": page, "ai": rule or "default"}, ensure_ascii=False))
    elif options.ai is None:
        print(rule or "default")
    return 0


def page_key(text: str) -> str:
    """Parses an argument that names a page."""
    if not 0 < len(unquote(text.strip())) <= PAGE_LIMIT:
        raise argparse.ArgumentTypeError(f"must have 1 to {PAGE_LIMIT} characters")
    return text


def answers_a_day(text: str) -> str:
    """Parses an option that takes a limit, or `default`."""
    try:
        return text if text == "default" else str(limit(text) if text != "unlimited" else text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _site_visitor(settings: Settings, options: argparse.Namespace) -> int:
    from ..accounts.store import set_blocked, set_daily_answers, visitor_by_id

    site, wanted, blocked = site_of(settings, options.key), options.daily_answers, options.blocked

    def work() -> Any:
        if wanted is not None:
            yield from set_daily_answers(site.key, options.id, None if wanted == "default" else wanted)
        if blocked is not None:
            yield from set_blocked(site.key, options.id, blocked=blocked)
        return (yield from visitor_by_id(site.key, options.id))

    visitor = with_database(settings, lambda db: db.write(work))
    if visitor is None:
        say(f"answerback: no visitor {options.id!r} on {site.key}")
        return 1
    if wanted is not None:
        say(f"Answers per day for this visitor: {'as on the whole site' if wanted == 'default' else wanted}.")
    if blocked is not None:
        say("This visitor may not write any more." if blocked else "This visitor may write again.")
    if options.json:
        own = visitor.daily_answers or "default"
        print(json.dumps({"id": visitor.id, "daily_answers": own, "blocked": visitor.blocked}))
    elif wanted is None and blocked is None:
        print(visitor.daily_answers or "default")
        if visitor.blocked:
            print("blocked")
    return 0


def _site_crawl(settings: Settings, options: argparse.Namespace) -> int:
    from ..knowledge.build import crawl_site

    site, tell = site_of(settings, options.key), watched("Pages")
    result = with_database(settings, lambda db: crawl_site(settings, db, site, options.limit, tell))
    if result is None:
        say(f"answerback: {site.key} is being read just now; its page under /admin/knowledge/ shows how far it is")
        return 1
    say_crawled(site, result)
    if options.json:
        print(json.dumps(result.public(), ensure_ascii=False))
    return 1 if result.mostly_unread else 0


def say_crawled(site: Site, result: Crawled) -> None:
    """Prints what a crawl read, and why it left out the rest."""
    from ..admin.pages.knowledge import advice_on, problem_of, reason_in_words

    say(
        f"{result.pages:,} pages of {site.key} in use, with {result.passages:,} passages: {result.added:,} new, "
        f"{result.changed:,} changed, {result.unchanged:,} as before; {result.left_out:,} left out, "
        f"{result.failed:,} failed, {result.forgotten:,} gone."
    )
    for name, reason in result.ordered():
        say(f"{reason.count:7,}  {reason_in_words(name, 'en')}: {', '.join(reason.examples)}")
        if advice := advice_on(name, "en"):
            say(f"         {advice}")
    if result.error:
        say(problem_of(result.error, "en", result.reasons))
    if result.error == "outside":
        say(f"answerback site set {site.key} origins+={result.reasons['outside'].examples[0]}")


def site_of(settings: Settings, key: str) -> Site:
    """The site with this key. Raises NotFound (`site_unknown`)."""
    from ..sites.store import all_aliases

    found = dict(_sites(settings)).get(key)
    if found is None:
        raise NotFound("site_unknown")
    aliases: tuple[tuple[str, str], ...] = with_database(settings, lambda db: db.read(all_aliases)).get(key, ())
    return read_site(key, found, daily_answers=settings.daily_answers, aliases=aliases)


def only_site(settings: Settings, key: str | None) -> Site:
    """The site with this key or, without a key, the only site. Raises BadRequest, NotFound."""
    keys = [key] if key else [each for each, _ in _sites(settings)]
    if len(keys) != 1:
        raise BadRequest("validation_failed", f"Name one of the sites: {', '.join(keys) or 'there is none yet'}.")
    return site_of(settings, keys[0])


def page_of(site: Site, said: str) -> str:
    """The key of a page given as a key or an address. Raises BadRequest if it is empty or too long."""
    key = site.pages.key(said, own_query=True)
    if not 0 < len(key) <= PAGE_LIMIT:
        raise BadRequest("validation_failed", f"page: must have 1 to {PAGE_LIMIT} characters.")
    return key
