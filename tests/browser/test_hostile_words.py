"""Words that would be scripts, through every field and from the model: nothing runs, nothing is fetched elsewhere."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Arrivals
from tests.browser.demo import Demo, answer_in, ask, field, leave
from tests.services import wait_until

ELSEWHERE = "http://127.0.0.1:9/leak"
RUN = "window.ran=1"
PAYLOADS = [
    f"<script>{RUN}</script>",
    f"<img src=x onerror={RUN}>",
    f"<svg onload={RUN}><animate onbegin={RUN} attributeName=x dur=1s>",
    "<iframe srcdoc='<script>parent.ran=1</script>'></iframe>",
    f"<details open ontoggle={RUN}><summary>x</summary></details>",
    f"<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror={RUN}&gt;'>",
    f"<a href='javascript:{RUN}'>here</a> [here](javascript:{RUN}) [there](java&#10;script:{RUN})",
    f"[data](data:text/html;base64,PHNjcmlwdD5wYXJlbnQucmFuPTE8L3NjcmlwdD4=) <javascript:{RUN}>",
    "[a prize](https://prize.example/?d=1) [https://bank.example/](https://prize.example/) <https://b@prize.example/>",
    f"![pixel]({ELSEWHERE}?a=1) <img src={ELSEWHERE}> <link rel=stylesheet href={ELSEWHERE}>",
    f"<style>@import '{ELSEWHERE}'; * {{ background: url({ELSEWHERE}) }}</style>",
    f"<form action={ELSEWHERE}><button autofocus onfocus={RUN}>x</button></form><base href={ELSEWHERE}>",
    f'`"><img src=x onerror={RUN}>` ~~~\n"><script>{RUN}</script>\n~~~',
    f"<template shadowrootmode=open><img src=x onerror={RUN}></template><object data={ELSEWHERE}></object>",
    f'"onmouseover="{RUN}" \'-{RUN}-\' {{{{constructor.constructor("{RUN}")()}}}} ${{{RUN}}}',
    f"&lt;img src=x onerror={RUN}&gt; &#60;script&#62;{RUN}&#60;/script&#62;",
    f"<noscript><p title='</noscript><img src=x onerror={RUN}>'>",
]
UNMARKED = """() => {
  const found = [];
  for (const host of document.querySelectorAll('answerback-ask, answerback-comments'))
    for (const link of host.shadowRoot.querySelectorAll('.body a[href], [part~=body] a[href]')) {
      const marks = ['nofollow', 'ugc', 'noopener', 'noreferrer'].filter((mark) => !link.relList.contains(mark));
      const shown = link.host === location.host || link.textContent.includes(link.hostname);
      if (marks.length || !shown) found.push(link.outerHTML);
    }
  return found;
}"""
UNSAFE = """() => {
  const found = [];
  for (const host of document.querySelectorAll('answerback-ask, answerback-comments'))
    for (const element of host.shadowRoot.querySelectorAll('*')) {
      if (['script', 'iframe', 'object', 'embed', 'style', 'link', 'base', 'math', 'template', 'details']
          .includes(element.localName)) found.push(element.outerHTML);
      for (const { name, value } of element.attributes)
        if (name.startsWith('on') || /^\\s*(javascript|data|vbscript):/i.test(value)) found.push(`${name}=${value}`);
    }
  return found;
}"""


def unharmed(page: Page, demo: Demo, arrive: Arrivals) -> None:
    assert page.evaluate("window.ran") is None
    assert page.evaluate(UNSAFE) == []
    assert page.evaluate(UNMARKED) == []
    ours = {demo.server.url.split("/")[2], demo.server.site.origin.split("/")[2]}
    assert arrive.hosts <= ours


def test_no_script_runs_from_body_name_or_title(demo: Demo, arrive: Arrivals) -> None:
    address = demo.at("bread.html")
    for payload in PAYLOADS:
        demo.server.begin()
        posted = demo.server.post(payload, name=payload[:50], title=payload, ask=False)
        assert posted.status == 201
    reply_to = posted.json["comment"]["id"]
    assert demo.server.post(PAYLOADS[1], parent_id=reply_to, ask=False).status == 201
    page = arrive(address)
    expect(page.locator("answerback-comments article")).to_have_count(len(PAYLOADS) + 1)
    unharmed(page, demo, arrive)
    other = arrive(demo.at("bread.html"))
    for payload in PAYLOADS[:3]:  # and as they are written, previewed, sent and edited
        field(other).fill(payload)
        other.locator("answerback-comments").get_by_role("button", name="Preview").click()
        expect(other.locator("answerback-comments .preview.body")).to_be_visible()
        other.locator("answerback-comments").get_by_role("button", name="Write").click()
        field(other).press("Control+Enter")
    expect(other.locator("answerback-comments article[data-state=published]")).to_have_count(3)
    unharmed(other, demo, arrive)


def test_no_script_runs_from_the_models_words(demo: Demo, arrive: Arrivals) -> None:
    everything = "Well. " + " \n\n ".join(PAYLOADS)
    demo.model.script(default={"text": everything, "size": 97})
    page = arrive(demo.at("bread.html"))
    leave(page, "What does it say?")
    expect(answer_in(page, "done")).to_be_visible()
    ask(page, "And here?")
    expect(answer_in(page, "done", "answerback-ask")).to_be_visible()
    unharmed(page, demo, arrive)
    expect(answer_in(page, "done").locator("a[href*='prize.example']").first).to_contain_text("(prize.example)")
    for source in page.locator("answerback-comments [part~=source]").all():
        source.click()
    unharmed(page, demo, arrive)


def test_no_script_runs_while_an_answer_streams(demo: Demo, arrive: Arrivals) -> None:
    page = arrive(demo.at("bread.html"))
    for number, payload in enumerate(PAYLOADS[:4]):
        half = f"See {number}: {payload}"
        demo.model.script({"text": half + " and more", "size": 1, "gate": f"g{number}", "gate_after": len(half) - 1})
        ask(page, f"What of {number}?")
        expect(answer_in(page, "streaming", "answerback-ask")).to_contain_text(f"See {number}:")
        shown = answer_in(page, "streaming", "answerback-ask")
        wait_until(lambda shown=shown, half=half: half[-12:-2].replace("`", "") in shown.inner_text())
        unharmed(page, demo, arrive)
        demo.model.release(f"g{number}")
        expect(answer_in(page, "done", "answerback-ask")).to_have_count(number + 1)
    unharmed(page, demo, arrive)
