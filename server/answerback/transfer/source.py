"""The file to import: also a pipe or compressed, tolerant of single bad characters."""

from __future__ import annotations

import codecs
import gzip
import json
import re
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, Literal

from ..errors import BadRequest
from .model import Mended

BYTES_LIMIT = 256 * 1024 * 1024
CHUNK = 1024 * 1024
Kind = Literal["folder", "sqlite", "xml", "json", "text"]
_ENCODINGS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DECLARED = re.compile(rb"\s*<\?xml[^>]*?encoding=[\"']([A-Za-z0-9._-]{1,40})[\"']")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(
    "&#(?:0*(?:[0-8]|1[124-9]|2[0-9]|3[01])|x0*(?:[0-8bcef]|1[0-9a-f]|d[89a-f][0-9a-f]{2}|fff[ef]));", re.IGNORECASE
)
_UNFINISHED = re.compile(r"&#?[0-9a-zA-Z]{0,10}\Z")
_STREAMING = ("filetype:JSON", "#filetype:JSON")
"""What LeanCloud's files begin with."""


class Source:
    """A file, or a folder, to read comments from; `mended` counts what was put right."""

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self.name = name
        self.mended: Counter[Mended] = Counter()

    @cached_property
    def head(self) -> bytes:
        """The first bytes."""
        with self.path.open("rb") as file:
            return file.read(4096)

    @cached_property
    def kind(self) -> Kind:
        """What sort of file it is, by its first bytes. Raises BadRequest for an archive."""
        if self.path.is_dir():
            return "folder"
        if self.head.startswith(b"PK\x03\x04"):
            raise BadRequest("validation_failed", f"{self.name} is a ZIP archive; unpack it first.")
        if self.head.startswith(b"SQLite format 3\x00"):
            return "sqlite"
        begin = self.head.decode(self._encoding, "replace").lstrip("\ufeff \t\r\n")
        if begin.startswith("<"):
            return "xml"
        return "json" if begin.startswith(("{", "[", *_STREAMING)) else "text"

    @property
    def _encoding(self) -> str:
        for mark, encoding in _ENCODINGS:
            if self.head.startswith(mark):
                return encoding
        declared = _DECLARED.match(self.head)
        try:
            return codecs.lookup(declared[1].decode()).name if declared else "utf-8"
        except LookupError:
            return "utf-8"

    def chunks(self) -> Iterator[str]:
        """The text, piece by piece, from its first visible character. What no text may have is dropped, and a bad byte
        becomes U+FFFD; both are counted."""
        decoder = codecs.getincrementaldecoder(self._encoding)("replace")
        kept, begun, more = "", False, True
        with self.path.open("rb") as file:
            while more:
                data = file.read(CHUNK)
                more = bool(data)
                text = decoder.decode(data, final=not more)
                bad = text.count("\ufffd") - data.count("\ufffd".encode())
                if bad > 0:
                    self.mended[Mended.BAD_BYTES] += bad
                text = kept + text
                if not begun:
                    text = text.lstrip("\ufeff \t\r\n")
                    begun = bool(text)
                unfinished = _UNFINISHED.search(text) if more else None
                cut = len(text) if unfinished is None else unfinished.start()
                text, kept = text[:cut], text[cut:]
                yield self._cleaned(text)

    def _cleaned(self, text: str) -> str:
        for pattern in (_FORBIDDEN, _REFERENCE):
            text, dropped = pattern.subn("", text)
            if dropped:
                self.mended[Mended.CONTROL_CHARACTERS] += dropped
        return text

    @cached_property
    def text(self) -> str:
        """The whole text."""
        return "".join(self.chunks())

    @cached_property
    def documents(self) -> list[Any]:
        """All JSON values that follow each other: one, or a line each. Raises BadRequest."""
        if self.kind != "json":
            return []
        text, found, at = self.text, [], 0
        if text.startswith(_STREAMING):
            at = text.find("\n") + 1 or len(text)
        decoder = json.JSONDecoder(strict=False)
        try:
            while at < len(text):
                value, at = decoder.raw_decode(text, at)
                found.append(value)
                while at < len(text) and text[at] in " \t\r\n,":
                    at += 1
        except (ValueError, RecursionError) as error:
            raise BadRequest("bad_json", f"{self.name} is not valid JSON ({error}).") from None
        return found

    @cached_property
    def records(self) -> list[dict[str, Any]]:
        """The JSON objects: of a list, of `results` or `data` around one, or a line each."""
        found: list[Any] = []
        for document in self.documents:
            if isinstance(document, dict) and isinstance(document.get("results"), list):
                document = document["results"]
            found += document if isinstance(document, list) else [document]
        return [each for each in found if isinstance(each, dict)]


@contextmanager
def opened(path: Path, limit: int = BYTES_LIMIT) -> Iterator[Source]:
    """The file at `path` (`-` is standard input). Raises BadRequest."""
    path = Path("/dev/stdin") if str(path) == "-" else path
    with ExitStack() as stack:
        try:
            source = _opened(path, limit, stack)
        except OSError as error:
            raise BadRequest("validation_failed", f"{path} cannot be read ({error.strerror or error}).") from None
        yield source


def _opened(path: Path, limit: int, stack: ExitStack) -> Source:
    """What is packed, or comes through a pipe, is laid out in a file first, so that it can be looked at and then read
    whole."""
    if path.is_dir():
        return Source(path, str(path))
    file = stack.enter_context(path.open("rb"))
    packed = file.peek(2)[:2] == b"\x1f\x8b"
    if path.is_file() and not packed:
        if path.stat().st_size > limit:
            raise BadRequest("body_too_large", f"{path} is too large.")
        return Source(path, str(path))
    laid_out = stack.enter_context(tempfile.NamedTemporaryFile(prefix="answerback-import-"))  # noqa: SIM115  it is
    # Any: what gzip opens for reading bytes is one, though not in so many types.
    stream: Any = gzip.GzipFile(fileobj=file) if packed else file
    _lay_out(stream, laid_out, limit, path)
    return Source(Path(laid_out.name), str(path))


def _lay_out(stream: BinaryIO, file: Any, limit: int, path: Path) -> None:
    """Copies at most `limit` bytes, to bound what a compressed file expands to."""
    copied = 0
    try:
        while data := stream.read(CHUNK):
            copied += len(data)
            if copied > limit:
                raise BadRequest("body_too_large", f"{path} is too large.")
            file.write(data)
    except (OSError, EOFError, zlib.error) as error:
        raise BadRequest("validation_failed", f"{path} cannot be read ({type(error).__name__}).") from None
    file.flush()
