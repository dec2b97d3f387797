"""`site alias`: former addresses of a site's pages."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from ..errors import BadRequest, NotFound
from ..settings import Settings
from ..sites.settings import Site
from .console import command, say, watched, with_database


def add_to(site: Any) -> None:
    """Adds `site alias`."""
    alias = command(site, "alias", _alias, "say that an old address of a page is another's, and join their threads")
    alias.add_argument("key")
    alias.add_argument("old", nargs="?", metavar="OLD", help="old address or path; a trailing * stands for the rest")
    alias.add_argument("new", nargs="?", metavar="NEW", help="the address that the page has now")
    instead = alias.add_mutually_exclusive_group()
    instead.add_argument("--file", type=Path, metavar="FILE", help="file with a line old,new for each")
    instead.add_argument("--remove", metavar="OLD", help="forget an alias; what has been joined stays so")
    instead.add_argument("--suggested", action="store_true", help="list what the last crawls suggest")
    instead.add_argument("--dismiss", metavar="OLD", help="do not suggest this again")
    alias.add_argument("--json", action="store_true")


def _alias(settings: Settings, options: argparse.Namespace) -> int:
    from .sites import site_of

    instead = options.file or options.remove or options.suggested or options.dismiss
    if bool(options.old) != bool(options.new) or (options.old and instead):
        say("answerback: give OLD and NEW, or one of --file, --remove, --suggested and --dismiss")
        return 2
    site = site_of(settings, options.key)
    if options.old or options.file:
        return _add(settings, site, options)
    if options.remove or options.dismiss:
        return _drop(settings, site, options)
    return _list(settings, site, options)


def _add(settings: Settings, site: Site, options: argparse.Namespace) -> int:
    from ..clock import SystemClock
    from ..comments.joining import add_aliases
    from ..ids import RandomIds
    from ..jobs.queue import JobQueue
    from ..transfer.addresses import read_pairs

    pairs = read_pairs(options.file) if options.file else [(options.old, options.new)]
    if not pairs:
        raise BadRequest("validation_failed", f"{options.file} has no lines old,new.")
    clock, tell = SystemClock(), watched("Threads")
    jobs = JobQueue(clock, RandomIds())
    joined = with_database(settings, lambda db: add_aliases(db, clock, jobs, site, pairs, tell))
    say(f"{len(pairs):,} {'alias' if len(pairs) == 1 else 'aliases'} of {site.key}; threads moved: {len(joined):,}.")
    if options.json:
        print(json.dumps({"aliases": len(pairs), "moved": dict(joined)}, ensure_ascii=False))
    return 0


def _drop(settings: Settings, site: Site, options: argparse.Namespace) -> int:
    from ..clock import SystemClock
    from ..comments.joining import old_key
    from ..sites import aliases_store as store

    old, now = old_key(options.remove or options.dismiss, site.pages.rules), SystemClock().now()
    work = (lambda: store.drop_alias(site.key, old, now)) if options.remove else lambda: store.dismiss(site.key, old)
    if not with_database(settings, lambda db: db.write(work)):
        raise NotFound("not_found", f"{old} is {'no alias' if options.remove else 'not suggested'} on {site.key}.")
    say(f"{old} is no alias any more." if options.remove else f"{old} will not be suggested again.")
    if options.json:
        print(json.dumps({"old": old}, ensure_ascii=False))
    return 0


def _list(settings: Settings, site: Site, options: argparse.Namespace) -> int:
    from ..sites import aliases_store as store

    if options.suggested:
        found = with_database(settings, lambda db: db.read(lambda: store.suggestions(site.key)))
        rows = [{"old": each.old, "new": each.new, "reason": each.reason} for each in found]
    else:
        pairs = with_database(settings, lambda db: db.read(lambda: store.aliases_of(site.key)))
        rows = [{"old": old, "new": new} for old, new in pairs]
    if options.json:
        print(json.dumps(rows, ensure_ascii=False))
    else:
        for row in rows:
            print("\t".join(row.values()))
    return 0
