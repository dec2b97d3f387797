"""Commands about owners."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from ..core.roles import ROLES
from ..settings import Settings
from .console import Parser, command, say, with_database


def add_to(commands: Any) -> None:
    """Adds `owner …`."""
    owner = commands.add_parser("owner", help="owners").add_subparsers(required=True, parser_class=Parser)
    new = command(owner, "add", _add, "add an owner, or give one who is there more sites or a new link", "made")
    new.add_argument("email")
    of = new.add_mutually_exclusive_group()
    of.add_argument("--site", action="append", default=[], metavar="KEY")
    of.add_argument(
        "--all-sites",
        action="store_true",
        help="all sites, including future ones; the default for a new owner without --site",
    )
    new.add_argument("--role", choices=ROLES, help="what they may do there; a new one is an owner")
    new.add_argument("--password-stdin", action="store_true")
    new.add_argument("--json", action="store_true")
    listing = command(owner, "list", _list, "all owners with their sites")
    listing.add_argument("--json", action="store_true")
    reset = command(owner, "reset-2fa", _reset, "remove an owner's passkeys, authenticator app and recovery codes")
    reset.add_argument("email")
    gone = command(owner, "remove", _remove, "take sites from an owner, or the owner with all of them")
    gone.add_argument("email")
    gone.add_argument("--site", action="append", default=[], metavar="KEY")


def _sites(sites: list[str] | None) -> str:
    return "all sites" if sites is None else ", ".join(sites)


def _add(settings: Settings, options: argparse.Namespace) -> int:
    from ..accounts.owners import add_owner_with_link, owner_of
    from ..core.emails import read_email

    password = None
    if options.password_stdin:
        password = (options.stdin or sys.stdin.buffer).readline().decode("utf-8", "surrogateescape").rstrip("\r\n")
    email = read_email(options.email)

    async def work(db: Any) -> Any:
        path = await add_owner_with_link(
            db, email, options.site, password, all_sites=options.all_sites, role=options.role
        )
        return path, (await db.read(lambda: owner_of(email))).sites

    path, sites = with_database(settings, work)
    link = None if path is None else settings.public_url + path
    say(f"{email} has: {_sites(sites)}." + ("" if link is None else " Sign in once, within 24 hours, at:"))
    if options.json:
        print(json.dumps({"email": email, "sites": sites, "sign_in": link}))
    elif link is not None:
        print(link)
    return 0


def _list(settings: Settings, options: argparse.Namespace) -> int:
    from ..accounts.store import list_owners

    owners = with_database(settings, lambda db: db.read(list_owners))
    if options.json:
        print(json.dumps([{"email": owner.email, "sites": owner.sites} for owner in owners], ensure_ascii=False))
    else:
        for owner in owners:
            print(f"{owner.email}\t{_sites(owner.sites)}")
    return 0


def _remove(settings: Settings, options: argparse.Namespace) -> int:
    from ..accounts.owners import remove_owner
    from ..core.emails import normal_email

    email = normal_email(options.email)
    left = with_database(settings, lambda db: remove_owner(db, email, options.site))
    say(f"{email} has: {_sites(left)}." if left else f"{email} is gone, and signed out everywhere.")
    return 0


def _reset(settings: Settings, options: argparse.Namespace) -> int:
    from ..accounts.owners import reset_second_factors
    from ..core.emails import normal_email
    from ..mail.build import make_mailer

    email, mails = normal_email(options.email), make_mailer(settings) is not None
    with_database(settings, lambda db: reset_second_factors(db, email, mails=mails))
    say(f"{email} signs in by password or link alone now, and is signed out everywhere.")
    return 0
