"""Commands about background jobs."""

from __future__ import annotations

import argparse
import json
from typing import Any

from ..core.times import iso
from ..settings import Settings
from .console import command, say, with_database

MOST = 1_000


def add_to(commands: Any) -> None:
    """Adds `jobs …`."""
    jobs = commands.add_parser("jobs", help="list jobs, and run failed ones again")
    of = jobs.add_subparsers(metavar="COMMAND", required=True)
    listing = command(of, "list", _list, "failed jobs first, then those that wait or run")
    listing.add_argument("--json", action="store_true")
    retry = command(of, "retry", _retry, "run failed jobs again")
    retry.add_argument("id", nargs="*")
    retry.add_argument("--all", action="store_true", help="all that have failed")
    discard = command(of, "discard", _discard, "remove failed jobs")
    discard.add_argument("id", nargs="+")


def _list(settings: Settings, options: argparse.Namespace) -> int:
    from ..jobs.store import listed_jobs

    jobs = with_database(settings, lambda db: db.read(lambda: listed_jobs(MOST)))
    if options.json:
        shown = [
            {
                "id": job.id, "kind": job.kind, "site": job.site, "state": job.state, "tries": job.tries,
                "error": job.error, "created_at": iso(job.created_at), "due_at": job.due_at and iso(job.due_at),
                "failed_at": job.failed_at and iso(job.failed_at),
            }
            for job in jobs
        ]  # fmt: skip
        print(json.dumps(shown, ensure_ascii=False))
    else:
        for job in jobs:
            print(f"{job.id}\t{job.state}\t{job.kind}\t{job.site or '-'}\t{job.tries}\t{job.error or '-'}")
    return 0


def _retry(settings: Settings, options: argparse.Namespace) -> int:
    from ..clock import SystemClock
    from ..jobs.store import revive

    if bool(options.id) == options.all:
        say("answerback: name the jobs to run again, or use --all")
        return 2
    now = SystemClock().now()
    jobs = with_database(settings, lambda db: db.write(lambda: revive(options.id or None, None, now)))
    return _told(len(jobs), options.id, "will run again")


def _discard(settings: Settings, options: argparse.Namespace) -> int:
    from ..jobs.store import discard

    count = with_database(settings, lambda db: db.write(lambda: discard(options.id, None)))
    return _told(count, options.id, "removed")


def _told(count: int, ids: list[str], done: str) -> int:
    say(f"{count:,} failed {'job' if count == 1 else 'jobs'} {done}.")
    return 0 if count >= len(set(ids)) else 1
