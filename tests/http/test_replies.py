"""The replies of a root beyond those that come with the thread."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests.long_threads import MANY, giant, named
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
