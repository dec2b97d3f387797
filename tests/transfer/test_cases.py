"""Exports as they are met in the wild (`cases/`), and their neighbours: nothing is lost, or it is said what and why."""
# Longer than usual, because each case is told from its neighbours.

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from answerback.core.pages import WELL_KNOWN, PageRules
from answerback.db.database import Database
from answerback.errors import BadRequest
from answerback.transfer.addresses import AddressMap, key_elsewhere, read_pairs
from answerback.transfer.model import Mended, Reason
from answerback.transfer.source import opened

from .places import CASES, bring, locked, pages, shape, thread

pytestmark = pytest.mark.anyio

WXR = """<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/"><channel>{}</channel></rss>"""
ITEM = "<item><link>https://blog.example/bread/</link><wp:status>publish</wp:status>{}</item>"
COMMENT = """<wp:comment><wp:comment_id>{id}</wp:comment_id><wp:comment_author>Mina</wp:comment_author>
<wp:comment_date_gmt>{at}</wp:comment_date_gmt><wp:comment_content>{body}</wp:comment_content>
<wp:comment_approved>{approved}</wp:comment_approved><wp:comment_type>{type}</wp:comment_type>
<wp:comment_parent>{parent}</wp:comment_parent></wp:comment>"""


def wxr(path: Path, *comments: dict[str, str]) -> Path:
    """A WordPress export with these comments on one page."""
    usual = {"at": "2019-03-01 10:00:00", "body": "Hello", "approved": "1", "type": "comment", "parent": "0"}
    path.write_text(WXR.format(ITEM.format("".join(COMMENT.format(**usual | each) for each in comments))), "utf-8")
    return path


async def test_paths_are_one_key_however_they_are_escaped(database: Database) -> None:
    await bring(database, CASES / "wp-encoded-paths.xml")
    await bring(database, CASES / "dq-unicode-paths.xml")
    assert await pages(database) == {
        "/2020/한글-글/": ["First"], "/2020/café/": ["Second"], "/2017/관람-안내/": ["하나"],
        "/2017/café.html": ["Deux"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("https://blog.example/%ea%b8%80/", "/글/"),
        ("http://elsewhere.example:8080/%EA%B8%80/?utm_source=x#top", "/글/"),
        ("https://blog.example", "/"),
        ("post/1", "/post/1/"),
        ("/?p=12&utm_source=x", "/?p=12"),
        ("/?lang=ko", "/"),
        ("/bbs/board.php?wr_id=3&bo_table=free&page=2", "/bbs/board.php?bo_table=free&wr_id=3"),
        ("", ""),
        ("http://[", ""),
        ("/" + "글" * 498, f"/{'글' * 498}/"),
        ("/" + "글" * 499, ""),
    ],
)
def test_a_key_is_made_of_path_and_what_names_a_page(address: str, key: str) -> None:
    rules = PageRules(("https://blog.example",), WELL_KNOWN, any_host=True)
    assert key_elsewhere(address, rules) == key
    assert key_elsewhere(key, rules) == key


async def test_pages_of_plain_permalinks_stay_apart(database: Database, tmp_path: Path) -> None:
    await bring(database, CASES / "wp-plain-permalinks.xml")
    assert await pages(database) == {
        "/?p=1": ["On the first post"], "/?p=2": ["On the second post"], "/?page_id=3": ["On a page"],
    }  # fmt: skip
    text = (CASES / "dq-thread-without-link.xml").read_text("utf-8")
    link = "<link>https://blog.example/?post_type=page&amp;#038;p={}&amp;fbclid=abc</link>"
    text = text.replace('<thread dsq:id="1"><id></id>', f'<thread dsq:id="1"><id></id>{link.format(12)}')
    (tmp_path / "a.xml").write_text(text.replace("<link>https://blog.example/bread.html</link>", link.format(13)))
    await bring(database, tmp_path / "a.xml")
    found = await pages(database)
    assert (found["/?p=12"], found["/?p=13"]) == (["Nobody knows where"], ["Bread"])
    [kept] = await database.fetch_all("SELECT url FROM threads WHERE page = '/?p=12'")
    assert kept["url"] == "https://blog.example/?post_type=page&p=12&fbclid=abc"


async def test_control_character_costs_a_character(database: Database) -> None:
    result = await bring(database, CASES / "wp-control-char.xml")
    assert (await pages(database))["/bread/"] == ["A letter pasted from a terminal", "Fine"]
    assert result.mended[Mended.CONTROL_CHARACTERS] == 1


@pytest.mark.parametrize(
    ("before", "after", "mended"),
    [
        (b"<?xml", b"\r\n\n  <?xml", {}),
        (b"<?xml", b"\xef\xbb\xbf<?xml", {}),
        (b"Hello", b"Hel\xe9lo", {Mended.BAD_BYTES: 1}),
        (b"Hello", b"Hel&#8;lo&#x1F;", {Mended.CONTROL_CHARACTERS: 2}),
        (b"Hello", b"Hel\x00lo\xef\xbf\xbf", {Mended.CONTROL_CHARACTERS: 2}),
        (b"UTF-8", b"x-unheard-of", {}),
    ],
)
async def test_odd_bytes_cost_one_character(
    database: Database, tmp_path: Path, before: bytes, after: bytes, mended: dict[Mended, int]
) -> None:
    path = wxr(tmp_path / "a.xml", {"id": "1"})
    path.write_bytes(path.read_bytes().replace(before, after, 1))
    result = await bring(database, path)
    assert (result.added, {what: count for what, count in result.mended.items() if count}) == (1, mended)
    assert (await pages(database))["/bread/"] == ["Hel\ufffdlo" if Mended.BAD_BYTES in mended else "Hello"]


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1"])
async def test_other_encodings_are_read(database: Database, tmp_path: Path, encoding: str) -> None:
    path = wxr(tmp_path / "a.xml", {"id": "1", "body": "Crème"})
    path.write_bytes(path.read_text("utf-8").replace("UTF-8", encoding).encode(encoding))
    assert (await bring(database, path)).mended == {Mended.NO_PARENT: 0}
    assert (await pages(database))["/bread/"] == ["Crème"]


async def test_a_character_cut_by_a_chunk_is_whole(database: Database, tmp_path: Path) -> None:
    path = wxr(
        tmp_path / "a.xml", {"id": "1", "body": "X" * 40}, {"id": "2", "body": "<!--" + "글" * 900_000 + "-->Y&#8;"}
    )
    result = await bring(database, path)
    assert (result.added, dict(+result.mended)) == (2, {Mended.CONTROL_CHARACTERS: 1})


async def test_escaped_names_and_titles_are_read(database: Database) -> None:
    await bring(database, CASES / "wp-escaped-names.xml")
    assert {root.author_name for root in await thread(database, "/bread/")} == {"Tom & Jerry", "Sean O'Hara"}
    assert await database.fetch_one("SELECT title FROM threads") == {"title": "Salt & rye"}


async def test_code_and_pictures_stay(database: Database) -> None:
    await bring(database, CASES / "wp-pre-code.xml")
    picture, code = sorted(await thread(database, "/bread/"), key=lambda root: root.body)
    assert code.html.startswith(
        "<p>Try this:</p><pre><code>def bake():\n    if hot:\n        return 1\n\n    return 0</code></pre>"
    )
    assert "        return 1\n\n    return 0" in code.body
    assert ">https://example.org/recipe</a></p>" in code.html
    assert 'href="https://example.org/p/1"' in picture.html
    assert 'href="https://example.org/1.jpg"' in picture.html
    assert "My loaf" in picture.body
    assert shape(picture.replies) == [("Nice loaf!", [])]


@pytest.mark.parametrize(
    ("content", "read", "count"),
    [
        ("Salt & rye", "Salt & rye", 1),
        ("Salt &nbsp;&amp; rye &eacute;&LT; 3", "Salt & rye é< 3", 3),
        ("<![CDATA[Salt &amp; rye & more ]]]>", "Salt & rye & more ]", 0),
        ("<![CDATA[a]]]]><![CDATA[>b & c]]> & d", "a]]>b & c & d", 1),
        ("R&D; Q&A &unheard;", "R&D; Q&A &unheard;", 3),
    ],
)
async def test_ampersands_cost_no_file(database: Database, tmp_path: Path, content: str, read: str, count: int) -> None:
    result = await bring(database, wxr(tmp_path / "a.xml", {"id": "1", "body": content}))
    assert (result.added, result.mended[Mended.AMPERSANDS]) == (1, count)
    assert " ".join((await pages(database))["/bread/"][0].split()) == read


async def test_posts_behind_a_password_stay_private(database: Database, tmp_path: Path) -> None:
    path = wxr(tmp_path / "a.xml", {"id": "1"})
    text = path.read_text("utf-8").replace("<wp:status>", "<wp:post_password>x</wp:post_password><wp:status>")
    path.write_text(text, "utf-8")
    assert (await bring(database, path)).left_out == {Reason.PRIVATE: 1}


async def test_comments_of_private_posts_stay_out(database: Database) -> None:
    result = await bring(database, CASES / "wp-private-post.xml")
    assert (result.added, result.pages, result.left_out) == (0, 0, {Reason.PRIVATE: 3})
    assert await database.fetch_all("SELECT page FROM threads") == []


async def test_two_blogs_come_into_one_site(database: Database) -> None:
    for added, again in ((2, 0), (3, 0)):
        name = "wp-blog-a.xml" if added == 2 else "wp-blog-b.xml"
        assert (await bring(database, CASES / name)).added == added
        result = await bring(database, CASES / name)
        assert (result.added, result.present) == (again, added)
    assert shape(await thread(database, "/bread/")) == [("Blog A, one", [("Blog A, two", [])])]
    assert shape(await thread(database, "/second-blog/cake/")) == [
        ("Blog B, one", [("Blog B, two", [("Blog B, three", [])])])
    ]


async def test_zero_dates_are_local_dates(database: Database, tmp_path: Path) -> None:
    result = await bring(database, CASES / "wp-zero-gmt.xml")
    assert [root.created_at for root in await thread(database, "/bread/")] == [1_241_593_689_000, 1_262_304_000_000]
    assert result.mended[Mended.NO_DATE] == 0
    result = await bring(database, wxr(tmp_path / "a.xml", {"id": "9", "at": "0000-00-00 00:00:00"}))
    assert result.mended[Mended.NO_DATE] == 1


async def test_deleted_parents_keep_their_place(database: Database) -> None:
    for _ in range(2):
        result = await bring(database, CASES / "dq-deleted-parent.xml")
        assert (result.left_out, result.placeholders) == ({Reason.DELETED: 1}, 1)
    assert shape(await thread(database, "/bread.html")) == [
        ("deleted", [("First reply", [("Reply to the reply", [])]), ("Second reply", [])]),
        ("Somewhere else entirely", []),
    ]
    assert await database.fetch_all("SELECT id FROM comments WHERE body LIKE '%better%' OR html LIKE '%better%'") == []


async def test_each_reason_is_counted(database: Database, tmp_path: Path) -> None:
    path = wxr(
        tmp_path / "a.xml", {"id": "1"}, {"id": "2", "approved": "spam"}, {"id": "3", "approved": "trash"},
        {"id": "4", "type": "pingback"}, {"id": "5", "body": " "}, {"id": "6", "body": "x" * 50_001}, {"id": "1"},
        {"id": "7", "parent": "2", "body": "Below spam"}, {"id": "8", "parent": "99", "body": "Below nothing"},
    )  # fmt: skip
    result = await bring(database, path)
    assert result.left_out == dict.fromkeys(
        (Reason.SPAM, Reason.DELETED, Reason.PINGBACK, Reason.EMPTY, Reason.TOO_LONG, Reason.REPEATED), 1
    )
    assert (result.added, result.placeholders, result.skipped, result.mended[Mended.NO_PARENT]) == (3, 1, 6, 1)
    assert sorted(shape(await thread(database, "/bread/"))) == [
        ("Below nothing", []), ("Hello", []), ("deleted", [("Below spam", [])]),
    ]  # fmt: skip


async def test_a_reply_finds_its_parent_of_an_earlier_file(database: Database, tmp_path: Path) -> None:
    await bring(database, wxr(tmp_path / "a.xml", {"id": "1"}))
    result = await bring(database, wxr(tmp_path / "b.xml", {"id": "2", "parent": "1", "body": "Later"}))
    assert result.mended[Mended.NO_PARENT] == 0
    assert shape(await thread(database, "/bread/")) == [("Hello", [("Later", [])])]


async def test_deleted_threads_stay_deleted_and_closed_ones_closed(database: Database) -> None:
    result = await bring(database, CASES / "dq-deleted-thread.xml")
    assert result.left_out == {Reason.DELETED: 1}
    assert await pages(database) == {"/closed.html": ["Below what the owner closed"]}
    assert await locked(database) == ["/closed.html"]


async def test_posts_of_unknown_threads_are_orphans(database: Database) -> None:
    result = await bring(database, CASES / "dq-thread-without-link.xml")
    assert (result.added, result.left_out) == (1, {Reason.ORPHAN: 2})
    assert await pages(database) == {"/bread.html": ["Bread"]}


async def test_links_and_media_come_right(database: Database) -> None:
    await bring(database, CASES / "dq-links-and-media.xml")
    roots = sorted(
        await thread(database, "/bread.html"), key=lambda root: ["See", "abc", "sai", "<p>"].index(root.body[:3])
    )
    assert 'href="http://example.org/a"' in roots[0].html
    assert 'href="https://uploads.disquscdn.com/images/abc.jpg"' in roots[1].html
    assert (roots[1].body, shape(roots[1].replies)) == ("abc.jpg", [("Nice", [])])
    assert roots[2].html.startswith("<blockquote>said before</blockquote><p>the end u <s>s</s></p>")
    assert "<pre><code>if a:\n    b()\n</code></pre>" in roots[2].html
    assert "&lt;p&gt;x&lt;/p&gt; unclosed <strong>bold" in roots[3].html


async def test_a_dry_run_changes_nothing(database: Database) -> None:
    result = await bring(database, CASES / "dq-deleted-parent.xml", dry_run=True)
    assert (result.added, result.present, result.left_out) == (4, 0, {Reason.DELETED: 1})
    assert await database.fetch_all("SELECT id FROM comments") == []
    assert await database.fetch_all("SELECT page FROM threads") == []
    await bring(database, CASES / "dq-deleted-parent.xml")
    assert (await bring(database, CASES / "dq-deleted-parent.xml", dry_run=True)).present == 4


@pytest.mark.parametrize(
    ("old", "new", "page"),
    [
        ("https://blog.example/bread/", "/loaves/bread", "/loaves/bread/"),
        ("http://www.blog.example/bread/", "https://new.example/rye/", "/rye/"),
        ("/bread/", "/rye/", "/rye/"),
        ("/b*", "/loaves/b*", "/loaves/bread/"),
        ("https://blog.example/*", "/old/*", "/old/bread/"),
        ("/*", "/all", "/all/"),
        ("https://other.example/bread/", "/rye/", "/bread/"),
    ],
)
async def test_pages_that_moved_are_mapped(database: Database, old: str, new: str, page: str) -> None:
    result = await bring(database, CASES / "wp-blog-a.xml", pairs=((old, new),))
    assert (result.added, list(await pages(database))) == (2, [page])
    assert (await bring(database, CASES / "wp-blog-a.xml")).added == 0


def test_a_map_is_read_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "map.csv"
    path.write_text(
        '# old,new\n\n/a,/b\n"/c d/","/e"\n/f* /g*\nA title, with a comma,/h\n/a/long*,/z\n/a/*,/y/*\n', "utf-8"
    )
    found = AddressMap(read_pairs(path))
    moved = {
        "/a": "/b",
        "/c%20d": "/e",
        "/f1": "/g1/",
        "A title, with a comma": "/h",
        "/a/long/1": "/z",
        "/a/1": "/y/1/",
    }
    assert {old: found.of(old) for old in moved} == moved
    assert found.of("/q") == "/q"
    for bad in ("/a", "/a,", "/a,b", "/a,/b*"):
        path.write_text(f"/x,/y\n{bad}\n", "utf-8")
        with pytest.raises(BadRequest, match="line 2"):
            read_pairs(path)


async def test_a_format_is_recognised_by_its_looks(database: Database, tmp_path: Path) -> None:
    assert (await bring(database, CASES / "wp-blog-a.xml")).format == "wordpress"
    assert (await bring(database, CASES / "dq-deleted-parent.xml")).format == "disqus"
    with pytest.raises(BadRequest, match="no Disqus export; it looks like --from wordpress"):
        await bring(database, CASES / "wp-blog-a.xml", "disqus")
    for content, said in (
        (b"<rss><channel/></rss>", "of no known format"), (b"Hello", "of no known format"), (b"", "of no known format"),
        (b"PK\x03\x04zip", "ZIP archive"), (b"[" * 100_000, "not valid JSON"), (b"{", "not valid JSON"),
    ):  # fmt: skip
        (tmp_path / "x").write_bytes(content)
        with pytest.raises(BadRequest, match=said):
            await bring(database, tmp_path / "x")


def test_a_pipe_loses_nothing(tmp_path: Path) -> None:
    """What comes through a pipe can be read but once."""
    program = """if True:
        import pathlib, sys
        from answerback.transfer.source import opened
        with opened(pathlib.Path(sys.argv[1])) as source:
            print(source.kind, len(source.text))"""
    data = (CASES / "wp-blog-a.xml").read_bytes()
    for name in ("/dev/stdin", "-"):
        done = subprocess.run([sys.executable, "-c", program, name], input=data, capture_output=True, check=True)
        assert done.stdout.split() == [b"xml", str(len(data)).encode()]
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cp", str(CASES / "wp-blog-a.xml"), str(pipe)]), opened(pipe) as source:
        assert len(source.text) == len(data)
