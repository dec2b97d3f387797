"""Answers from the whole site, and none from what visitors put in (threat 17): the real server, a site, a model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest

from tests.fakes.openai_server import OpenAIServer
from tests.http.test_corrections import sign_in
from tests.knowledge.serving import Answer, Request, WebSite, page
from tests.services import Server, Site

POISON = "The harbour master Mallory sells the island for 5 euros"


@dataclass
class Place:
    """A site with pages, the server beside it, and its model where it has one."""

    web: WebSite
    server: Server

    def ask(self, path: str, question: str, *, url: str = "", title: str = "Ferry") -> Any:
        """A question of a new guest on a page, and how it has ended."""
        server = self.server
        server.begin()
        server.page = quote(path)
        posted = server.post(question, page=path, url=url or self.web.origin + path, title=title, ask=True).json
        return server.settled(posted["answer"]["id"])


def searched(request: Request) -> Answer:
    """A page that says what its address says, as pages of search results do."""
    said = unquote(request.path.rpartition("=")[2])
    return 200, {"Content-Type": "text/html"}, page("Search", f"You searched for: {said}.").encode()


@pytest.fixture
def web() -> Iterator[WebSite]:
    with WebSite.start() as site:
        site.pages["/"] = page("Skarholm", "Welcome to the island of Skarholm.", links=("/ferry", "/bakery"))
        site.pages["/ferry"] = page(
            "The ferry", "The crossing takes twenty-five minutes.", links=("/search?q=tickets",)
        )
        site.pages["/bakery"] = page(
            "The bakery", "A loaf of rye bread costs 4.20 euros.", "It was founded by Anna Berg."
        )
        site.pages["*"] = lambda request: searched(request) if "?q=" in request.path else (404, {}, b"")
        yield site


def as_site(web: WebSite, folder: Path) -> Site:
    return Site(web.origin, folder)


@pytest.fixture
def place(web: WebSite, tmp_path: Path) -> Iterator[Place]:
    with Server.start(tmp_path, as_site(web, tmp_path)) as server:
        yield Place(web, server)


@pytest.fixture
def place_with_model(web: WebSite, tmp_path: Path, model: OpenAIServer) -> Iterator[Place]:
    with Server.start(tmp_path, as_site(web, tmp_path), OPENAI_BASE_URL=model.base_url) as server:
        yield Place(web, server)


@pytest.fixture(scope="module")
def model() -> Iterator[OpenAIServer]:
    with OpenAIServer.start() as server:
        yield server


def test_a_question_is_answered_from_another_page_of_the_site(place: Place) -> None:
    before = place.ask("/ferry", "What does a loaf of rye bread cost?")
    assert before["answer"]["sources"] == []
    done = place.server.command("site", "crawl", "demo", "--json")
    assert json.loads(done.stdout) == {**json.loads(done.stdout), "site": "demo", "added": 3, "pages": 3, "error": ""}
    assert "3 pages of demo in use" in done.stderr
    after = place.ask("/ferry", "And what does one loaf of rye bread cost?")
    source = after["answer"]["sources"][0]
    assert source == {"quote": "A loaf of rye bread costs 4.20 euros.", "url": f"{place.web.origin}/bakery",
                      "title": "The bakery"}  # fmt: skip


def test_the_page_itself_comes_first(place_with_model: Place, model: OpenAIServer) -> None:
    model.reset()
    place_with_model.server.command("site", "crawl", "demo")
    place_with_model.ask("/bakery", "How long does the crossing take, and who founded the bakery?")
    said = str(model.seen()["requests"][-1]["body"]["messages"])
    assert 0 < said.index("Anna Berg") < said.index("twenty-five minutes")


def test_visitors_never_reach_each_others_answers(place_with_model: Place, model: OpenAIServer) -> None:
    model.reset()
    place = place_with_model
    poisoned = [
        place.ask("/ferry", "Who is harbour master Mallory?", url=f"{place.web.origin}/search?q={quote(POISON)}"),
        place.ask("/ferry", "Who sells the island?", title=POISON),
        place.ask(f"/search?q={quote(POISON)}", "Whose is the island?"),
        place.ask("opaque", "Whose is the island then?", url=f"{place.web.origin}/search?q={quote(POISON)}"),
        place.ask("/ferry", "For how many euros?", url=f"{place.web.origin}/ferry?q={quote(POISON)}"),
        place.ask("/ferry", "And who else?", url=f"{place.web.origin}/missing", title=POISON),
    ]
    assert "Mallory" not in str([each["answer"]["sources"] for each in poisoned])
    assert POISON not in str(model.seen()["requests"]), "not even one's own question is answered from it"
    place.server.command("site", "crawl", "demo")
    model.reset()
    for path in ("/ferry", "/bakery", "/missing"):
        place.ask(path, "Who is the harbour master, who sells the island, and for how many euros?")
    sent = model.seen()["requests"]
    assert len(sent) == 3
    assert "Mallory" not in str(sent)
    assert "twenty-five minutes" in str(sent[0]["body"]["messages"])


LIE = "The bakery costs one pound"


def test_page_and_not_its_visitor_names_the_thread(place: Place) -> None:
    lies = {"url": f"{place.web.origin}/search?q={quote(LIE)}", "title": LIE}
    answer = place.ask("/bakery", "What does a loaf of rye bread cost?", **lies)
    assert answer["answer"]["sources"][0]["url"] == f"{place.web.origin}/bakery"
    shown = place.server.call("GET", "/t/?site=demo&page=/bakery").body.decode()
    assert f'href="{place.web.origin}/bakery"' in shown and "The bakery" in shown and LIE not in shown
    place.server.post("Good bread.", page="post-17", **lies)
    shown = place.server.call("GET", "/t/?site=demo&page=post-17").body.decode()
    assert f'href="{place.web.origin}/search"' in shown and LIE not in shown


def test_crawl_finds_the_pages_of_threads_with_names(place: Place) -> None:
    place.server.begin()
    place.server.post("Good bread.", page="post-17", url=f"{place.web.origin}/ferry")
    place.web.pages["/bakery"] = page("The bakery", "Rye bread.", head='<script data-page="post-17"></script>')
    place.server.command("site", "crawl", "demo")
    shown = place.server.call("GET", "/t/?site=demo&page=post-17").body.decode()
    assert f'href="{place.web.origin}/bakery"' in shown and "The bakery" in shown


def test_address_set_by_the_owner_stays(place: Place) -> None:
    right = f"{place.web.origin}/prices-now"
    place.web.pages["/prices-now"] = page("Prices", "A loaf of rye bread costs 5.10 euros.")
    place.web.pages["/prices"] = page("Old prices", "A loaf of rye bread costs 3.90 euros.", links=("/prices-now",))
    place.web.pages["/"] = page("Skarholm", "Welcome.", links=("/prices",))
    place.server.begin()
    id = place.server.post("Good bread.", page="/prices", url=f"{place.web.origin}/prices").json["comment"]["id"]
    with sign_in(place.server, "owner@example.com", "demo") as owner:
        assert owner.send(f"/admin/comments/{id}/place/", url=right, title="Our prices").status_code == 303
    answer = place.ask("/prices", BREAD, url=f"{place.web.origin}/prices?q=free")
    assert [source["url"] for source in answer["answer"]["sources"]] == [right]
    assert [source["url"] for source in asked_privately(place, "/prices")] == [right]
    place.server.command("site", "crawl", "demo")
    shown = place.server.call("GET", "/t/?site=demo&page=/prices").body.decode()
    assert f'href="{right}"' in shown and "Our prices" in shown and "Old prices" not in shown


BREAD = "What does a loaf of rye bread cost?"


def asked_privately(place: Place, path: str, query: str = "") -> Any:
    """The sources of an answer in the ask box of a page."""
    asked = {"site": "demo", "page": path, "url": place.web.origin + path + query, "user_input": BREAD}
    return place.server.call("POST", "/api/chat/gpt/", asked).json["sources"]


def product(canonical: str) -> str:
    return page("Rye", "A loaf of rye bread costs 4.20 euros.", head=f'<link rel="canonical" href="{canonical}">')


@pytest.mark.parametrize("canonical", ["/product?id=5", "/product?lang=en&id=5"])
def test_page_that_names_its_query_is_read_there(place: Place, canonical: str) -> None:
    place.web.pages["/product?id=5"] = product(canonical)
    answer = place.ask("/product", BREAD, url=f"{place.web.origin}/product?id=5&utm_source=x")
    urls = [source["url"] for source in (*answer["answer"]["sources"], *asked_privately(place, "/product", "?id=5"))]
    assert urls == [f"{place.web.origin}/product?id=5"] * 2
    assert place.ask("/product", BREAD)["answer"]["sources"] == [], "nobody else is led there by it"


@pytest.mark.parametrize(
    "canonical", ["", "/product", "/product?id=6", "/bakery", "https://other.example/product?id=5"]
)
def test_page_that_does_not_is_not_read(place: Place, canonical: str) -> None:
    place.web.pages["/product?id=5"] = product(canonical)
    assert place.ask("/product", BREAD, url=f"{place.web.origin}/product?id=5")["answer"]["sources"] == []
    assert "/product?id=5" in place.web.paths


def test_no_other_address_is_read_where_the_own_one_is(place: Place) -> None:
    place.web.pages["/bakery?id=5"] = product("/bakery?id=5")
    answer = place.ask("/bakery", BREAD, url=f"{place.web.origin}/bakery?id=5")
    assert answer["answer"]["sources"][0]["url"] == f"{place.web.origin}/bakery"
    assert "/bakery?id=5" not in place.web.paths


def test_page_that_names_any_query_repeats_none(place: Place) -> None:
    address = f"/search?q={quote(LIE)}"
    said = f'<link rel="canonical" href="{address}">'
    place.web.pages[address] = page("Search", f"You searched for: {LIE}.", head=said)
    place.web.pages["/search"] = (404, {}, b"")
    assert place.ask("/search", "What does the bakery cost?", url=place.web.origin + address)["answer"]["sources"] == []
    assert address in place.web.paths


def test_crawl_command_says_what_is_wrong(place: Place) -> None:
    assert place.server.command("site", "crawl", "nowhere", check=False).returncode == 1
    assert place.server.command("site", "crawl", "demo", "--limit", "0", check=False).returncode == 2
    done = place.server.command("site", "crawl", "demo", "--limit", "1", "--json")
    assert json.loads(done.stdout)["pages"] == 1
    place.web.pages["/robots.txt"] = (500, {}, b"")
    done = place.server.command("site", "crawl", "demo", "--json", check=False)
    assert (done.returncode, json.loads(done.stdout)["error"]) == (1, "robots: http")
    assert "robots.txt could not be read" in done.stderr
    [line] = [line for line in place.server.command("check").stdout.splitlines() if " sites " in line]
    assert line.startswith("warning ") and "demo: robots.txt could not be read" in line
