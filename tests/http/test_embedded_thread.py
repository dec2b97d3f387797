"""A thread as declarative shadow DOM, for whoever puts pages together."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services import Server, Site


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Site.start() as site, Server.start(tmp_path, site) as running:
        running.begin()
        yield running


def piece(server: Server, query: str = "") -> str:
    reply = server.call("GET", f"/embed/thread.html?site=demo&page={server.page}{query}")
    assert (reply.status, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
    return reply.body.decode()


def test_piece_holds_the_thread_for_readers_and_widget(server: Server) -> None:
    said = server.post("It smells of *bread*. </script></template>", name="Mina", ask=False).json["comment"]
    server.post("It does.", parent_id=said["id"], ask=False)
    html = piece(server, "&lang=ko&theme=dark&sort=newest")
    assert html.count("<answerback-comments ") == html.count("</template>") == html.count("</script>") == 1
    assert '<template shadowrootmode="open">' in html
    assert f'data-site="demo" data-page="{server.page}" data-lang="ko" data-theme="dark"' in html
    assert "댓글 2개" in html and 'lang="ko" dir="ltr" data-theme="dark"' in html
    assert "It smells of <em>bread</em>." in html and ">Mina<" in html
    data = re.search(r'<script type="application/json">(.*?)</script>', html, re.DOTALL)
    assert data is not None
    assert json.loads(data[1]) == server.thread()
    sheet = re.search(r'<link rel="stylesheet" href="([^"]+)">', html)
    assert sheet is not None
    style = server.call("GET", sheet[1].removeprefix(server.url))
    assert (style.status, style.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert style.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "immutable" in style.headers["cache-control"]


def test_piece_needs_a_site_and_a_page(server: Server) -> None:
    assert server.call("GET", "/embed/thread.html?site=nobody&page=/a").status == 404
    assert server.call("GET", "/embed/thread.html?site=demo").status == 400
    assert server.call("GET", "/embed/thread.html?site=demo&page=/a&theme=purple").status == 400
