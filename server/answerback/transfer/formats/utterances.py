"""utterances: GitHub issues, one a page, and their comments, in answers of the REST API or of `gh issue list`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..model import Incoming, IncomingThread
from ..source import Source
from .fields import flag, inner, objects, text
from .github import address_of, comment, inside


def looks(source: Source) -> bool:
    """Whether it contains issues, or a repository's empty list."""
    found = (each for document in source.documents for each in inside(document))
    return any(_is_issue(each) or "issues" in inner(each, "repository") for each in found)


def read(source: Source) -> Iterator[Incoming | IncomingThread]:
    """The comments, and locked issues; comments of pull requests are skipped."""
    found = [each for document in source.documents for each in inside(document)]
    issues = {text(each, "url"): each for each in found if _is_issue(each)}
    for issue in issues.values():
        if flag(issue, "locked") and "pull_request" not in issue:
            yield IncomingThread(address_of(issue), title=text(issue, "title"), locked=True)
        for each in objects(issue.get("comments")):
            yield comment(issue, each)
    for each in found:
        issue = issues.get(text(each, "issue_url"), {})
        if "issue_url" in each and "pull_request" not in issue and "/pull/" not in text(each, "html_url"):
            yield comment(issue, each)


def _is_issue(found: dict[str, Any]) -> bool:
    return "title" in found and ("comments_url" in found or isinstance(found.get("comments"), list)) and "body" in found
