"""What is a link and where it leads, compared with a browser's own URL parser (the URL standard's, in Node)."""

from __future__ import annotations

import json
import re
import subprocess
from html import unescape
from itertools import product

import pytest
from answerback.core.approval import Rules, broken
from answerback.core.links import link
from answerback.core.markdown import leads_away, render, sanitise

HOLDS_LINKS = Rules(frozenset({"links"}))
BASES = ("https://site.example/a/b?c", "http://site.example/")
# By the section of https://url.spec.whatwg.org/ that says how a browser reads them.
CASES = [
    # 4.4 scheme start, no scheme, special relative or authority, special authority slashes
    "HTTPS://evil.example/", "hTtP://evil.example", "https:/evil.example/x", "https:evil.example",
    "https:///evil.example",
    "https:////evil.example", "//evil.example/x", "///evil.example/x", "////evil.example", "/x", "/x//evil.example",
    "http:/\\evil.example", "https:\\\\evil.example", "\\\\evil.example", "/\\evil.example", "\\/evil.example",
    "https:",
    "https://", "://evil.example", "x:y", "javascript:alert(1)", "data:text/html,x", "ftp://evil.example/",
    "ws://e.example",
    "mailto:a@b.example", "MAILTO:a@b.example?subject=x", "mailto:", "tel:1",
    # 4.4 leading and trailing controls and spaces, tabs and newlines anywhere
    " https://evil.example", "\thttps://evil.example", "ht\ntps://evil.example", "https:/\t/evil.example",
    "/\t/evil.example",
    "/\n/evil.example", "https://ev\til.example", "https://evil.example\x00", "\x01//evil.example",
    "https://evil.example\x7f",
    # 4.4 authority: users, passwords, ports
    "https://bank.example@evil.example/", "https://a:b@evil.example", "https://a@b@evil.example",
    "https://@evil.example",
    "https://evil.example:443/", "http://evil.example:8080", "https://evil.example:99999", "https://evil.example:x",
    "https://evil.example:/", "https://bank.example\\@evil.example", "https://bank.example#@evil.example",
    "https://bank.example?@evil.example", "https://bank.example;@evil.example", "https://bank.example%40evil.example",
    # 3.5 hosts: IDNA, percent, forbidden code points
    "https://аррӏе.example", "https://straße.example", "https://ｅｖｉｌ.example", "https://evil。example",
    "https://EVIL.example",
    "https://ev%69l.example", "https://evil.example.", "https://evil..example", "https://e_vil.example",
    "https://-evil.example",
    "https://ev il.example", "https://ev<il.example", "https://ev|il.example", "https://a\u00adb.example",
    "https://xn--a.example",
    "https://한국.example/빵?값=1#둘",
    # 3.5 IPv4 and IPv6
    "http://2130706433", "http://0x7f.1", "http://127.1", "http://0177.0.0.1", "http://127.0.0.1", "http://1.2.3.256",
    "http://1.2.3.4.", "http://a.1", "http://a.0x1", "http://0", "http://[::1]/", "http://[::ffff:7f00:1]",
    "http://[1::2::3]",
    "http://[::1%25eth0]", "http://[evil.example]", "http://[::1", "http://01.2.3.4",
    # 4.4 relative: path, query, fragment, dots
    "x", "x/y", "./x", "../x", "..//evil.example", ".//evil.example", "?q", "#f", "", "x:80/y", "//", "/",
    "/.//evil.example",
    "/..//evil.example", "x//evil.example", "%2f%2fevil.example", "/%2fevil.example", "/%5cevil.example",
    "@evil.example",
]  # fmt: skip
MADE = [
    "".join(parts)
    for parts in product(
        ("", "https:", "HTTP:", "javascript:", "x:"), ("", "/", "//", "///", "/\\", "\\\\"),
        ("", "u@", "bank.example@"),
        ("evil.example", "EVIL.example", "127.1", "[::1]", "evil.example:8080"), ("", "/p", "?q=//x", "#@y", "\\z"),
    )
]  # fmt: skip
PROGRAM = """
const [bases, hrefs] = JSON.parse(require("fs").readFileSync(0, "utf8"));
const read = (href, base) => {
  try {
    const url = new URL(href, base);
    return [url.protocol, url.protocol === "mailto:" ? decodeURIComponent(url.pathname) : url.hostname];
  } catch { return ["", ""]; }
};
console.log(JSON.stringify(hrefs.map((href) => bases.map((base) => read(href, base)))));
"""


def read_by_a_browser(hrefs: list[str]) -> list[list[tuple[str, str]]]:
    """Scheme and host (or mail address) of each link on each of the bases."""
    done = subprocess.run(
        ["node", "-e", PROGRAM], input=json.dumps([BASES, hrefs]), capture_output=True, check=True, text=True
    )
    return [[(scheme, place) for scheme, place in each] for each in json.loads(done.stdout)]


def test_browsers_go_where_links_say() -> None:
    links = {address: found for address in [*CASES, *MADE] if (found := link(address))}
    assert len(links) > 200
    wrong = [
        (address, found.href, found.place, read)
        for (address, found), places in zip(
            links.items(), read_by_a_browser([found.href for found in links.values()]), strict=True
        )
        for read in places
        if read[0] not in ("http:", "https:", "mailto:") or read[1] != (found.place or "site.example")
        if read != ("", "")  # refused by the browser: it leads nowhere
    ]
    assert wrong == []


def test_links_mean_what_was_written() -> None:
    """What is written out is read as the address itself would be."""
    links = {address: found for address in [*CASES, *MADE] if (found := link(address)) and found.place}
    written, meant = (read_by_a_browser(list(each)) for each in (links, [found.href for found in links.values()]))
    wrong = [
        (address, was, now)
        for address, was, now in zip(links, written, meant, strict=True)
        if [place for _, place in was] != [place for _, place in now]
    ]
    assert wrong == []


def anchors(html: str) -> list[tuple[str, str]]:
    """Where each link of some HTML leads, and what it shows."""
    return [(unescape(href), unescape(text)) for href, text in re.findall(r'<a href="([^"]*)"[^>]*>(.*?)</a>', html)]


SAFE = [address for address in [*CASES, *MADE[::7]] if not re.search(r"[<>\x00]", address)]


@pytest.mark.parametrize("form", ["[here]({})", "[here](<{}>)", "<{}>", "see {} now", "[here][r]\n\n[r]: {}"])
def test_rule_display_and_href_agree(form: str) -> None:
    sources = [form.format(address) for address in SAFE]
    sources += [form.format(address.replace(":", "&colon;").replace("/", "&sol;")) for address in SAFE]
    shown = [(source, *each) for source in sources for each in anchors(render(source))]
    read = read_by_a_browser([href for _, href, _ in shown])
    for (source, href, text), places in zip(shown, read, strict=True):
        for _, place in places:
            said = place.casefold() in text.casefold() or place in ("site.example", "")
            assert said or link(href) == link(text), (source, href, text, place)
        elsewhere = any(place not in ("site.example", "") for _, place in places)
        assert broken(HOLDS_LINKS, source, None) or not elsewhere, source
    for source in sources:
        assert leads_away(source) == any((found := link(href)) and found.place for href, _ in anchors(render(source)))


def test_imported_links_say_where_they_lead() -> None:
    html = '<a href="{}">bank.example</a>'
    for address in SAFE:
        for href, text in anchors(sanitise(html.format(address))):
            found = link(href)
            assert found is not None and found.place in text, address
    assert anchors(sanitise('<a href="java\nscript:alert(1)">x</a><a href="https://a.example/">a.example</a>')) == [
        ("https://a.example/", "a.example")
    ]
    assert "href" not in sanitise('<a href="///evil.example">x</a><a href="/\t/evil.example">x</a>')
