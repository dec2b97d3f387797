"""The replies of a root beyond those that come with the thread."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests.long_threads import MANY, copies, giant, named
from tests.services import Server, walk, write_to

PAGE = "/long.html"
THREAD = f"/api/comments/?site=demo&page={PAGE}"
ALL = {named(number) for number in range(MANY)} | {"below-first", "below-last"}


@pytest.fixture(scope="module")
def long(running: Server) -> Server:
    """A thread of which one root has thousands of replies."""
    write_to(running.database_url, lambda: giant(site="demo", page=PAGE))
    return running


def test_every_reply_of_a_giant_thread_is_reached(long: Server) -> None:
    thread = long.call("GET", THREAD).json
    big, small = thread["comments"]
    assert [reply["id"] for reply in small["replies"]] == ["s1", "s2"]
    assert "replies_next" not in small
    seen = {reply["id"] for reply in walk(big["replies"])}
    assert 20 <= len(seen) < len(ALL)
    while "replies_next" in big:
        page = long.call("GET", f"{THREAD}&cursor={big['replies_next']}").json
        assert (page["next"], page["total"]) == (None, len(ALL) + 4)
        [big] = page["comments"]
        assert len(big["replies"]) <= 101
        seen |= {reply["id"] for reply in walk(big["replies"])}
    assert seen == ALL


@pytest.mark.parametrize("sort", ["newest", "best"])
def test_replies_go_on_in_whatever_order_their_roots_are(long: Server, sort: str) -> None:
    big = next(root for root in long.call("GET", f"{THREAD}&sort={sort}").json["comments"] if root["id"] == "big")
    page = long.call("GET", f"{THREAD}&sort={sort}&cursor={big['replies_next']}").json
    assert len(page["comments"][0]["replies"]) == 100


def test_replies_of_another_page_are_not_there(long: Server) -> None:
    cursor = long.call("GET", THREAD).json["comments"][0]["replies_next"]
    assert long.call("GET", f"/api/comments/?site=demo&page=/b&cursor={cursor}").json["comments"] == []


def test_every_reply_is_reached_without_scripts(long: Server) -> None:
    def read(query: str) -> tuple[set[str], list[str]]:
        text = long.call("GET", f"/t/{query}").body.decode()
        links = re.findall(r'<a href="([^"]+)">Show more replies</a>', text)
        return set(re.findall(r'id="answerback-([^"]+)"', text)), [unescape(link) for link in links]

    seen, links = read(f"?site=demo&page={PAGE}")
    assert {"small", "s1", "s2"} <= seen
    while links:
        [link] = links
        more, links = read(link)
        assert "small" not in more
        seen |= more
    assert seen == ALL | {"big", "small", "s1", "s2"}


def test_deleted_replies_cost_no_places(shared: Server) -> None:
    shared.begin()
    url = shared.database_url
    write_to(url, lambda: giant(site="demo", page=shared.page, every=10**9, prefix="gone-"))
    reply = shared.post("Still seen.", parent_id="gone-small").json["comment"]["id"]
    root = shared.post("A new root.").json["comment"]["id"]
    big, small, new = shared.thread()["comments"]
    assert {reply["id"] for reply in walk(big["replies"])} >= {"gone-below-first", "gone-below-last"}
    assert (reply in {each["id"] for each in small["replies"]}, new["id"]) == (True, root)
    assert not any("replies_next" in each for each in (big, small))


@pytest.mark.parametrize("text", ["x" * 5_000, "&" * 5_000, "🙂" * 5_000, "<https://a.example/?b> " * 200])
def test_listing_is_bounded_whatever_was_written(shared: Server, text: str) -> None:
    """300 comments at the limit were 12 MB for each reader."""
    shared.begin()
    first = shared.post(text).json["comment"]
    write_to(shared.database_url, lambda: copies(first["id"], 300))
    query, seen, pages = f"/api/comments/?site=demo&page={shared.page}", set[str](), [""]
    while pages:
        listing = shared.call("GET", f"{query}&cursor={pages.pop()}")
        assert len(listing.body) <= 150_000
        seen |= {each["id"] for each in walk(listing.json["comments"])}
        roots = [each.get("replies_next") for each in listing.json["comments"]]
        pages += [cursor for cursor in (listing.json["next"], *roots) if cursor]
    assert len(seen) == 301
    assert listing.json["total"] == 301
    [cut] = [each for each in shared.thread()["comments"] if each["id"] == first["id"]]
    assert (cut["cut"], first["body"].startswith(cut["body"]), len(cut["body"]) < 5_000) == (True, True, True)
    whole = shared.call("GET", f"/api/comments/{first['id']}/?site=demo").json["comment"]
    assert (whole["body"], whole["html"], "cut" in whole) == (first["body"], first["html"], False)
    plain = shared.call("GET", f"/t/?site=demo&page={shared.page}").body.decode()
    link = next(unescape(each) for each in re.findall(r'href="([^"]+)">Show all<', plain) if first["id"] in each)
    assert first["html"].strip() in shared.call("GET", f"/t/{link}").body.decode()


def test_comment_is_read_alone_while_it_can_be_seen(shared: Server) -> None:
    shared.begin()
    id = shared.post("Good bread.").json["comment"]["id"]
    assert shared.call("GET", f"/api/comments/{id}/?site=demo").json["comment"]["body"] == "Good bread."
    shared.call("DELETE", f"/api/comments/{id}/?site=demo", {"site": "demo"})
    for path in (f"/api/comments/{id}/?site=demo", f"/t/?site=demo&page={shared.page}&comment={id}"):
        assert shared.call("GET", path).status == 404
