"""robots.txt as RFC 9309 has it, robots tags, sitemaps' dates, and what an address is kept as."""

from __future__ import annotations

import time

import pytest
from answerback.knowledge.crawl.links import normal_url
from answerback.knowledge.crawl.robots import forbids_index, parse
from answerback.knowledge.crawl.sitemaps import moment, read_sitemap

ORIGINS = ("https://site.example", "http://127.0.0.1:8001")


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("", "/x", True), ("Disallow: /", "/x", False), ("Disallow:", "/x", True), ("Disallow: /a", "/b", True),
        ("Disallow: /a", "/abc", False), ("Disallow: /a/", "/a", True), ("Disallow: /A", "/a", True),
        ("Disallow: /a\nAllow: /a/b", "/a/b/c", True), ("Allow: /a\nDisallow: /a", "/a", True),
        ("Disallow: /*.pdf$", "/x/y.pdf", False), ("Disallow: /*.pdf$", "/x/y.pdf?z", True),
        ("Disallow: /*?", "/x?y", False), ("Disallow: /*?", "/x", True), ("Disallow: /a*b*c", "/a1b2c3", False),
        ("Disallow: /a*b*c", "/a1c2b3", True), ("Disallow: /$", "/", False), ("Disallow: /$", "/a", True),
        ("Disallow: /한국", "/%ED%95%9C%EA%B5%AD/x", False), ("Disallow: /x # all of it", "/x/y", False),
        ("disallow : /x", "/x", False), ("Disallow: *secret", "/a/secret", False),
        ("Nonsense\nDisallow: /x", "/x", False), ("Disallow: /한국", "/%ed%95%9c%ea%b5%ad/x", False),
        ("Disallow: /%7Ejoe", "/~joe", False), ("Disallow: /~joe", "/%7ejoe", False),
        ("Disallow: /a%2fb", "/a%2Fb", False), ("Disallow: /a%2Fb", "/a/b", True),
    ],
)  # fmt: skip
def test_robots_rules_are_read(rules: str, path: str, allowed: bool) -> None:
    assert parse(f"User-agent: *\n{rules}").allows(f"https://site.example{path}") is allowed


def test_own_robots_group_counts_alone() -> None:
    text = """User-agent: *\nDisallow: /\nCrawl-delay: 9\n\nUser-agent: Other\nUser-agent: ANSWERBACK\nDisallow: /a
    Crawl-delay: 1.5\n\nUser-agent: answerback\nDisallow: /b\nSitemap: https://site.example/s.xml"""
    robots = parse(text)
    assert [robots.allows(f"https://site.example{path}") for path in ("/", "/a", "/b", "/c")] == [
        True,
        False,
        False,
        True,
    ]
    assert (robots.delay, robots.sitemaps) == (1.5, ("https://site.example/s.xml",))
    assert not parse("User-agent: Answerback/0.1\nDisallow: /a\n\nUser-agent: *").allows("https://site.example/a")
    assert parse("User-agent: *\nCrawl-delay: 100000").delay == 60
    assert parse("User-agent: *\nCrawl-delay: nan").delay <= 60
    assert parse("\ufeffUser-agent: *\nDisallow: /x").allows("https://site.example/x") is False


LARGEST = 512 * 1024
HOSTILE = {
    "patterns": "User-agent: *\n" + "".join(f"Disallow: /{'*a' * 200}{number}$\n" for number in range(1_200)),
    "stars": "User-agent: *\n" + "".join(f"Disallow: /*{number}\n" for number in range(40_000)),
    "rules": "User-agent: *\n" + "".join(f"Disallow: /{number}\n" for number in range(40_000)),
    "agents": "".join(f"User-agent: a{number}\n" for number in range(18_000)) + "Disallow: /x\n" * 18_000,
    "octets": "User-agent: *\n" + "Disallow: /" + "%61" * 170_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_robots_txt_costs_what_its_length_costs(text: str) -> None:
    """It is read and asked in the server's own process, where 10 ms for an address are much."""
    begun = time.process_time()
    robots = parse(text[:LARGEST])
    assert time.process_time() - begun < 0.5
    assert len(robots.rules.beginnings) + len(robots.rules.patterns) < 50_000
    begun = time.process_time()
    assert all(robots.allows(f"https://site.example/{'a' * 900}{'b' * number}c") for number in range(20))
    assert time.process_time() - begun < 0.4


def test_rules_beyond_the_cap_do_not_end_the_plain_ones() -> None:
    text = "User-agent: *\n" + "".join(f"Disallow: /*{number}x\n" for number in range(6_000)) + "Disallow: /last"
    assert not parse(text).allows("https://site.example/last")
    assert not parse(text).allows("https://site.example/a17x")


@pytest.mark.parametrize(
    ("tag", "forbidden"),
    [
        ("index, follow", (False, False)), ("noindex", (True, False)), ("NOINDEX, NOFOLLOW", (True, True)),
        ("none", (True, True)), ("googlebot: noindex", (False, False)), ("answerback: noindex", (True, False)),
        ("googlebot: noindex, nofollow", (False, False)),
        ("unavailable_after: 25 Jun 2027 15:00:00 PST", (False, False)),
        ("max-snippet: 50, noindex", (True, False)), ("", (False, False)),
    ],
)  # fmt: skip
def test_robots_meta_tags_are_read(tag: str, forbidden: tuple[bool, bool]) -> None:
    assert forbids_index([tag]) == forbidden


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://site.example", "https://site.example/"), ("HTTPS://Site.Example:443/A#b", "https://site.example/A"),
        ("https://site.example/a?utm_source=x&b=1&fbclid=2", "https://site.example/a?b=1"),
        ("https://site.example/a?b=1&a=%20", "https://site.example/a?b=1&a=%20"),
        ("https://site.example/a;jsessionid=0A1B?b=1&isappinstalled=0&_gl=2", "https://site.example/a?b=1"),
        ("https://site.example/a?utm_source=x", "https://site.example/a"), ("https://elsewhere.example/", ""),
        ("http://site.example/", ""), ("https://u@site.example/", ""), ("https://site.example\\@x/", ""),
        ("javascript:alert(1)", ""), ("mailto:a@site.example", ""), ("https://site.example:99999/", ""), ("", ""),
        ("https://site.example/a/b/a/b/a/b/a/b/", ""), ("https://site.example/" + "a/" * 30, ""),
        ("https://site.example/한국 1?q=빵", "https://site.example/%ED%95%9C%EA%B5%AD%201?q=%EB%B9%B5"),
        ("https://site.example/%ed%95%9c/%7Ex?q=%eb", "https://site.example/%ed%95%9c/%7Ex?q=%eb"),
        ("https://site.example/" + "한" * 500, ""),
        ("https://site.example/" + "x" * 2_000, ""), ("http://127.0.0.1:8001/x", "http://127.0.0.1:8001/x"),
    ],
)  # fmt: skip
def test_urls_are_normalised(url: str, kept: str) -> None:
    assert normal_url(url, ORIGINS) == kept


@pytest.mark.parametrize(
    ("text", "day"),
    [("2026-11-02", "2026-11-03T00:00:00+00:00"), ("2026-11-02T10:00:00Z", "2026-11-02T10:00:00+00:00"),
     ("2026-11-02T10:00:00+09:00", "2026-11-02T01:00:00+00:00"), ("yesterday", ""), ("", ""), ("9999-12-31", "")],
)  # fmt: skip
def test_sitemap_dates_are_read(text: str, day: str) -> None:
    assert moment(text) == (moment(day) if day else 0)


def test_pictures_in_a_sitemap_are_no_pages() -> None:
    body = b"""<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
        xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"><url><loc>https://site.example/a</loc>
        <image:image><image:loc>https://site.example/a.png</image:loc></image:image></url></urlset>"""
    assert list(read_sitemap(body).pages) == ["https://site.example/a"]
