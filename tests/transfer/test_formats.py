"""Each format of another system: a file as it comes, its threads and times, once however often it is imported."""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from answerback.db.database import Database
from answerback.errors import BadRequest, Unavailable
from answerback.transfer.formats import IMPORTS, recognised
from answerback.transfer.github_api import fetched, repository_in
from answerback.transfer.model import Reason
from answerback.transfer.source import opened

from tests.fakes.github_server import GitHub
from tests.services import free_port

from .places import CASES, bring, locked, shape, thread

pytestmark = pytest.mark.anyio
FILES = Path(__file__).parent / "files"
OPEN, SEVEN = "Is it **open**?", "At seven"
HTML = "Is it open?"
FIRST, SECOND = 1_614_560_400_000, 1_614_567_600_000
"""1 and 3 o'clock in Greenwich on 1 March 2021."""
EXPECTED: dict[str, tuple[str, dict[str, list[Any]], dict[Reason, int]]] = {
    "remark42": (
        "remark42.jsonl",
        {"/bread/": [(f"{OPEN} [loaf.png](https://blog.example/loaf.png)", [("deleted", [(SEVEN, [])])])]},
        {Reason.DELETED: 1},
    ),
    "commento": ("commento.json", {"/bread/": [(OPEN, [(SEVEN, [])])]}, {Reason.DELETED: 1}),
    "comentario": (
        "comentario.json",
        {"/bread/": [(OPEN, [("deleted", [(SEVEN, [])])])]},
        {Reason.DELETED: 1, Reason.ORPHAN: 1},
    ),
    "waline": ("waline.json", {"/bread/": [(OPEN, [(SEVEN, [])])]}, {Reason.SPAM: 1}),
    "valine": ("valine.json", {"/bread/": [(HTML, [("@Mina , At seven", [])])]}, {Reason.SPAM: 1}),
    "twikoo": ("twikoo.json", {"/bread/": [(HTML, [(SEVEN, [])])]}, {Reason.SPAM: 1}),
    "artalk": (
        "artalk.json",
        {
            "/bread/": [(f"{OPEN} [smile.png](https://blog.example/smile.png)", [(SEVEN, [])])],
            "/quiet/": [("Closed here", [])],
        },
        {},
    ),
    "cusdis": ("cusdis.db", {"/bread/": [(OPEN, [("deleted", [(SEVEN, [])])])], "/cake": []}, {Reason.DELETED: 1}),
    "staticman": (
        "staticman/comments",
        {"/my-post/": [(f"{OPEN}\n\nToday", [(SEVEN, [])])], "/2019/other/": [("First", [("Hello", [])])]},
        {},
    ),
    "giscus": (
        "giscus.json",
        {"/bread/": [(OPEN, [(SEVEN, [])]), ("deleted", [("Still here", [])])], "/posts/quiet/": [("Closed", [])]},
        {Reason.SPAM: 1, Reason.DELETED: 1, Reason.ORPHAN: 1},
    ),
    "utterances": (
        "utterances.json",
        {"/bread/": [(OPEN, []), (SEVEN, [])], "/": [("On the first page", [])]},
        {Reason.ORPHAN: 1},
    ),
    "json": ("comments.json", {"/bread/": [(OPEN, [(SEVEN, [])])], "/글/": [("Another 1", [])]}, {}),
    "csv": (
        "comments.csv",
        {"/bread/": [(f"{OPEN}\n\nToday; or not", [("=At seven", [])])], "/?p=12": [("On twelve", [])]},
        {Reason.ORPHAN: 1},
    ),
}  # fmt: skip
WAITS = {"commento", "comentario", "waline", "artalk", "cusdis", "json"}
CLOSED = {
    "remark42": ["/quiet/"], "comentario": ["/quiet/"], "artalk": ["/quiet/"], "giscus": ["/posts/quiet/"],
    "utterances": ["/"], "json": ["/bread/"],
}  # fmt: skip
BY_OWNER = {"remark42", "commento", "waline", "twikoo", "cusdis", "giscus", "utterances", "json"}
VOTES = {
    "remark42": (2, 1), "commento": (2, 0), "comentario": (3, 0), "waline": (4, 0), "twikoo": (2, 0), "artalk": (2, 1),
    "giscus": (3, 1), "utterances": (2, 1), "json": (2, 0),
}  # fmt: skip
PINNED, EDITED = {"remark42", "comentario", "waline", "artalk"}, {"remark42", "giscus", "utterances", "json"}


def file_of(format: str, folder: Path) -> Path:
    """The file of a format, as its system leaves it."""
    name = EXPECTED[format][0]
    if format == "cusdis":
        with closing(sqlite3.connect(folder / name)) as connection:
            connection.executescript((FILES / "cusdis.sql").read_text("utf-8"))
        return folder / name
    return FILES / name


@pytest.mark.parametrize("format", EXPECTED)
async def test_a_format_comes_in_whole_and_once(database: Database, tmp_path: Path, format: str) -> None:
    path = file_of(format, tmp_path)
    _, pages, left_out = EXPECTED[format]
    first = await bring(database, path)
    assert (first.format, dict(first.left_out)) == (format, left_out)
    assert {page: shape(await thread(database, page)) for page in pages} == pages
    assert await locked(database) == CLOSED.get(format, [])
    waiting = await database.fetch_all("SELECT body FROM comments WHERE state = 'pending'")
    assert [row["body"] for row in waiting] == (["Waits"] if format in WAITS else [])
    rows = await database.fetch_all("SELECT * FROM comments ORDER BY id")
    again = await bring(database, path, format)
    assert (again.added, again.present) == (0, first.added)
    assert await database.fetch_all("SELECT * FROM comments ORDER BY id") == rows


@pytest.mark.parametrize("format", EXPECTED)
async def test_a_comment_keeps_who_when_and_votes(database: Database, tmp_path: Path, format: str) -> None:
    await bring(database, file_of(format, tmp_path))
    page = "/my-post/" if format == "staticman" else "/bread/"
    roots = await thread(database, page)
    [question] = [root for root in roots if root.body.startswith("Is it")]
    names = {"giscus": "mina", "utterances": "mina", "artalk": "Tom & Mina"}
    assert (question.author_name, question.created_at // 1000) == (names.get(format, "Mina"), FIRST // 1000)
    assert "<strong>open</strong>" in question.html
    assert (question.up, question.down) == VOTES.get(format, (0, 0))
    assert (question.pinned, question.edited_at) == (format in PINNED, FIRST + 300_000 if format in EDITED else None)
    below = question.replies + [root for root in roots if root is not question]
    while below[0].state == "deleted":
        below = below[0].replies
    [answer] = below[:1]
    assert (answer.created_at, answer.author_kind) == (SECOND, "owner" if format in BY_OWNER else "guest")


async def test_each_format_has_a_file_of_its_looks(tmp_path: Path) -> None:
    files = {format: file_of(format, tmp_path) for format in EXPECTED}
    assert {*files, "answerback", "disqus", "wordpress", "isso"} == set(IMPORTS)
    for format, path in files.items():
        with opened(path) as source:
            assert recognised(source) == format
            for other in ("answerback", "disqus", "wordpress", "isso", "waline", "remark42"):
                if other != format:
                    with pytest.raises(BadRequest, match=f"looks like --from {format}"):
                        recognised(source, other)


async def test_packed_files_come_in_too(database: Database, tmp_path: Path) -> None:
    for format in ("remark42", "cusdis"):
        path = file_of(format, tmp_path)
        packed = tmp_path / f"{format}.gz"
        packed.write_bytes(gzip.compress(path.read_bytes()))
        assert (await bring(database, packed)).format == format


async def test_an_export_of_leancloud_may_begin_with_a_sign(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "valine.jsonl"
    file.write_text("#" + file_of("valine", tmp_path).read_text("utf-8"), "utf-8")
    assert (await bring(database, file)).format == "valine"


async def test_an_exported_table_comes_back(database: Database, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text(
        "page,url,title,id,parent_id,author,kind,state,created_at,edited_at,up,down,body,sources\r\n"
        "recipe-1,,Bread,c1,,'=Mina,guest,hidden,2021-03-01T01:00:00.000Z,,2,1,'+1 for rye,\r\n", "utf-8",
    )  # fmt: skip
    await bring(database, table)
    [row] = await database.fetch_all("SELECT page, author_name, body, state, up, down FROM comments")
    assert tuple(row.values()) == ("recipe-1", "=Mina", "+1 for rye", "hidden", 2, 1)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.json", '[{"page": "/a/", "comments": ["Hello"]}]', "comment 1 of /a/ is no object"),
        ("a.json", '[{"comments": 1}]', "of no known format"),
        ("a.json", "[1, 2", "not valid JSON"),
        ("a.csv", "page,author\n/a,b\n", "of no known format"),
        ("folder/a.yml", "a: [", "cannot be read"),
        ("folder/a.txt", "Hello", "of no known format"),
    ],
)
async def test_what_cannot_be_read_is_said(
    database: Database, tmp_path: Path, name: str, content: str, said: str
) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(content, "utf-8")
    with pytest.raises(BadRequest, match=said):
        await bring(database, tmp_path / "folder" if name.startswith("folder") else path)


async def test_odd_values_cost_no_comment(database: Database, tmp_path: Path) -> None:
    """Numbers where texts belong, and the other way round; letters that no text has."""
    path = tmp_path / "a.json"
    path.write_bytes(
        b'[{"page": "/a/", "title": 7, "comments": [{"id": 1, "author": 5, "created_at": [], "body": "A\\ud800\\u0007B'
        b'\xe9", "up": "3", "down": -1, "state": 9, "pinned": "true"}, {"id": {}, "body": 12, "parent_id": 1}]}]'
    )
    result = await bring(database, path)
    assert result.added == 2
    [row] = await database.fetch_all("SELECT body, author_name, up, down, pinned FROM comments WHERE up = 3")
    assert tuple(row.values()) == ("AB\ufffd", "5", 3, 0, 1)


async def test_issues_come_from_the_gh_command(database: Database, tmp_path: Path) -> None:
    said = {
        "id": "IC_1", "author": {"login": "mina"}, "authorAssociation": "NONE", "body": OPEN, "isMinimized": False,
        "createdAt": "2021-03-01T01:00:00Z", "reactionGroups": [{"content": "HEART", "users": {"totalCount": 2}}],
    }  # fmt: skip
    issue = {"title": "posts/bread", "body": "", "author": {"login": "o"}, "url": "https://x", "comments": [said]}
    path = tmp_path / "issues.json"
    path.write_text(json.dumps([issue]), "utf-8")
    assert (await bring(database, path)).format == "utterances"
    [root] = await thread(database, "/posts/bread/")
    assert (root.author_name, root.created_at, root.up) == ("mina", FIRST, 2)


async def test_threads_without_an_address_are_mapped_by_title(database: Database) -> None:
    result = await bring(database, FILES / "giscus.json", pairs=(("How do I build this?", "/building/"),))
    assert (result.left_out[Reason.ORPHAN], shape(await thread(database, "/building/"))) == (0, [("With make", [])])
    result = await bring(database, CASES / "dq-thread-without-link.xml", pairs=(("A page", "/a-page/"),))
    assert result.left_out == {Reason.ORPHAN: 1}


# ---- GitHub itself


@pytest.fixture
def github() -> Iterator[GitHub]:
    with GitHub("token-1").serving() as server:
        yield server


@pytest.mark.parametrize("format", ["giscus", "utterances"])
async def test_a_repository_is_read_page_by_page(database: Database, github: GitHub, format: str) -> None:
    github.fill(topics=23, comments=104, replies=103)
    for added in (True, False):
        with fetched(github.url, "token-1", "o/r", format) as source:
            result = await bring(database, source.path, format)
        assert result.added == (github.written(format) if added else 0)
    roots = await thread(database, "/post-1/")
    assert len(roots) == 50
    assert github.calls <= 20


async def test_one_category_or_label_is_read(github: GitHub) -> None:
    github.fill(topics=3, comments=1, replies=0)
    for format in ("giscus", "utterances"):
        with fetched(github.url, "token-1", "o/r", format, "Other") as source:
            assert "post-" not in source.text.replace("issues/comments", "").partition("issue_url")[0]


async def test_refusals_of_github_are_said(github: GitHub) -> None:
    github.fill(topics=1, comments=1, replies=0)
    for token, repository, said in (
        ("wrong", "o/r", "refuses the token"), ("token-1", "o/none", "GitHub"), ("limited", "o/r", "no more calls"),
    ):  # fmt: skip
        for format in ("giscus", "utterances"):
            with pytest.raises(BadRequest, match=said), fetched(github.url, token, repository, format):
                raise AssertionError
    nowhere = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(Unavailable, match="cannot be reached"), fetched(nowhere, "", "o/r", "giscus"):
        raise AssertionError


def test_a_repository_is_told_from_a_file() -> None:
    home = "https://github.com"
    for text in ("https://github.com/o/r", "https://github.com/o/r.git", "https://github.com/o/r/"):
        assert repository_in(text, home) == "o/r"
    for text in ("o/r", "https://github.com/o", "https://elsewhere.example/o/r", "https://github.com/o/r/issues/1"):
        assert repository_in(text, home) is None
