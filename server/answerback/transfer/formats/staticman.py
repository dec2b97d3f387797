"""Staticman's folder of data: a folder a page, a file (YAML or JSON) a comment. What its fields are called, each site
decides for itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...errors import BadRequest
from ..model import Incoming, moment
from ..source import BYTES_LIMIT, Source
from ..texts import from_mixed
from .fields import text

_ENDINGS = (".yml", ".yaml", ".json")
FILES_LIMIT = 200_000
_PARENT = ("_parent", "replying_to", "replyingTo", "replying_to_uid", "parent_id", "parent", "reply_to", "replyTo")


def looks(source: Source) -> bool:
    """Whether it is a folder with such files."""
    return source.kind == "folder" and next(_files(source.path), None) is not None


def read(source: Source) -> Iterator[Incoming]:
    """The comments, folder by folder; a folder stands for the page of its name."""
    by_folder: dict[Path, list[Path]] = {}
    for number, path in enumerate(_files(source.path)):
        if number == FILES_LIMIT:
            raise BadRequest("body_too_large", f"{source.name} has more than {FILES_LIMIT:,} files.")
        by_folder.setdefault(path.parent, []).append(path)
    for folder, paths in by_folder.items():
        slug = "/".join(folder.relative_to(source.path).parts) or source.path.resolve().name
        yield from _comments(f"/{slug}/", [(path.stem, _load(path)) for path in sorted(paths)])


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.suffix in _ENDINGS and path.is_file())


def _comments(page: str, found: list[tuple[str, dict[str, Any]]]) -> Iterator[Incoming]:
    ids = [text(each, "_id", "id") or name for name, each in found]
    above = [text(each, *_PARENT) for _, each in found]  # for root comments often the page's own name
    roots = [id for id, parent in zip(ids, above, strict=True) if parent not in ids and not parent.isdecimal()]
    for (_, each), id, parent in zip(found, ids, above, strict=True):
        if parent not in ids and parent.isdecimal() and 0 < int(parent) <= len(roots):
            parent = roots[int(parent) - 1]  # some themes number the root comments
        body, html = from_mixed(text(each, "message", "comment", "body", "content", "text"))
        yield Incoming(
            id=f"{page} {id}", address=page, name=text(each, "name", "author", "nick"),
            parent=f"{page} {parent}" if parent in ids else None, body=body, html=html,
            created_at=moment(text(each, "date", "created_at", "timestamp", "time")),
        )  # fmt: skip


def _load(path: Path) -> dict[str, Any]:
    """A file's fields, as texts; JSON is YAML too. Raises BadRequest."""
    import yaml  # for this format only

    if path.stat().st_size > BYTES_LIMIT // 256:
        raise BadRequest("body_too_large", f"{path} is too large.")
    source = Source(path, str(path))
    try:
        found = yaml.load(source.text, Loader=yaml.BaseLoader)  # builds strings, lists and mappings only
    except (yaml.YAMLError, RecursionError) as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise BadRequest("validation_failed", f"{path} cannot be read ({said}).") from None
    return found if isinstance(found, dict) else {}
