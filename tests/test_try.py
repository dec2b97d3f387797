"""`answerback try`: one's own site with comments in it, without a change to it."""

from __future__ import annotations

import contextlib
import json
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from answerback.cli.trying.tagging import Home, at_home, home_of, tag_of, title_of, with_tag

from tests.commands import run_command
from tests.forked import Forked
from tests.services import Server, Site, free_port, wait_until

PRODUCTION = "https://mina.example/blog"
LOCAL = "http://127.0.0.1:8001"
TAG = tag_of("http://localhost:8000", "my-site", None)
HEAD = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{0}</title>'


def page(title: str, path: str, body: str) -> str:
    canonical = f'<link rel="canonical" href="{PRODUCTION}{path}">'
    return f"{HEAD.format(title)}{canonical}</head><body><main><article>{body}</article></main></body></html>"


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A site of two pages as a generator leaves it: everything names the production host."""
    folder = tmp_path / "public"
    (folder / "bread").mkdir(parents=True)
    (folder / "index.html").write_text(
        page("Mina &amp; bread", "/", f'<p>All about bread.</p><a href="{PRODUCTION}/bread/">Rye</a>'), "utf-8"
    )
    (folder / "bread" / "index.html").write_text(
        page("Rye bread", "/bread/", "<p>The rye loaf rests for 12 hours at 8 degrees.</p>"), "utf-8"
    )
    (folder / "robots.txt").write_text(f"Sitemap: {PRODUCTION}/sitemap.xml\n", "utf-8")
    (folder / "sitemap.xml").write_text(
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        f"<url><loc>{PRODUCTION}/</loc></url><url><loc>{PRODUCTION}/bread/</loc></url></urlset>", "utf-8"
    )  # fmt: skip
    return folder


@contextlib.contextmanager
def trying(site: str, folder: Path, *options: str) -> Iterator[tuple[Server, str]]:
    """The command at work, once it has read the site: our server, and all that it has said."""
    port, site_port, log = free_port(), free_port(), folder / "said"
    arguments = ["try", site, "--port", str(port), "--site-port", str(site_port), *options]
    process = Forked(arguments, {"TMPDIR": str(folder)}, folder, log)
    try:
        wait_until(lambda: log.is_file() and "Ctrl-C ends it" in log.read_text("utf-8"), 60)
        home = Site(f"http://127.0.0.1:{site_port}", folder)
        yield Server(f"http://localhost:{port}", home, folder, {}, page="/blog/"), log.read_text("utf-8")
    finally:
        process.terminate()
        assert process.wait(20) in (0, 130), log.read_text("utf-8")


def read(address: str) -> tuple[str, str]:
    """The final address and the text of a page."""
    with urllib.request.urlopen(address, timeout=10) as response:
        return response.url, response.read().decode()


def test_built_site_is_read_answered_and_left_unchanged(built: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in built.rglob("*.*")}
    with trying(str(built), tmp_path) as (server, said):
        assert "2 pages of my-site in use" in said
        home, text = read(server.site.origin + "/")
        assert home == f"{server.site.origin}/blog/"
        assert f"{server.url}/answerback.js" in text
        assert f'href="{server.site.origin}/blog/bread/"' in text
        session = server.call("POST", "/api/session/", {"site": "my-site"}).json
        bearer = server.call("POST", "/api/session/bearer/", {"site": "my-site", "ticket": session["ticket"]}).json
        question = {
            "site": "my-site", "page": "/blog/", "url": home, "title": "", "key": "k" * 20,
            "user_input": "How long does the rye loaf rest?",
        }  # fmt: skip
        asked = server.call("POST", "/api/chat/gpt/", question, Authorization=f"Bearer {bearer['token']}")
        assert "rests for 12 hours" in json.dumps(asked.json["sources"])
        owner = re.search(r"http://\S+/admin/\S+", said)
        assert owner
        assert "Sign in" in read(owner[0])[1]
        foreign = urllib.request.Request(home, headers={"Host": "rebound.example"})
        with pytest.raises(urllib.error.HTTPError, match="421"):
            urllib.request.urlopen(foreign, timeout=10)
    assert {path: path.read_bytes() for path in built.rglob("*.*")} == before
    assert not list(tmp_path.glob("answerback-*")), "its data go with it"


class _Pages(BaseHTTPRequestHandler):
    """What a generator's own server sends."""

    def do_GET(self) -> None:
        body = page("Live", "/", "<p>The oven holds twelve loaves.</p>").encode()
        self.send_response(200 if self.path == "/" else 404)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


def test_local_server_is_passed_on_with_the_tag(tmp_path: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Pages) as local:
        threading.Thread(target=local.serve_forever, daemon=True).start()
        with trying(f"http://127.0.0.1:{local.server_port}/", tmp_path, "--data", str(tmp_path / "kept")) as (
            server,
            said,
        ):
            assert "1 pages of my-site in use" in said
            assert f"{server.url}/answerback.js" in read(server.site.origin + "/")[1]
        local.shutdown()
    assert (tmp_path / "kept" / "answerback.db").is_file()


@pytest.mark.parametrize(
    ("site", "says"),
    [
        ("missing", "There is no folder"),
        ("source", "Try source/public."),
        ("empty", "Build your site first"),
        ("http://127.0.0.1:9/", "does not answer"),
        ("http://127.0.0.1:9/page?x=1", "is not the address of a server"),
    ],
)
def test_wrong_site_is_named_with_a_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, site: str, says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "source" / "public").mkdir(parents=True)
    (tmp_path / "source" / "public" / "index.html").touch()
    (tmp_path / "empty").mkdir()
    done = run_command(["try", site], {"ANSWERBACK_DATA_DIR": str(tmp_path / "data")})
    assert done.returncode == 1
    assert says in done.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("body", "before"),
    [
        ("<main><article>One</article><aside>b</aside></main>", "</article>"),
        ("<main><article>One<article>its comment</article></article></main>", "</article></main>"),
        ("<main><article>One</article><article>Two</article></main>", "</main>"),
        ("<main>One</main><footer>b</footer>", "</main>"),
        ("<p>One<script>'</main>'</script>", "</body>"),
        ("<!-- </article> --><p>One", "</body>"),
    ],
)
def test_tag_stands_where_the_article_ends(body: str, before: str) -> None:
    text = with_tag(f"<!doctype html><html><body>{body}</body></html>".encode(), TAG).decode()
    assert f"{TAG}\n{before}" in text
    assert text.count(TAG) == 1


def test_tag_of_the_page_is_replaced_and_pieces_are_left() -> None:
    own = '<script src="https://comments.mina.example/answerback.js" data-site="mina" async></script>'
    assert with_tag(f"<body><main>{own}</main></body>".encode(), TAG).decode() == f"<body><main>{TAG}</main></body>"
    assert with_tag(b"<li>one more</li>", TAG) == b"<li>one more</li>"
    assert TAG in with_tag(b"\n<!DOCTYPE html><title>Short</title><p>One", TAG).decode()
    assert 'data-target="#a &gt; b"' in tag_of("http://localhost:8000", "my-site", "#a > b")


def test_pages_of_other_encodings_keep_their_bytes() -> None:
    body = "<!doctype html><meta charset=euc-kr><body><p>\ud638\ubc00\ube75</p></body>".encode("euc-kr")
    assert with_tag(body, TAG).replace(f"\n{TAG}\n".encode(), b"") == body


def test_only_addresses_of_the_production_host_become_local() -> None:
    home = Home(frozenset({"mina.example"}), "/blog")
    text = (
        f'<a href="{PRODUCTION}/a/">{PRODUCTION}/a/</a> <img src=//mina.example/b.png> <a href="https://mina.example">'
        '<a href="https://mina.example.org/"> <loc>http://mina.example/c</loc>\nSitemap: https://mina.example/s.xml'
    )
    assert at_home(text.encode(), home, LOCAL).decode() == (
        f'<a href="{LOCAL}/blog/a/">{PRODUCTION}/a/</a> <img src={LOCAL}/b.png> <a href="{LOCAL}">'
        f'<a href="https://mina.example.org/"> <loc>{LOCAL}/c</loc>\nSitemap: {LOCAL}/s.xml'
    )


@pytest.mark.parametrize(
    ("pages", "hosts", "base"),
    [
        ({"/index.html": f'<link rel=canonical href="{PRODUCTION}/">'}, {"mina.example"}, "/blog"),
        ({"/a.html": '<link rel="canonical" href="https://mina.example/a">'}, {"mina.example"}, ""),
        ({"/a/index.html": '<meta property="og:url" content="https://x.example:8443/r/a/">'}, {"x.example:8443"}, "/r"),
        ({"/index.html": '<link rel="canonical" href="/">'}, set(), ""),
        ({"/index.html": "<p>nothing"}, set(), ""),
    ],
)
def test_home_is_what_most_pages_say(pages: dict[str, str], hosts: set[str], base: str) -> None:
    assert home_of((path, body.encode()) for path, body in pages.items()) == Home(frozenset(hosts), base)


def test_title_is_text() -> None:
    assert title_of(b"<title>\n Mina &amp; bread </title>") == "Mina & bread"
    assert title_of(b"<p>none") == ""
