"""The sites' text filters in memory, and their training."""

from __future__ import annotations

from collections import OrderedDict

from ...core.spam.reading import read
from ...core.spam.text_filter import TextFilter
from ...db.database import Database
from ...db.work import Work, after
from . import spam_store as store
from .deciding import Decision

KEPT = 32
"""The most filters cached, by last use: a quarter of a megabyte each."""
LESSONS = 3
"""How often a decision is repeated in training, so that the filter follows the owner."""


class SpamFilters:
    """Cached filters; training by another process takes effect with the next comment."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._untaught = TextFilter()
        self._at_hand: OrderedDict[str, tuple[int, TextFilter]] = OrderedDict()

    async def get(self, site: str) -> TextFilter:
        """The site's filter; before any training, the prior."""
        if site in self._at_hand:
            self._at_hand.move_to_end(site)
            return self._at_hand[site][1]
        stored = await self._db.read(lambda: store.stored_filter(site))
        version = stored.version if stored else 0
        self._keep(site, version, TextFilter(stored.data) if stored else self._untaught)
        return self._at_hand[site][1]

    def saw(self, site: str, version: int) -> None:
        """Reports the database's version; a cached filter of another version is reloaded."""
        if self._at_hand.get(site, (version, None))[0] != version:
            self._at_hand.pop(site, None)

    def _keep(self, site: str, version: int, text_filter: TextFilter) -> None:
        self._at_hand[site] = version, text_filter
        self._at_hand.move_to_end(site)
        while len(self._at_hand) > KEPT:
            self._at_hand.popitem(last=False)

    def teach(self, site: str, comment_id: str, words: str, *, spam: bool, now: int) -> Work[bool]:
        """Trains the filter within a decision's write; False if it knew. Each piece of spam is balanced with comments
        that have been public for a while."""
        if not (yield from store.note_lesson(site, comment_id, spam=spam, now=now)):
            return False
        stored = yield from store.stored_filter(site)
        text_filter = TextFilter(stored.data) if stored else TextFilter()
        lessons = [(words, spam)] * LESSONS
        if spam:
            lessons += [(good, False) for good in (yield from store.settled_words(site, now, LESSONS))]
        for text, is_spam in lessons:
            text_filter.learn(read(text), spam=is_spam)
        before = (stored.version, stored.spam, stored.good) if stored else (0, 0, 0)
        version = before[0] + 1
        kept = store.StoredFilter(text_filter.pack(), version, before[1] + spam, before[2] + (not spam))
        yield from store.keep_filter(site, kept, now)
        yield after(lambda: self._keep(site, version, text_filter))
        return True


class SpamLessons:
    """A decision listener that trains the filter."""

    def __init__(self, filters: SpamFilters) -> None:
        self._filters = filters

    def decided(self, decision: Decision) -> Work[None]:
        """Trains on comments marked as spam and on suspects that were published; an undo trains the opposite."""
        words, site, id, now = decision.comment.body, decision.site, decision.comment.id, decision.now
        suspected = decision.before is not None and any(each.kind == "spam" for each in decision.before.reasons)
        if decision.comment.answer is not None or not site.spam_filter:
            return
        if decision.action == "spam":
            yield from self._filters.teach(site.key, id, words, spam=True, now=now)
        elif decision.action == "approve" and (suspected or (decision.before and decision.before.state == "spam")):
            yield from self._filters.teach(site.key, id, words, spam=False, now=now)
        elif decision.action == "undo" and (taught := (yield from store.lesson(id))) is not None:
            yield from self._filters.teach(site.key, id, words, spam=not taught, now=now)
