"""GitHub's two APIs on this machine, as far as an import reads them: pages of at most 100, cursors, links, refusals."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

PAGE = 100
CREATED = "2021-03-01T01:00:00Z"


@dataclass
class GitHub:
    """One repository, `o/r`, which this token may read; `fill` gives its discussions and issues the same comments."""

    token: str
    url: str = ""
    calls: int = 0
    topics: list[dict[str, Any]] = field(default_factory=list)

    def fill(self, topics: int, comments: int, replies: int) -> None:
        """So many topics; the first has so many comments, of which the first has so many replies."""
        for number in range(1, topics + 1):
            texts = [f"Comment {each}" for each in range(comments if number == 1 else 0)]
            below = [f"Reply {each}" for each in range(replies if number == 1 else 0)]
            self.topics.append({"number": number, "comments": texts, "replies": below})

    def written(self, format: str) -> int:
        """How many comments there are."""
        replies = sum(len(each["replies"]) for each in self.topics) if format == "giscus" else 0
        return sum(len(each["comments"]) for each in self.topics) + replies

    @contextmanager
    def serving(self) -> Iterator[Self]:
        """The server, until the end."""
        github = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(*github.rest(self.path, self._token()))

            def do_POST(self) -> None:
                sent = json.loads(self.rfile.read(int(self.headers["content-length"])))
                self._answer(*github.graphql(self.path, sent, self._token()), {})

            def _token(self) -> str:
                return (self.headers["authorization"] or "").removeprefix("Bearer ")

            def _answer(self, status: int, body: Any, headers: dict[str, str]) -> None:
                data = json.dumps(body).encode()
                self.send_response(status)
                for name, value in {**headers, "content-length": str(len(data))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            self.url = f"http://127.0.0.1:{server.server_port}"
            thread = threading.Thread(target=server.serve_forever, args=(0.02,))
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()

    def _refusal(self, token: str) -> int:
        self.calls += 1
        return 0 if token == self.token else 403 if token == "limited" else 401

    def rest(self, path: str, token: str) -> tuple[int, Any, dict[str, str]]:
        """A page of `/repos/o/r/issues` or `…/issues/comments`."""
        parts = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if refused := self._refusal(token):
            return refused, {"message": "no"}, {}
        found = {"/repos/o/r/issues": self._issues(), "/repos/o/r/issues/comments": self._issue_comments()}.get(
            parts.path
        )
        if found is None:
            return 404, {"message": "Not Found"}, {}
        if "labels" in query:
            found = []
        size, number = min(int(query["per_page"]), PAGE), int(query["page"])
        following = f'<{self.url}{parts.path}?page={number + 1}>; rel="next"'
        return (
            200,
            found[size * (number - 1) : size * number],
            {"link": following} if len(found) > size * number else {},
        )

    def _issues(self) -> list[dict[str, Any]]:
        return [
            {"url": f"{self.url}/repos/o/r/issues/{each['number']}", "comments_url": "x", "body": _body(each),
             "title": f"post-{each['number']}", "user": {"login": "utterances-bot"}, "locked": False, "comments": 1}
            for each in self.topics
        ]  # fmt: skip

    def _issue_comments(self) -> list[dict[str, Any]]:
        return [
            {"issue_url": f"{self.url}/repos/o/r/issues/{each['number']}", "node_id": f"I{each['number']}-{number}",
             "html_url": "x", "user": {"login": "mina"}, "created_at": CREATED, "updated_at": CREATED, "body": text}
            for each in self.topics
            for number, text in enumerate(each["comments"])
        ]  # fmt: skip

    def graphql(self, path: str, sent: dict[str, Any], token: str) -> tuple[int, Any]:
        """A page of discussions, of a discussion's comments, or of a comment's replies."""
        if refused := self._refusal(token):
            return refused, {"message": "no"}
        query, variables = sent["query"], sent["variables"]
        assert path == "/graphql"
        assert query.count("{") == query.count("}")
        if "discussions(" in query:
            if (variables["owner"], variables["name"]) != ("o", "r"):
                return 200, {"data": {"repository": None}, "errors": [{"message": "Could not resolve to a Repository"}]}
            found = _connection([self._discussion(each) for each in self.topics], 20, variables["after"])
            return 200, {"data": {"repository": {"discussions": found}}}
        kind, _, id = variables["id"].partition("-")
        topic = self.topics[int(id.partition("-")[0]) - 1]
        field = "comments" if kind == "D" else "replies"
        assert f"{field}(first: 100, after: $after)" in query
        nodes = self._comments(topic) if kind == "D" else _replies(topic)
        return 200, {"data": {"node": {field: _connection(nodes, PAGE, variables["after"])}}}

    def _discussion(self, topic: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": f"D-{topic['number']}", "title": f"post-{topic['number']}", "body": _body(topic), "locked": False,
            "author": {"login": "giscus"}, "category": {"name": "Comments"},
            "comments": _connection(self._comments(topic), PAGE, None),
        }  # fmt: skip

    def _comments(self, topic: dict[str, Any]) -> list[dict[str, Any]]:
        return [
            _comment(f"C-{topic['number']}-{number}", text)
            | {"replies": _connection(_replies(topic) if number == 0 else [], PAGE, None)}
            for number, text in enumerate(topic["comments"])
        ]


def _body(topic: dict[str, Any]) -> str:
    address = f"https://blog.example/post-{topic['number']}/"
    return f"# Post\n\n[{address}]({address})"


def _replies(topic: dict[str, Any]) -> list[dict[str, Any]]:
    return [_comment(f"R-{topic['number']}-{number}", text) for number, text in enumerate(topic["replies"])]


def _comment(id: str, text: str) -> dict[str, Any]:
    return {"id": id, "body": text, "bodyHTML": f"<p>{text}</p>", "createdAt": CREATED, "author": {"login": "mina"}}


def _connection(nodes: list[dict[str, Any]], size: int, after: str | None) -> dict[str, Any]:
    start = int(after or 0)
    end = min(start + size, len(nodes))
    return {"pageInfo": {"hasNextPage": end < len(nodes), "endCursor": str(end)}, "nodes": nodes[start:end]}
