"""Turns all answering on a server off and on."""

from __future__ import annotations

import argparse
import json
from typing import Any

from ..settings import Settings
from .console import command, say, with_database


def add_to(commands: Any) -> None:
    """Adds `answers`."""
    switch = command(commands, "answers", _answers, "end all answering on this server, or let it go on")
    switch.add_argument("to", choices=["on", "off", "status"], metavar="on|off|status")
    switch.add_argument("--json", action="store_true")


def _answers(settings: Settings, options: argparse.Namespace) -> int:
    from ..clock import SystemClock
    from ..sites.store import answers_switch, switch_answers

    if options.to == "status":
        stands = with_database(settings, lambda db: db.read(answers_switch))
        print(json.dumps({"answers": stands}) if options.json else stands)
        return 0
    now = SystemClock().now()
    with_database(settings, lambda db: db.write(lambda: switch_answers(options.to, now)))
    if options.json:
        print(json.dumps({"answers": options.to}))
    if options.to == "off":
        say("Answers are off: running ones stop within seconds. Comments continue.")
    else:
        say("Answers are on again, by each site's rule.")
    return 0
