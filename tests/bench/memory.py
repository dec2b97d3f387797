"""Whether memory stays flat: a server with 200,000 comments under the load of a modest site.

Its caches are full after five minutes; what grows from then on would grow for ever. What is free goes back to the
system twice a minute, so the least of a while is what is in use.

`python -m tests.bench.memory --minutes 20` is the hard proof alone; `make soak` begins with a short one.
"""

from __future__ import annotations

import argparse
import random
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import quote

from tests.cost.crowd import seed
from tests.processes import ServerProcess

from .contenders import answerback, guests_of, resident_mb

WARM_SECONDS, EACH_SECONDS = 300, 2
PAGES, VISITORS, READERS = 50, 2, 4
PAUSE_SECONDS = 0.4
"""Between two rounds of a visitor: some eight calls a second in all, a comment every two seconds."""
MOST_GROWTH_MB = 2.5
"""In a quarter of an hour: a leak of 0.3 MB a minute is found."""


class ModestLoad:
    """Visitors who read, vote on what they have read, write and ask, while others have a page open."""

    def __init__(self, server: ServerProcess) -> None:
        self.calls = 0
        self._server = server
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._visit, args=(number, token))
            for number, token in enumerate(guests_of(server, VISITORS))
        ]

    @contextmanager
    def running(self) -> Iterator[None]:
        """They are there."""
        with ExitStack() as open_pages:
            for number in range(READERS):
                events = f"{self._server.url}/api/events/?site=demo&page=/p{number}"
                open_pages.enter_context(urllib.request.urlopen(events, timeout=30))
            for thread in self._threads:
                thread.start()
            try:
                yield
            finally:
                self._over.set()
                for thread in self._threads:
                    thread.join()

    def _visit(self, number: int, token: str) -> None:
        chance, server, signed = random.Random(number), self._server, {"Authorization": f"Bearer {token}"}
        while not self._over.wait(PAUSE_SECONDS):
            page = f"/p{chance.randrange(PAGES)}"
            where = f"site=demo&page={quote(page)}"
            thread = server.call("GET", f"/api/comments/?{where}").json
            dice = chance.random()
            if dice < 0.1:
                body = {
                    "site": "demo", "page": page, "url": f"{server.site.origin}/bakery.html?{page}", "title": "A page",
                    "body": "Some words of a comment. " * chance.randrange(1, 20), "ask": dice < 0.03,
                    "key": f"{number}-{chance.random()}",
                }  # fmt: skip
                server.call("POST", "/api/comments/", body, **signed)
            elif dice < 0.3:
                server.call("GET", f"/api/session/?{where}", **signed)
            elif dice < 0.4 and thread["comments"]:
                liked = chance.choice(thread["comments"])["id"]
                server.call("PUT", f"/api/comments/{liked}/vote/", {"site": "demo", "value": 1}, **signed)
            elif dice < 0.5:
                server.call("GET", f"/t/?{where}")
            self.calls += 1


def measure(minutes: float) -> tuple[float, float, int]:
    """The least resident memory in MB, after five minutes and in the end, and how many rounds the visitors made."""
    found: list[float] = []
    with answerback(ANSWERBACK_PROVIDER="quote") as server:
        server.stop()
        seed(server.database_url)
        server.run()
        load = ModestLoad(server)
        with load.running():
            until = time.monotonic() + 60 * minutes
            time.sleep(WARM_SECONDS)
            while time.monotonic() < until:
                found.append(resident_mb(server.process.pid))
                print(f"{len(found) * EACH_SECONDS:5} s  {found[-1]:6.1f} MB", file=sys.stderr)
                time.sleep(EACH_SECONDS)
    share = max(1, len(found) // 8)
    return min(found[:share]), min(found[-share:]), load.calls


def is_flat(early: float, late: float) -> bool:
    """Whether memory has grown by no more than chance lets it."""
    return late - early <= MOST_GROWTH_MB


def main() -> int:
    """Read how long, and measure."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.memory", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    early, late, calls = measure(parser.parse_args().minutes)
    print(f"{early:.1f} MB after five minutes, {late:.1f} MB in the end, {calls:,} rounds of visitors")
    return 0 if is_flat(early, late) else 1


if __name__ == "__main__":
    sys.exit(main())
