"""What goes wrong around the widget: cookies blocked, server or provider gone, impatient visitors, reloads."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from playwright.sync_api import Playwright, Route, expect

from tests.browser.conftest import ARGUMENTS, Arrivals
from tests.browser.demo import Demo, answer_in, ask, field, leave
from tests.services import wait_until

GONE = "ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|503"


def test_bearer_token_serves_where_cookies_are_blocked(
    demo: Demo, arrive: Arrivals, playwright: Playwright, tmp_path: Path
) -> None:
    profile = tmp_path / "profile" / "Default"
    profile.mkdir(parents=True)
    blocked = {f"{demo.server.url},*": {"setting": 2}}
    preferences = {"profile": {"content_settings": {"exceptions": {"cookies": blocked}}}}
    (profile / "Preferences").write_text(json.dumps(preferences), "utf-8")
    context = playwright.chromium.launch_persistent_context(
        profile.parent, executable_path=shutil.which("chromium"), args=ARGUMENTS
    )
    page = arrive.enter(context)
    sent: list[dict[str, str]] = []
    page.on("request", lambda request: sent.append(request.all_headers()) if "/api/chat/" in request.url else None)
    page.goto(demo.at("bread.html"))
    leave(page, "Does it work without cookies?")
    expect(answer_in(page, "done")).to_be_visible()
    assert context.cookies(demo.server.url) == []
    page.reload()
    expect(page.locator("answerback-comments").get_by_role("button", name="Delete")).to_be_visible()
    ask(page, "And here?")
    expect(answer_in(page, "done", "answerback-ask")).to_be_visible()
    assert sent[-1]["authorization"].startswith("Bearer ")
    assert "cookie" not in sent[-1]


def test_answers_come_where_a_proxy_holds_streams_back(demo: Demo, arrive: Arrivals) -> None:
    page = arrive("about:blank")
    held: list[Route] = []
    page.route("**/api/events/*", lambda route: held.append(route))
    page.goto(demo.at("bread.html"))
    leave(page, "How large was the loan?")
    expect(answer_in(page, "done")).to_be_visible(timeout=30_000)
    assert held, "nothing was heard live"


def test_page_stays_whole_while_the_server_is_down(demo: Demo, arrive: Arrivals) -> None:
    arrive.expect(GONE)
    address = demo.at("bread.html")
    page = arrive(address)
    field(page).wait_for()
    page.goto("about:blank")
    demo.server.stop()
    page.goto(address)  # the scripts are in the browser's cache
    expect(page.get_by_text("Anna Berg opened the bakery", exact=False)).to_be_visible()
    said = page.get_by_text("Comments can't be reached right now.")
    assert said.count() == 0, "nothing is said before three seconds are over"
    expect(said).to_be_visible()
    stranger = arrive(address)  # and here they are not
    expect(stranger.get_by_text("Anna Berg opened the bakery", exact=False)).to_be_visible()
    expect(stranger.locator("answerback-comments")).to_have_count(0)
    demo.server.run()
    expect(field(page)).to_be_visible(timeout=15_000)
    expect(page.locator("answerback-ask [part~=ask]")).to_be_visible(timeout=15_000)


def test_comment_is_sent_when_the_server_is_back(demo: Demo, arrive: Arrivals) -> None:
    arrive.expect(GONE)
    page = arrive(demo.at("bread.html"))
    leave(page, "The first one.")
    wait_until(lambda: demo.server.thread()["total"] == 1)
    demo.server.stop()
    leave(page, "Written in between.")
    expect(page.get_by_text("Not sent: there is no connection.", exact=False)).to_be_visible()
    demo.server.run()
    expect(page.get_by_text("Not sent: there is no connection.", exact=False)).to_have_count(0, timeout=20_000)
    wait_until(lambda: demo.server.thread()["total"] == 2)


def test_comment_is_kept_when_the_provider_is_down(demo: Demo, arrive: Arrivals) -> None:
    demo.model.script(default={"mode": "status", "status": 503})
    page = arrive(demo.at("bread.html"))
    leave(page, "What does a loaf cost?")
    failed = answer_in(page, "failed")
    expect(failed).to_contain_text("No answer yet. Trying again at", timeout=20_000)
    expect(failed.locator("[part~=body]")).to_have_count(0)
    demo.model.script(default={})
    page.locator("answerback-comments").get_by_role("button", name="Try again").click()
    expect(answer_in(page, "done")).to_contain_text("The page says", timeout=20_000)
    assert demo.server.thread()["total"] == 1  # of people


def test_answers_go_on_after_a_restart(demo: Demo, arrive: Arrivals) -> None:
    arrive.expect(GONE)
    waiting = {"text": "One two three four five six.", "gate": "go", "gate_after": 3}
    demo.model.script(default=waiting)
    page = arrive(demo.at("bread.html"))
    leave(page, "When was the oven built?")
    expect(answer_in(page, "streaming")).to_contain_text("One two")
    ask(page, "And where?")
    expect(answer_in(page, "streaming", "answerback-ask")).to_contain_text("One two")
    demo.model.script(default={"text": "Seven eight nine."})
    demo.server.restart()
    demo.model.release("go")
    expect(answer_in(page, "done")).to_contain_text("Seven eight nine.", timeout=30_000)
    expect(answer_in(page, "done", "answerback-ask")).to_contain_text("Seven eight nine.", timeout=30_000)
    assert demo.server.thread()["total"] == 1  # of people


def test_double_click_sends_once(demo: Demo, arrive: Arrivals) -> None:
    page = arrive(demo.at("bread.html"))
    field(page).fill("Twice is nothing.")
    page.locator("answerback-comments [part~=submit]").dblclick()
    page.locator("answerback-ask textarea").fill("How old is the oven?")
    page.locator("answerback-ask [part~=send]").dblclick()
    expect(answer_in(page, "done", "answerback-ask")).to_have_count(1)
    expect(page.get_by_text("Twice is nothing.")).to_have_count(1)
    assert demo.server.thread()["total"] == 1
    assert demo.model.seen()["calls"] == 1


def test_unsent_text_survives_a_reload(demo: Demo, arrive: Arrivals) -> None:
    page = arrive(demo.at("bread.html"))
    field(page).fill("Not finished ye")
    page.locator("answerback-ask textarea").fill("Nor is thi")
    page.reload()
    expect(field(page)).to_have_value("Not finished ye")
    expect(page.locator("answerback-ask textarea")).to_have_value("Nor is thi")


def test_comment_arrives_when_the_page_is_left(demo: Demo, arrive: Arrivals) -> None:
    page = arrive(demo.at("bread.html"))
    page.route("**/api/comments/?*", lambda route: None if route.request.method == "POST" else route.continue_())
    leave(page, "Sent while leaving.")
    expect(page.get_by_text("Sending…")).to_be_visible()
    page.unroute_all(behavior="ignoreErrors")
    page.reload()
    expect(page.locator("article[data-state=published]", has_text="Sent while leaving.")).to_be_visible()
    assert demo.server.thread()["total"] == 1
