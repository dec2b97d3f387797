"""Runs in sandbox workers: looks for our tag in a page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from lxml import html
from lxml.etree import LxmlError

_TAGGED = "//script[contains(@src, 'answerback.js')]/@data-site | //*[starts-with(name(), 'answerback-')]/@data-site"
_CANONICAL = "string(//link[@rel='canonical']/@href)"


def has_tag(args: dict[str, Any], body: bytes) -> tuple[Any, bytes]:
    """Whether a page has this site's tag, and this query, if any, is that of its canonical link."""
    try:
        tree = html.document_fromstring(body)
    except (LxmlError, ValueError):
        return False, b""
    own_query = urlsplit(tree.xpath(_CANONICAL)).query
    return args["site"] in tree.xpath(_TAGGED) and args["query"] in ("", own_query), b""


TASKS = {"has_tag": has_tag}
