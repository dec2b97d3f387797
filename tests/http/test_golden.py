"""What readers of a page are told, word for word: tests/golden/*.json, which the widget's tests replay.

After a change that is meant: `python -m tests.http.test_golden` writes them anew.
"""

from __future__ import annotations

import asyncio
import json
import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from answerback.answers.providers import ProviderError
from answerback.answers.providers.fake import ScriptedAnswerer
from answerback.app.build import Overrides, build_app
from answerback.app.dispatch import App
from answerback.clock import SteppedClock
from answerback.core.answering import Finished, TextDelta, Usage
from answerback.db.database import Database
from answerback.ids import CountedIds
from answerback.live.bus import Reader, page_channel
from answerback.net.fetch import RecordedPageFetcher
from answerback.settings import load_settings
from answerback.sites.store import add_site

from tests.contract import check_object

pytestmark = pytest.mark.anyio
GOLDEN = Path(__file__).parents[1] / "golden"
OURS, ORIGIN, WHERE = "http://localhost:8000", "https://blog.example", "/bakery.html"
PIECES = ("문은 ", "🙂 **7:30**", " [1].")


@dataclass
class Story:
    """A page with one reader, whose visitors do one thing after the other."""

    app: App
    client: httpx2.AsyncClient
    clock: SteppedClock
    answerer: ScriptedAnswerer
    reader: Reader
    events: list[dict[str, Any]] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)

    async def call(self, who: str, method: str, path: str, **data: Any) -> Any:
        """One call of a visitor, a second after the one before."""
        self.clock.advance(seconds=1)
        headers = {"X-Answerback": "1", "Authorization": f"Bearer {self.tokens[who]}"}
        reply = await self.client.request(method, path, json={"site": "blog", "page": WHERE, **data}, headers=headers)
        assert reply.status_code < 300, reply.text
        return reply.json() if reply.content else None

    async def arrive(self, who: str) -> None:
        headers = {"X-Answerback": "1"}
        new = await self.client.post("/api/session/", json={"site": "blog"}, headers=headers)
        ticket = {"site": "blog", "ticket": new.json()["ticket"]}
        self.tokens[who] = (await self.client.post("/api/session/bearer/", json=ticket, headers=headers)).json()[
            "token"
        ]

    async def post(self, who: str, body: str, **fields: Any) -> Any:
        url = ORIGIN + WHERE
        return await self.call(who, "POST", "/api/comments/", url=url, title="Bakery", name=who, body=body, **fields)

    async def hear(self, *names: str) -> None:
        """Exactly these events come next."""
        wanted = len(self.events) + len(names)
        async with asyncio.timeout(20):
            while len(self.events) < wanted:
                for block in ((await self.reader.take(20)) or b"").decode().strip().split("\n\n"):
                    self.events.append(read_event(block))
        assert [event["event"] for event in self.events[wanted - len(names) :]] == list(names)

    async def thread(self) -> Any:
        return (await self.client.get("/api/comments/", params={"site": "blog", "page": WHERE})).json()


@asynccontextmanager
async def begin(folder: Path) -> AsyncIterator[Story]:
    settings = load_settings({"ANSWERBACK_DATA_DIR": str(folder), "ANSWERBACK_SECRET_KEY": "k" * 40}, dotenv=None)
    clock, answerer = SteppedClock(), ScriptedAnswerer()
    page = "<!doctype html><title>Bakery</title><main><p>On weekdays we open at 7:30.</p></main>"
    fetcher = RecordedPageFetcher({ORIGIN + WHERE: page})
    app = build_app(settings, Overrides(clock=clock, ids=CountedIds(), answerer=answerer, fetcher=fetcher))
    async with app.routes.router.lifespan_context(app.routes):
        db = Database(settings.database_url)
        await db.connect()
        await db.write(lambda: add_site("blog", {"origins": ORIGIN, "unlikely": "ask"}, clock.now()))
        await db.close()
        clock.advance(seconds=3)  # the directory of sites looks again
        channel = page_channel("blog", WHERE)
        transport = httpx2.ASGITransport(app)
        async with (
            httpx2.AsyncClient(transport=transport, base_url=OURS) as client,
            app.bus.subscribe(channel, app.bus.latest(channel)) as reader,
        ):
            yield Story(app, client, clock, answerer, reader)


async def a_day_on_the_page(story: Story) -> None:
    """Comments, replies, votes, edits, deletions, an answer in pieces, one that fails."""
    for who in ("Mina", "Jin"):
        await story.arrive(who)
    bread = (await story.post("Mina", "Good **bread**.", ask=False))["comment"]["id"]
    await story.hear("comment.added")
    gates = [asyncio.Event(), asyncio.Event()]
    story.answerer.script(
        TextDelta(PIECES[0]), gates[0], TextDelta(PIECES[1]), gates[1], TextDelta(PIECES[2]), Usage(90, 9, 0.001),
        Finished("stop"),
    )  # fmt: skip
    await story.post("Jin", "When do you open on weekdays?", ask=True)
    await story.hear("comment.added", "answer.queued", "answer.delta")
    for gate in gates:
        gate.set()
        await story.hear("answer.delta")
    await story.hear("answer.settled")
    reply = (await story.post("Jin", "It is!", parent_id=bread, ask=False))["comment"]["id"]
    await story.hear("comment.added")
    await story.call("Jin", "PUT", f"/api/comments/{bread}/vote/", value=1)
    await story.hear("comment.changed")
    await story.call("Jin", "PATCH", f"/api/comments/{reply}/", body="It really is <b>!")
    await story.hear("comment.changed")
    mistake = (await story.post("Mina", "Wrong page.", ask=False))["comment"]["id"]
    await story.hear("comment.added")
    await story.call("Mina", "DELETE", f"/api/comments/{mistake}/")
    await story.hear("comment.removed")
    story.answerer.script(ProviderError("bad_request", retryable=False))
    await story.post("Mina", "Who founded it?", ask=True)
    await story.hear("comment.added", "answer.queued", "answer.settled")
    await story.call("Mina", "DELETE", f"/api/comments/{bread}/")
    await story.hear("comment.removed")


async def told(folder: Path) -> Any:
    """The thread before, the events, the thread after."""
    async with begin(folder) as story:
        before = await story.thread()
        await a_day_on_the_page(story)
        return tidy({"before": before, "events": story.events, "after": await story.thread()})


async def told_privately(folder: Path) -> Any:
    """A question in the ask box: what is sent, what comes back in pieces, and the history after it."""
    async with begin(folder) as story:
        await story.arrive("Mina")
        story.answerer.script(TextDelta("".join(PIECES)), Usage(90, 9, 0.001), Finished("stop"))
        asked = {
            "page": WHERE, "url": ORIGIN + WHERE, "title": "Bakery", "key": "a-key-of-minas",
            "user_input": "When do you open on weekdays?",
        }  # fmt: skip
        headers = {"X-Answerback": "1", "Authorization": f"Bearer {story.tokens['Mina']}"}
        url = "/api/chat/gpt/"
        streaming = headers | {"Accept": "text/event-stream"}
        reply = await story.client.post(url, params={"site": "blog"}, json=asked, headers=streaming)
        events = [read_event(block) for block in reply.text.strip().split("\n\n") if "event: " in block]
        query = {"site": "blog", "page": WHERE}
        history = (await story.client.get(url, params=query, headers=headers)).json()
    return tidy({"asked": asked, "events": events, "history": history})


def read_event(block: str) -> dict[str, Any]:
    lines = dict(line.split(": ", 1) for line in block.split("\n"))
    return {"event": lines["event"], "data": json.loads(lines["data"])}


def tidy(golden: Any) -> Any:
    """Ids by the order in which they are first seen."""
    text = json.dumps(golden)
    seen = list(dict.fromkeys(re.findall(r"id-\d{13}", text)))
    return json.loads(re.sub(r"id-\d{13}", lambda id: f"id-{seen.index(id[0]) + 1}", text))


STORIES = {"thread": told, "chat": told_privately}


@pytest.mark.parametrize("name", STORIES)
async def test_events_match_the_golden_file(tmp_path: Path, name: str) -> None:
    golden = json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))
    assert await STORIES[name](tmp_path) == golden


@pytest.mark.parametrize(("name", "schema"), [("thread", "PageEvents"), ("chat", "ChatEvents")])
def test_events_are_those_of_the_description(name: str, schema: str) -> None:
    for event in json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))["events"]:
        check_object(f"{schema}/properties/{event['event']}", event["data"])


def test_golden_deltas_join_to_the_answer() -> None:
    """Offsets count UTF-16 units, as JavaScript does."""
    golden = json.loads((GOLDEN / "thread.json").read_text("utf-8"))
    text = b""
    for event in golden["events"]:
        if event["event"] == "answer.delta":
            assert event["data"]["offset"] * 2 == len(text)
            text += event["data"]["text"].encode("utf-16-le")
    assert text.decode("utf-16-le") == "".join(PIECES)


if __name__ == "__main__":
    for name, tell in STORIES.items():
        with tempfile.TemporaryDirectory() as folder:
            text = json.dumps(asyncio.run(tell(Path(folder))), ensure_ascii=False, indent=1)
        (GOLDEN / f"{name}.json").write_text(text + "\n", "utf-8")
