"""The widget looks as in `pictures/`, in light, dark, narrow and from right to left.

Its words are blocks there, so that no machine's fonts matter. After a change that is meant,
`python -m tests.browser.test_pictures` takes the pictures anew.
"""

from __future__ import annotations

import base64
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.conftest import ARGUMENTS, PROGRAM
from tests.browser.demo import Demo, answer_in, field

FOLDER = Path(__file__).parent / "pictures"
# Avatars have the colour of a random id; hinting moves letters, in each of Chromium's programs differently.
HEAD = """<style>@font-face { font-family: Blocks; src: url(blocks.ttf) }
:root { --answerback-font: Blocks } ::part(avatar) { visibility: hidden } body { margin: 8px; background: %s }
[data-answerback] { min-height: 0 !important }
::part(root), ::part(input), ::part(button), ::part(sort) { text-rendering: geometricPrecision }</style>"""
LOOKS = {
    "light": ("#fff", 760, "en"),
    "dark": ("#14161a", 760, "en"),
    "narrow": ("#fff", 360, "ko"),
    "right-to-left": ("#fff", 760, "ar"),
}
ALIKE = """async ([one, other]) => {
  const pixels = async (png) => {
    const image = new Image();
    image.src = `data:image/png;base64,${png}`;
    await image.decode();
    const { width, height } = image;
    const canvas = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    canvas.drawImage(image, 0, 0);
    return { width, height, at: canvas.getImageData(0, 0, width, height).data };
  };
  const [a, b] = [await pixels(one), await pixels(other)];
  if (a.width !== b.width || Math.abs(a.height - b.height) > 4) return 1;
  let different = 0;
  const all = a.width * Math.min(a.height, b.height);
  for (let i = 0; i < all * 4; i += 4) {
    if ([0, 1, 2].some((c) => Math.abs(a.at[i + c] - b.at[i + c]) > 40)) different++;
  }
  return different / all;
}"""
MOST = 0.01
"""The share of pixels that may differ: edges, and what a browser draws itself."""


def pictures(demo: Demo, browser: Browser) -> Iterator[tuple[str, bytes, Page]]:
    """Each state in each look: its name, the picture and the page."""
    shutil.copy(FOLDER / "blocks.ttf", demo.folder)
    for look, (ground, width, lang) in LOOKS.items():
        direction = "rtl" if lang == "ar" else "ltr"
        tag = f'<div lang="{lang}" dir="{direction}">{demo.tag}</div>'
        page = browser.new_page(viewport={"width": width, "height": 1600})
        address = demo.with_page(tag, HEAD % ground)
        page.goto(address)
        expect(page.locator("answerback-comments [part~=empty]")).to_be_visible()
        yield f"{look}-empty", taken(page), page
        said(demo)
        page.reload()
        expect(answer_in(page, "done")).to_be_visible()
        expect(answer_in(page, "failed")).to_be_visible()
        field(page).focus()
        expect(page.locator("answerback-comments [part~=submit]")).to_be_visible()
        yield f"{look}-thread", taken(page), page
        page.close()


def said(demo: Demo) -> None:
    """A thread with replies, an answer and one that has failed."""
    demo.model.script({"text": "It was built in 1889. [1]"}, {"mode": "status", "status": 401})
    demo.server.begin()
    first = demo.server.post("The crust is *dark*, and the crumb is light. " * 4, name="Mina", ask=False).json[
        "comment"
    ]
    demo.server.post("It is, on every day of the week.", parent_id=first["id"], ask=False)
    for question in ("When was the oven built?", "Who built it?"):
        demo.server.settled(demo.server.post(question, ask=True).json["answer"]["id"])


def taken(page: Page) -> bytes:
    """A picture of all that stands on the page."""
    page.evaluate("document.fonts.ready")
    return page.locator("body > div").screenshot(animations="disabled")


def test_it_looks_as_it_did(demo: Demo, browser: Browser) -> None:
    different = {}
    for name, picture, page in pictures(demo, browser):
        known = (FOLDER / f"{name}.png").read_bytes()
        share = page.evaluate(ALIKE, [base64.b64encode(each).decode() for each in (known, picture)])
        if share > MOST:
            different[name] = share
    assert different == {}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as at, Demo.start(Path(at)) as running, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=PROGRAM, args=ARGUMENTS)
        for name, picture, _ in pictures(running, chromium):
            (FOLDER / f"{name}.png").write_bytes(picture)
        chromium.close()
