"""The schema's history, run by Alembic."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from ..errors import Unavailable

HEAD = "0004"
"""The newest revision; a test compares it with the files."""
NEWER = "The database is one of a newer Answerback: install that, or go back to a backup of before."


def migrate(url: str) -> None:
    """Bring the database at `url` to the newest revision; blocks, so call it in a thread from async code.

    Raises Unavailable when the database cannot be reached or is none.

    Alembic is imported only when there is something to do: it would cost every start a quarter of a second.
    """
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if _sqlite_revision(path) == HEAD:
                return
        except (OSError, sqlite3.Error) as error:
            raise Unavailable("unavailable", f"The database at {path} cannot be used ({error}).") from error
    _upgrade(url)


def _upgrade(url: str) -> None:
    import asyncpg
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    try:
        command.upgrade(config, "head")
    except CommandError as error:  # it knows nothing of the revision that the database has
        raise Unavailable("unavailable", NEWER) from error
    except (OSError, asyncpg.PostgresError, SQLAlchemyError) as error:
        # PostgreSQL's own words may hold the address with its password.
        why = type(error).__name__
        if isinstance(error, DBAPIError) and isinstance(error.orig, sqlite3.Error):
            why = str(error.orig)
        raise Unavailable(
            "unavailable", f"The database cannot be reached or brought to the newest schema ({why})."
        ) from error


def _sqlite_revision(path: Path) -> str | None:
    if not path.is_file():
        return None
    connection = sqlite3.connect(path, timeout=10)
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return None if row is None else str(row[0])
    except sqlite3.OperationalError:
        return None
    finally:
        connection.close()
