"""How well spam is told from comments, on comments that others have labelled: the text alone, then with all signals."""

from __future__ import annotations

import csv
import hashlib
import itertools
import os
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from answerback.comments.approval import spam_store as store
from answerback.core.spam.near import prints
from answerback.core.spam.reading import read
from answerback.core.spam.signals import Evidence, probability, weigh
from answerback.core.spam.text_filter import TextFilter

from tests.services import Server, Site, write_to

from .measuring import Row

DATA = Path(os.environ.get("SPAM_DATA", Path(__file__).parents[3] / "shared" / "data" / "spam"))
"""A folder with `comments.csv`: columns `thread`, `text`, `spam` (1 or 0). Nothing of it is in the product."""
GOOD_HELD = 0.01
ORDERS = 5
"""In so many orders are the decisions of an owner learned, since the last ones count most."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A comment, and what somebody has called it."""

    thread: str
    text: str
    spam: bool


def labelled() -> list[Labelled]:
    """The comments of the set; none where it is not here."""
    path = DATA / "comments.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [Labelled(row["thread"], row["text"], row["spam"] == "1") for row in csv.DictReader(file)]


def trained(decisions: Sequence[Labelled], seed: int) -> TextFilter:
    """A filter as it is after an owner has decided on these, in some order."""
    order = list(decisions)
    random.Random(seed).shuffle(order)
    text_filter = TextFilter()
    for each in order:
        text_filter.learn(read(each.text), spam=each.spam)
    return text_filter


def area(scores: Sequence[float], spam: Sequence[bool]) -> float:
    """How often a piece of spam scores above a good comment: the area under the ROC curve."""
    ranks, at = 0.0, 1
    for _, same in itertools.groupby(sorted(zip(scores, spam, strict=True)), key=lambda pair: pair[0]):
        group = [is_spam for _, is_spam in same]
        ranks += (at + (len(group) - 1) / 2) * sum(group)
        at += len(group)
    of_spam, good = sum(spam), len(spam) - sum(spam)
    return (ranks - of_spam * (of_spam + 1) / 2) / (of_spam * good)


def recall(scores: Sequence[float], spam: Sequence[bool], held: float = GOOD_HELD) -> float:
    """The share of spam above the score that no more than so many good comments reach."""
    good = sorted((score for score, is_spam in zip(scores, spam, strict=True) if not is_spam), reverse=True)
    limit = good[int(held * len(good))]
    return sum(score > limit for score, is_spam in zip(scores, spam, strict=True) if is_spam) / sum(spam)


def telling_spam(rounds: int, seconds: float, folder: Path) -> list[Row]:
    """The rows of this section; one that says so where the set is not here."""
    comments = labelled()
    if not comments:
        return [Row("spam", "comments that are labelled", "comments", [0.0], note=f"not in {DATA}")]
    return [*of_text(comments), of_cost(comments), *of_attack(comments, folder)]


def of_text(comments: Sequence[Labelled]) -> list[Row]:
    """Trained on all threads but one and measured on that one, in turn: each thread's figure is the mean of orders."""
    areas, recalls = [], []
    for thread in sorted({each.thread for each in comments}):
        others = [each for each in comments if each.thread != thread]
        own = [(read(each.text), each.spam) for each in comments if each.thread == thread]
        found = []
        for seed in range(ORDERS):
            text_filter = trained(others, seed)
            scores = [text_filter.log_odds(reading) for reading, _ in own]
            found.append((area(scores, [s for _, s in own]), recall(scores, [s for _, s in own])))
        areas.append(sum(one for one, _ in found) / ORDERS)
        recalls.append(100 * sum(one for _, one in found) / ORDERS)
    what = "spam by its text alone, on a thread not seen"
    return [
        Row("spam", f"{what}: area under the ROC curve", "", areas, wanted="≥ 0.97", holds=min(areas) >= 0.97),
        Row("spam", f"{what}: found at 1 % of good ones held", "%", recalls, wanted="≥ 80", holds=min(recalls) >= 80),
    ]


def of_cost(comments: Sequence[Labelled]) -> Row:
    """The CPU of reading a comment, its prints, its score and its verdict."""
    text_filter, costs = TextFilter(), []
    for _ in range(5):
        begun = time.process_time()
        for each in comments:
            reading = read(each.text)
            prints(each.text)
            odds = text_filter.log_odds(reading)
            probability(weigh(Evidence(log_odds=odds, because=tuple(text_filter.because(reading)))))
        costs.append(1_000 * (time.process_time() - begun) / len(comments))
    return Row("spam", "CPU of judging a comment", "ms", costs, wanted="≤ 1", holds=max(costs) <= 1)


ATTACK, BOT_ADDRESSES, BOT_PAGES = 1_000, 40, 30


def of_attack(comments: Sequence[Labelled], folder: Path) -> list[Row]:
    """1,000 posts of spam from the thread that the filter has not seen, sent by programs among readers who write its
    good comments: on the real server, with all signals and the product's own threshold."""
    held, wrongly = [], []
    for thread in sorted({each.thread for each in comments}):
        place = folder / f"attack-{thread}"
        place.mkdir()
        one, other = replayed(comments, thread, place)
        held.append(100 * one)
        wrongly.append(100 * other)
    what = f"{ATTACK:,} posts of a replayed attack"
    return [
        Row("spam", f"{what}: held", "%", held, wanted="≥ 95", holds=min(held) >= 95),
        Row("spam", f"{what}: good comments held meanwhile", "%", wrongly, wanted="≤ 1", holds=max(wrongly) <= 1),
    ]


def replayed(comments: Sequence[Labelled], thread: str, folder: Path) -> tuple[float, float]:
    """The shares of spam and of good comments that were held."""
    chance = random.Random(thread)
    own = [each for each in comments if each.thread == thread]
    spam, good = [each.text for each in own if each.spam], [each.text for each in own if not each.spam]
    posts = [(True, f"{chance.choice(spam)} {'!' * chance.randrange(4)}") for _ in range(ATTACK)]
    for text in good:
        posts.insert(chance.randrange(len(posts)), (False, text))
    unlimited = dict.fromkeys(("comments_per_minute", "address_comments_per_minute"), "unlimited")
    states: dict[bool, list[str]] = {True: [], False: []}
    with (
        Site.start() as site,
        Server.start(folder, site, spam_filter="true", ai="off", **unlimited, **BEHIND) as server,
    ):
        stored = store.StoredFilter(trained([each for each in comments if each.thread != thread], 1).pack(), 1, 0, 0)
        write_to(server.database_url, lambda: store.keep_filter("demo", stored, server.clock.now()))
        for number, (is_spam, text) in enumerate(posts):
            send = from_a_bot if is_spam else from_a_reader
            states[is_spam].append(send(server, text, number, chance))
    return tuple(each.count("pending") / len(each) for each in (states[True], states[False]))  # type: ignore[return-value]  # two


BEHIND = {"ANSWERBACK_TRUSTED_PROXIES": "127.0.0.1,::1"}


def from_a_bot(server: Server, text: str, number: int, chance: random.Random) -> str:
    """A new guest every few posts, one of some addresses, any page, and a form fetched a moment ago at most."""
    if number % 15 == 0 or not server.token:
        server.begin()
    form = server.call("GET", "/api/comments/form/?site=demo").json["form"] if number % 2 else ""
    address = f"203.0.113.{chance.randrange(BOT_ADDRESSES)}"
    return posted(server, text, f"/page-{chance.randrange(BOT_PAGES)}", address, {"form": form})


def from_a_reader(server: Server, text: str, number: int, chance: random.Random) -> str:
    """Somebody new at an address of their own, who writes for a while; the browser does what it is asked to."""
    bot, server.token = server.token, ""
    server.begin()
    begun = server.call("GET", "/api/comments/form/?site=demo").json
    server.clock.advance(seconds=chance.randrange(5, 60))
    fields = {"form": begun["form"], "work": solved(begun["work"]) if begun["work"] else None}
    address = f"198.51.{number // 250}.{number % 250}"
    state = posted(server, text, f"/page-{chance.randrange(BOT_PAGES)}", address, fields)
    server.token = bot
    return state


def posted(server: Server, text: str, page: str, address: str, fields: dict[str, Any]) -> str:
    """The state of a comment that was sent."""
    data = {"site": "demo", "page": page, "url": server.site.origin + page, "title": "", "body": text[:5_000]} | fields
    reply = server.call("POST", "/api/comments/", data, **{"X-Forwarded-For": address})
    assert reply.status == 201, reply.body
    return str(reply.json["comment"]["state"])


def solved(work: dict[str, Any]) -> dict[str, Any]:
    """The number that a browser finds."""
    for number in range(work["most"]):
        if hashlib.sha256(f"{work['salt']}{number}".encode()).hexdigest() == work["hash"]:
            return {"salt": work["salt"], "signature": work["signature"], "number": number}
    raise AssertionError("no number fits")
