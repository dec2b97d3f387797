"""The file of a backup: a tar with a manifest, the secret key and the database.

Visitors' pictures are rows of the database, so they are in it.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from ...db.sqlite_file import Progress

FORMAT = 1
MANIFEST, KEY, DATABASE = "manifest.json", "secret-key", "answerback.db"
BLOCK = 1 << 20
KEY_LIMIT = 64 * 1024


class BadArchive(Exception):
    """The file is no backup of ours, or is damaged; the message says which."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """A backup's table of contents."""

    version: str
    """Of the Answerback that has made it."""
    revision: str
    created_at: str
    bytes: int
    sha256: str
    rows: dict[str, int]
    format: int = FORMAT


def digest(path: Path, progress: Progress) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return _copied(file, None, path.stat().st_size, "Hashing", progress)


def pack(out: IO[bytes], manifest: Manifest, key: bytes | None, database: Path, progress: Progress) -> None:
    """Writes the archive. Raises BadArchive if the database does not match the manifest."""
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        _add_bytes(archive, MANIFEST, json.dumps(asdict(manifest), indent=1).encode())
        if key is not None:
            _add_bytes(archive, KEY, key)
        archive.addfile(_member(DATABASE, manifest.bytes))
        with database.open("rb") as file:
            if _copied(file, out, manifest.bytes, "Writing", progress) != manifest.sha256:
                raise BadArchive("the copy has changed on the disk while it was packed")
        out.write(bytes(-manifest.bytes % tarfile.BLOCKSIZE))
        archive.offset = out.tell()


def unpack(path: Path, database: Path | None, key: Path | None, progress: Progress) -> Manifest:
    """Reads the whole archive and extracts its database and key, if any, to new files. Raises BadArchive or OSError."""
    try:
        with tarfile.open(path, "r:") as archive:
            manifest = _manifest(archive)
            if key is not None and KEY in archive.getnames():
                with new_file(key) as out:
                    out.write(_bytes(archive, KEY, KEY_LIMIT))
            member = archive.getmember(DATABASE)
            source = archive.extractfile(member)
            if source is None or member.size != manifest.bytes:
                raise BadArchive("its database is not as long as its manifest says")
            with source, new_file(database) if database is not None else nullcontext() as out:
                found = _copied(source, out, manifest.bytes, "Reading", progress)
    except (tarfile.TarError, KeyError, EOFError) as error:
        raise BadArchive(f"it is no backup of ours, or only a part of one ({error})") from error
    if found != manifest.sha256:
        raise BadArchive("its database is not what was written: the file is damaged")
    return manifest


def _manifest(archive: tarfile.TarFile) -> Manifest:
    try:
        fields = json.loads(_bytes(archive, MANIFEST, BLOCK))
        if fields["format"] != FORMAT:
            raise BadArchive(f"it is of format {fields['format']}, and this Answerback reads {FORMAT}")
        return Manifest(**fields)
    except (ValueError, TypeError) as error:
        raise BadArchive("its manifest cannot be read") from error


def _bytes(archive: tarfile.TarFile, name: str, limit: int) -> bytes:
    source = archive.extractfile(archive.getmember(name))
    if source is None:
        raise BadArchive(f"its {name} is no file")
    with source:
        return source.read(limit)


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member


def _add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    archive.addfile(_member(name, len(content)), io.BytesIO(content))


def new_file(path: Path) -> IO[bytes]:
    """Creates a file readable by its owner only: it holds password hashes and keys."""
    return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "r+b")


def _copied(source: IO[bytes], out: IO[bytes] | None, size: int, step: str, progress: Progress) -> str:
    """Copies bytes and returns their SHA-256."""
    found, left = hashlib.sha256(), size
    while left:
        block = source.read(min(BLOCK, left))
        if not block:
            raise BadArchive("it ends too early")
        found.update(block)
        if out is not None:
            out.write(block)
        left -= len(block)
        progress(step, size - left, size)
    return found.hexdigest()
