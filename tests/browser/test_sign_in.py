"""Signing in from a page of another origin, as visitors do it; each way in, in each browser: test_every_way_in.py."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Arrivals
from tests.browser.demo import Demo, leave
from tests.browser.signing import (
    by_password,
    popup_of,
    register,
    sign_in_button,
    signed_in_as,
    signed_out,
)
from tests.services import wait_until


def test_guest_registers_and_stays_signed_in(
    demo: Demo, arrive: Arrivals, context: BrowserContext, request: pytest.FixtureRequest
) -> None:
    arrive.expect("401")  # a call that was under way with the guest's token when that ended
    page = arrive.enter(context)
    page.goto(demo.at("bread.html"))
    leave(page, "Written as a guest.")
    expect(page.get_by_text("Written as a guest.")).to_be_visible()
    popup = popup_of(page)
    register(popup, "Mina", f"mina-{demo.turned}@example.com")
    signed_in_as(page, "Mina")
    wait_until(popup.is_closed)
    expect(page.locator("[part~=author]", has_text="Mina")).to_be_visible()  # the guest's comment is hers
    page.reload()
    signed_in_as(page, "Mina")
    leave(page, "Written as Mina.")
    expect(page.locator("article[data-state=published]", has_text="Written as Mina.")).to_be_visible()
    comments = demo.server.thread()["comments"]
    assert [(comment["author"]["name"], comment["author"]["kind"]) for comment in comments] == [("Mina", "user")] * 2
    assert len({comment["author"]["id"] for comment in comments}) == 1
    token = page.evaluate("sessionStorage.getItem('answerback:demo:token')")
    assert (token is not None) == ("cookies blocked" in request.node.name)


def test_tab_with_a_dead_token_takes_another_tabs(demo: Demo, arrive: Arrivals, blocking: BrowserContext) -> None:
    """The other one has just got a new one, and this one has been reloaded before it heard of that."""
    address = demo.at("bread.html")
    page, other = arrive.enter(blocking), arrive.enter(blocking)
    for tab in (page, other):
        tab.goto(address)
    register(popup_of(page), "Nell", f"nell-{demo.turned}@example.com")
    for tab in (page, other):
        signed_in_as(tab, "Nell")
    arrive.expect("401")
    key = "answerback:demo:token"
    page.evaluate("key => sessionStorage.setItem(key, sessionStorage.getItem(key).replace(/.{3}\"$/, 'old\"'))", key)
    page.reload()
    signed_in_as(page, "Nell")
    assert page.evaluate("key => sessionStorage.getItem(key)", key) == other.evaluate(
        "key => sessionStorage.getItem(key)", key
    )
    page.evaluate("key => sessionStorage.setItem(key, '\"demo.old\"')", key)
    other.close()
    page.reload()
    signed_out(page)


def test_member_signs_in_by_password(demo: Demo, arrive: Arrivals) -> None:
    address, email = demo.at("bread.html"), f"ida-{demo.turned}@example.com"
    register(popup_of(arrive(address)), "Ida", email)
    page = arrive(address)
    popup = popup_of(page)
    popup.locator("#email").fill(email)
    popup.locator("#password").fill("not the password")
    arrive.expect("401")
    popup.get_by_role("button", name="Sign in", exact=True).click()
    expect(popup.get_by_role("alert")).to_be_visible()
    by_password(popup, email)
    signed_in_as(page, "Ida")


def test_two_sign_ins_at_once_do_not_mix(demo: Demo, arrive: Arrivals) -> None:
    address = demo.at("bread.html")
    first, second = arrive(address), arrive(address)
    one, two = popup_of(first), popup_of(second)
    register(two, "Second", f"second-{demo.turned}@example.com")
    signed_in_as(second, "Second")
    signed_out(first)
    register(one, "First", f"first-{demo.turned}@example.com")
    signed_in_as(first, "First")
    signed_in_as(second, "Second")


def test_messages_from_other_origins_are_ignored(demo: Demo, arrive: Arrivals) -> None:
    page = arrive(demo.at("bread.html"))
    exchanges: list[str] = []
    page.on("request", lambda request: exchanges.append(request.url) if "/exchange/" in request.url else None)
    with page.expect_popup() as opened:
        sign_in_button(page)
    nonce = page.evaluate("Object.keys(JSON.parse(localStorage.getItem('answerback:demo:signing-in')))[0]")
    # The right words from the wrong window, and from the right window with another nonce.
    page.evaluate("nonce => postMessage({type: 'answerback:signed-in', nonce, code: 'stolen'}, '*')", nonce)
    popup = opened.value
    popup.wait_for_load_state()
    popup.evaluate("opener.postMessage({type: 'answerback:signed-in', nonce: 'x'.repeat(32), code: 'stolen'}, '*')")
    register(popup, "Real", f"real-{demo.turned}@example.com")
    signed_in_as(page, "Real")
    assert len(exchanges) == 1


def test_foreign_opener_gets_no_message(demo: Demo, arrive: Arrivals) -> None:
    """It begins a sign-in of the site, with a verifier of its own, and waits for the code."""
    address = demo.at("bread.html")
    evil = arrive(address.replace("127.0.0.1", "localhost"))
    arrive.expect("403|CORS|ERR_FAILED")  # its own widget is none of the site's
    query = {
        "site": "demo", "origin": demo.server.site.origin, "return_to": address, "lang": "en", "nonce": "n" * 32,
        "challenge": "c" * 43,
    }  # fmt: skip
    url = f"{demo.server.url}/sign-in/?{urlencode(query)}"
    with evil.expect_popup() as opened:
        evil.evaluate("window.heard = []; addEventListener('message', event => heard.push(event.data))")
        evil.evaluate("url => void open(url, 'x', 'popup')", url)
    popup = opened.value
    register(popup, "Victim", f"victim-{demo.turned}@example.com")
    popup.wait_for_url(address)
    signed_out(popup)  # the page has not begun it, and takes nothing from the address
    assert evil.evaluate("heard") == []
    assert demo.server.site.origin not in evil.evaluate("location.href")


def test_sign_in_page_refuses_frames(demo: Demo, arrive: Arrivals) -> None:
    page = arrive(demo.at("bread.html"))
    popup = popup_of(page)
    arrive.expect("frame-ancestors|chromewebdata")
    frame = "Object.assign(document.createElement('iframe'), {id: 'f', src: url})"
    page.evaluate(f"url => document.body.append({frame})", popup.url)
    wait_until(lambda: len(page.frames) > 1 and page.frames[1].evaluate("location.protocol") == "chrome-error:")
    expect(page.frame_locator("#f").get_by_label("Password")).to_have_count(0)


def test_unexpected_code_in_the_url_does_nothing(demo: Demo, arrive: Arrivals) -> None:
    address = demo.at("bread.html")
    page = arrive(f"{address}#answerback-code={'c' * 43}&answerback-nonce={'n' * 32}")
    signed_out(page)
    assert page.url == address


def test_members_only_site_offers_sign_in(demo: Demo, arrive: Arrivals) -> None:
    demo.server.change(guests="false")
    try:
        page = arrive(demo.at("bread.html"))
        expect(page.get_by_text("Sign in to comment.")).to_be_visible()
        register(popup_of(page), "Member", f"member-{demo.turned}@example.com")
        leave(page, "Now I may.")
        expect(page.locator("article[data-state=published]", has_text="Now I may.")).to_be_visible()
    finally:
        demo.server.change(guests="true")


def test_sign_in_page_is_korean_and_fits_a_phone(demo: Demo, arrive: Arrivals) -> None:
    page = arrive(demo.at("ko.html"), viewport={"width": 360, "height": 740}, locale="ko-KR")
    with page.expect_popup() as opened:
        page.locator("answerback-comments [part~=sign-in]").click()
    popup = opened.value
    popup.get_by_role("heading", name="로그인").wait_for()
    popup.set_viewport_size({"width": 360, "height": 740})
    assert popup.evaluate("document.documentElement.scrollWidth") <= 360
    popup.get_by_role("link", name="가입하기").click()
    popup.get_by_label("이름").fill("민아")
    popup.get_by_label("이메일").fill(f"ko-{demo.turned}@example.com")
    popup.get_by_label("비밀번호").fill("짧다")
    popup.locator("#password").evaluate("field => field.removeAttribute('minlength')")
    arrive.expect("400")
    popup.get_by_role("button").click()
    expect(popup.get_by_label("비밀번호")).to_have_accessible_description(re.compile("8~128자"))
    expect(popup.get_by_label("비밀번호")).to_be_focused()
    expect(popup.get_by_label("이름")).to_have_value("민아")
