"""Everything that can be written, wherever it is read: the same elements, and words that stay in their line."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Locator, expect

from tests.browser.conftest import Arrivals
from tests.browser.demo import Demo, field, leave

ALL = """Plain, **bold**, *italic*, ~~gone~~, `code` and [a link](https://example.com/).

- first **point** of a list
- second point
  1. one `below`
  2. two

> a quote of *somebody*

```
two
lines
```

### A heading

---

| no | table |
|---|---|
| in | comments |
"""
HOLDS = """(one) => Object.fromEntries([...new Set([...one.querySelectorAll("*")].map((each) => each.localName))].sort()
    .map((name) => [name, one.querySelectorAll(name).length]))"""
IN_LINE = """(one) => [...one.querySelectorAll('li > strong, li > p > strong, li > code')].every((each) => {
    const [list, own] = [each.closest('li').getBoundingClientRect(), each.getBoundingClientRect()];
    return getComputedStyle(each.closest('li')).display === 'list-item' && own.top - list.top < 12
        && own.left - list.left > 10;
})"""


def found(body: Locator) -> dict[str, int]:
    """Its elements, of which the list's words are in their line."""
    expect(body.locator("li")).to_have_count(4)
    assert body.evaluate(IN_LINE)
    holds: dict[str, int] = body.evaluate(HOLDS)
    return holds


def test_all_that_can_be_written_reads_alike_everywhere(demo: Demo, arrive: Arrivals, tmp_path: Path) -> None:
    page = arrive(demo.at("bread.html"))
    field(page).focus()
    expect(page.locator("[part~=markup-hint]")).to_have_text("Markdown: **bold**, *italic*, `code`, > quote, - list")
    leave(page, ALL)
    in_widget = found(page.locator("article [part~=body]"))
    assert in_widget | {"a": 1, "li": 4, "blockquote": 1, "pre": 1, "hr": 1} == in_widget and "table" not in in_widget

    plain = arrive(f"{demo.server.url}/t/?site=demo&page={quote(demo.server.page)}")
    assert found(plain.locator(".prose").first) == in_widget
    export = tmp_path / "export.html"
    export.write_text(demo.server.command("export", "demo", "--format", "html").stdout, "utf-8")
    exported = arrive(export.as_uri())
    words = exported.locator("article", has_text="second point")
    shown = found(words)
    assert {name: shown[name] for name in in_widget} == in_widget
