"""schema.org descriptions of threads and questions as JSON-LD, for search engines."""

from __future__ import annotations

from collections.abc import Iterable
from html import unescape
from typing import Any

import orjson
from markupsafe import Markup

from ..core.patterns import lazy
from ..core.provenance import source_term

_TAG = lazy(r"<[^>]*>")
_CONTEXT = "https://schema.org"


def script(data: dict[str, Any]) -> Markup:
    """The content of a JSON-LD `<script>`."""
    # Markup: nothing in it can end the script, and it is no HTML otherwise.
    return Markup(orjson.dumps(data).decode().replace("<", "\\u003c"))


def discussion(thread: dict[str, Any], *, url: str, title: str, publisher: dict[str, Any]) -> dict[str, Any] | None:
    """A page's thread in API form as JSON-LD; None without comments. `url` is its address."""
    comments = _shown(thread["comments"], url, publisher)
    if not comments:
        return None
    return {
        "@context": _CONTEXT, "@type": "DiscussionForumPosting", "url": url, "mainEntityOfPage": url,
        "headline": title, "text": title, "author": publisher,
        "datePublished": min(comment["datePublished"] for comment in comments), "commentCount": thread["total"],
        "comment": comments,
    }  # fmt: skip


def question_page(
    question: dict[str, Any], answers: list[dict[str, Any]], *, url: str, title: str, publisher: dict[str, Any]
) -> dict[str, Any]:
    """A question with its answers, the accepted one first; both in API form."""
    first, *others = [_written(answer, url, publisher) | {"@type": "Answer"} for answer in answers]
    return {
        "@context": _CONTEXT, "@type": "QAPage",
        "mainEntity": _written(question, url, publisher) | {
            "@type": "Question", "name": title, "answerCount": len(answers), "acceptedAnswer": first,
            "suggestedAnswer": others,
        },
    }  # fmt: skip


def organization(name: str, url: str) -> dict[str, Any]:
    """A site's publisher."""
    return {"@type": "Organization", "name": name, "url": url}


def text_of(html: str) -> str:
    """The text of sanitised HTML."""
    return unescape(_TAG.sub("", html)).strip()


def _shown(comments: Iterable[dict[str, Any]], url: str, publisher: dict[str, Any]) -> list[dict[str, Any]]:
    """Comments with their replies; replies to removed comments move up."""
    found = []
    for comment in comments:
        replies = _shown(comment["replies"], url, publisher)
        if comment["state"] == "published" and comment["html"]:
            entry = _written(comment, url, publisher)
            found.append(entry | ({"comment": replies} if replies else {}))
        else:
            found += replies
    return found


def _written(comment: dict[str, Any], url: str, publisher: dict[str, Any]) -> dict[str, Any]:
    answer, author = comment["answer"], comment["author"]
    by_site = answer is not None or author["kind"] == "owner"
    entry = {
        "@type": "Comment", "url": f"{url.partition('#')[0]}#answerback-{comment['id']}",
        "text": text_of(comment["html"]), "datePublished": comment["created_at"],
        "author": publisher if by_site else {"@type": "Person", "name": author["name"] or "Guest"},
        "upvoteCount": comment["votes"]["up"], "downvoteCount": comment["votes"]["down"],
    }  # fmt: skip
    if comment["edited_at"]:
        entry["dateModified"] = comment["edited_at"]
    if answer is not None and answer["digital_source_type"]:
        address = answer["digital_source_type"]
        name = _NAMES.get(source_term(address))
        entry["digitalSourceType"] = f"{_CONTEXT}/{name}" if name else address
    return entry


_NAMES = {
    "trainedAlgorithmicMedia": "TrainedAlgorithmicMediaDigitalSource",
    "compositeWithTrainedAlgorithmicMedia": "CompositeWithTrainedAlgorithmicMediaDigitalSource",
    "algorithmicMedia": "AlgorithmicMediaDigitalSource",
}
"""schema.org's names for IPTC's terms, as far as there are any."""
