"""`answerback check`: one line for each part of the set-up."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ..clock import SystemClock
from ..db.database import Database
from ..db.sqlite_file import INTERRUPTED, restored
from ..errors import SettingsError, Unavailable
from ..setting_values import MODEL_PROVIDERS
from ..settings import Settings, sqlite_file

if TYPE_CHECKING:
    import httpx2

IF_NOT_NEW = "where there was one, ANSWERBACK_DATA_DIR is wrong"


@dataclass(frozen=True)
class Line:
    """The result of one check."""

    part: str
    state: Literal["ok", "warning", "error"]
    detail: str


async def check_all(settings: Settings) -> list[Line]:
    """Checks each part and returns a line for it: settings, database, Redis if configured, provider, budgets, sign-in,
    mail."""
    file = sqlite_file(settings.database_url)
    if file is not None and restored(file).exists():
        database = [Line("database", "error", INTERRUPTED)]
    elif file is not None and not file.is_file():
        database = [Line("database", "warning", f"{file} is not there: the first start makes it; {IF_NOT_NEW}")]
    else:
        database = [
            await _database(settings), await _integrity(settings), *await _upkeep(settings),
            await _sites(settings), await _budgets(settings), *await _servers(settings),
        ]  # fmt: skip
    return [
        _settings(settings),
        *database,
        *([await _redis(settings)] if settings.redis_url else []),
        await check_provider(settings),
        await check_embedding(settings),
        await _oauth("GitHub", settings),
        await _oauth("Kakao", settings),
        await _mail(settings),
    ]


def _settings(settings: Settings) -> Line:
    if settings.public_url.startswith("http://") and "localhost" not in settings.public_origin:
        return Line("settings", "warning", "ANSWERBACK_PUBLIC_URL is not https; browsers will not keep the session")
    return Line("settings", "ok", f"public address {settings.public_url}, data in {settings.data_dir}")


async def _database(settings: Settings) -> Line:
    from ..migrations import HEAD, plan

    try:
        step = await asyncio.to_thread(plan, settings.database_url)
    except Unavailable as error:
        return Line("database", "error", error.detail)
    if step is not None:
        return Line("database", "warning", f"{step.why} answerback migrate sees to it, and so does the start.")
    kind = "SQLite" if settings.database_url.startswith("sqlite") else "PostgreSQL"
    return Line("database", "ok", f"{kind}, revision {HEAD}")


async def _integrity(settings: Settings) -> Line:
    from ..db.integrity_store import check_integrity

    db = Database(settings.database_url)
    try:
        await db.connect()
        integrity = await check_integrity(db)
    except Exception as error:
        return Line("integrity", "error", f"the database cannot be read ({type(error).__name__})")
    finally:
        await db.close()
    if integrity.findings:
        found = "; ".join(integrity.findings)
        return Line("integrity", "error", f"the database is damaged ({found}): docs/operating.md, “Damage”")
    return Line("integrity", "ok", integrity.unknown or "every page and every reference is as it should be")


async def _upkeep(settings: Settings) -> list[Line]:
    """Lines about disk and backups; none if the database is unavailable, which another line reports."""
    from ..db.space import free_bytes
    from ..i18n.catalogue import DEFAULT
    from ..maintenance.status import read_status
    from ..maintenance.wording import Wording

    db = Database(settings.database_url)
    try:
        await db.connect()
        status = await read_status(db, free_bytes(settings.database_url), SystemClock().now())
    except Exception:
        return []
    finally:
        await db.close()
    said = Wording(status, DEFAULT)
    problems = {problem.code.partition("_")[0]: problem.text for problem in said.problems()}
    backup, disk, _ = said.lines()
    return [
        Line(part, "warning" if part in problems else "ok", problems.get(part, text))
        for part, text in (("disk", disk), ("backup", backup))
        if part == "disk" or db.is_sqlite
    ]


async def _sites(settings: Settings) -> Line:
    """Whether each site could be read in its last crawl."""
    from ..admin.pages.knowledge import problem_of
    from ..knowledge.crawl.store import crawls

    db = Database(settings.database_url)
    try:
        await db.connect()
        found = await db.read(lambda: crawls(SystemClock().now()))
    except Exception as error:
        return Line("sites", "warning", f"cannot be read ({type(error).__name__})")
    finally:
        await db.close()
    problems = [
        f"{key}: {problem_of(crawl.error, 'en')}"
        for key, crawl in sorted(found.items())
        if crawl.error not in ("", "lost")
    ]
    return Line("sites", "warning" if problems else "ok", " ".join(problems) or "every crawl went through")


async def _servers(settings: Settings) -> list[Line]:
    """Whether the servers that share this database agree with each other and with these settings."""
    from ..clock import DatabaseClock
    from ..maintenance.servers import CLOCK_MS, clock_ahead, differences, fingerprint
    from ..maintenance.servers_store import running_now

    if sqlite_file(settings.database_url) is not None:
        return []
    db = Database(settings.database_url)
    try:
        await db.connect()
        servers = await db.read(running_now)
        ahead = await clock_ahead(db, DatabaseClock(SystemClock())) or 0
    except Exception:
        return []
    finally:
        await db.close()
    problems = differences([fingerprint(key) for key in settings.secret_key], servers)
    if abs(ahead) >= CLOCK_MS:
        problems.append(f"This machine's clock and the database's differ by {abs(ahead) / 1000:.0f} s.")
    return [Line("servers", "warning" if problems else "ok", " ".join(problems) or f"{len(servers)} run, and agree")]


async def _redis(settings: Settings) -> Line:
    from redis.exceptions import RedisError

    from ..live.redis_url import client_of

    try:
        async with client_of(settings.redis_url) as client:
            await client.ping()
    except (OSError, RedisError) as error:
        return Line("redis", "error", f"cannot be reached ({type(error).__name__})")
    return Line("redis", "ok", "brings live events to other processes")


async def check_provider(settings: Settings) -> Line:
    """Which provider answers, and whether it accepts our key."""
    if settings.provider_in_use == "off":
        return Line("provider", "warning", "off: no answers")
    if settings.provider_in_use == "quote":
        return Line("provider", "ok", "quote: answers with sentences from the site, without a model")
    endpoint = settings.endpoint
    if not endpoint.usable:
        needed = " and ".join(endpoint.names) if endpoint.provider == "azure" else endpoint.names[0]
        return Line("provider", "error", f"{endpoint.provider} requires {needed}")
    import httpx2

    from ..answers.providers.registry import dialect_of

    dialect = dialect_of(endpoint.provider, endpoint.base_url)
    base = endpoint.base_url or dialect.base_url
    place = f"{endpoint.provider} at {base}"
    try:
        async with httpx2.AsyncClient(timeout=5, trust_env=False) as client:
            response = await client.get(base + dialect.models, headers=dialect.headers(endpoint.api_key))
    except httpx2.HTTPError as error:
        return Line("provider", "error", f"{place} cannot be reached ({type(error).__name__})")
    if response.status_code in (401, 403) or (response.status_code == 400 and "API key" in response.text):
        return Line("provider", "error", f"{place} does not accept the key")
    if response.status_code != 200:
        path = dialect.models.partition("?")[0]
        return Line("provider", "warning", f"{place} answers {path} with {response.status_code}")
    listed = _models(response)
    for model in sorted(filter(None, {settings.model, settings.fallback_model})):
        if listed and not {model, f"{model}:latest"} & listed and endpoint.provider != "azure":
            return Line("provider", "warning", f"{place} does not list the model {model}")
    return Line("provider", "ok", f"{place}, model {settings.model}")


def _models(response: httpx2.Response) -> set[str]:
    """The model names that the server lists; none if its list has an unknown format."""
    try:
        told = response.json()
        if "models" in told:  # Gemini's way
            return {str(model["name"]).removeprefix("models/") for model in told["models"]}
        return {str(model["id"]) for model in told["data"]}
    except (ValueError, LookupError, TypeError):
        return set()


async def _budgets(settings: Settings) -> Line:
    """Whether each budget in dollars can be enforced."""
    from ..answers.budget_prices import check_budgets

    if settings.provider_in_use not in MODEL_PROVIDERS:
        return Line("budgets", "ok", "no paid calls")
    db = Database(settings.database_url)
    try:
        await db.connect()
        await check_budgets(settings, db)
    except SettingsError as error:
        return Line("budgets", "error", str(error))
    except Exception as error:
        return Line("budgets", "warning", f"cannot be read ({type(error).__name__})")
    finally:
        await db.close()
    return Line("budgets", "ok", "every budget can be enforced")


async def check_embedding(settings: Settings) -> Line:
    """Whether the embedding model, if configured, returns vectors, and how fast."""
    from ..knowledge.build import make_embedder
    from ..knowledge.index.embedders import EmbeddingFailed

    try:
        embedder = make_embedder(settings)
    except SettingsError as error:
        return Line("embedding", "error", str(error))
    if embedder is None:
        return Line("embedding", "ok", "off: passages are found by their words")
    clock = asyncio.get_running_loop().time
    try:
        await embedder.embed(["?"], "query", seconds=20)  # connects, or starts the process
        begun = clock()
        [vector] = await embedder.embed(["When do you open?"], "query", seconds=20)
        took = clock() - begun
    except EmbeddingFailed as failed:
        return Line("embedding", "error", f"{embedder.model} gives no vectors. {failed.reason}")
    finally:
        await embedder.close()
    told = f"{embedder.model}, {len(vector)} numbers, {1000 * took:.0f} ms a question"
    if took > embedder.patience:
        return Line("embedding", "warning", f"{told}: too slow, so questions are answered by words alone")
    return Line("embedding", "ok", told)


async def _oauth(name: str, settings: Settings) -> Line:
    """Whether an OAuth provider's configuration is complete and the provider reachable; client ID and secret are
    verified only by signing in."""
    part = name.lower()
    client_id, secret = getattr(settings, f"{part}_client_id"), getattr(settings, f"{part}_client_secret")
    if not client_id and not secret:
        return Line(part, "ok", f"sign-in by {name} is not set up (docs/sign-in.md)")
    if not client_id or not secret:
        missing = "CLIENT_SECRET" if client_id else "CLIENT_ID"
        return Line(part, "error", f"ANSWERBACK_{name.upper()}_{missing} is missing")
    wrong = await (_kakao(settings) if part == "kakao" else _github(settings))
    if wrong:
        return Line(part, "error", wrong)
    callback = f"{settings.public_url}/sign-in/{part}/callback"
    if part == "kakao" and not settings.kakao_admin_key:
        detail = "ANSWERBACK_KAKAO_ADMIN_KEY is missing: nobody hears of it when somebody leaves at Kakao"
        return Line(part, "warning", f"{detail}; the redirect URI to register is {callback}")
    return Line(part, "ok", f"{name} is there; the redirect URI to register is {callback}")


async def _kakao(settings: Settings) -> str:
    from ..accounts.sign_in.oauth.client import ProviderFailed
    from ..accounts.sign_in.oauth.providers import Kakao

    try:
        await Kakao(settings, SystemClock()).address("https://example.com/", "state", "v" * 43, "nonce")
    except ProviderFailed as failed:
        return f"Kakao at {settings.kakao_url} does not answer as it should ({failed.detail})"
    return ""


async def _github(settings: Settings) -> str:
    """Sends GitHub an invalid code; its response reveals whether it knows the client."""
    from ..accounts.sign_in.oauth.client import ProviderFailed
    from ..accounts.sign_in.oauth.providers import GitHub

    try:
        await GitHub(settings).profile(f"{settings.public_url}/sign-in/github/callback", "none", "v" * 43, "")
    except ProviderFailed as failed:
        if failed.reason == "unavailable":
            return f"GitHub at {settings.github_url} does not answer as it should ({failed.detail})"
        if failed.detail in ("incorrect_client_credentials", "invalid_client", "unauthorized_client"):
            return f"GitHub at {settings.github_url} does not know this client id and secret"
    return ""


async def _mail(settings: Settings) -> Line:
    if not settings.smtp_url:
        return Line("mail", "ok", "not set up; no email is sent (docs/sign-in.md)")
    if not settings.mail_from:
        return Line("mail", "error", "ANSWERBACK_MAIL_FROM is missing")
    from ..mail.build import make_mailer
    from ..mail.transport import MailRefused, Message, compose

    mailer = make_mailer(settings)
    assert mailer is not None
    try:
        compose(Message("a@example.com", "-", "-", "-", "en"), settings.mail_from, SystemClock().now())
    except ValueError:
        return Line("mail", "error", "ANSWERBACK_MAIL_FROM must be an address such as Name <post@example.com>")
    try:
        await mailer.greet()
    except MailRefused as refused:
        return Line("mail", "error", f"the mail server at {mailer.server.host} refuses the sign-in ({refused})")
    return Line("mail", "ok", f"mail from {settings.mail_from} by {mailer.server.host}")


async def check_mail(settings: Settings, to: str) -> list[Line]:
    """Sends one mail to an address and reports the mail server's reply to each step."""
    from ..mail.build import make_mailer
    from ..mail.messages import trial_message
    from ..mail.transport import MailRefused

    ready = await _mail(settings)
    mailer = make_mailer(settings)
    if ready.state != "ok" or mailer is None:
        return [ready if mailer is not None else Line("mail", "error", "ANSWERBACK_SMTP_URL is not set")]
    try:
        steps = await mailer.try_out(trial_message(to, url=settings.public_url), SystemClock().now())
    except MailRefused as refused:
        return [Line("mail", "error", f"{mailer.server.host} refuses mail to {to}: {refused}")]
    except ValueError:
        return [Line("mail", "error", f"{to} is not an email address")]
    lines = [Line("mail", "ok", step) for step in steps]
    if "not encrypted" in steps[0] and mailer.server.host not in ("localhost", "127.0.0.1", "::1"):
        lines[0] = Line("mail", "warning", steps[0])
    domain = settings.mail_from.rpartition("@")[2].strip("> ")
    hint = (
        f"sent; in the mail's source, Authentication-Results must say spf=pass and dkim=pass for {domain}. If not: "
        "docs/operating.md, “Mail”"
    )
    return [*lines, Line("mail", "ok", hint)]
