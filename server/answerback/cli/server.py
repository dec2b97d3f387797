"""Commands that run the server or inspect its parts."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from ..logs import configure
from ..setting_values import MODEL_PROVIDERS
from ..settings import Settings, sqlite_file
from .console import command, count, port, say, text_of, watched, with_database


def add_to(commands: Any) -> None:
    """Adds `demo`, `try`, `serve`, `check` and `migrate`."""
    demo = command(commands, "demo", _demo, "our server and a plain site on another origin, ready to try", "made")
    demo.add_argument("--port", type=port, default=8000)
    demo.add_argument("--site-port", type=port, default=8001)
    demo.add_argument(
        "--local-model", action="store_true", help="find passages by meaning, too, with a small local model"
    )
    trial = command(commands, "try", _try, "your own built site with comments in it, on this machine only", "as it is")
    trial.add_argument("site", metavar="FOLDER|URL", help="folder of the built site, or address of a local server")
    trial.add_argument("--at", metavar="SELECTOR", help="where to put the comments (default: where articles end)")
    trial.add_argument(
        "--data", dest="folder", type=Path, metavar="DIR", help="keep comments there (default: forget them at the end)"
    )
    trial.add_argument("--port", type=port, default=8000)
    trial.add_argument("--site-port", type=port, default=8001)
    serve = command(commands, "serve", _serve, "run the server", "made")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=port, default=8000)
    serve.add_argument("--workers", type=count, default=1)
    serve.add_argument(
        "--database-wait", type=count, default=0, metavar="SECONDS", help="how long to wait for a database server"
    )
    check = command(commands, "check", _check, "say of each part whether it is ready", "as it is")
    check.add_argument(
        "--red-team", action="store_true", help="run the red team against the provider; makes paid calls"
    )
    check.add_argument("--limit", type=count, metavar="N", help="maximum number of attacks, spread over all kinds")
    check.add_argument(
        "--answers", nargs="?", const="", metavar="FILE",
        help="ask the questions of a file, or of the site itself, and judge the answers; makes paid calls",
    )  # fmt: skip
    check.add_argument("--mail", metavar="ADDRESS", help="send one mail there, and say what the mail server answers")
    check.add_argument("--site", metavar="KEY", help="the site to ask about, where there are several")
    check.add_argument("--model", action="append", metavar="NAME", help="a model to ask, instead of the site's")
    check.add_argument("--json", action="store_true")
    command(commands, "migrate", _migrate, "bring the database to the newest schema", "made")


def _demo(settings: Settings, options: argparse.Namespace) -> int:
    from .demo.command import run_demo, run_demo_with_local_model

    configure(settings.log_format)
    run = run_demo_with_local_model if options.local_model else run_demo
    return run(settings, options.port, options.site_port)


def _try(settings: Settings, options: argparse.Namespace) -> int:
    from .trying.command import run_trial

    configure(settings.log_format)
    return run_trial(settings, options.site, options.at, options.folder, (options.port, options.site_port))


def _serve(settings: Settings, options: argparse.Namespace) -> int:
    if options.workers > 1 and not settings.redis_url and sqlite_file(settings.database_url) is not None:
        say("answerback: more than one worker on SQLite requires ANSWERBACK_REDIS_URL")
        return 2
    configure(settings.log_format)

    def listening(first_run: str) -> None:
        say(f"Answerback on http://{options.host}:{options.port} · answers by {settings.provider_in_use}")
        if first_run:
            say(f"Set up your first site, within 24 hours, at: {settings.public_url}{first_run}")

    with shared_figures() if options.workers > 1 else nullcontext():
        from ..app.serve import serve

        return serve(settings, options.host, options.port, options.workers, listening, options.database_wait)


@contextmanager
def shared_figures() -> Iterator[None]:
    """Makes workers share their metrics. Must be entered before prometheus-client is imported, which reads the setting
    on import."""
    with tempfile.TemporaryDirectory(prefix="answerback-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        try:
            yield
        finally:
            del os.environ["PROMETHEUS_MULTIPROC_DIR"]


def _check(settings: Settings, options: argparse.Namespace) -> int:
    if options.red_team:
        return _red_team(settings, options)
    if options.answers is not None:
        return _answers(settings, options)
    if options.site or options.model:
        say("answerback: --site and --model require --answers")
        return 2
    if options.limit:
        say("answerback: --limit requires --red-team")
        return 2
    from .check import check_all, check_mail

    lines = asyncio.run(check_all(settings) if options.mail is None else check_mail(settings, options.mail))
    if options.json:
        print(json.dumps([line.__dict__ for line in lines], ensure_ascii=False))
    else:
        for line in lines:
            print(f"{line.state:8} {line.part:12} {line.detail}")
    return 1 if any(line.state == "error" for line in lines) else 0


def _red_team(settings: Settings, options: argparse.Namespace) -> int:
    from ..red_team.cases import corpus, evenly
    from ..red_team.reporting import announcement, document, lines
    from ..red_team.running import run_cases
    from .check import check_provider

    provider = asyncio.run(check_provider(settings))
    if provider.state == "error" or settings.provider_in_use == "off":
        say(f"answerback: no provider to test: {provider.detail}")
        return 1
    cases = evenly(corpus(), options.limit)
    say(announcement(len(cases), provider.detail, calls=settings.provider_in_use in MODEL_PROVIDERS))
    results = asyncio.run(run_cases(settings, cases, watched("Cases")))
    if options.json:
        print(json.dumps(document(results), ensure_ascii=False))
    else:
        for line in lines(results):
            print(line)
    return 1 if any(result.faults for result in results) else 0


def _answers(settings: Settings, options: argparse.Namespace) -> int:
    from ..evaluation.questions import read_questions
    from ..evaluation.reporting import document, lines
    from ..evaluation.running import evaluate
    from .check import check_provider
    from .sites import only_site

    provider = asyncio.run(check_provider(settings))
    if provider.state == "error" or settings.provider_in_use == "off":
        say(f"answerback: no provider to test: {provider.detail}")
        return 1
    site = only_site(settings, options.site)
    questions = read_questions(text_of(options.answers), site) if options.answers else []

    def announce(count: int, models: int) -> None:
        calls = (
            "no paid calls" if settings.provider_in_use not in MODEL_PROVIDERS else f"at most {count * models} calls"
        )
        say(f"{count} questions about {site.key} to {provider.detail}: {calls}.")

    results = with_database(
        settings, lambda db: evaluate(settings, db, site, questions, options.model or [], announce, watched("Answers"))
    )
    if options.json:
        print(json.dumps(document(results), ensure_ascii=False))
    else:
        for line in lines(results):
            print(line)
    return 0


def _migrate(settings: Settings, options: argparse.Namespace) -> int:
    from ..migrations import HEAD, migrate

    migrate(settings.database_url, progress=lambda what, done, of: watched(what)(done, of))
    say(f"The database is at revision {HEAD}.")
    return 0
