"""A repository's discussions (giscus) or issues (utterances), from GitHub's API into a file of JSON lines."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from ..errors import BadRequest, Unavailable
from .source import Source

SECONDS = 30
_FIELDS = """id body bodyHTML createdAt lastEditedAt deletedAt isMinimized minimizedReason upvoteCount authorAssociation
author { login } reactionGroups { content users { totalCount } }"""
_REPLIES = f"pageInfo {{ hasNextPage endCursor }} nodes {{ {_FIELDS} }}"
_COMMENTS = f"pageInfo {{ hasNextPage endCursor }} nodes {{ {_FIELDS} replies(first: 100) {{ {_REPLIES} }} }}"
_DISCUSSIONS = f"""query($owner: String!, $name: String!, $after: String) {{
repository(owner: $owner, name: $name) {{ discussions(first: 20, after: $after) {{ pageInfo {{ hasNextPage endCursor }}
nodes {{ id title url body locked author {{ login }} category {{ name }}
comments(first: 100) {{ {_COMMENTS} }} }} }} }} }}"""
_MORE = """query($id: ID!, $after: String) {{ node(id: $id) {{ ... on {type} {{
{field}(first: 100, after: $after) {{ {inside} }} }} }} }}"""
_MORE_COMMENTS = _MORE.format(type="Discussion", field="comments", inside=_COMMENTS)
_MORE_REPLIES = _MORE.format(type="DiscussionComment", field="replies", inside=_REPLIES)


def repository_in(text: str, github_url: str) -> str | None:
    """`owner/name` of a repository's address; None for what is none."""
    found = re.fullmatch(rf"{re.escape(github_url)}/([\w.-]+/[\w.-]+?)(?:\.git)?/?", text)
    return found[1] if found else None


@contextmanager
def fetched(api_url: str, token: str, repository: str, format: str, category: str = "") -> Iterator[Source]:
    """A repository's discussions or issues as a file; where it is given, of one category (giscus) or with one label
    (utterances). Raises BadRequest when GitHub refuses, Unavailable when it cannot be reached."""
    headers = {"Accept": "application/vnd.github.full+json", "User-Agent": "Answerback"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    with (
        tempfile.NamedTemporaryFile("w", encoding="utf-8", prefix="answerback-import-", suffix=".json") as file,
        httpx2.Client(headers=headers, timeout=SECONDS, follow_redirects=True) as client,
    ):
        reader = _Reader(client, api_url, repository)
        pages = reader.discussions(category) if format == "giscus" else reader.issues(category)
        file.write(json.dumps({"repository": {"discussions" if format == "giscus" else "issues": {}}}) + "\n")
        for page in pages:
            file.write(json.dumps(page) + "\n")
        file.flush()
        yield Source(Path(file.name), repository)


class _Reader:
    """Goes through the pages of one repository's lists."""

    def __init__(self, client: httpx2.Client, api_url: str, repository: str) -> None:
        self._client = client
        self._api_url = api_url
        self._repository = repository

    def discussions(self, category: str) -> Iterator[list[dict[str, Any]]]:
        """Discussions, each with all comments and replies."""
        owner, name = self._repository.split("/")
        after = None
        while True:
            data = self._graphql(_DISCUSSIONS, owner=owner, name=name, after=after)
            found = (data.get("repository") or {}).get("discussions")
            if not found:
                raise BadRequest("validation_failed", f"GitHub shows no discussions of {self._repository}.")
            wanted = [each for each in found["nodes"] if category in ("", (each.get("category") or {}).get("name"))]
            for topic in wanted:
                self._complete(topic, "comments", _MORE_COMMENTS)
                for comment in topic["comments"]["nodes"]:
                    self._complete(comment, "replies", _MORE_REPLIES)
            yield wanted
            after = found["pageInfo"]["endCursor"]
            if not found["pageInfo"]["hasNextPage"]:
                return

    def _complete(self, of: dict[str, Any], field: str, query: str) -> None:
        """Fetch what did not come along of a list."""
        page = of[field]["pageInfo"]
        while page["hasNextPage"]:
            more = self._graphql(query, id=of["id"], after=page["endCursor"])["node"][field]
            of[field]["nodes"] += more["nodes"]
            page = more["pageInfo"]

    def issues(self, label: str) -> Iterator[list[dict[str, Any]]]:
        """Issues, then the comments of all."""
        yield from self._list("issues", {"state": "all", "labels": label} if label else {"state": "all"})
        yield from self._list("issues/comments", {})

    def _list(self, path: str, query: dict[str, str]) -> Iterator[list[dict[str, Any]]]:
        number = 1
        while True:
            params = {**query, "per_page": "100", "page": str(number)}
            response = self._send("GET", f"{self._api_url}/repos/{self._repository}/{path}", params=params)
            yield response.json()
            if "next" not in response.links:
                return
            number += 1

    def _graphql(self, query: str, **variables: Any) -> dict[str, Any]:
        # GitHub Enterprise has its two APIs side by side: /api/v3 and /api/graphql.
        url = f"{self._api_url.removesuffix('/v3')}/graphql"
        found = self._send("POST", url, json={"query": query, "variables": variables}).json()
        if found.get("errors"):
            raise BadRequest("validation_failed", f"GitHub: {found['errors'][0].get('message', 'no reason given')}")
        data: dict[str, Any] = found["data"]
        return data

    def _send(self, method: str, url: str, **content: Any) -> httpx2.Response:
        try:
            response = self._client.request(method, url, **content)
        except httpx2.HTTPError as error:
            raise Unavailable("unavailable", f"GitHub cannot be reached ({type(error).__name__}).") from None
        if response.is_success:
            return response
        limited = "GitHub allows no more calls for now; try again later, with a token."
        said = {
            403: limited,
            429: limited,
            401: "GitHub refuses the token; give a valid one in GITHUB_TOKEN.",
            404: f"GitHub shows no repository {self._repository} to this token.",
        }
        raise BadRequest("validation_failed", said.get(response.status_code, f"GitHub: HTTP {response.status_code}."))
