"""The widget on pages of every kind: strict, hostile, Korean, right-to-left, long, changing, arranged by hand."""

from __future__ import annotations

from urllib.parse import quote

from playwright.sync_api import expect

from tests.browser.conftest import Arrivals
from tests.browser.demo import Demo, answer_in, ask, field, leave, question_field
from tests.services import wait_until

LOOKS = """() => {
  const looks = [];
  const wanted = ['color', 'backgroundColor', 'fontSize', 'fontWeight', 'letterSpacing', 'textTransform', 'float',
                  'transform', 'borderTopStyle', 'borderTopColor', 'borderTopWidth', 'display', 'position', 'height'];
  for (const host of document.querySelectorAll('answerback-ask, answerback-comments'))
    for (const element of host.shadowRoot.querySelectorAll('*')) {
      const style = getComputedStyle(element);
      looks.push([element.localName, element.className, ...wanted.map(name => style[name])].join(' '));
    }
  return looks;
}"""


def test_works_under_strict_csp_and_trusted_types(demo: Demo, arrive: Arrivals) -> None:
    page = arrive(demo.at("strict.html"))
    page.evaluate(
        """() => { window.violations = [];
        document.addEventListener('securitypolicyviolation', event =>
          window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`)); }"""
    )
    leave(page, "When was the **policy** written?")
    expect(page.locator("answerback-comments strong", has_text="policy")).to_be_visible()
    expect(answer_in(page, "done")).to_be_visible()
    page.locator("answerback-comments [part~=source]").first.click()
    expect(page.get_by_text("Highlighted on the page.")).to_be_visible()
    ask(page, "Who wrote the policy?")
    expect(answer_in(page, "done", "answerback-ask")).to_be_visible()
    assert page.evaluate("window.violations") == []


def test_page_styles_do_not_reach_the_widget(demo: Demo, arrive: Arrivals) -> None:
    address = demo.at("hostile.html")
    page = arrive(address)
    field(page).wait_for()
    expect(question_field(page)).to_be_visible()
    expect(page.locator("answerback-comments .bone")).to_have_count(0)
    question_field(page).hover()  # what it takes to ask comes now
    expect(page.locator("answerback-ask [part~=quota]")).to_be_visible()
    shouted = page.evaluate(LOOKS)
    # The type follows the size of its place, which the page may say.
    page.evaluate(
        """() => { for (const host of document.querySelectorAll('answerback-ask, answerback-comments'))
          host.style.fontSize = getComputedStyle(host).fontSize; }"""
    )
    page.evaluate("document.querySelectorAll('link[rel=stylesheet]').forEach(link => link.remove())")
    # What the page says of its own type is meant to be inherited; here it says nothing.
    page.evaluate("document.body.style.cssText = getComputedStyle(document.body).cssText")
    assert len(shouted) > 10
    assert page.evaluate(LOOKS) == shouted


def test_print_shows_text_only(demo: Demo, arrive: Arrivals) -> None:
    page = arrive(demo.at("strict.html"))
    leave(page, "From where are styles allowed?")
    expect(answer_in(page, "done")).to_be_visible()
    page.emulate_media(media="print")
    expect(answer_in(page, "done")).to_be_visible()
    expect(field(page)).to_be_hidden()
    expect(question_field(page)).to_be_hidden()
    expect(page.locator("answerback-comments [part~=actions]:visible")).to_have_count(0)


def test_korean_page_gets_korean_texts(demo: Demo, arrive: Arrivals) -> None:
    page = arrive(demo.at("ko.html"))
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    page.reload()
    expect(page.get_by_role("heading", name="이 글에 대해 물어보세요")).to_be_visible()
    expect(page.get_by_role("heading", name="댓글")).to_be_visible()
    assert any("/answerback/thread-ko-" in url for url in loaded)
    assert not any("/answerback/en-" in url or "/answerback/thread-en-" in url for url in loaded)
    leave(page, "독서 모임은 언제 열리나요?")
    expect(answer_in(page, "done").get_by_text("AI 답변")).to_be_visible()


def test_enter_during_composition_does_not_send(demo: Demo, arrive: Arrivals) -> None:
    page = arrive(demo.at("ko.html"))
    question_field(page).focus()
    typing = page.context.new_cdp_session(page)
    typing.send("Input.imeSetComposition", {"text": "얼마예요", "selectionStart": 4, "selectionEnd": 4})
    expect(question_field(page)).to_have_value("얼마예요")
    process = {"type": "rawKeyDown", "key": "Process", "code": "Enter", "windowsVirtualKeyCode": 229}
    typing.send("Input.dispatchKeyEvent", process)
    expect(question_field(page)).to_have_value("얼마예요")
    page.keyboard.press("Enter")  # Chromium says of it that a syllable is being composed
    expect(page.locator("answerback-ask [part~=send]")).to_be_enabled()
    expect(page.locator("answerback-ask [part~=question]")).to_have_count(0)
    typing.send("Input.insertText", {"text": "얼마예요?"})
    page.keyboard.press("Enter")
    expect(page.locator("answerback-ask [part~=question]", has_text="얼마예요?")).to_be_visible()


def test_right_to_left_page_is_mirrored(demo: Demo, arrive: Arrivals) -> None:
    page = arrive(demo.at("rtl.html"), viewport={"width": 390, "height": 800})
    leave(page, "באיזו שנה נבנה המגדלור?")
    expect(answer_in(page, "done")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    root = page.locator("answerback-comments [part~=root]")
    assert root.evaluate("element => getComputedStyle(element).direction") == "rtl"
    avatar = page.locator("answerback-comments [part~=avatar]").first.bounding_box()
    author = page.locator("answerback-comments [part~=author]").first.bounding_box()
    assert avatar and author and avatar["x"] > author["x"]


def test_arabic_answer_runs_from_the_right_on_an_english_page(demo: Demo, arrive: Arrivals) -> None:
    told = "يفتح المخبز في السابعة والنصف صباحا."
    demo.model.script(default={"text": f"{told} [1]\n\nانظر `open()` هنا أيضا."})
    page = arrive(demo.with_page(f"<main><h1>Bakery</h1><p>{told}</p>{demo.tag}</main>"))
    leave(page, "متى يفتح المخبز؟")
    body = answer_in(page, "done").locator("[part~=body]")
    expect(body).to_contain_text("أيضا")
    expect(body.locator(".badge")).to_be_visible()  # what the page does not say is marked, word by word
    marked = body.locator("p").last
    code, first = marked.locator("code").bounding_box(), marked.locator("span").first.bounding_box()
    whole = body.bounding_box()
    assert code and first and whole
    assert first["x"] > code["x"], "its first word stands to the right of the next"
    assert first["x"] + first["width"] > whole["x"] + whole["width"] - 30


def test_nothing_loads_until_scrolled_near(demo: Demo, arrive: Arrivals) -> None:
    address = demo.at("long.html")
    page = arrive("about:blank", viewport={"width": 1280, "height": 600})
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    page.goto(address)
    page.wait_for_function("window.Answerback && document.querySelector('answerback-comments')")
    page.wait_for_load_state("networkidle")
    assert [url for url in loaded if url.startswith(demo.server.url)] == [f"{demo.server.url}/answerback.js"]
    assert page.evaluate("scrollY") == 0
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    field(page).wait_for()
    assert any("/answerback/thread-" in url for url in loaded)


def test_navigation_without_reload_changes_the_thread(demo: Demo, arrive: Arrivals) -> None:
    page = arrive(demo.at("app.html"))
    leave(page, "This is said of no chapter.")
    expect(page.get_by_text("This is said of no chapter.")).to_be_visible()
    page.get_by_role("button", name="Chapter two").click()
    expect(page.get_by_text("No comments yet")).to_be_visible()
    leave(page, "This is said of the second chapter.")
    expect(page.get_by_text("This is said of the second chapter.")).to_be_visible()
    page.get_by_role("button", name="Chapter one").click()
    expect(page.get_by_text("No comments yet")).to_be_visible()
    page.get_by_role("button", name="Chapter two").click()
    expect(page.get_by_text("This is said of the second chapter.")).to_be_visible()
    page.evaluate("document.dispatchEvent(new Event('x')); window.Answerback.destroy()")
    expect(page.locator("answerback-comments, answerback-ask")).to_have_count(0)
    wait_until(lambda: demo.server.call("GET", "/readyz").status == 200)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_load_state("networkidle")
    assert asked == []


def test_target_and_placed_elements_are_used(demo: Demo, arrive: Arrivals) -> None:
    tag = demo.tag.replace("async", 'data-target="#here" data-mode="comments" async')
    page = arrive(demo.with_page(f"<div id=here></div><hr>{tag}"))
    expect(page.locator("#here answerback-comments [part~=heading]")).to_be_visible()
    expect(page.locator("answerback-ask")).to_have_count(0)

    hands = '<answerback-comments data-page="/own"></answerback-comments><hr><answerback-ask></answerback-ask>'
    page = arrive(demo.with_page(f"{hands}{demo.tag}"))
    leave(page, "In a thread of its own.")
    expect(page.get_by_text("In a thread of its own.")).to_be_visible()
    expect(page.locator("answerback-comments, answerback-ask")).to_have_count(2)
    demo.server.page = "/own"
    wait_until(lambda: demo.server.thread()["total"] == 1)


def test_counts_come_in_one_call(demo: Demo, arrive: Arrivals) -> None:
    page = arrive(demo.at("bread.html"))
    talked_of = demo.server.page
    leave(page, "One comment, no question.")
    wait_until(lambda: demo.server.thread()["total"] == 1)
    address = demo.with_page(
        f'<answerback-count page="{talked_of}"></answerback-count><answerback-count page="/none"></answerback-count>',
        head=demo.tag,
    )
    asked: list[str] = []
    page = arrive("about:blank")
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    expect(page.locator("answerback-count").first).to_have_text("1 comment")
    expect(page.locator("answerback-count").last).to_have_text("0 comments")
    assert len([url for url in asked if "/api/" in url]) == 1
    assert not any("/answerback/thread-" in url for url in asked)


def test_typing_is_not_for_the_page(demo: Demo, arrive: Arrivals) -> None:
    """A page's own shortcuts, such as those of Sphinx and MkDocs, leave what is typed here alone."""
    page = arrive(demo.at("bread.html"))
    page.evaluate(
        """() => { window.heard = [];
        for (const type of ['keydown', 'keypress', 'keyup'])
          document.addEventListener(type, event => { window.heard.push(event.key);
            if (event.key === 's' || event.key === '/') event.preventDefault(); }); }"""
    )
    for box in (field(page), question_field(page)):
        box.click()
        page.keyboard.type("s/?")
        page.keyboard.press("ArrowLeft")
        expect(box).to_have_value("s/?")
        assert page.evaluate("window.heard.splice(0)") == []
        page.keyboard.press("Control+k")
        page.keyboard.press("Escape")
        assert {"Control", "k", "Escape"} <= set(page.evaluate("window.heard.splice(0)"))


def test_permalinks_and_titles_hold_on_any_page(demo: Demo, arrive: Arrivals) -> None:
    address = demo.with_page(
        demo.tag, head="<base href='/elsewhere/'><script>document.title = '😀'.repeat(149) + 'a😀'</script>"
    )
    page = arrive(address)
    leave(page, "Where am I?")
    link = page.locator("answerback-comments [part~=permalink]").first
    expect(link).to_be_visible()
    assert page.evaluate("link => link.href", link.element_handle()).startswith(f"{address}#answerback-")


def test_locked_thread_can_be_read(demo: Demo, arrive: Arrivals) -> None:
    page = arrive(demo.at("bread.html"))
    leave(page, "Written before it was closed.")
    expect(page.locator("answerback-comments article [part~=actions]").first).to_be_visible()  # it has arrived
    address = page.url
    page.goto("about:blank")
    demo.close_thread()
    page.goto(address)
    expect(page.get_by_text("This thread is closed. You can still read it.")).to_be_visible()
    expect(page.get_by_text("Written before it was closed.")).to_be_visible()
    expect(page.locator("answerback-comments [part~=composer]")).to_have_count(0)
    expect(page.locator("answerback-comments").get_by_role("button", name="Reply")).to_have_count(0)


def test_a_page_is_one_thread_however_it_is_reached(demo: Demo, arrive: Arrivals) -> None:
    address = demo.at("strict.html")
    other = f"{address}?no=5"

    def counts(said: str) -> int:
        counted: int = demo.server.call("GET", f"/api/counts/?site=demo&page={quote(said, safe='')}").json["counts"][
            said
        ]
        return counted

    page = arrive(f"{address}?utm_source=mail&any=1#policy")
    leave(page, "Said with a query in the address.")
    wait_until(lambda: counts(address) == counts(other) == 1)
    page.goto(address)
    said = page.locator("answerback-comments").get_by_text("Said with a query in the address.")
    expect(said).to_be_visible()
    demo.server.command("site", "set", "demo", "page_params=no")
    wait_until(lambda: counts(other) == 0)
    page.goto(other)
    expect(field(page)).to_be_visible()
    expect(said).to_have_count(0)
