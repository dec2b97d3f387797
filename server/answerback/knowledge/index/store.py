"""Passages and their full-text index in the database.

The one place where SQLite and PostgreSQL differ: `Words` has what each of them says. On both a passage is found by any
of the question's terms and ranked by how rare these are on the site and how often it has them; the words of its title
and headings count for more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...core.answering import Passage
from ...db.sql import in_list
from ...db.work import Row, Work, many, one, run

_OF_PASSAGE = "p.text, p.heading, p.url, p.title"


@dataclass(frozen=True, slots=True)
class Entry:
    """A passage with its terms, space-separated."""

    passage: Passage
    position: int
    head: str
    body: str


@dataclass(frozen=True, slots=True)
class Found:
    """A candidate passage with its id."""

    id: int
    passage: Passage


def site_word(site: str) -> str:
    """A site's key as one index term; not unique, so results are checked against the key itself."""
    return "s" + site.replace("-", "")


class SQLiteWords:
    """FTS5, ranked by its bm25."""

    def add(self, site: str, entry: Entry) -> Work[None]:
        """Inserts a passage."""
        passage = entry.passage
        row = yield one(
            """INSERT INTO passages (site, url, position, title, heading, text)
            VALUES (:site, :url, :position, :title, :heading, :text) RETURNING id""",
            site=site, url=passage.url, position=entry.position, title=passage.title, heading=passage.heading,
            text=passage.text,
        )  # fmt: skip
        yield run(
            "INSERT INTO passage_terms (rowid, site, head, body) VALUES (:id, :word, :head, :body)",
            id=row["id"], word=site_word(site), head=entry.head, body=entry.body,
        )  # fmt: skip

    def forget(self, site: str, url: str) -> Work[None]:
        """Deletes a page's passages."""
        yield run(
            "DELETE FROM passage_terms WHERE rowid IN (SELECT id FROM passages WHERE site = :site AND url = :url)",
            site=site, url=url,
        )  # fmt: skip
        yield run("DELETE FROM passages WHERE site = :site AND url = :url", site=site, url=url)

    def forget_site(self, site: str) -> Work[None]:
        """Deletes a site's passages."""
        yield run("DELETE FROM passage_terms WHERE rowid IN (SELECT id FROM passages WHERE site = :site)", site=site)
        yield run("DELETE FROM passages WHERE site = :site", site=site)

    def search(self, site: str, words: Sequence[str], besides: str, limit: int) -> Work[list[Row]]:
        """Passages with any of the terms, best first."""
        wanted = " OR ".join(f'"{word}"' for word in words)
        rows: list[Row] = yield many(
            f"""SELECT p.id, {_OF_PASSAGE} FROM passage_terms JOIN passages p ON p.id = passage_terms.rowid
            WHERE passage_terms MATCH :query AND p.site = :site AND p.url <> :besides
            ORDER BY bm25(passage_terms, 0.0, 1.5, 1.0), p.id LIMIT :limit""",
            query=f'site : "{site_word(site)}" AND {{head body}} : ({wanted})', site=site, besides=besides, limit=limit,
        )  # fmt: skip
        return rows


class PostgresWords:
    """A tsvector without a dictionary, under a GIN index. A term's weight is its BM25 weight times `ts_rank`, which
    grows with its frequency, less and less, and with its position."""

    def add(self, site: str, entry: Entry) -> Work[None]:
        """Inserts a passage."""
        passage = entry.passage
        yield run(
            """INSERT INTO passages (site, url, position, title, heading, text, terms)
            VALUES (:site, :url, :position, :title, :heading, :text, to_tsvector('simple', CAST(:word AS TEXT))
                || setweight(to_tsvector('simple', CAST(:head AS TEXT)), 'A')
                || setweight(to_tsvector('simple', CAST(:body AS TEXT)), 'B'))""",
            site=site, url=passage.url, position=entry.position, title=passage.title, heading=passage.heading,
            text=passage.text, word=site_word(site), head=entry.head, body=entry.body,
        )  # fmt: skip

    def forget(self, site: str, url: str) -> Work[None]:
        """Deletes a page's passages."""
        yield run("DELETE FROM passages WHERE site = :site AND url = :url", site=site, url=url)

    def forget_site(self, site: str) -> Work[None]:
        """Deletes a site's passages."""
        yield run("DELETE FROM passages WHERE site = :site", site=site)

    def search(self, site: str, words: Sequence[str], besides: str, limit: int) -> Work[list[Row]]:
        """Passages with any of the terms, best first."""
        rows: list[Row] = yield many(
            f"""WITH wanted AS (
                SELECT term, plainto_tsquery('simple', term) AS query
                FROM unnest(string_to_array(CAST(:words AS TEXT), ' ')) AS term),
            hits AS (
                SELECT p.id, COUNT(*) OVER (PARTITION BY w.term) AS pages,
                    ts_rank('{{0, 0, 0.7, 1}}', p.terms, w.query) / (1 + length(p.terms) / 400.0) AS often
                FROM wanted w JOIN passages p ON p.terms @@ (plainto_tsquery('simple', CAST(:word AS TEXT)) && w.query)
                WHERE p.site = :site AND p.url <> :besides),
            size AS (SELECT COUNT(*) AS total FROM passages WHERE site = :site),
            best AS (
                SELECT id, SUM(often * ln(1 + (total - pages + 0.5) / (pages + 0.5))) AS score FROM hits, size
                GROUP BY id ORDER BY score DESC, id LIMIT :limit)
            SELECT p.id, {_OF_PASSAGE} FROM best JOIN passages p ON p.id = best.id ORDER BY best.score DESC, p.id""",
            words=" ".join(words), word=site_word(site), site=site, besides=besides, limit=limit,
        )  # fmt: skip
        return rows


Words = SQLiteWords | PostgresWords


def words_of(*, is_sqlite: bool) -> Words:
    """The full-text statements for this kind of database."""
    return SQLiteWords() if is_sqlite else PostgresWords()


def put_passages(words: Words, site: str, url: str, entries: Sequence[Entry]) -> Work[None]:
    """Replaces a page's passages."""
    yield from words.forget(site, url)
    for entry in entries:
        yield from words.add(site, entry)


def find(words: Words, site: str, terms: Sequence[str], besides: str, limit: int) -> Work[list[Found]]:
    """A site's passages with any of the terms, except one page's; best first."""
    if not terms:
        return []
    rows = yield from words.search(site, terms, besides, limit)
    return [Found(row["id"], Passage(row["text"], row["heading"], row["url"], row["title"])) for row in rows]


def passages_of(site: str, url: str) -> Work[list[Passage]]:
    """A page's passages, in order."""
    rows = yield many(
        f"SELECT {_OF_PASSAGE} FROM passages p WHERE p.site = :site AND p.url = :url ORDER BY p.position",
        site=site, url=url,
    )  # fmt: skip
    return [Passage(**row) for row in rows]


def count_passages(site: str) -> Work[int]:
    """The number of a site's passages."""
    row = yield one("SELECT COUNT(*) AS count FROM passages WHERE site = :site", site=site)
    count: int = row["count"]
    return count


# ---- embeddings


def without_vector(site: str, model: str, size: int, limit: int) -> Work[list[tuple[int, Passage]]]:
    """A site's passages without a vector of this model and length (0: any length)."""
    rows = yield many(
        f"""SELECT p.id, {_OF_PASSAGE} FROM passages p LEFT JOIN passage_vectors v ON v.passage_id = p.id
        WHERE p.site = :site AND (v.model IS NULL OR v.model <> :model OR (:bytes > 0 AND length(v.vector) <> :bytes))
        ORDER BY p.id LIMIT :limit""",
        site=site, model=model, bytes=4 * size, limit=limit,
    )  # fmt: skip
    return [(row.pop("id"), Passage(**row)) for row in rows]


def keep_vectors(model: str, vectors: Sequence[tuple[int, bytes]]) -> Work[None]:
    """Stores passages' vectors, except of passages deleted meanwhile."""
    for id, vector in vectors:
        yield run(
            """INSERT INTO passage_vectors (passage_id, model, vector)
            SELECT id, :model, :vector FROM passages WHERE id = :id
            ON CONFLICT (passage_id) DO UPDATE SET model = excluded.model, vector = excluded.vector""",
            id=id, model=model, vector=vector,
        )  # fmt: skip


def vectors_of_site(site: str, model: str, besides: str, limit: int) -> Work[list[tuple[int, bytes]]]:
    """Vectors of a site's passages by a model, except one page's, up to the limit."""
    rows = yield many(
        """SELECT v.passage_id, v.vector FROM passages p JOIN passage_vectors v ON v.passage_id = p.id
        WHERE p.site = :site AND v.model = :model AND p.url <> :besides ORDER BY p.id LIMIT :limit""",
        site=site, model=model, besides=besides, limit=limit,
    )  # fmt: skip
    return [(row["passage_id"], bytes(row["vector"])) for row in rows]


def vectors_of(ids: Sequence[int], model: str) -> Work[list[tuple[int, bytes]]]:
    """Vectors of these passages by a model, where present."""
    if not ids:
        return []
    listed, params = in_list("id", ids)
    rows = yield many(
        f"""SELECT passage_id, vector FROM passage_vectors WHERE model = :model
        AND passage_id IN ({listed})""",
        model=model, **params,
    )  # fmt: skip
    return [(row["passage_id"], bytes(row["vector"])) for row in rows]


def vectors_of_page(site: str, url: str, model: str) -> Work[list[tuple[str, bytes]]]:
    """Vectors of a page's passages by a model, by text, where present."""
    rows = yield many(
        """SELECT p.text, v.vector FROM passages p JOIN passage_vectors v ON v.passage_id = p.id
        WHERE p.site = :site AND p.url = :url AND v.model = :model""",
        site=site, url=url, model=model,
    )  # fmt: skip
    return [(row["text"], bytes(row["vector"])) for row in rows]


def passages_by_id(site: str, ids: Sequence[int]) -> Work[dict[int, Passage]]:
    """A site's passages by id."""
    if not ids:
        return {}
    listed, params = in_list("id", ids)
    rows = yield many(
        f"""SELECT p.id, {_OF_PASSAGE} FROM passages p WHERE p.site = :site
        AND p.id IN ({listed})""",
        site=site, **params,
    )  # fmt: skip
    return {row.pop("id"): Passage(**row) for row in rows}
