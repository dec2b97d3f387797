"""Data for the spam checks: history, training and loaded lists."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ...core.spam.near import SAME
from ...core.spam.signals import PACE_MINUTES, History, Repeats
from ...db.sql import in_list
from ...db.work import Row, Work, many, one, run

LATEST, COPIES = 20, 20
"""The most comments of an author or address, and of the same fingerprint, that are looked up: the newest."""
KEPT_MS = 30 * 86_400_000
MOST_PRINTS = 600_000
"""The most fingerprint rows stored: those of the newest 100,000 comments."""
ATTACK_MS, ATTACK = 600_000, 10
"""This many comments held as spam within this time are an attack."""
SETTLED_MS = 86_400_000
"""A comment public for this long without an objection counts as good."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A comment's lookup keys: author, address, fingerprints, and values that may be listed."""

    site: str
    author: str
    address_key: str
    edited: str
    prints: Sequence[int]
    values: Sequence[str]
    now: int


@dataclass(frozen=True, slots=True)
class Known:
    """The results; `listed` are values with their lists' names, `version` is the text filter's."""

    author: History
    address: History
    repeats: Repeats
    listed: tuple[tuple[str, str], ...]
    version: int


_ROW = "c.id, c.site, c.page, c.state, r.state AS review, c.created_at AS at"
_BY = f"""SELECT '{{0}}' AS what, {_ROW} FROM (SELECT id, site, page, state, created_at FROM comments
    WHERE {{1}} ORDER BY created_at DESC LIMIT :latest) c LEFT JOIN reviewables r ON r.id = c.id"""
_OTHERS = """SELECT 'listed' AS what, value AS id, list AS site, '' AS page, '' AS state, NULL AS review, 0 AS at
    FROM reputation_entries WHERE site = :site AND value IN ({0})"""
_FILTER = """SELECT 'filter' AS what, '' AS id, site, '' AS page, '' AS state, NULL AS review, version AS at
    FROM spam_filters WHERE site = :site"""


def known(asked: Asked) -> Work[Known]:
    """Looks everything up in one statement."""
    listed, params = in_list("value", asked.values)
    parts = [
        _BY.format("author", "visitor_id = :author"),
        _BY.format("address", "site = :site AND address_key = :address"),
        _FILTER,
    ]
    if asked.values:
        parts.append(_OTHERS.format(listed))
    if asked.prints:
        parts.append(_near(len(asked.prints)))
        params |= {f"print{number}": print for number, print in enumerate(asked.prints)}
        params |= {"since": asked.now - KEPT_MS, "copies": COPIES, "same": SAME, "edited": asked.edited}
    rows = yield many(
        " UNION ALL ".join(parts),
        site=asked.site, author=asked.author, address=asked.address_key, latest=LATEST, **params,
    )  # fmt: skip
    by: dict[str, list[Row]] = {"author": [], "address": [], "near": [], "listed": [], "filter": []}
    for row in rows:
        by[row["what"]].append(row)
    return Known(
        _history(by["author"], asked.now), _history(by["address"], asked.now), _repeats(by["near"]),
        tuple((row["id"], row["site"]) for row in by["listed"]), by["filter"][0]["at"] if by["filter"] else 0,
    )  # fmt: skip


def _near(count: int) -> str:
    """The newest comments on any site that share enough fingerprints."""
    with_print = " UNION ALL ".join(
        f"""SELECT * FROM (SELECT comment_id FROM text_prints WHERE print = :print{number} AND at > :since
        ORDER BY at DESC LIMIT :copies) AS with{number}"""
        for number in range(count)
    )
    return f"""SELECT 'near' AS what, {_ROW} FROM (SELECT comment_id FROM ({with_print}) AS sharing
        WHERE comment_id <> :edited GROUP BY comment_id HAVING COUNT(*) >= :same) n
        JOIN comments c ON c.id = n.comment_id LEFT JOIN reviewables r ON r.id = c.id"""


def _history(rows: Iterable[Row], now: int) -> History:
    published = spam = held = recent = 0
    for row in rows:
        called_spam = row["review"] == "spam"
        spam += called_spam
        held += row["state"] == "pending" and not called_spam
        published += row["state"] == "published"
        recent += row["at"] > now - PACE_MINUTES * 60_000
    return History(published, spam, held, recent)


def _repeats(rows: Sequence[Row]) -> Repeats:
    pages, sites = {(row["site"], row["page"]) for row in rows}, {row["site"] for row in rows}
    spam = sum(row["review"] == "spam" for row in rows)
    return Repeats(len(rows), len(pages), len(sites), spam, sum(row["review"] == "approved" for row in rows))


def keep_prints(comment_id: str, prints: Sequence[int], now: int) -> Work[None]:
    """Stores a text's fingerprints."""
    if prints:
        rows = ", ".join(f"(:print{number}, :now, :id)" for number in range(len(prints)))
        yield run(
            f"INSERT INTO text_prints (print, at, comment_id) VALUES {rows} ON CONFLICT DO NOTHING",
            id=comment_id, now=now, **{f"print{number}": print for number, print in enumerate(prints)},
        )  # fmt: skip


def forget_prints(now: int, rows: int) -> Work[int]:
    """Deletes old fingerprints and those beyond the limit, in a batch; returns their number."""
    row = yield one("SELECT at FROM text_prints ORDER BY at DESC LIMIT 1 OFFSET :most", most=MOST_PRINTS)
    before = max(now - KEPT_MS, 0 if row is None else row["at"])
    gone = yield many(
        """DELETE FROM text_prints WHERE (at, print, comment_id) IN (
            SELECT at, print, comment_id FROM text_prints WHERE at <= :before ORDER BY at LIMIT :rows) RETURNING at""",
        before=before, rows=rows,
    )  # fmt: skip
    return len(gone)


def held_lately(site: str, now: int) -> Work[int]:
    """The number of likely spam comments recently held, counted up to the threshold of an attack."""
    row = yield one(
        """SELECT COUNT(*) AS count FROM (SELECT 1 AS one FROM reviewables WHERE site = :site AND kind = 'held'
        AND state = 'open' AND opened_at > :since AND score >= 0.9 LIMIT :most) AS held""",
        site=site, since=now - ATTACK_MS, most=ATTACK,
    )  # fmt: skip
    count: int = row["count"]
    return count


# ---- what owners teach


@dataclass(frozen=True, slots=True)
class StoredFilter:
    """A site's text filter: bytes, version, and the number of decisions learned."""

    data: bytes
    version: int
    spam: int
    good: int


def stored_filter(site: str) -> Work[StoredFilter | None]:
    """A site's filter; None before any training."""
    row = yield one("SELECT data, version, spam, good FROM spam_filters WHERE site = :site", site=site)
    return None if row is None else StoredFilter(
        base64.b64decode(row["data"]), row["version"], row["spam"], row["good"]
    )  # fmt: skip


def keep_filter(site: str, filter: StoredFilter, now: int) -> Work[None]:
    """Replaces a site's filter."""
    yield run(
        """INSERT INTO spam_filters (site, data, version, spam, good, updated_at)
        VALUES (:site, :data, :version, :spam, :good, :now)
        ON CONFLICT (site) DO UPDATE SET data = excluded.data, version = excluded.version, spam = excluded.spam,
            good = excluded.good, updated_at = excluded.updated_at""",
        site=site, data=base64.b64encode(filter.data).decode(), version=filter.version, spam=filter.spam,
        good=filter.good, now=now,
    )  # fmt: skip


def forget_filter(site: str) -> Work[None]:
    """Resets a site's filter to the prior."""
    yield run("DELETE FROM spam_filters WHERE site = :site", site=site)
    yield run("DELETE FROM spam_lessons WHERE site = :site", site=site)


def note_lesson(site: str, comment_id: str, *, spam: bool, now: int) -> Work[bool]:
    """Records an owner's decision for training; False if it was known."""
    row = yield one(
        """INSERT INTO spam_lessons (comment_id, site, spam, at) VALUES (:id, :site, :spam, :now)
        ON CONFLICT (comment_id) DO UPDATE SET spam = excluded.spam, at = excluded.at
            WHERE spam_lessons.spam <> excluded.spam RETURNING comment_id""",
        id=comment_id, site=site, spam=int(spam), now=now,
    )  # fmt: skip
    return row is not None


def lesson(comment_id: str) -> Work[bool | None]:
    """The owner's last decision on a comment used for training; None if there is none."""
    row = yield one("SELECT spam FROM spam_lessons WHERE comment_id = :id", id=comment_id)
    return None if row is None else bool(row["spam"])


def settled_words(site: str, now: int, most: int) -> Work[list[str]]:
    """The newest comments that have been public for a while."""
    rows = yield many(
        """SELECT body FROM (SELECT body, state, author_kind FROM comments WHERE site = :site AND created_at < :before
            ORDER BY created_at DESC, id DESC LIMIT 50) AS latest
        WHERE state = 'published' AND author_kind IN ('guest', 'user') LIMIT :most""",
        site=site, before=now - SETTLED_MS, most=most,
    )  # fmt: skip
    return [row["body"] for row in rows]


# ---- lists that owners load


@dataclass(frozen=True, slots=True)
class ReputationList:
    """A list of bad hosts, words and addresses."""

    name: str
    entries: int
    loaded_at: int


def lists_of(site: str) -> Work[list[ReputationList]]:
    """A site's lists, by name."""
    rows = yield many(
        "SELECT name, entries, loaded_at FROM reputation_lists WHERE site = :site ORDER BY name LIMIT 100", site=site
    )
    return [ReputationList(**row) for row in rows]


def load_list(site: str, name: str, values: Sequence[str], now: int) -> Work[None]:
    """Replaces a list's values."""
    yield from drop_list(site, name)
    for at in range(0, len(values), 100):
        some = values[at : at + 100]
        rows = ", ".join(f"(:site, :value{number}, :name)" for number in range(len(some)))
        yield run(
            f"INSERT INTO reputation_entries (site, value, list) VALUES {rows} ON CONFLICT DO NOTHING",
            site=site, name=name, **{f"value{number}": value for number, value in enumerate(some)},
        )  # fmt: skip
    yield run(
        "INSERT INTO reputation_lists (site, name, entries, loaded_at) VALUES (:site, :name, :entries, :now)",
        site=site, name=name, entries=len(values), now=now,
    )  # fmt: skip


def drop_list(site: str, name: str) -> Work[bool]:
    """Deletes a list; False if there was none."""
    yield run("DELETE FROM reputation_entries WHERE site = :site AND list = :name", site=site, name=name)
    row = yield one(
        "DELETE FROM reputation_lists WHERE site = :site AND name = :name RETURNING name", site=site, name=name
    )
    return row is not None
