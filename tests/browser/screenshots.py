"""The pictures of docs/screenshots, taken of the real demo: `make screenshots`."""

from __future__ import annotations

import re
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tests.browser.conftest import ARGUMENTS
from tests.fakes.openai_server import OpenAIServer
from tests.test_demo import start

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
WIDE, NARROW = ViewportSize(width=1120, height=900), ViewportSize(width=390, height=844)


@contextmanager
def arriving(browser: Browser, address: str, **options: Any) -> Iterator[Page]:
    """A visitor who has never been here, on the page."""
    context = browser.new_context(viewport=options.pop("viewport", WIDE), device_scale_factor=1, **options)
    page = context.new_page()
    page.goto(address)
    page.locator("answerback-comments").first.evaluate("element => element.scrollIntoView()")  # then it loads
    page.locator("answerback-comments textarea").first.wait_for()
    yield page
    context.close()


def comment(page: Page, name: str, text: str, *, answered: bool = False, state: str = "published") -> None:
    """Leave a comment, and wait until it and its answer are there."""
    composer = page.locator("answerback-comments [part~=composer]").first
    composer.locator("textarea").fill(text)
    composer.locator("[part~=submit]").wait_for()  # with it, the name
    field = composer.locator("[part~=name]")
    if field.count():
        field.fill(name)
    composer.locator("textarea").press("Control+Enter")
    mine = page.locator("answerback-comment", has_text=text.replace("*", "")).first
    expect(mine.locator(f"article[data-state={state}]").first).to_be_visible()
    if answered:
        expect(mine.locator("[part~=answer][data-state=done]").first).to_be_visible()


def reply(page: Page, to: str, name: str, text: str) -> None:
    """Reply to the comment that has this text."""
    above = page.locator("answerback-comment", has_text=to).first
    above.get_by_role("button", name=re.compile("^(Reply|답글)$")).first.click()
    composer = above.locator("[part~=composer]").first
    composer.locator("textarea").fill(text)
    composer.locator("[part~=submit]").wait_for()  # with it, the name
    field = composer.locator("[part~=name]")
    if field.count():
        field.fill(name)
    composer.locator("textarea").press("Control+Enter")
    expect(page.locator("article[data-state=published]", has_text=text.replace("*", "")).last).to_be_visible()


def shoot(page: Page, name: str) -> None:
    """The visible part, from the ask box down."""
    page.locator("answerback-comments [part~=heading]").first.wait_for()
    page.locator("answerback-ask").first.evaluate("element => element.scrollIntoView()")
    page.evaluate("scrollBy(0, -24)")
    page.mouse.move(0, 0)
    page.screenshot(path=FOLDER / f"{name}.png", animations="disabled", caret="hide")


def english(browser: Browser, address: str) -> None:
    with arriving(browser, address) as page:
        comment(page, "Mina", "How long does the rye sourdough rest?", answered=True)
    with arriving(browser, address) as page:
        reply(page, "How long does the rye", "Tom", "Eighteen hours, and you can *taste* every one of them.")
        comment(page, "Tom", "We came over with the **July ferry** and the shop was open, on a Sunday. What a place!")
    with arriving(browser, address) as page:
        comment(page, "Ida", "Can I have a loaf delivered?", answered=True)
        shoot(page, "light")
    with arriving(browser, address, color_scheme="dark") as page:
        page.locator("answerback-comments [part~=answer][data-state=done]").first.wait_for()
        shoot(page, "dark")
    with arriving(browser, address, viewport=NARROW, has_touch=True, is_mobile=True) as page:
        page.locator("answerback-comments [part~=answer][data-state=done]").first.wait_for()
        shoot(page, "narrow")


def korean(browser: Browser, address: str) -> None:
    with arriving(browser, address, locale="ko-KR") as page:
        comment(page, "서연", "책방은 언제 문을 열었나요?", answered=True)
    with arriving(browser, address, locale="ko-KR") as page:
        comment(page, "민준", "강아지랑 같이 가도 되나요?", answered=True)
        reply(page, "책방은 언제", "민준", "벌써 그렇게 됐군요. 창가 자리에서 마시는 커피가 정말 좋아요.")
        shoot(page, "korean")


ANSWERS = {
    "answered": ("Mina", "How heavy is a rye loaf?"),
    "half-sure": ("Tom", "Is the crust of the bread dark?"),
    "refused": ("Ida", "Who won the 2010 World Cup?"),
}
"""Pictures of answers without a model: the page says it, something near it, nothing."""
UNSUPPORTED, CLAIM = "Do you sell croissants?", "Yes, butter croissants cost 2.50 euros."


def answers(browser: Browser, address: str, asked: dict[str, tuple[str, str]]) -> None:
    """A picture of each answer, with its question."""
    for name, (visitor, question) in asked.items():
        with arriving(browser, address) as page:
            comment(page, visitor, question, answered=True)
            page.mouse.move(0, 0)
            page.locator("answerback-comment", has_text=question).first.screenshot(
                path=FOLDER / f"{name}.png", animations="disabled", caret="hide"
            )


DESK = {"inbox": "inbox/", "log": "", "start": "start/", "settings": "settings/"}
"""Pictures of the owner's pages, and where they are below /admin/."""


def to_decide(browser: Browser, site: str) -> None:
    """Something that waits for the owner: a question that the site does not answer, a link, a report."""
    with arriving(browser, f"{site}bread.html") as page:
        comment(page, "Noor", "Do you accept credit cards?", answered=True)
    with arriving(browser, f"{site}bread.html") as page:
        comment(page, "Leo", "The mill has a page of its own now: https://mill.example.org", state="pending")
    rude = "여기 커피는 돈 아까워요. 좋다는 사람들은 맛을 모르나 봐요."
    with arriving(browser, f"{site}ko.html", locale="ko-KR") as page:
        comment(page, "지훈", rude)
    with arriving(browser, f"{site}ko.html", locale="ko-KR") as page:
        theirs = page.locator("answerback-comment", has_text=rude).first
        theirs.get_by_role("button", name="더 보기", exact=True).first.click()
        theirs.get_by_role("button", name="신고", exact=True).click()
        theirs.get_by_role("combobox").select_option("abuse")
        theirs.get_by_role("textbox").last.fill("다른 손님을 비웃어요.")
        theirs.get_by_role("button", name="보내기", exact=True).click()
        theirs.get_by_role("link", name="내 신고").wait_for()


def desk(browser: Browser, site: str, link: str) -> None:
    """The owner's pages in both of their languages; the rule is set there."""
    base = link.partition("/admin/")[0]
    context = browser.new_context(viewport=WIDE)
    page = context.new_page()
    page.goto(link)
    page.get_by_role("button").first.click()
    page.goto(f"{base}/admin/settings/")
    page.get_by_role("checkbox", name="Comments with links").check()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Saved.", exact=True).wait_for()
    to_decide(browser, site)
    signed_in = context.storage_state()
    context.close()
    for locale, ending in (("en-US", ""), ("ko-KR", "-ko")):
        context = browser.new_context(viewport=WIDE, locale=locale, storage_state=signed_in)
        page = context.new_page()
        for name, path in DESK.items():
            page.goto(f"{base}/admin/{path}")
            page.screenshot(path=FOLDER / f"{name}{ending}.png", animations="disabled")
        context.close()


@contextmanager
def running(**settings: str) -> Iterator[tuple[str, str]]:
    """The demo: the address of its site, and the owner's link."""
    with tempfile.TemporaryDirectory() as folder:
        demo, said = start(Path(folder), **settings)
        try:
            site, *_, link = re.findall(r"http://\S+", "".join(said))
            yield site, link
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait(20)
            assert demo.stderr is not None
            demo.stderr.close()


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        with running() as (site, link):
            english(browser, f"{site}bread.html")
            korean(browser, f"{site}ko.html")
            desk(browser, site, link)
        with running() as (site, _):
            answers(browser, f"{site}bread.html", ANSWERS)
        with OpenAIServer.start() as model, running(OPENAI_BASE_URL=model.base_url) as (site, _):
            model.script(default={"text": CLAIM})
            answers(browser, f"{site}bread.html", {"unsupported": ("Mina", UNSUPPORTED)})
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
