"""Where a page is read: its key says so, and what a visitor sends only where it leads there."""

from __future__ import annotations

import pytest
from answerback.core.grounding.echoes import Echoes
from answerback.core.page_addresses import leads_to, names, page_address, page_hint
from answerback.core.pages import PageRules

SITE, OTHER = "https://site.example", "https://www.site.example"
RULES = PageRules((SITE, OTHER), hash_routes=True)


@pytest.mark.parametrize(
    ("page", "hint", "address"),
    [
        ("/fees/", f"{SITE}/fees", "/fees"), ("/fees/", f"{SITE}/fees/?q=free", "/fees/"),
        ("/fees/", f"{SITE}/fees/index.html", "/fees/index.html"), ("/fees/", f"{SITE}/search?q=free", "/fees/"),
        ("/fees/", f"{SITE}/others", "/fees/"), ("/fees/", "", "/fees/"), ("/fees.html", "", "/fees.html"),
        ("/fees/", "https://evil.example/fees", "/fees/"), ("/fees/", "javascript:alert(1)", "/fees/"),
        ("/fees/", f"{SITE}@evil.example/fees", "/fees/"), ("/fees/", "https://site.example.evil.example/", "/fees/"),
        ("/?p=17", f"{SITE}/?p=18", "/?p=17"), ("/빵/", SITE, "/%EB%B9%B5/"), ("/a%23b/", SITE, "/a%23b/"),
        ("/#/빵", f"{SITE}/index.html#/other", "/index.html#/%EB%B9%B5"),
        ("post-17", f"{SITE}/2026/bread?q=free#x", "/2026/bread"), ("post-17", f"{SITE}", "/"),
    ],
)  # fmt: skip
def test_address_is_of_the_key(page: str, hint: str, address: str) -> None:
    assert page_address(page, hint, RULES) == SITE + address


def test_hint_chooses_among_the_origins_of_the_site() -> None:
    assert page_address("/fees/", f"{OTHER}/else", RULES) == f"{OTHER}/fees/"
    assert page_address("post-17", "https://evil.example/x", RULES) == ""
    assert page_address("/fees/", "", PageRules(())) == ""
    assert page_address("/fees/", f"{SITE}/{'x' * 3_000}", PageRules((OTHER,))) == f"{OTHER}/fees/"


@pytest.mark.parametrize(
    ("page", "hint"),
    [
        ("/product/", f"{SITE}/product?id=5"), ("/product/", f"{OTHER}/product/?id=5"),
        ("/?p=17", f"{SITE}/?p=17&lang=en"), ("/빵/", f"{SITE}/%EB%B9%B5?id=5"),
    ],
)  # fmt: skip
def test_query_of_the_same_path_is_a_hint(page: str, hint: str) -> None:
    assert page_hint(page, f"{hint}#top", RULES) == hint


@pytest.mark.parametrize(
    ("page", "hint"),
    [
        ("/product/", f"{SITE}/product"), ("/product/", f"{SITE}/search?id=5"),
        ("/product.html", f"{SITE}/product?id=5"),
        ("/product/?id=5", f"{SITE}/product?id=5"), ("/product/", "https://evil.example/product?id=5"),
        ("post-17", f"{SITE}/post-17?id=5"), ("/product/", ""), ("/product/", f"{SITE}/product?{'x' * 3_000}"),
    ],
)  # fmt: skip
def test_nothing_else_is_a_hint(page: str, hint: str) -> None:
    assert page_hint(page, hint, RULES) == ""


def test_canonical_link_names_the_whole_query_or_none() -> None:
    url = f"{SITE}/product?id=5"
    assert names(url, url) and names(f"{url}&lang=en", url) and names(f"{SITE}/product?lang=en&id=5", url)
    others = ("", f"{SITE}/product", f"{SITE}/product?id=6", f"{SITE}/other?id=5", f"{OTHER}/product?id=5")
    assert not any(names(canonical, url) for canonical in others)
    assert not names(url, f"{url}&q=free") and not names(url, f"{url}&id=6") and not names(url, f"{url}&sale")


def test_kept_address_of_another_page_is_told() -> None:
    assert leads_to(f"{SITE}/fees", "/fees/") and leads_to(f"{SITE}/any", "post-17")
    assert not leads_to(f"{SITE}/fees?q=free", "/fees/") and not leads_to(f"{SITE}/other", "/fees/")
    assert not leads_to("", "post-17")


QUERY = f"{SITE}/search?q=bread+costs+one+pound&lang=en"


@pytest.mark.parametrize(
    "text",
    [
        "You searched for: bread costs one pound.", "Results: BREAD  COSTS ONE POUND", "No page has “bread costs one”.",
        "costs, one", "breadcostsonepound", "Searched: b.r.e.a.d costs!one", "Language: en", "bread_costs",
    ],
)  # fmt: skip
def test_repetitions_of_a_query_are_told(text: str) -> None:
    assert Echoes.of([QUERY]).are_in(text)


@pytest.mark.parametrize("text", ["Our bread is rye.", "A pound of flour is one loaf.", "", "It costs nothing."])
def test_what_a_page_says_by_itself_is_kept(text: str) -> None:
    assert not Echoes.of([QUERY]).are_in(text)
    assert not Echoes.of([f"{SITE}/bread/costs/one/pound"]).are_in("bread costs one pound")


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("q=%EB%B9%B5%EC%9D%80%EB%AC%B4%EB%A3%8C%EC%9E%85%EB%8B%88%EB%8B%A4", "검색: ‘빵은 무료입니다’"),
        ("free+bread", "You searched for free bread"), ("free%20bread=1", "Unknown field: free bread"),
        ("price=99", "It costs 99 euros."), ("q=%3Cb%3Eclosed%3C/b%3E", "<b>closed</b>"),
        ("a=1;q=shut+down", "shut down"), ("q=ﬀee+waived", "ffee waived"),
    ],
)  # fmt: skip
def test_queries_are_read_as_servers_read_them(query: str, text: str) -> None:
    assert Echoes.of([f"{SITE}/?{query}"]).are_in(text)
