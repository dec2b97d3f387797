"""The log's full-text index: finds the newest texts that contain all words.

A text's number is its position in time. `Texts` holds the statements that differ between SQLite and PostgreSQL; both
read newest first, and no further than needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

from ..db.sql import in_list
from ..db.work import Row, Work, many, one, run

NEWEST = 2_000
"""The number of newest texts that PostgreSQL scans before it uses the index: frequent words are found among them."""


@dataclass(frozen=True, slots=True)
class Change:
    """A new, changed or deleted text."""

    id: int
    entry: str
    entry_id: str


@dataclass(frozen=True, slots=True)
class Text:
    """A log entry's text and time; without a body, it is gone."""

    entry: str
    entry_id: str
    site: str
    at: int
    body: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A matching entry and its position."""

    place: int
    entry: str
    entry_id: str


def changes(most: int) -> Work[list[Change]]:
    """The oldest recorded changes."""
    rows = yield many("SELECT id, entry, entry_id FROM log_changes WHERE id > 0 ORDER BY id LIMIT :most", most=most)
    return [Change(**row) for row in rows]


def texts(noted: Sequence[Change]) -> Work[list[Text]]:
    """The current texts of these entries."""
    found: list[Text] = []
    for entry, sql in _SELECTS.items():
        ids = sorted({change.entry_id for change in noted if change.entry == entry})
        if ids:
            listed, params = in_list("id", ids)
            rows = yield many(sql.format(listed), **params)
            there = {row["id"]: Text(entry, row["id"], row["site"], row["at"], row["body"] or "") for row in rows}
            found += [there.get(id) or Text(entry, id, "", 0, "") for id in ids]
    return found


_SELECTS = {
    "comment": """SELECT c.id, c.site, c.created_at AS at, CASE WHEN c.state = 'deleted' THEN ''
        ELSE COALESCE(a.body, c.body) END AS body
        FROM comments c LEFT JOIN answers a ON a.id = c.id WHERE c.id IN ({})""",
    "question": "SELECT id, site, created_at AS at, body FROM questions WHERE id IN ({})",
    "answer": "SELECT id, site, queued_at AS at, body FROM answers WHERE id IN ({})",
}


def site_word(site: str) -> str:
    """A site's key as one word of the index; not unique, so hits are compared with the key itself."""
    return "s" + site.replace("-", "")


class SQLiteTexts:
    """FTS5, which returns rows in rowid order."""

    def put(self, text: Text, words: str) -> Work[None]:
        """Inserts or replaces a text."""
        yield from self.forget(text.entry_id)
        place = yield from _take_place(text)
        yield run(
            "INSERT INTO log_terms (rowid, site, words) VALUES (:place, :site, :words)",
            place=place, site=site_word(text.site), words=words,
        )  # fmt: skip

    def forget(self, entry_id: str) -> Work[None]:
        """Deletes a text."""
        row = yield one("DELETE FROM log_texts WHERE entry_id = :id RETURNING place", id=entry_id)
        if row is not None:
            yield run("DELETE FROM log_terms WHERE rowid = :place", place=row["place"])

    def search(self, site: str, words: Sequence[str], before: int, most: int) -> Work[list[Row]]:
        """A site's entries that contain all words and come before that position, newest first."""
        wanted = " ".join(f'"{word}"' for word in words)
        rows: list[Row] = yield many(
            """SELECT t.place, t.entry, t.entry_id FROM log_terms JOIN log_texts t ON t.place = log_terms.rowid
            WHERE log_terms MATCH :query AND log_terms.rowid < :before AND t.site = :site
            ORDER BY log_terms.rowid DESC LIMIT :most""",
            query=f'site : "{site_word(site)}" AND words : ({wanted})', before=before, site=site, most=most,
        )  # fmt: skip
        return rows


class PostgresTexts:
    """A dictionary-free tsvector with a GIN index."""

    def put(self, text: Text, words: str) -> Work[None]:
        """Inserts or replaces a text."""
        yield from self.forget(text.entry_id)
        yield from _take_place(text, words)

    def forget(self, entry_id: str) -> Work[None]:
        """Deletes a text."""
        yield run("DELETE FROM log_texts WHERE entry_id = :id", id=entry_id)

    def search(self, site: str, words: Sequence[str], before: int, most: int) -> Work[list[Row]]:
        """A site's entries that contain all words and come before that position, newest first."""
        query = " ".join([site_word(site), *words])
        has_them = "site = :site AND terms @@ plainto_tsquery('simple', CAST(:query AS TEXT))"
        rows: list[Row] = yield many(
            f"""SELECT place, entry, entry_id FROM (SELECT place, entry, entry_id, site, terms FROM log_texts
                WHERE place < :before ORDER BY place DESC LIMIT {NEWEST}) AS newest WHERE {has_them}
            ORDER BY place DESC LIMIT :most""",
            before=before, site=site, query=query, most=most,
        )  # fmt: skip
        if len(rows) < most:
            rows = yield many(
                f"""WITH found AS MATERIALIZED (SELECT place, entry, entry_id FROM log_texts
                    WHERE {has_them} AND place < :before)
                SELECT place, entry, entry_id FROM found ORDER BY place DESC LIMIT :most""",
                before=before, site=site, query=query, most=most,
            )  # fmt: skip
        return rows


Texts = SQLiteTexts | PostgresTexts


def texts_of(*, is_sqlite: bool) -> Texts:
    """The statements for this kind of database."""
    return SQLiteTexts() if is_sqlite else PostgresTexts()


def _take_place(text: Text, words: str | None = None) -> Work[int]:
    """A unique position derived from the time; texts of the same moment get the next free ones."""
    place = (text.at << 20) + (crc32(text.entry_id.encode()) & 0xFFFFF)
    more = "" if words is None else ", terms"
    value = "" if words is None else ", to_tsvector('simple', CAST(:words AS TEXT))"
    while True:
        row = yield one(
            f"""INSERT INTO log_texts (place, entry, entry_id, site{more})
            VALUES (:place, :entry, :id, :site{value}) ON CONFLICT (place) DO NOTHING RETURNING place""",
            place=place, entry=text.entry, id=text.entry_id, site=text.site,
            **({} if words is None else {"words": f"{site_word(text.site)} {words}"}),
        )  # fmt: skip
        if row is not None:
            return place
        place += 1


def keep(index: Texts, noted: Sequence[tuple[Text, str]], last: int) -> Work[None]:
    """Indexes these texts, or removes empty ones; changes recorded up to `last` are done."""
    for text, words in noted:
        if words:
            yield from index.put(text, words)
        else:
            yield from index.forget(text.entry_id)
    yield run("DELETE FROM log_changes WHERE id <= :last", last=last)


def hits(index: Texts, sites: Sequence[str], words: Sequence[str], before: int, most: int) -> Work[list[Hit]]:
    """Entries of these sites that contain all words, newest first."""
    rows: list[Row] = []
    for site in sites:
        rows += yield from index.search(site, words, before, most)
    rows.sort(key=lambda row: -row["place"])
    return [Hit(**row) for row in rows[:most]]
