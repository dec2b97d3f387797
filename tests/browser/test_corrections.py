"""What the owner does to an answer is seen at once where the page is open, and readers can see what stood before."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.conftest import Arrivals
from tests.browser.demo import Demo, answer_in, field, leave
from tests.http.signing import change

OVEN = "<main><p>The oven was built in 1889 for the garrison.</p><p>A loaf costs 4.20 euros at the harbour.</p></main>"
AI, OWNERS = "The page says", "It was 1891, as the stone says."


@pytest.fixture(scope="module")
def office(browser: Browser, standing: Demo) -> Iterator[BrowserContext]:
    """The owner's own browser, signed in."""
    context = browser.new_context(base_url=standing.server.url)
    page = context.new_page()
    page.goto(standing.server.command("owner", "add", "owner@example.com").stdout.strip())
    page.get_by_role("button").first.click()
    page.get_by_role("heading", name="Log").wait_for()
    page.close()
    yield context
    context.close()


@pytest.fixture
def desk(office: BrowserContext) -> Iterator[Callable[[Page], Page]]:
    """Opens the owner's page of the answer that a visitor sees."""
    opened: list[Page] = []

    def of(page: Page) -> Page:
        opened.append(office.new_page())
        id = page.locator("answerback-comments article.ai").first.get_attribute("data-id")
        opened[-1].goto(f"/admin/comments/{id}/")
        return opened[-1]

    yield of
    for page in opened:
        page.close()


def asked(demo: Demo, arrive: Arrivals, address: str, question: str = "When was the oven built?") -> Page:
    """A visitor with an answer of the AI's."""
    page = arrive(address)
    leave(page, question)
    expect(answer_in(page, "done")).to_contain_text(AI)
    return page


def press(desk: Page, name: str) -> None:
    desk.get_by_role("button", name=name, exact=True).click()


def badge(page: Page, text: str) -> Locator:
    return page.locator("answerback-comments [part~=badge]", has_text=text)


def test_correction_shows_its_author_and_the_old_text(
    demo: Demo, arrive: Arrivals, desk: Callable[[Page], Page]
) -> None:
    address = demo.at("bread.html")
    page = asked(demo, arrive, address)
    owner = desk(page)
    owner.get_by_label("The answer, in markdown").fill(f"{OWNERS} <script>alert(1)</script>")
    owner.get_by_label("Why, for readers").fill("The page has a slip")
    press(owner, "Publish the correction")

    for reader in (page, arrive(address)):
        expect(answer_in(reader, "done")).to_contain_text(OWNERS)
        expect(badge(reader, "Corrected by the author")).to_be_visible()
        expect(reader.locator("answerback-comments [part~=answer-label]")).to_have_text("Answer")
        expect(answer_in(reader, "done")).not_to_contain_text("AI can be wrong")
        expect(answer_in(reader, "done")).not_to_contain_text(AI)

    opener = page.get_by_role("button", name="History")
    opener.click()
    rows = page.locator("[part~=history] > li")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text(AI)
    expect(rows.last).to_contain_text("The page has a slip")
    page.keyboard.press("Escape")
    expect(rows).to_have_count(0)
    expect(opener).to_be_focused()


def test_withdrawn_answer_is_gone(demo: Demo, arrive: Arrivals, desk: Callable[[Page], Page]) -> None:
    page = asked(demo, arrive, demo.at("bread.html"), "Who withdrew the oven?")
    press(desk(page), "Withdraw")
    expect(page.get_by_text("The author has withdrawn this answer.")).to_be_visible()
    page.get_by_role("button", name="History").click()
    expect(page.locator("[part~=history] > li")).to_have_count(2)
    expect(page.locator("answerback-comments [part~=list]")).not_to_contain_text(AI)


def test_pinned_comment_comes_first_until_unpinned(demo: Demo, arrive: Arrivals, desk: Callable[[Page], Page]) -> None:
    address = demo.at("bread.html")
    reader = arrive(address)
    first = reader.locator("answerback-comments article").first
    page = asked(demo, arrive, address, "Where is the pinned oven?")
    leave(reader, "I came later.")
    expect(first).to_contain_text("I came later.")
    owner = desk(page)
    press(owner, "Pin to the top of the thread")
    expect(first).to_contain_text("Where is the pinned oven?")
    expect(badge(reader, "Pinned").first).to_be_visible()
    press(owner, "Unpin")
    expect(first).to_contain_text("I came later.")
    expect(badge(reader, "Pinned")).to_have_count(0)


def test_verified_answer_is_marked_when_its_page_changes(
    demo: Demo, arrive: Arrivals, desk: Callable[[Page], Page]
) -> None:
    address = demo.with_page(OVEN.replace("oven", "kiln") + demo.tag)
    page = asked(demo, arrive, address, "When was the kiln built?")
    press(desk(page), "Verify as it is")
    expect(badge(page, "Checked by the author")).to_be_visible()
    expect(badge(page, "The page has changed since")).to_have_count(0)

    file = demo.folder / address.rpartition("/")[2]
    file.write_text(file.read_text("utf-8").replace("1889", "1890"), "utf-8")
    change(demo.server, "UPDATE page_texts SET fetched_at = 1, etag = '', last_modified = ''")
    leave(page, "What does a loaf cost there?")  # for which the page is read
    expect(badge(page, "The page has changed since")).to_be_visible()
    expect(answer_in(page, "done").last).to_contain_text("1889")


def test_answer_is_renewed_with_its_page_and_says_so(demo: Demo, arrive: Arrivals) -> None:
    address = demo.with_page(OVEN.replace("oven", "mill") + demo.tag)
    page = asked(demo, arrive, address, "When was the mill built?")
    file = demo.folder / address.rpartition("/")[2]
    file.write_text(file.read_text("utf-8").replace("1889", "1890"), "utf-8")
    change(demo.server, "UPDATE page_texts SET fetched_at = 1, etag = '', last_modified = ''")
    leave(page, "What does a loaf cost at the mill?")
    expect(badge(page, "Answered again")).to_be_visible()
    expect(answer_in(page, "done").last).to_contain_text("1890")
    page.get_by_role("button", name="History").click()
    expect(page.locator("[part~=history]")).to_contain_text("Before the page changed")
    expect(page.locator("[part~=history]")).to_contain_text("1889")


def test_draft_appears_when_published(demo: Demo, arrive: Arrivals, office: BrowserContext) -> None:
    demo.server.change(ai="drafts")
    address = demo.at("bread.html")
    page, reader = arrive(address), arrive(address)
    leave(page, "Is this oven a draft?")
    expect(answer_in(page, "withheld")).to_contain_text("The site's owner will check this answer before it is shown.")
    page.reload()
    expect(reader.get_by_text("Is this oven a draft?")).to_be_visible()
    expect(reader.locator("answerback-comments article.ai")).to_have_count(0)

    owner = office.new_page()
    owner.goto("/admin/?q=&state=pending")
    owner.get_by_role("link", name="Correct").first.click()
    press(owner, "Publish")
    for tab in (page, reader):
        expect(answer_in(tab, "done")).to_contain_text(AI)
    owner.close()
    demo.server.change(ai="questions")


def test_no_ai_is_offered_where_it_is_off(demo: Demo, arrive: Arrivals, desk: Callable[[Page], Page]) -> None:
    address = demo.at("bread.html")
    page = asked(demo, arrive, address, "Is the oven switched off?")
    field(page).click()
    expect(page.locator("[part~=ask-choice]")).to_be_visible()
    owner = desk(page)
    rule = owner.get_by_label("What is answered on")
    rule.select_option(label="Nothing")
    owner.locator("form", has=rule).get_by_role("button", name="Save").click()
    owner.get_by_label("What is answered on").wait_for()

    page.reload()
    expect(answer_in(page, "done")).to_contain_text(AI)
    field(page).fill("Can it be asked?")
    expect(page.locator("answerback-comments [part~=submit]")).to_be_enabled()
    expect(page.locator("[part~=ask-choice]")).to_have_count(0)
    expect(page.locator("answerback-ask [part~=ask]")).to_have_count(0)
    field(page).press("Control+Enter")
    expect(page.locator("answerback-comments article", has_text="Can it be asked?")).to_be_visible()
    expect(page.locator("answerback-comments article.ai")).to_have_count(1)


def test_owner_sees_why_an_answer_did_not_help(demo: Demo, arrive: Arrivals, desk: Callable[[Page], Page]) -> None:
    page = asked(demo, arrive, demo.at("bread.html"), "Does the oven help?")
    page.get_by_role("group", name="Helpful?").get_by_role("button", name="No").click()
    reason = page.get_by_placeholder("What is wrong with it?")
    expect(reason).to_be_focused()
    reason.fill("It is about another oven")
    with page.expect_response(lambda response: "/feedback/" in response.url):
        reason.press("Enter")
    expect(page.get_by_text("Thank you")).to_be_visible()
    owner = desk(page)
    expect(owner.get_by_role("region", name="Record")).to_contain_text("It is about another oven")
