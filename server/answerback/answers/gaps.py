"""Content gaps: similar unanswered questions in clusters, with a proposed sentence and place."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson

from ..core.grounding.sentences import sentences
from ..core.grounding.similarity import alike
from ..core.times import iso
from ..db.work import Work
from ..knowledge.index.store import passages_of
from . import gaps_store as store
from .gaps_store import Reply, Unanswered

__all__ = ["Gap", "Group", "Place", "gaps_of", "grouped", "hash_of", "proposals"]

SENTENCE_LIMIT = 300
WHY = frozenset({"budget_exhausted", "ai_off", "question_edited"})
"""Errors that an owner is told by name."""
_MARKUP = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|[*_`>#~]+")


@dataclass(frozen=True, slots=True)
class Group:
    """Similar questions, newest first."""

    items: Sequence[Unanswered]

    @property
    def newest(self) -> Unanswered:
        """The question to show."""
        return self.items[0]

    @property
    def in_thread(self) -> Unanswered | None:
        """The newest question that can be answered in its thread."""
        return next((item for item in self.items if item.kind != "chat"), None)

    @property
    def others(self) -> list[tuple[str, str]]:
        """The other pages where it was asked, with their addresses."""
        pages = {item.page: item.url if urlsplit(item.url).scheme in ("http", "https") else "" for item in self.items}
        return [(page, url) for page, url in pages.items() if page != self.newest.page]

    @property
    def why(self) -> str:
        """The reason why there is no answer: `no_support`, one of `WHY`, or `failed`."""
        error = self.newest.error
        return "no_support" if error is None else error if error in WHY else "failed"


@dataclass(frozen=True, slots=True)
class Place:
    """Where on the site an answer belongs: after this text, under that heading."""

    url: str
    title: str = ""
    heading: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """Similar questions, the place for their answer, and what someone has replied."""

    group: Group
    place: Place
    sentence: str
    by_owner: bool

    @property
    def diff(self) -> str:
        """The proposed change of the page as a unified diff."""
        page = self.place.url or self.group.newest.page
        lines = [f"--- {page}", f"+++ {page}", f"@@ {self.place.heading or self.place.title or '…'} @@"]
        lines += [f" {line}" for line in self.place.after.splitlines()]
        said = self.sentence or f"[{_one_line(self.group.newest.question)}]"
        return "\n".join([*lines, f"+{said}"])

    def public(self) -> dict[str, Any]:
        """Its JSON form."""
        items = self.group.items
        return {
            "question": self.group.newest.question, "asked": len(items), "pages": sorted({item.page for item in items}),
            "first_asked_at": iso(min(item.at for item in items)), "last_asked_at": iso(self.group.newest.at),
            "ids": [item.id for item in items],
            "place": {"url": self.place.url, "title": self.place.title, "heading": self.place.heading,
                      "after": self.place.after},
            "sentence": self.sentence or None, "by_owner": self.by_owner, "diff": self.diff,
        }  # fmt: skip


def grouped(items: Sequence[Unanswered]) -> list[Group]:
    """Open questions grouped by similarity, newest first. Questions asked before the owner dismissed a similar one
    count as dismissed."""
    groups = []
    for same in _alike(items):
        seen_at = max((item.dismissed_at or 0 for item in same), default=0)
        groups.append([item for item in same if item.dismissed_at is None and item.at > seen_at])
    return _newest_first(groups)


def gaps_of(items: Sequence[Unanswered]) -> Work[list[Gap]]:
    """Proposals for open questions and for those that the owner answered in the thread but the page still does not."""
    open_ones = [group for group in grouped(items) if group.newest.silent]
    asked = {item.id for group in open_ones for item in group.items}
    seen = [same for same in _alike(items) if not any(item.id in asked or item.closed_by for item in same)]
    said = yield from _replies_to([*(group.items for group in open_ones), *seen])
    in_person = [
        same for same in seen
        if same[0].silent and any(reply.by_owner for item in same for reply in said.get(item.question_id, ()))
    ]  # fmt: skip
    return (yield from proposals([*open_ones, *_newest_first(in_person)], said))


def proposals(groups: Sequence[Group], said: Mapping[str, list[Reply]] | None = None) -> Work[list[Gap]]:
    """Proposals for these groups, where the site does not answer."""
    silent = [group for group in groups if group.newest.silent]
    if said is None:
        said = yield from _replies_to([group.items for group in silent])
    found = []
    for group in silent:
        found.append(_with_words(group, (yield from _place_of(group)), said))
    return found


def _alike(items: Sequence[Unanswered]) -> list[list[Unanswered]]:
    found = []
    for site in dict.fromkeys(item.site for item in items):
        own = [item for item in items if item.site == site]
        found += [[own[place] for place in places] for places in alike([item.question for item in own])]
    return found


def _newest_first(groups: Iterable[Sequence[Unanswered]]) -> list[Group]:
    found = [Group(sorted(same, key=lambda item: (-item.at, item.id))) for same in groups if same]
    return sorted(found, key=lambda group: (-group.newest.at, group.newest.id))


def _replies_to(groups: Sequence[Sequence[Unanswered]]) -> Work[dict[str, list[Reply]]]:
    items = [item for group in groups for item in group]
    asked = [item.question_id for item in items]
    found: dict[str, list[Reply]] = {}
    for reply in (yield from store.replies(sorted({item.site for item in items}), asked)):
        found.setdefault(reply.question_id, []).append(reply)
    return found


def _with_words(group: Group, place: Place, replies: Mapping[str, list[Reply]]) -> Gap:
    said = [reply for item in group.items for reply in replies.get(item.question_id, ())]
    best = next((reply for reply in said if reply.by_owner), said[0] if said else None)
    return Gap(group, place, _sentence(best.body) if best else "", by_owner=best is not None and best.by_owner)


def _place_of(group: Group) -> Work[Place]:
    """The section closest to an answer; else the page where the question was asked."""
    for item in group.items:
        for read in orjson.loads(item.passages or "[]"):
            for passage in (yield from passages_of(item.site, read["url"])):
                if hash_of(passage.text) == read["hash"]:
                    last = passage.text.strip().splitlines()[-1]
                    return Place(passage.url, passage.title, passage.heading, last[-SENTENCE_LIMIT:])
    return Place(next((item.url for item in group.items if item.url), ""))


def hash_of(text: str) -> str:
    """A passage's identity in the record."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _sentence(text: str) -> str:
    """A reply as a sentence for a page: without markup and not too long."""
    plain = _one_line(_MARKUP.sub(lambda found: found[1] or "", text))
    if len(plain) <= SENTENCE_LIMIT:
        return plain
    whole = ""
    for sentence in sentences(plain):
        if len(whole) + len(sentence) >= SENTENCE_LIMIT:
            break
        whole = f"{whole} {sentence}".strip()
    return whole or plain[: SENTENCE_LIMIT - 1] + "…"


def _one_line(text: str) -> str:
    return " ".join(text.split())
