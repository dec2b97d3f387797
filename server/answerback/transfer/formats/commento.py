"""The export of Commento, and of Comentario up to its version 2."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Incoming, Reason, moment
from ..source import Source
from ..texts import from_html, from_markdown
from .fields import flag, objects, text


def looks(source: Source) -> bool:
    """Whether it has comments and commenters with hexadecimal ids."""
    data = source.records[0] if source.records else {}
    return "commenters" in data and not data.keys() & {"pages"} and data.get("version") in (1, None)


def read(source: Source) -> Iterator[Incoming]:
    """The comments, with the names of their commenters."""
    data = source.records[0]
    people = {text(each, "commenterHex"): each for each in objects(data.get("commenters"))}
    for record in objects(data.get("comments")):
        host, path = text(record, "domain", "host"), text(record, "url", "path") or "/"
        address = path if path.startswith("http") or not host else f"https://{host}/{path.lstrip('/')}"
        person, parent = people.get(text(record, "commenterHex"), {}), text(record, "parentHex")
        words, score = from_html(text(record, "html")), record.get("score")
        source_text, votes = text(record, "markdown"), score if isinstance(score, int) else 0
        yield Incoming(
            id=text(record, "commentHex"), address=address, parent=None if parent in ("", "root") else parent,
            name=text(person, "name"), kind="owner" if flag(person, "isModerator") else "guest",
            body=from_markdown(source_text).body if source_text else words.body, html=words.html,
            state="published" if text(record, "state") in ("", "approved") else "pending",
            created_at=moment(text(record, "creationDate")), up=max(votes, 0), down=max(-votes, 0),
            left_out=Reason.DELETED if flag(record, "deleted") else None,
        )  # fmt: skip
