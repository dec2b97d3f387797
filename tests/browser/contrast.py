"""How well the widget's texts can be read on what is really behind them."""

from __future__ import annotations

from playwright.sync_api import Page

MEASURING = """
  const canvas = document.createElement('canvas').getContext('2d');
  const read = color => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const over = (top, below) => { const alpha = top[3] / 255;
    return [0, 1, 2].map(at => top[at] * alpha + below[at] * (1 - alpha)).concat(255); };
  const ground = element => { const layers = []; let image = null;
    for (let at = element; at && !image; at = at.parentElement ?? at.getRootNode().host) {
      const style = getComputedStyle(at);
      image = /(rgba?\\([^)]+\\))/.exec(style.backgroundImage)?.[1];
      layers.push(read(image ?? style.backgroundColor)); }
    const root = getComputedStyle(document.documentElement).colorScheme;
    const canvasColor = root === 'dark' ? [18, 18, 18, 255] : [255, 255, 255, 255];
    return layers.reverse().reduce((below, top) => over(top, below), canvasColor); };
  const light = color => color.slice(0, 3).map(part => part / 255)
    .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
"""
CONTRASTS = (
    "() => {"
    + MEASURING
    + """
  const found = [];
  for (const host of document.querySelectorAll('answerback-ask, answerback-comments'))
    for (const element of host.shadowRoot.querySelectorAll('h2, p, label, button:enabled, .title, .muted')) {
      if (!element.textContent.trim() || element.closest('.unseen')) continue;
      const behind = ground(element);
      const [a, b] = [light(over(read(getComputedStyle(element).color), behind)), light(behind)];
      found.push([(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), element.textContent.trim().slice(0, 40)]);
    }
  return found;
}"""
)
EDGES = (
    "() => {"
    + MEASURING
    + """
  return [...document.querySelectorAll('answerback-ask, answerback-comments')]
    .flatMap(host => [...host.shadowRoot.querySelectorAll('.composer, .ask-form')])
    .map(field => {
      const behind = ground(field.parentElement);
      const [a, b] = [light(over(read(getComputedStyle(field).borderTopColor), behind)), light(behind)];
      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    });
}"""
)
GROUND = "() => {" + MEASURING + "return light(ground(document.querySelector('answerback-comments').parentElement)); }"


def least(page: Page) -> tuple[float, str]:
    """The lowest contrast that any text of the widget has with what is behind it, once all of it is there."""
    found = page.evaluate(CONTRASTS)
    contrast, text = min(found) if len(found) >= 6 else (0, "")
    return round(contrast, 2), text


def faintest_edge(page: Page) -> float:
    """The lowest contrast of a field's border with what the field stands on."""
    return round(float(min(page.evaluate(EDGES))), 2)


def is_dark(page: Page) -> bool:
    """Whether the page's own ground behind the comments is."""
    return bool(page.evaluate(GROUND) < 0.18)
