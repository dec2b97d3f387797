"""Recognises boilerplate: navigation, forms, banners, advertisements, other people's comments.

Judged by what a part carries. Each element is weighed once: how much of its text is in links, how many fields it has.
What names itself navigation, a form or an aside is left out unless most of the page's text is in it; lists of links are
left out whatever they are called. `<main>` and `<article>` are the page's content where they hold a fair part of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from itertools import islice
from typing import Any, NamedTuple

from ...core.languages import LANGUAGES, either
from .inline import STRUCK, UNREAD
from .next_articles import other_articles
from .visibility import IGNORED

DEPTH_LIMIT = 100
MOST, FAIR, LITTLE = 0.5, 0.2, 0.3
"""Shares of the page's text: what carries most of it is content, whatever it is called."""
DENSE, TOC_DENSE = 0.7, 0.8
"""Share of a part's text that is in links, from which on it is navigation."""
SHORT_LINK, SHORT_PART = 50, 600
ARTICLE = 1_500
"""Characters of a page that has a text of its own: then lists of links and teasers are not what it says."""
_OPAQUE = UNREAD | STRUCK | {"template"}
_INLINE = frozenset(
    """a abbr acronym b bdi bdo big cite code data dfn em font i ins kbd label mark math nobr output picture q ruby samp
    small span strong sub sup time tt u var img br wbr button input""".split()
)
HEADINGS = {f"h{level}": level for level in range(1, 7)}
_FORMULAS = frozenset(("math", "mjx-container"))
_FIELDS = frozenset(("text", "email", "search", "password", "tel", "url", "number", ""))
_ROLES = frozenset(("navigation", "search", "menu", "menubar", "toolbar", "dialog", "alertdialog"))
_PAGE_ROLES = frozenset(("banner", "contentinfo", "complementary"))
_FRAME_WORDS = frozenset(
    """nav navbar navigation sitenav breadcrumb breadcrumbs pagination pager pagenavi newsletter toc skip skiplink
    skiplinks cookiebar ads adsbygoogle advert advertisement sharing sharedaddy addtoany""".split()
)
"""Words of ids and classes. Not `menu` or `share`: a restaurant's menu is what visitors ask for."""
_ASIDE_WORDS = frozenset("sidebar footer masthead topbar".split())
"""The same, outside the content only."""
_LINK_WORDS = frozenset("share social related recommend recommended tags taglist menu categories prevnext".split())
"""Words that tell it only of what is mostly links."""
_CONSENT_WORDS = frozenset("consent gdpr cookiebot cybotcookiebotdialog onetrust cookieconsent cookiebar".split())
_ABOUT_COOKIES = re.compile(either(language.consent for language in LANGUAGES), re.IGNORECASE)
_MORE_WORDS = frozenset(
    "more related recommend recommended recommendations similar latest recent popular upsells teaser teasers".split()
)
"""Words of what leads to other pages with a sentence for each."""
PER_TEASER = 250
"""Characters beside a link, at most."""
_META_WORDS = frozenset("meta byline posted published dateline lastmod timestamp postmetadata".split())
_TITLE_WORDS = _META_WORDS | frozenset("date time author category categories posted info".split())
"""The same, beside the page's own title."""
_IDS = frozenset(("header", "hd", "masthead", "footer", "ft", "colophon"))
META_LIMIT = 200
_NOTES = frozenset(
    "admonition warning note tip callout info alert caution danger important hint attention notice".split()
)
_COMMENT_WORDS = frozenset("comment comments commentlist commentarea disqus respond cmt reply replies".split())
_OF_COMMENTS = frozenset("comments commentlist commentarea disqus respond cmt".split())
_STATES = frozenset("open opened closed on off enabled disabled status count link links".split())
_WORD = re.compile(r"[\W_]+")


class Weight(NamedTuple):
    """An element's contents in numbers: characters, characters in links, links, in-page links, input fields, buttons,
    and whether it has blocks."""

    chars: int
    linked: int
    links: int
    local: int
    fields: int
    buttons: int
    blocks: bool

    @property
    def prose(self) -> int:
        """Characters outside links."""
        return self.chars - self.linked

    @property
    def density(self) -> float:
        """The share of characters in links."""
        return self.linked / self.chars if self.chars else 0.0


_NOTHING = Weight(0, 0, 0, 0, 0, 0, False)


def words_of(element: Any) -> set[str]:
    """The words of an element's id and class."""
    name, classes = element.get("id"), element.get("class")
    if not name and not classes:
        return set()
    return set(_WORD.split(f"{name or ''} {classes or ''}"[:1_000].lower()))


class Scale:
    """Weighs each element of a page once."""

    def __init__(self, hidden: Collection[Any]) -> None:
        self._hidden = hidden
        self.weights: dict[Any, Weight] = {}
        self.wrappers: set[Any] = set()
        """Inline elements that hold blocks."""

    def weigh(self, element: Any, depth: int = 0) -> Weight:
        """Weighs an element and its descendants."""
        tag = element.tag
        chars = linked = links = local = fields = buttons = 0
        blocks = False
        if text := element.text:
            chars = len(text.strip())
        if depth <= 2 * DEPTH_LIMIT:
            for child in element:
                if tail := child.tail:
                    chars += len(tail.strip())
                name = child.tag
                if not isinstance(name, str) or child in self._hidden or child.get(IGNORED) is not None:
                    continue
                if name in _OPAQUE:
                    fields += name == "textarea" or (name == "input" and (child.get("type") or "").lower() in _FIELDS)
                    if name != "template" or not child.get("shadowrootmode"):
                        continue
                if name in _FORMULAS:
                    chars += 5
                    continue
                one = self.weigh(child, depth + 1)
                chars, fields = chars + one.chars, fields + one.fields
                links, local, buttons = links + one.links, local + one.local, buttons + one.buttons
                linked += one.linked
                blocks = blocks or one.blocks or name not in _INLINE
        if tag == "a" and (href := element.get("href")) and not href.startswith(("tel:", "mailto:")):
            linked, links, local = chars, links + 1, local + href.startswith("#")
        elif tag == "button":
            buttons += 1
        found = Weight(chars, linked, links, local, fields, buttons, blocks)
        if tag not in _INLINE:
            self.weights[element] = found
        elif blocks:
            self.weights[element] = found
            self.wrappers.add(element)
        return found

    def of(self, element: Any) -> Weight:
        """The weight of a block."""
        return self.weights.get(element, _NOTHING)


class Frame:
    """Separates content from boilerplate."""

    def __init__(self, body: Any, scale: Scale, title: str = "") -> None:
        self._scale = scale
        self._total = max(1, scale.of(body).prose)
        self._tells_much = self._total >= ARTICLE
        self.left_out: set[Any] = set(other_articles(body, title))
        self.tops = self._choose(body)

    def _choose(self, body: Any) -> list[Any]:
        """The elements with the page's content; boilerplate inside them is in `left_out`."""
        mains = list(_outermost(body, self._scale.weights, lambda item: "main" in (item.tag, item.get("role"))))
        if mains and self._holds(mains, FAIR):
            return self._without_frame(mains, inside=True)
        whole = self._without_frame([body], inside=False)
        left = self._prose_left(body)
        articles = list(_outermost(body, self._scale.weights, lambda item: item.tag == "article", self.left_out))
        held = sum(map(self._prose_left, articles))
        if articles and held >= (0.6 if len(articles) == 1 else 0.9) * left and self._has_title(body, articles):
            return articles
        return whole

    def _holds(self, mains: list[Any], share: float) -> bool:
        prose = sum(self._scale.of(main).prose for main in mains)
        return prose >= 250 or prose >= share * self._total

    def _has_title(self, body: Any, articles: list[Any]) -> bool:
        """Whether the page's title is in its articles, or at least not outside them."""
        titles = [title for title in body.iter("h1") if title not in self.left_out]
        return len(articles) > 1 or not titles or any(article in titles[0].iterancestors() for article in articles)

    def _prose_left(self, element: Any) -> int:
        """An element's prose without what is left out inside it."""
        prose, stack = self._scale.of(element).prose, [element]
        while stack:
            for child in stack.pop():
                if child in self.left_out:
                    prose -= self._scale.of(child).prose
                elif child in self._scale.weights:
                    stack.append(child)
        return prose

    def _without_frame(self, tops: list[Any], *, inside: bool) -> list[Any]:
        stack = [(top, inside) for top in reversed(tops)]
        while stack:
            element, within = stack.pop()
            titled = any(child.tag == "h1" for child in element)
            if self._tells_much:
                self.left_out.update(self._teasers(element))
            for child in element:
                if child not in self._scale.weights:
                    if titled and _is_byline(child):
                        self.left_out.add(child)
                elif child in self.left_out or self._is_frame(child, within) or (titled and _is_byline(child)):
                    self.left_out.add(child)
                else:
                    stack.append((child, within or child.tag in ("article", "main")))
            self.left_out.update(_headings_of_nothing(element, self.left_out))
        return tops

    def _teasers(self, parent: Any) -> Iterator[Any]:
        """Similar siblings with a linked title and a sentence."""
        alike: dict[tuple[str, str], list[Any]] = {}
        for child in parent:
            weight = self._scale.of(child)
            if weight.links and weight.chars <= PER_TEASER * 2:
                alike.setdefault((child.tag, child.get("class") or ""), []).append(child)
        for found in alike.values():
            if len(found) > 2 and all(map(_leads_elsewhere, found)):
                yield from found

    def _is_frame(self, element: Any, inside: bool) -> bool:
        weight, words = self._scale.of(element), words_of(element)
        if (words and is_of_comments(element, words)) or self._is_in_front(element, weight, words, inside):
            return True
        if weight.prose >= MOST * self._total:
            return False
        return (
            self._calls_itself_so(element, weight, words, inside)
            or _is_list_of_links(element, weight, inside, self._tells_much)
            or _is_form(element, weight)
            or _is_banner(element, weight, words, inside)
        )

    def _is_in_front(self, element: Any, weight: Weight, words: set[str], inside: bool) -> bool:
        """Whether it covers the page until it is answered: a dialog, or what asks for consent, however much it says."""
        if inside or weight.prose >= self._total or next(element.iter("h1", "main", "article"), None) is not None:
            return False
        if element.tag == "dialog" or element.get("role") in ("dialog", "alertdialog"):
            return True
        return weight.buttons > 0 and not words.isdisjoint(_CONSENT_WORDS)

    def _calls_itself_so(self, element: Any, weight: Weight, words: set[str], inside: bool) -> bool:
        tag, role = element.tag, element.get("role")
        if tag == "nav" or role in _ROLES:
            return True
        if not inside and (tag == "footer" or role in _PAGE_ROLES):
            return not self._has_h1(element)
        if tag == "header" and not inside:
            return weight.links > 2 and not self._has_h1(element)
        if tag == "footer" and inside:
            return weight.chars < SHORT_PART and (element.getparent().tag != "blockquote")
        if tag == "aside" or role == "complementary":
            return (not inside and _NOTES.isdisjoint(words) and role != "note") or bool(words & _ASIDE_WORDS)
        if not words or tag in HEADINGS or weight.chars > LITTLE * self._total:
            return bool(words & _FRAME_WORDS) and tag not in HEADINGS and weight.density > MOST
        if words & _FRAME_WORDS or (not inside and words & _ASIDE_WORDS):
            return True
        if words & _LINK_WORDS and weight.density > MOST:
            return True
        if words & _MORE_WORDS and weight.links > 1 and weight.chars <= PER_TEASER * weight.links:
            return True
        if not inside and element.get("id") in _IDS:
            return not self._has_h1(element)
        return bool(words & _META_WORDS) and weight.chars <= META_LIMIT and not weight.blocks

    @staticmethod
    def _has_h1(element: Any) -> bool:
        return next(element.iter("h1"), None) is not None


def _leads_elsewhere(part: Any) -> bool:
    """Whether a part's title links to another page."""
    for title in part.iter(*HEADINGS):
        links = [*title.iter("a"), *islice((above for above in title.iterancestors() if above.tag == "a"), 1)]
        return any(not (link.get("href") or "#").startswith("#") for link in links)
    return False


def _is_byline(element: Any) -> bool:
    """Whether it gives date, place and author beside a page's title."""
    if element.tag in HEADINGS or element.tag == "img" or words_of(element).isdisjoint(_TITLE_WORDS):
        return False
    return sum(len(text) for text in element.itertext()) <= META_LIMIT


def _headings_of_nothing(parent: Any, left_out: Collection[Any]) -> Iterator[Any]:
    """Headings whose entire content is left out."""
    title = None
    for child in parent:
        if child.tag in HEADINGS and child.tag != "h1":
            title = child
        elif title is not None and child not in left_out:
            title = None
        elif title is not None and (child.getnext() is None or child.getnext().tag in HEADINGS):
            yield title
            title = None
        if (child.tail or "").strip():
            title = None


def _outermost(
    root: Any, weights: Collection[Any], wanted: Callable[[Any], bool], but: Collection[Any] = ()
) -> Iterator[Any]:
    """The wanted elements that are inside no other wanted one and not left out."""
    stack = [root]
    while stack:
        element = stack.pop()
        if element not in weights or element in but:
            continue
        if wanted(element):
            yield element
        else:
            stack.extend(reversed(element))


def _is_list_of_links(element: Any, weight: Weight, inside: bool, tells_much: bool) -> bool:
    if weight.links < 3 or (inside and element.tag not in ("ul", "ol", "div", "section")):
        return False
    mean = weight.linked / weight.links
    if weight.local >= 0.8 * weight.links and weight.density >= TOC_DENSE:
        return True  # a table of contents
    if inside:
        short = mean <= 14  # initials, page numbers, names of networks
        return weight.density >= 0.9 and (short or (tells_much and weight.density >= 0.95))
    return weight.density >= DENSE and mean <= SHORT_LINK


def _is_form(element: Any, weight: Weight) -> bool:
    """Whether it is a form to fill in: fields with little text."""
    if not weight.fields or element.tag not in ("form", "div", "section", "fieldset", "search"):
        return False
    return weight.prose <= (60 if element.tag != "form" else 240) * weight.fields and weight.chars < SHORT_PART


def _is_banner(element: Any, weight: Weight, words: set[str], inside: bool) -> bool:
    """Whether it is a consent banner."""
    if element.tag in HEADINGS or weight.chars > 3 * SHORT_PART or not (weight.buttons or weight.links):
        return False
    if words & _CONSENT_WORDS:
        return True
    if weight.chars > SHORT_PART or (inside and not weight.buttons):
        return False
    return _ABOUT_COOKIES.search(" ".join("".join(element.itertext()).split())) is not None


def is_of_comments(element: Any, words: set[str]) -> bool:
    """Whether an element holds the comments of the site's old comment system."""
    if words.isdisjoint(_OF_COMMENTS) and not ({"comment", "reply"} & words and words & {"area", "list", "thread"}):
        return False
    if not words.isdisjoint(_STATES) or element.tag in HEADINGS or element.tag in ("pre", "code", "table", "main"):
        return False
    if next(element.iter("h1", "main"), None) is not None:
        return False
    if words_of_class(element) & _COMMENT_WORDS:
        return True
    for number, child in enumerate(element.iter("div", "ol", "ul", "li", "article", "section", "form", "textarea")):
        if number and (child.tag == "textarea" or words_of_class(child) & _COMMENT_WORDS):
            return True
        if number > 30:
            break
    return False


def words_of_class(element: Any) -> set[str]:
    """The words of an element's class."""
    return set(_WORD.split((element.get("class") or "")[:1_000].lower()))
