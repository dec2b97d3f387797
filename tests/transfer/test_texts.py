"""Words, links and times of comments from elsewhere."""

from __future__ import annotations

import time

import pytest
from answerback.transfer.formats.wordpress import paragraphs
from answerback.transfer.model import TEXT_LIMIT, moment
from answerback.transfer.texts import from_html, from_markdown, from_mixed, straight


def test_lists_and_quotes_of_wordpress_stay_blocks() -> None:
    text = "Two:\n\n<ul>\n<li>one\ntwo</li>\n<li>three</li>\n</ul>\n\n<blockquote>said\n\nbefore</blockquote>\nEnd"
    assert paragraphs(text) == (
        "<p>Two:</p><ul><li>one<br>two</li><li>three</li></ul>"
        "<blockquote><p>said</p><p>before</p></blockquote><p>End</p>"
    )
    assert paragraphs("<pre>\na\n\n<b>b</b></pre>") == "<pre>\na\n\n<b>b</b></pre>"


@pytest.mark.parametrize(
    ("value", "milliseconds"),
    [
        ("2021-10-28 20:50:15 +0800", 1_635_425_415_000),
        ("2021-10-28 12:50:15 UTC", 1_635_425_415_000),
        ("2021-10-28T12:50:15.5Z", 1_635_425_415_500),
        (1_635_425_415, 1_635_425_415_000),
        ("1635425415000", 1_635_425_415_000),
        (1_635_425_415.5, 1_635_425_415_500),
        ("0000-00-00 00:00:00", None),
        ("", None),
        (None, None),
        (True, None),
        (1e400, None),
    ],
)
def test_times_are_read_as_they_are_written(value: object, milliseconds: int | None) -> None:
    assert moment(value) == milliseconds


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("http://disq.us/url?url=http%3A%2F%2Fexample.org%2Fa%3Ab1c2d3&cuid=1", "http://example.org/a"),
        ("https://disq.us/url?url=https%3A%2F%2Fa.example%3A8080%2Fb%3AxYz-_1", "https://a.example:8080/b"),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Fa.example%2Fb%3Ac&h=x", "https://a.example/b:c"),
        ("https://www.google.com/url?q=https://a.example/&sa=D", "https://a.example/"),
        ("https://disq.us/url?url=javascript:alert(1)", "https://disq.us/url?url=javascript:alert(1)"),
        ("https://disq.us/p/abc", "https://disq.us/p/abc"),
        ("http://[", "http://["),
    ],
)
def test_redirect_links_lead_straight(address: str, target: str) -> None:
    assert straight(address) == target


@pytest.mark.parametrize(
    ("html", "body", "made"),
    [
        ("a<br>b", "a\nb", "a<br>b"),
        (
            "see http://a.example/x.",
            "see http://a.example/x.",
            'see <a href="http://a.example/x">http://a.example/x</a>.',
        ),
        ("<code>http://a.example</code>", "http://a.example", "<code>http://a.example</code>"),
        ('<iframe src="//video.example/1"></iframe>', "1", '<a href="https://video.example/1">1</a>'),
        (
            '<img src="https://a.example/%EA%B8%80.png">',
            "글.png",
            '<a href="https://a.example/%EA%B8%80.png">글.png</a>',
        ),
        ('<img src="data:image/png;base64,x" alt=":)">', ":)", ":)"),
        ('<a class="at" href="#5f">@Mina</a>, yes', "@Mina, yes", "@Mina, yes"),
        ('<img src="/a/loaf.jpg">', "loaf.jpg", ""),
        (
            '<img src="data:image/png;base64,x" data-src="https://a.example/b.png">',
            "b.png",
            '<a href="https://a.example/b.png">b.png</a>',
        ),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc", "a b <br>c <br>"),
        ("<script>alert(1)</script>ok<style>p{}</style>", "ok", "ok"),
        ("<ol start=3><li>a</li><li>b</li></ol>", "a\nb", '<ol start="3"><li>a</li><li>b</li></ol>'),
        ("a & b &lt;c&gt;", "a & b <c>", "a &amp; b &lt;c&gt;"),
        ("<pre>  a\n   b</pre>", "  a\n   b", "<pre>  a\n   b</pre>"),
    ],
)
def test_html_becomes_words_and_plain_html(html: str, body: str, made: str) -> None:
    assert from_html(html) == (body, made)


@pytest.mark.parametrize("part", ["<a ", "<img ", '<a href="', "![a]("])
def test_no_text_takes_long(part: str) -> None:
    """What a visitor has written there must not hold an import up: the worst took two minutes."""
    text = part * (TEXT_LIMIT // 2 // len(part))
    begun = time.process_time()
    from_mixed(text), from_html(text), from_markdown(text), paragraphs(text)
    assert time.process_time() - begun < 3


def test_pictures_in_markdown_become_links() -> None:
    assert from_markdown("![](https://a.example/b.png) `![](x)`").body == "[b.png](https://a.example/b.png) `![](x)`"
    assert (
        from_markdown('<img width="9" src="https://a.example/b.png" alt="Loaf">').body
        == "[Loaf](https://a.example/b.png)"
    )
    assert from_markdown("```\n![](x)\n```\n![y](http://z)").body == "```\n![](x)\n```\n[y](http://z)"


def test_bare_addresses_end_where_text_begins() -> None:
    made = from_html("<p>(https://a.example/글을 보세요) https://b.example입니다. &lt;b&gt;</p>").html
    links = '(<a href="https://a.example/글을">https://a.example/글을</a> 보세요) <a href="https://b.example">https://b.example</a>'
    assert made == f"<p>{links}입니다. &lt;b&gt;</p>"
