"""The commands. Human text goes to stderr, data to stdout; exit 0, 1 (it failed) or 2 (used wrongly)."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

from .errors import AppError, NotFound, SettingsError
from .settings import Settings, load_settings

if TYPE_CHECKING:
    from .sites.settings import Site


def say(text: str) -> None:
    """Human text."""
    print(text, file=sys.stderr)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    options = parser().parse_args(arguments)
    try:
        settings = load_settings()
        result: int = options.run(settings, options)
        return result
    except SettingsError as error:
        say(f"answerback: {error}")
        return 1
    except AppError as error:
        say(f"answerback: {error.detail}")
        return 1
    except KeyboardInterrupt:
        return 0


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(2, f"answerback: {message}\n")


def parser() -> argparse.ArgumentParser:
    """The command line's grammar."""
    top = _Parser(prog="answerback", description="Comments that answer back.")
    commands = top.add_subparsers(metavar="COMMAND", required=True, parser_class=_Parser)

    demo = _command(commands, "demo", _demo, "our server and a plain site on another origin, ready to try")
    demo.add_argument("--port", type=int, default=8000)
    demo.add_argument("--site-port", type=int, default=8001)
    demo.add_argument("--local-model", action="store_true", help="answer by a small model on this machine")

    serve = _command(commands, "serve", _serve, "run the server")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8000)
    serve.add_argument("--workers", type=int, default=1)

    check = _command(commands, "check", _check, "say of each part whether it is ready")
    check.add_argument("--json", action="store_true")
    _command(commands, "migrate", _migrate, "bring the database to the newest schema")
    _site_commands(commands)

    owner = commands.add_parser("owner", help="owners").add_subparsers(required=True, parser_class=_Parser)
    add = _command(owner, "add", _owner_add, "add an owner, or make a new sign-in link for one")
    add.add_argument("email")
    add.add_argument("--site", action="append", default=[], metavar="KEY")
    add.add_argument("--password-stdin", action="store_true")

    _moving_commands(commands)
    backup = _command(commands, "backup", _backup, "a consistent copy of the database while the server runs")
    backup.add_argument("file")
    return top


def _site_commands(commands: Any) -> None:
    site = commands.add_parser("site", help="sites").add_subparsers(required=True, parser_class=_Parser)
    add = _command(site, "add", _site_add, "add a site and print the snippet to paste")
    add.add_argument("key")
    add.add_argument("--origin", action="append", required=True, metavar="URL")
    add.add_argument("--name", default="")
    listing = _command(site, "list", _site_list, "all sites")
    listing.add_argument("--json", action="store_true")
    show = _command(site, "show", _site_show, "one site with its settings")
    show.add_argument("key")
    show.add_argument("--json", action="store_true")
    sso = _command(site, "sso", _site_sso, "print the secret by which the site's own server signs its users on")
    sso.add_argument("key")
    what = sso.add_mutually_exclusive_group()
    what.add_argument("--rotate", action="store_true", help="make a new one; the one before is worth nothing at once")
    what.add_argument("--off", action="store_true", help="sign nobody on this way any more")
    crawl = _command(site, "crawl", _site_crawl, "read the whole site, as far as it has changed")
    crawl.add_argument("key")
    crawl.add_argument("--limit", type=_count, metavar="N", help="pages read at most, this time")
    crawl.add_argument("--json", action="store_true")
    change = _command(site, "set", _site_set, "change settings of a site")
    change.add_argument("key")
    change.add_argument("changes", nargs="+", metavar="NAME=VALUE")


def _moving_commands(commands: Any) -> None:
    export = _command(commands, "export", _export, "the comments of a site as JSON, CSV or one HTML page")
    export.add_argument("key")
    export.add_argument("--format", choices=["json", "csv", "html"], default="json")
    export.add_argument("--output", metavar="FILE", help="instead of stdout")
    bring = _command(commands, "import", _import, "comments from elsewhere, each once however often it is done")
    bring.add_argument("key")
    bring.add_argument("file")
    bring.add_argument("--from", dest="format", choices=["answerback", "disqus", "wordpress", "isso"], required=True)
    bring.add_argument("--json", action="store_true")


def _command(
    commands: Any, name: str, run: Callable[[Settings, argparse.Namespace], int], help: str
) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=help, description=help)
    command.set_defaults(run=run)
    return command


# ---- serving


def _serve(settings: Settings, options: argparse.Namespace) -> int:
    if options.workers < 1 or (options.workers > 1 and not settings.redis_url):
        say("answerback: more than one worker needs ANSWERBACK_REDIS_URL, which joins their live events")
        return 2
    from .serving import serve

    say(f"Answerback on http://{options.host}:{options.port} · answers by {settings.provider_in_use}")
    return serve(settings, options.host, options.port, options.workers)


def _demo(settings: Settings, options: argparse.Namespace) -> int:
    from .demonstrating import run_demo, run_demo_with_local_model

    run = run_demo_with_local_model if options.local_model else run_demo
    return run(settings, options.port, options.site_port)


def _migrate(settings: Settings, options: argparse.Namespace) -> int:
    from .migrations import HEAD, migrate

    migrate(settings.database_url)
    say(f"The database is at revision {HEAD}.")
    return 0


def _check(settings: Settings, options: argparse.Namespace) -> int:
    from .checking import check_all

    lines = asyncio.run(check_all(settings))
    if options.json:
        print(json.dumps([line.__dict__ for line in lines], ensure_ascii=False))
    else:
        for line in lines:
            print(f"{line.state:8} {line.part:12} {line.detail}")
    return 1 if any(line.state == "error" for line in lines) else 0


# ---- sites and owners


def with_database(settings: Settings, work: Callable[[Any], Any]) -> Any:
    """Run `work(db)` on the migrated database."""
    from .db import Database
    from .migrations import migrate

    async def go() -> Any:
        db = Database(settings.database_url)
        await db.connect()
        try:
            return await work(db)
        finally:
            await db.close()

    migrate(settings.database_url)
    return asyncio.run(go())


def snippet(settings: Settings, key: str) -> str:
    """The line to paste into a page."""
    return f'<script src="{settings.public_url}/answerback.js" data-site="{key}" async></script>'


def _site_add(settings: Settings, options: argparse.Namespace) -> int:
    from .seams import SystemClock
    from .sites.store import add_site

    texts = {"origins": ",".join(options.origin)} | ({"name": options.name} if options.name else {})
    added = with_database(settings, lambda db: db.write(lambda: add_site(options.key, texts, SystemClock().now())))
    if not added:
        say(f"answerback: there is a site {options.key!r} already")
        return 1
    say("Paste this where the comments should be:")
    print(snippet(settings, options.key))
    return 0


def _sites(settings: Settings) -> list[tuple[str, dict[str, str]]]:
    from .sites.store import list_sites

    sites: list[tuple[str, dict[str, str]]] = with_database(settings, lambda db: db.read(list_sites))
    return sites


def _site_list(settings: Settings, options: argparse.Namespace) -> int:
    sites = _sites(settings)
    if options.json:
        print(json.dumps([{"key": key, **texts} for key, texts in sites], ensure_ascii=False))
    else:
        for key, texts in sites:
            print(f"{key}\t{texts.get('origins', '')}\t{texts.get('name', '')}")
    return 0


def _site_show(settings: Settings, options: argparse.Namespace) -> int:
    from .sites.settings import SITE_SETTINGS

    found = dict(_sites(settings)).get(options.key)
    if found is None:
        say(f"answerback: there is no site {options.key!r}")
        return 1
    values = {setting.name: found.get(setting.name, setting.default) for setting in SITE_SETTINGS}
    if options.json:
        print(json.dumps({"key": options.key, **values, "snippet": snippet(settings, options.key)}, ensure_ascii=False))
    else:
        for name, value in values.items():
            print(f"{name}={value}")
        print(snippet(settings, options.key))
    return 0


def _site_sso(settings: Settings, options: argparse.Namespace) -> int:
    from .people.sso import store
    from .people.sso.tokens import derive_secret
    from .seams import RandomIds, SystemClock

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
        say(f"answerback: there is no site {options.key!r}, or it has no such secret")
        return 1
    if options.off:
        say("The site's secret is worth nothing any more.")
        return 0
    say("Keep this on the site's server only; docs/sign-in.md shows what it signs:")
    print(secret)
    return 0


def _site_set(settings: Settings, options: argparse.Namespace) -> int:
    from .seams import SystemClock
    from .sites.store import change_site

    changes = {}
    for change in options.changes:
        name, sign, value = change.partition("=")
        if not sign:
            say(f"answerback: {change!r} is not NAME=VALUE")
            return 2
        changes[name.strip()] = value.strip()
    with_database(settings, lambda db: db.write(lambda: change_site(options.key, changes, SystemClock().now())))
    say(f"Changed {', '.join(changes)} of {options.key}.")
    return 0


def _owner_add(settings: Settings, options: argparse.Namespace) -> int:
    from .people.owners import add_owner_with_link, normal_email

    password = sys.stdin.readline().rstrip("\n") if options.password_stdin else None
    email = normal_email(options.email)
    path = with_database(settings, lambda db: add_owner_with_link(db, email, options.site, password))
    say(f"Owner {email} is there." + ("" if path is None else " Sign in once, within 24 hours, at:"))
    if path is not None:
        print(settings.public_url + path)
    return 0


def _watched(what: str) -> Callable[[int, int], None]:
    """Tells how far long work is, when a person watches."""

    def tell(done: int, total: int) -> None:
        if sys.stderr.isatty():
            bar = "█" * (30 * done // max(1, total))
            print(f"\r{what} {bar:░<30} {done:,} of {total:,}", end="\n" if done == total else "", file=sys.stderr)

    return tell


def _site(settings: Settings, key: str) -> Site:
    from .sites.settings import read_site

    found = dict(_sites(settings)).get(key)
    if found is None:
        raise NotFound("site_unknown")
    return read_site(key, found, daily_answers=settings.daily_answers)


def _export(settings: Settings, options: argparse.Namespace) -> int:
    from .moving.exporting import Exporter, writing_to
    from .seams import SystemClock

    site = _site(settings, options.key)
    with writing_to(options.output) as out:

        def work(db: Any) -> Any:
            return Exporter(db, site.key, SystemClock().now(), out, _watched("Threads")).write(options.format)

        count = with_database(settings, work)
    say(f"Exported {count:,} comments of {site.key}.")
    return 0


def _import(settings: Settings, options: argparse.Namespace) -> int:
    from pathlib import Path

    from .moving.importing import Importer
    from .seams import SystemClock

    site = _site(settings, options.key)
    path, tell = Path(options.file), _watched("Comments")
    result = with_database(settings, lambda db: Importer(db, site, options.format, SystemClock().now()).run(path, tell))
    say(f"Imported {result.added:,} comments; {result.present:,} were there already, {result.skipped:,} are left out.")
    if options.json:
        print(json.dumps(asdict(result)))
    return 0


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 100_000:
        raise argparse.ArgumentTypeError("must be a whole number from 1")
    return int(text)


def _site_crawl(settings: Settings, options: argparse.Namespace) -> int:
    from .pages.knowing import crawl_site

    site, tell = _site(settings, options.key), _watched("Pages")
    result = with_database(settings, lambda db: crawl_site(settings, db, site, options.limit, tell))
    if result is None:
        say(f"answerback: {site.key} is being read just now; its page under /admin/knowledge/ shows how far it is")
        return 1
    say(
        f"{result.pages:,} pages of {site.key} in use, with {result.passages:,} passages: {result.added:,} new, "
        f"{result.changed:,} changed, {result.unchanged:,} as before; {result.left_out:,} left out, "
        f"{result.failed:,} failed, {result.forgotten:,} gone."
    )
    if options.json:
        print(json.dumps(asdict(result)))
    return 1 if result.error else 0


def _backup(settings: Settings, options: argparse.Namespace) -> int:
    from pathlib import Path

    from .moving.backup import backup

    if not settings.database_url.startswith("sqlite"):
        say(f"answerback: use pg_dump for {urlsplit(settings.database_url).scheme}")
        return 1
    size = backup(settings.database_url, Path(options.file))
    say(f"Copied {size:,} bytes to {options.file}.")
    return 0
