"""A tag whose script is pinned: the browser runs it, and no other."""

from __future__ import annotations

import json

from playwright.sync_api import expect

from tests.browser.conftest import Arrivals
from tests.browser.demo import Demo, leave


def test_pinned_script_runs_and_no_other_does(demo: Demo, arrive: Arrivals) -> None:
    tag = json.loads(demo.server.command("site", "show", "demo", "--integrity", "--json").stdout)["snippet"]
    assert f'src="{demo.server.url}/v1/answerback.js" integrity="sha384-' in tag
    page = arrive(demo.with_page(tag))
    leave(page, "Good bread.")
    expect(page.get_by_text("Good bread.")).to_be_visible()
    arrive.expect("integrity")
    other = arrive(demo.with_page(f"<p>The page itself.</p>{tag.replace('sha384-', 'sha384-AAAA', 1)}"))
    expect(other.get_by_text("The page itself.")).to_be_visible()
    assert other.locator("answerback-comments").count() == 0
