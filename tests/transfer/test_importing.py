"""Comments from elsewhere: each format, made safe, below their parents, once (threats 1, 2, 20)."""

from __future__ import annotations

import gzip
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from answerback.accounts.votes_store import vote
from answerback.comments.store import set_locked
from answerback.comments.thread_store import page_of_thread
from answerback.core.model import Comment
from answerback.db.database import Database
from answerback.errors import BadRequest
from answerback.sites.settings import read_site
from answerback.sites.store import add_site
from answerback.transfer import model
from answerback.transfer.importing import Imported, Importer
from answerback.transfer.source import opened
from answerback.transfer.store import threads_of

pytestmark = pytest.mark.anyio
NOW = 1_790_000_000_000
SITE = read_site("blog", {"origins": "https://blog.example"}, daily_answers=5)

DISQUS = """<?xml version="1.0" encoding="utf-8"?>
<disqus xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals">
<thread dsq:id="7"><link>https://blog.example/bread.html?utm=1</link><title>Bread &amp; rye</title>
 <isClosed>true</isClosed></thread>
<thread dsq:id="8"><link>https://blog.example/open.html</link><isClosed>false</isClosed></thread>
<thread dsq:id="9"><link>https://blog.example/gone.html</link><isClosed>true</isClosed><isDeleted>true</isDeleted></thread>
<thread dsq:id="10"><link>https://blog.example/quiet.html</link><isClosed>true</isClosed></thread>
<thread dsq:id="11"><link></link><isClosed>true</isClosed></thread>
<post dsq:id="2"><message><![CDATA[<p>In the <b>morning</b>.</p><script>alert(1)</script>]]></message>
 <createdAt>2020-02-02T10:00:00Z</createdAt><isDeleted>false</isDeleted><isSpam>false</isSpam>
 <author><name>Jin</name><email>jin@example.com</email></author><thread dsq:id="7"/><parent dsq:id="1"/></post>
<post dsq:id="1"><message><![CDATA[<p>When is it <a href="javascript:alert(1)">open</a>?<br>Thanks</p>]]></message>
 <createdAt>2020-02-01T10:00:00Z</createdAt><isDeleted>false</isDeleted><isSpam>false</isSpam>
 <author><name>Mina</name></author><thread dsq:id="7"/></post>
<post dsq:id="3"><message>Buy pills</message><createdAt>2020-02-01T10:00:00Z</createdAt><isSpam>true</isSpam>
 <author><name>x</name></author><thread dsq:id="7"/></post></disqus>"""

WORDPRESS = """<?xml version="1.0"?><rss xmlns:wp="http://wordpress.org/export/1.2/"><channel><item>
<title>Bread</title><link>https://blog.example/2020/bread/</link><wp:comment_status>closed</wp:comment_status>
<wp:comment><wp:comment_id>11</wp:comment_id><wp:comment_author><![CDATA[Mina]]></wp:comment_author>
 <wp:comment_date_gmt>2020-02-01 10:00:00</wp:comment_date_gmt>
 <wp:comment_content><![CDATA[First line
second <img src=x onerror=alert(1)>line

Next part]]></wp:comment_content><wp:comment_approved>1</wp:comment_approved><wp:comment_type>comment</wp:comment_type>
 <wp:comment_parent>0</wp:comment_parent></wp:comment>
<wp:comment><wp:comment_id>12</wp:comment_id><wp:comment_author>Jin</wp:comment_author>
 <wp:comment_date_gmt>2020-02-01 11:00:00</wp:comment_date_gmt><wp:comment_content>Not yet seen</wp:comment_content>
 <wp:comment_approved>0</wp:comment_approved><wp:comment_type></wp:comment_type>
 <wp:comment_parent>11</wp:comment_parent></wp:comment>
<wp:comment><wp:comment_id>13</wp:comment_id><wp:comment_content>ping</wp:comment_content>
 <wp:comment_approved>1</wp:comment_approved><wp:comment_type>pingback</wp:comment_type></wp:comment>
</item><item><title>Menu</title><link>https://blog.example/?p=2</link><wp:comment_status>closed</wp:comment_status>
</item></channel></rss>"""


def isso(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            """CREATE TABLE threads (id INTEGER PRIMARY KEY, uri VARCHAR(256) UNIQUE, title VARCHAR(256));
            CREATE TABLE comments (tid REFERENCES threads(id), id INTEGER PRIMARY KEY, parent INTEGER, created FLOAT,
                modified FLOAT, mode INTEGER, remote_addr VARCHAR, text VARCHAR, author VARCHAR, email VARCHAR,
                website VARCHAR, likes INTEGER, dislikes INTEGER, voters BLOB);
            INSERT INTO threads VALUES (1, '/bread.html', 'Bread');
            INSERT INTO comments VALUES
                (1, 1, NULL, 1580551200.5, NULL, 1, '1.2.3.4', '**Good** bread', 'Mina', 'm@b.c', NULL, 3, 1, ''),
                (1, 2, 1, 1580551300, 1580551400, 1, '', '<script>alert(1)</script>', NULL, NULL, NULL, 0, 0, ''),
                (1, 3, NULL, 1580551300, NULL, 2, '1.2.3.5', 'Waits', NULL, NULL, NULL, 0, 0, ''),
                (1, 4, NULL, 1580551300, NULL, 4, '1.2.3.5', '', NULL, NULL, NULL, 0, 0, '');"""
        )


async def bring(database: Database, format: str | None, path: Path) -> Imported:
    await database.write(lambda: add_site("blog", {"origins": "https://blog.example"}, NOW))
    with opened(path) as source:
        return await Importer(database, SITE, NOW).run(source, format)


async def thread(database: Database, page: str) -> list[Comment]:
    return (await database.read(lambda: page_of_thread("blog", page, "oldest", None, 50))).comments


async def locked(database: Database) -> list[str]:
    threads = await database.read(lambda: threads_of("blog"))
    return [thread.page for thread in threads if thread.locked]


async def test_disqus_export_is_imported(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "disqus.xml.gz"
    path.write_bytes(gzip.compress(DISQUS.encode()))
    for times in range(2):
        result = await bring(database, "disqus", path)
        assert (result.added, result.present, result.pages) == ((2, 0, 1) if times == 0 else (0, 2, 1))
    [root] = await thread(database, "/bread.html")
    assert (root.author_name, root.created_at, root.body) == ("Mina", 1_580_551_200_000, "When is it open?\nThanks")
    assert "javascript:" not in root.html
    [reply] = root.replies
    assert reply.html.startswith("<p>In the <strong>morning</strong>.</p>")
    assert "alert" not in reply.html
    place = await database.fetch_one("SELECT url, title, created_at FROM threads WHERE page = '/bread.html'")
    assert place == {
        "url": "https://blog.example/bread.html?utm=1", "title": "Bread & rye", "created_at": root.created_at
    }  # fmt: skip
    assert await locked(database) == ["/bread.html", "/quiet.html"]


async def test_wordpress_export_is_imported(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "wordpress.xml"
    path.write_text(WORDPRESS, "utf-8")
    assert (await bring(database, "wordpress", path)).added == 2
    [root] = await thread(database, "/2020/bread/")
    assert root.body == "First line\nsecond line\nNext part"
    assert root.html == "<p>First line<br>second line</p><p>Next part</p>"
    assert await locked(database) == ["/2020/bread/"]
    waits = await database.fetch_all("SELECT parent_id, state FROM comments WHERE body = 'Not yet seen'")
    assert waits == [{"parent_id": root.id, "state": "pending"}]


async def test_isso_export_is_imported(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "isso.db"
    isso(path)
    assert (await bring(database, "isso", path)).added == 3
    [root] = await thread(database, "/bread.html")
    assert (root.html, root.up, root.down) == ("<p><strong>Good</strong> bread</p>\n", 3, 1)
    assert "<script" not in root.replies[0].html
    assert root.replies[0].edited_at == 1_580_551_400_000


async def test_imported_votes_rank_and_stay(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    comments = [
        {
            "id": f"comment-{name}",
            "body": name,
            "created_at": f"2020-01-0{day}T00:00:00Z",
            "votes": {"up": up, "down": 1},
        }
        for day, (name, up) in enumerate((("few", 2), ("many", 9), ("none", 0)), 1)
    ]
    data = {"answerback": 1, "threads": [{"page": "/a/", "comments": comments}]}
    path.write_text(json.dumps(data), "utf-8")
    await bring(database, "answerback", path)

    async def best() -> list[tuple[str, int, int]]:
        page = await database.read(lambda: page_of_thread("blog", "/a/", "best", None, 100))
        return [(comment.body, comment.up, comment.down) for comment in page.comments]

    assert await best() == [("many", 9, 1), ("few", 2, 1), ("none", 0, 1)]
    assert await database.write(lambda: vote("comment-many", "somebody", 1)) == (10, 1)
    assert await database.write(lambda: vote("comment-many", "somebody", -1)) == (9, 2)
    assert await database.write(lambda: vote("comment-many", "somebody", 0)) == (9, 1)


async def test_an_edited_export_of_our_own_is_foreign(database: Database, tmp_path: Path) -> None:
    comments = [
        {"id": "comment-one", "author": {"name": "=Mina", "kind": "god"}, "html": "<p onclick=x>Hi</p><svg/onload=y>",
         "body": "Hi", "created_at": "nonsense", "votes": {"up": "many", "down": -3}},
        {"id": "comment-two", "parent_id": "comment-one", "author": {"kind": "ai"}, "body": "An answer", "answer": {
            "state": "streaming", "model": 3, "sources": [{"url": "javascript:alert(1)", "quote": "q", "title": "t"},
            {"url": "https://blog.example/a", "quote": "q", "title": "t", "extra": []}]}},
        {"id": "round-one-", "parent_id": "round-two-", "body": "a"},
        {"id": "round-two-", "parent_id": "round-one-", "body": "b"},
        {"id": "empty-one-", "body": "\u200b"},
    ]  # fmt: skip
    path = tmp_path / "export.json"
    path.write_text(json.dumps({"answerback": 1, "threads": [{"page": "/a/", "comments": comments}]}), "utf-8")
    result = await bring(database, "answerback", path)
    assert (result.added, result.skipped) == (4, 1)
    roots = {root.id: root for root in await thread(database, "/a/")}
    first = roots["comment-one"]
    assert (first.author_kind, first.created_at, first.up, first.down) == ("guest", NOW, 0, 0)
    assert first.html == "<p>Hi</p>"
    [answer] = first.replies
    assert answer.answer is not None
    assert (answer.answer.state, answer.answer.model) == ("stopped", "")
    assert [source.url for source in answer.answer.sources] == ["https://blog.example/a"]
    assert len(roots) == 2


async def test_imported_answers_say_what_they_said(database: Database, tmp_path: Path) -> None:
    answers = {
        "withdrawn": {"state": "withheld", "revised_at": "2020-01-02T00:00:00.000Z"},
        "corrected": {"state": "done", "revised_at": "2020-01-02T00:00:00.000Z"},
        "unmarked": {"state": "done"},
    }
    comments = [
        {"id": f"comment-{name}", "author": {"kind": "ai"}, "body": name, "answer": answer}
        for name, answer in answers.items()
    ]
    path = tmp_path / "export.json"
    path.write_text(json.dumps({"answerback": 1, "threads": [{"page": "/a/", "comments": comments}]}), "utf-8")
    await bring(database, "answerback", path)
    found = {comment.body: comment.answer.revised_at for comment in await thread(database, "/a/") if comment.answer}
    at = 1_577_923_200_000
    assert found == {"withdrawn": at, "corrected": at, "unmarked": None}


async def test_an_import_changes_no_lock_of_a_thread_that_is_here(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "disqus.xml"
    path.write_text(DISQUS, "utf-8")
    await bring(database, "disqus", path)
    await database.write(lambda: set_locked("blog", "/bread.html", False, NOW))
    await bring(database, "disqus", path)
    assert await locked(database) == ["/quiet.html"]


async def test_another_sites_comments_keep_their_ids(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    comment = {"id": "comment-one", "body": "Hello"}
    path.write_text(json.dumps({"answerback": 1, "threads": [{"page": "/a/", "comments": [comment]}]}), "utf-8")
    await bring(database, "answerback", path)
    await database.write(lambda: add_site("two", {"origins": "https://two.example"}, NOW))
    two = read_site("two", {"origins": "https://two.example"}, daily_answers=5)
    for added in (1, 0):
        with opened(path) as source:
            assert (await Importer(database, two, NOW).run(source)).added == added
    rows = await database.fetch_all("SELECT site FROM comments WHERE body = 'Hello' ORDER BY site")
    assert [row["site"] for row in rows] == ["blog", "two"]


@pytest.mark.parametrize(
    ("format", "content", "said"),
    [
        ("answerback", b"{", "not valid JSON"),
        ("answerback", b"[]", "no Answerback export"),
        ("answerback", b'{"answerback": 1, "threads": [{"comments": []}]}', "without a page"),
        ("disqus", b"<disqus><post>", "not valid XML"),
        ("disqus", b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><disqus>&d;</disqus>', "DTDForbidden"),
        (
            "wordpress",
            b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><rss xmlns:wp="http://wordpress.org/export/1.2/"/>',
            "DTDForbidden",
        ),
        ("disqus", b"\x1f\x8bnot gzip at all", "cannot be read"),
        ("isso", b"SQLite format 3\x00, but damaged" * 200, "SQLite file cannot be read"),
        ("isso", b"not a database, but long enough to look like some file" * 20, "no Isso database"),
    ],
)
async def test_unreadable_files_are_refused_in_words(
    database: Database, tmp_path: Path, format: str, content: bytes, said: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(BadRequest, match=said):
        await bring(database, format, path)
    assert await database.fetch_all("SELECT id FROM comments") == []


def test_gzip_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(b" " * 2_000_000))
    with pytest.raises(BadRequest, match="too large"), opened(path, 1_000_000):
        raise AssertionError


def test_parents_come_before_deep_replies() -> None:
    items = [model.Incoming(str(n), "/a", created_at=5_000 - n, parent=str(n - 1) if n else None) for n in range(3_000)]
    ordered = [(item.id, parent) for item, parent in model.parents_first(items)]
    assert ordered == [(str(n), str(n - 1) if n else None) for n in range(3_000)]
