"""What a page's author gets wrong is said to them, once, in the console; visitors read one quiet line, or nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Arrivals
from tests.browser.demo import Demo, field
from tests.services import wait_until

REFUSED = "403"
QUIET = "Comments are not set up for this address."


class Listening:
    """What a page's console says of us, and which calls of ours it makes."""

    def __init__(self, page: Page, ours: str) -> None:
        self._page = page
        self._said: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda message: self._said.append(message.text) if "Answerback: " in message.text else None)
        page.on("request", lambda request: self.asked.append(request.url) if f"{ours}/api/" in request.url else None)

    @property
    def said(self) -> list[str]:
        """All so far; Playwright hears of it while it does something."""
        self._page.evaluate("0")
        return self._said


def listen(demo: Demo, arrive: Arrivals) -> tuple[Page, Listening]:
    page = arrive("about:blank")
    return page, Listening(page, demo.server.url)


@pytest.mark.parametrize("mode", ["both", "ask"])
def test_unlisted_address_says_so_once(mode: str, demo: Demo, arrive: Arrivals) -> None:
    arrive.expect(REFUSED)
    page, heard = listen(demo, arrive)
    tag = demo.tag.replace("async", f"data-mode={mode} async")
    page.goto(demo.with_page(f"<p>Bread.</p>{tag}").replace("127.0.0.1", "localhost"))
    expect(page.get_by_text(QUIET)).to_be_visible()
    expect(page.get_by_text(QUIET)).to_have_count(1)
    expect(page.locator("answerback-comments button, answerback-ask button")).to_have_count(0)
    origin = demo.server.site.origin.replace("127.0.0.1", "localhost")
    told = f"Answerback: {origin} is not an origin of the site demo. To allow it: "
    wait_until(lambda: heard.said == [f"{told}answerback site set demo origins+={origin}"])
    before = len(heard.asked)
    page.evaluate("dispatchEvent(new Event('online')); Answerback.reload(); history.pushState({}, '', '?other')")
    page.evaluate("fetch(location.href)")  # what asks again has asked by now
    assert len(heard.asked) == before, "a refused page asked again"
    demo.server.command("site", "set", "demo", f"origins+={origin}")
    try:
        page.reload()
        expect(page.locator("answerback-ask [part~=ask]")).to_be_visible()
    finally:
        demo.server.change(origins=demo.server.site.origin)


def test_page_opened_as_a_file_says_so(demo: Demo, arrive: Arrivals) -> None:
    arrive.expect(REFUSED)
    page, heard = listen(demo, arrive)
    name = demo.with_page(f"<p>Bread.</p>{demo.tag}").rpartition("/")[2]
    copy = demo.folder / name
    copy.write_text(copy.read_text("utf-8").replace("http://localhost:8000", demo.server.url), "utf-8")
    page.goto(copy.as_uri())
    expect(page.get_by_text(QUIET)).to_be_visible()
    wait_until(lambda: len(heard.said) == 1 and "python3 -m http.server" in heard.said[0])


@pytest.mark.parametrize(
    ("attribute", "said"),
    [
        ("data-mode=comment", 'data-mode="comment" is not one of both, comments, ask, none.'),
        ("data-pages=/bread", "data-pages is none of data-site, data-page, data-mode, data-theme, data-lang, "),
        ("data-target='#nowhere'", 'data-target="#nowhere" matches nothing on this page.'),
    ],
)
def test_mistake_in_the_tag_is_named(attribute: str, said: str, demo: Demo, arrive: Arrivals) -> None:
    page, heard = listen(demo, arrive)
    page.goto(demo.with_page(f"<p>Bread.</p>{demo.tag.replace('async', f'{attribute} async')}"))
    wait_until(lambda: len(heard.said) == 1 and f"Answerback: {said}" in heard.said[0])
    expect(page.locator("answerback-comments, answerback-ask")).to_have_count(0)


def test_tag_that_a_tag_manager_has_stripped_says_so(demo: Demo, arrive: Arrivals) -> None:
    page, heard = listen(demo, arrive)
    stripped = demo.tag.replace('data-site="demo"', "")
    page.goto(demo.with_page(f"<p>Bread.</p>{stripped}"))
    wait_until(lambda: heard.said == ['Answerback: the tag has no data-site="…". A tag manager may have dropped it.'])
    expect(page.locator("answerback-comments, answerback-ask")).to_have_count(0)


def test_tag_that_a_script_makes_works(demo: Demo, arrive: Arrivals) -> None:
    """As tag managers are told to, which drop attributes from tags but not from scripts."""
    made = (
        "<script>setTimeout(() => { const tag = document.createElement('script'); tag.src = 'http://localhost:8000/answerback.js';"
        " tag.setAttribute('data-site', 'demo'); document.querySelector('main').append(tag); })</script>"
    )
    page = arrive(demo.with_page(f"<main><p>Bread.</p></main><footer></footer>{made}"))
    field(page).wait_for()
    expect(page.locator("main > answerback-comments, main > answerback-ask")).to_have_count(2)


def test_mounted_parts_have_a_handle_and_come_back(demo: Demo, arrive: Arrivals) -> None:
    page, heard = listen(demo, arrive)
    page.goto(demo.with_page(f"<main></main><aside></aside>{demo.tag.replace('async', 'data-mode=none async')}"))
    page.wait_for_function("window.Answerback")
    page.evaluate("Answerback.mount(null)")
    page.evaluate("window.handle = Answerback.mount(document.querySelector('main'), {mode: 'comments'})")
    field(page).wait_for()
    page.evaluate("handle.update({theme: 'dark', lang: 'ko'})")
    expect(page.locator("answerback-comments .root[data-theme=dark]")).to_be_visible()
    expect(page.get_by_role("heading", name="댓글")).to_be_visible()
    page.evaluate("handle.destroy()")
    expect(page.locator("answerback-comments")).to_have_count(0)
    page.evaluate("Answerback.destroy()")
    page.evaluate("Answerback.mount(document.querySelector('aside'))")
    expect(page.locator("aside > answerback-ask [part~=ask]")).to_be_visible()
    expect(page.locator("aside > answerback-comments [part~=composer]")).to_be_visible()
    assert heard.said == ["Answerback: mount() takes an element."]


def test_elements_of_the_page_come_back_after_destroy(demo: Demo, arrive: Arrivals) -> None:
    page = arrive(demo.with_page(f"<answerback-comments></answerback-comments><aside></aside>{demo.tag}"))
    field(page).wait_for()
    page.evaluate("Answerback.destroy()")
    expect(page.locator("answerback-comments [part~=composer]")).to_have_count(0)
    page.evaluate("Answerback.mount(document.querySelector('aside'), {mode: 'ask'})")
    expect(page.locator("aside > answerback-ask [part~=ask]")).to_be_visible()
    expect(page.locator("answerback-comments [part~=composer]")).to_be_visible()
