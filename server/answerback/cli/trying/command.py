"""`answerback try`: serves the site with the tag, crawls it, and prints the addresses."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

import httpx2

from ...accounts.owners import add_owner_with_link
from ...clock import SystemClock
from ...db.database import Database
from ...errors import AppError, BadRequest
from ...knowledge.build import crawl_site
from ...settings import Settings, kept_key
from ...sites.settings import read_site
from ...sites.snippet import snippet
from ...sites.store import add_site, change_site
from ..console import say, watched, with_database
from ..side_by_side import answered_by, serve_both
from ..sites import say_crawled
from ..static_site import StaticSite
from .local_server import LocalServer
from .tagging import Home, at_home, home_of, tag_of, title_of, with_tag

OWNER, KEY = "owner@example.com", "my-site"
BUILT = ("public", "_site", "dist", "build", "out", "site", "output", "build/html", "docs/_build/html", "_build/html")
"""Output folders of site generators."""
PAGES_LOOKED_AT = 50
WITH_ADDRESSES = ("text/html", "application/xhtml+xml", "text/xml", "application/xml", "application/rss+xml",
                  "application/atom+xml", "text/plain")  # fmt: skip


def run_trial(settings: Settings, site: str, selector: str | None, data: Path | None, ports: tuple[int, int]) -> int:
    """Runs until interrupted; returns 1 if a port is taken. `site` is the folder of a built site or the address of a
    local server; `selector` says where comments are inserted; `data` is the folder that stores them, by default a
    temporary one. Never changes the site. Raises BadRequest if there is no site."""
    origin = f"http://127.0.0.1:{ports[1]}"
    public_url = f"http://localhost:{ports[0]}"
    tag = tag_of(public_url, KEY, selector)
    home, name = _local_home(site) if _is_address(site) else _folder_home(Path(site))

    def rewrite(path: str, kind: str, body: bytes) -> bytes:
        if kind in WITH_ADDRESSES:
            body = at_home(body, home, origin)
        return with_tag(body, tag) if kind in ("text/html", "application/xhtml+xml") else body

    pages = LocalServer(site.rstrip("/"), rewrite) if _is_address(site) else StaticSite(Path(site), rewrite, home.base)
    with _kept(data) as folder:
        database = f"sqlite:///{folder / 'answerback.db'}"
        tried = replace(
            settings, data_dir=folder, database_url=database, redis_url="", secret_key=(kept_key(folder),),
            public_url=public_url,
        )  # fmt: skip
        texts = {"origins": origin, "name": name}

        async def begin(db: Database) -> str | None:
            now = SystemClock().now()
            if not await db.write(lambda: add_site(KEY, texts, now)):
                await db.write(lambda: change_site(KEY, texts, now))
            return await add_owner_with_link(db, OWNER, [], None)

        link = with_database(tried, begin)

        async def tell() -> None:
            say(
                f"""
  Your site with comments   {origin}{home.base}/
  The owner's pages, once   {public_url}{link}
  The tag to paste          {snippet(settings, KEY)}
                            (with the address that your server will have)

  Questions are answered by {answered_by(tried)}.
  Nothing in {site} is changed. Reading all of its pages …
"""
            )
            await _read_all(tried, texts)
            say("\n  Ctrl-C ends it.")

        return asyncio.run(serve_both(tried, pages, ports, tell, f"answerback try {site}"))


async def _read_all(settings: Settings, texts: dict[str, str]) -> None:
    """Crawls the whole site, so that answers draw on all of it, and reports failures."""
    site = read_site(KEY, texts, daily_answers=settings.daily_answers, aliases=())
    db = Database(settings.database_url)
    await db.connect()
    try:
        result = await crawl_site(settings, db, site, None, watched("Pages"))
        if result is not None:
            say_crawled(site, result)
    except AppError as error:
        say(f"answerback: the site could not be read: {error.detail}")
    finally:
        await db.close()


@contextmanager
def _kept(data: Path | None) -> Iterator[Path]:
    """The data folder: the one given, or a temporary one that is deleted at the end."""
    if data is not None:
        data.mkdir(parents=True, exist_ok=True)
        yield data.resolve()
    else:
        with tempfile.TemporaryDirectory(prefix="answerback-") as folder:
            yield Path(folder)


def _is_address(site: str) -> bool:
    return site.startswith(("http://", "https://"))


def _folder_home(folder: Path) -> tuple[Home, str]:
    """The production address and name that a built site declares. Raises BadRequest if there is no such site."""
    index = folder / "index.html"
    if not folder.is_dir():
        raise BadRequest("validation_failed", f"There is no folder {folder}.")
    if not index.is_file():
        built = [each for each in BUILT if (folder / each / "index.html").is_file()]
        hint = f"Try {folder / built[0]}." if built else "Build your site first, and name the folder of its pages."
        raise BadRequest("validation_failed", f"{folder} has no index.html. {hint}")
    first = index.read_bytes()
    others = islice((path for path in sorted(folder.rglob("*.html")) if path != index), PAGES_LOOKED_AT)
    pages = [(f"/{path.relative_to(folder).as_posix()}", path.read_bytes()) for path in others]
    return home_of([("/index.html", first), *pages]), title_of(first)


def _local_home(url: str) -> tuple[Home, str]:
    """The production address and name that a local server's site declares. Raises BadRequest if the server does not
    respond."""
    parts = urlsplit(url)
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise BadRequest("validation_failed", f"{url} is not the address of a server, as http://localhost:1313 is.")
    try:
        answer = httpx2.get(f"{url.rstrip('/')}/", follow_redirects=True, timeout=30, trust_env=False)
    except httpx2.HTTPError as error:
        raise BadRequest("validation_failed", f"{url} does not answer ({type(error).__name__}).") from None
    found = home_of([("/index.html", answer.content)])
    return Home(found.hosts | {parts.netloc.lower()}, ""), title_of(answer.content)
