"""The operator's settings: one described tuple feeds the code, the help text and the documentation's test."""

from __future__ import annotations

import io
import os
import re
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from .errors import SettingsError


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name in the environment, its default as text, what it is for, how its text is checked."""

    name: str
    default: str
    help: str
    check: Callable[[str], object] = str
    secret: bool = False

    @property
    def field(self) -> str:
        """Its name in `Settings`."""
        return self.name.removeprefix("ANSWERBACK_").lower()


_QUOTES = "\"'\u2018\u2019\u201c\u201d"


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an http or https address without query or fragment")
    _ = parts.port
    return text.rstrip("/")


def _database_url(text: str) -> str:
    if not text.startswith(("sqlite:///", "postgresql://")):
        raise ValueError("must begin with sqlite:/// or postgresql://")
    return _with_port(text)


def _redis_url(text: str) -> str:
    if not text.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("must begin with redis://, rediss:// or unix://")
    return _with_port(text)


MODEL_PROVIDERS = ("openai", "responses", "azure", "anthropic", "gemini")
"""Providers that call a model; all are reached by `OPENAI_API_KEY` and `OPENAI_BASE_URL`."""


def _model_limits(text: str) -> str:
    for part in filter(None, (part.strip() for part in text.split(","))):
        if not re.fullmatch(r"[^=]{1,100}(?:=[1-9]\d{0,3}/[1-9]\d{0,3}/[1-9]\d{0,5})", part):
            raise ValueError("must be model=seconds/seconds/tokens, comma-separated, such as qwen3:8b=120/300/800")
    return text


def _provider(text: str) -> str:
    if text not in ("auto", *MODEL_PROVIDERS, "quote", "off"):
        raise ValueError(f"must be auto, {', '.join(MODEL_PROVIDERS)}, quote or off")
    return text


def _log_format(text: str) -> str:
    if text not in ("text", "json"):
        raise ValueError("must be text or json")
    return text


def limit(text: str) -> int | None:
    """A limit as text: a whole number from 0, or `unlimited` (None)."""
    if text == "unlimited":
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise ValueError("must be a whole number from 0, or 'unlimited'")
    return int(text)


def _keys(text: str) -> tuple[str, ...]:
    keys = tuple(key.strip() for key in text.split(","))
    if any(len(key) < 32 for key in keys):
        raise ValueError("each key must have at least 32 characters")
    return keys


def _networks(text: str) -> tuple[str, ...]:
    return tuple(str(ip_network(part.strip())) for part in text.split(",") if part.strip())


def _private_sites(text: str) -> tuple[str, ...]:
    entries = tuple(part.strip().lower() for part in text.split(",") if part.strip())
    for entry in entries:
        try:
            ip_network(entry)
        except ValueError:
            if not re.fullmatch(r"[\w-]+(\.[\w-]+)*", entry) or re.fullmatch(r"[\d.]+", entry):
                raise ValueError("must be hosts or networks, such as wiki.internal,10.1.0.0/16") from None
    return entries


def _prices(text: str) -> str:
    for part in filter(None, (part.strip() for part in text.split(","))):
        if not re.fullmatch(r"[^=]{1,100}=(\d+(\.\d+)?/){2}\d+(\.\d+)?", part):
            raise ValueError("must be model=input/cached/output, comma-separated, such as gpt-5-mini=0.25/0.025/2")
    return text


def _at_once(text: str) -> int:
    number = limit(text)
    if not number:
        raise ValueError("must be a whole number from 1")
    return number


def _smtp_url(text: str) -> str:
    if not text.startswith(("smtp://", "smtps://")):
        raise ValueError("must begin with smtp:// or smtps://")
    return _with_port(text)


def _contact(text: str) -> str:
    """A URI as RFC 9116 wants it; an address of mail is one without its scheme."""
    uri = f"mailto:{text}" if re.fullmatch(r"[^\s:@/]+@[^\s:@/]+", text) else text
    if not re.fullmatch(r"(mailto:|https://|tel:)[!-~]+", uri):
        raise ValueError("must be an email address, or begin with mailto:, https:// or tel:")
    return uri


def _key(text: str) -> str:
    """A secret that is sent in a header or a form as it is."""
    if not re.fullmatch(r"[!-~]+", text):
        raise ValueError("must consist of ASCII letters, digits and signs; it was probably pasted with something else")
    return text


def _unquoted(text: str) -> str:
    """Docker's `env_file` and systemd's drop-ins keep quotation marks that a shell would take away."""
    if len(text) > 1 and text[0] in _QUOTES and text[-1] in _QUOTES:
        raise ValueError("must not be in quotation marks")
    return text


def _with_port(text: str) -> str:
    try:
        _ = urlsplit(text).port
    except ValueError:  # its message may contain part of the password
        raise ValueError(
            "must have a number as its port; in a password, write # / ? @ : as %23 %2F %3F %40 %3A"
        ) from None
    return text


SETTINGS: tuple[Setting, ...] = (
    Setting("ANSWERBACK_DATABASE_URL", "", "The database: sqlite:///… or postgresql://…", _database_url, True),
    Setting("ANSWERBACK_DATA_DIR", "./answerback-data", "Folder for the SQLite file and the generated secret key."),
    Setting(
        "ANSWERBACK_REDIS_URL", "", "Redis for live events across processes. Unset: one process.", _redis_url, True
    ),
    Setting("ANSWERBACK_PUBLIC_URL", "http://localhost:8000", "The URL at which browsers reach this server.", _url),
    Setting("ANSWERBACK_SECRET_KEY", "", "Signing keys, comma-separated, newest last.", _keys, secret=True),
    Setting(
        "ANSWERBACK_PROVIDER",
        "auto",
        "The answer provider: auto, openai, responses, azure, anthropic, gemini, quote or off.",
        _provider,
    ),
    Setting("OPENAI_API_KEY", "", "API key of the OpenAI-compatible server.", _key, secret=True),
    Setting("OPENAI_BASE_URL", "", "Base URL of an OpenAI-compatible server.", _url),
    Setting("ANSWERBACK_MODEL", "gpt-5-mini", "The model that answers."),
    Setting("ANSWERBACK_FALLBACK_MODEL", "", "The model to use when the first one fails."),
    Setting("ANSWERBACK_EMBEDDING_MODEL", "", "The embedding model for passages. Unset: retrieval by words only."),
    Setting(
        "ANSWERBACK_MODEL_LIMITS",
        "",
        "Seconds to the first token, seconds and tokens of an answer: model=20/90/800; * is any model.",
        _model_limits,
    ),
    Setting("ANSWERBACK_PRICES", "", "Prices: model=input/cached/output, in dollars per million tokens.", _prices),
    Setting("ANSWERBACK_ANSWERS_AT_ONCE", "64", "Answers generated at the same time, per process.", _at_once),
    Setting("ANSWERBACK_DAILY_ANSWERS", "5", "Answers per visitor and day, unless the site sets its own limit.", limit),
    Setting(
        "ANSWERBACK_TRUSTED_PROXIES", "", "Proxies whose X-Forwarded-For is trusted: addresses or networks.", _networks
    ),
    Setting(
        "ANSWERBACK_PRIVATE_SITES",
        "",
        "Sites at private addresses that may be read: hosts or networks.",
        _private_sites,
    ),
    Setting("ANSWERBACK_LOG_FORMAT", "text", "Format of the log on stderr: text or json.", _log_format),
    Setting("ANSWERBACK_SMTP_URL", "", "Mail server: smtp://user:password@host:587.", _smtp_url, secret=True),
    Setting("ANSWERBACK_MAIL_FROM", "", "Sender of emails."),
    Setting(
        "ANSWERBACK_SECURITY_CONTACT",
        "",
        "Whom to tell of a flaw: an email address or URL, for security.txt.",
        _contact,
    ),
    Setting("ANSWERBACK_GITHUB_CLIENT_ID", "", "GitHub sign-in: client id.", _key),
    Setting("ANSWERBACK_GITHUB_CLIENT_SECRET", "", "GitHub sign-in: client secret.", _key, secret=True),
    Setting("ANSWERBACK_GITHUB_URL", "https://github.com", "GitHub's URL, or GitHub Enterprise's.", _url),
    Setting("ANSWERBACK_GITHUB_API_URL", "https://api.github.com", "GitHub's API URL.", _url),
    Setting("GITHUB_TOKEN", "", "GitHub token for importing comments from giscus or utterances.", secret=True),
    Setting("ANSWERBACK_KAKAO_CLIENT_ID", "", "Kakao sign-in: REST API key.", _key),
    Setting("ANSWERBACK_KAKAO_CLIENT_SECRET", "", "Kakao sign-in: client secret.", _key, secret=True),
    Setting(
        "ANSWERBACK_KAKAO_ADMIN_KEY", "", "Kakao's admin key, which verifies unlink notifications.", _key, secret=True
    ),
    Setting("ANSWERBACK_KAKAO_URL", "https://kauth.kakao.com", "Kakao's sign-in URL.", _url),
    Setting("ANSWERBACK_KAKAO_API_URL", "https://kapi.kakao.com", "Kakao's API URL.", _url),
)
BY_NAME: Mapping[str, Setting] = {setting.name: setting for setting in SETTINGS}


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Settings:
    """The settings, checked; the fields are those of `SETTINGS` in lower case, without the prefix."""

    database_url: str
    data_dir: Path
    redis_url: str
    public_url: str
    secret_key: tuple[str, ...]
    provider: str
    openai_api_key: str
    openai_base_url: str
    model: str
    fallback_model: str
    embedding_model: str
    model_limits: str
    prices: str
    answers_at_once: int
    daily_answers: int | None
    trusted_proxies: tuple[str, ...]
    private_sites: tuple[str, ...]
    log_format: Literal["text", "json"]
    smtp_url: str
    mail_from: str
    security_contact: str
    github_client_id: str
    github_client_secret: str
    github_url: str
    github_api_url: str
    github_token: str
    kakao_client_id: str
    kakao_client_secret: str
    kakao_admin_key: str
    kakao_url: str
    kakao_api_url: str

    def __repr__(self) -> str:
        """Without the secrets: what is printed ends up in logs."""
        shown = (s for s in SETTINGS if not s.secret)
        return f"Settings({', '.join(f'{s.field}={getattr(self, s.field)!r}' for s in shown)})"

    @property
    def provider_in_use(self) -> str:
        """`openai`, `quote` or `off`: what `auto` comes to."""
        if self.provider != "auto":
            return self.provider
        return "openai" if self.openai_api_key or self.openai_base_url else "quote"

    @property
    def public_origin(self) -> str:
        """Scheme, host and port of `public_url`, as a browser writes it in `Origin`."""
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}".lower()


def load_settings(
    environment: Mapping[str, str] | None = None, *, dotenv: Path | None = Path(".env"), make_key: bool = True
) -> Settings:
    """Read the environment over a file of settings over the defaults. Without `make_key` nothing is made in the data
    folder, and `secret_key` may be empty.

    Raises SettingsError naming the setting for an unknown name or a bad value.
    """
    if dotenv == Path(".env") and not dotenv.is_file():
        dotenv = None
    texts = _collect(dict(os.environ if environment is None else environment), dotenv)
    values: dict[str, object] = {}
    for setting in SETTINGS:
        text = texts.get(setting.name) or setting.default
        try:
            values[setting.field] = setting.check(_unquoted(text)) if text else None
        except ValueError as error:
            raise SettingsError(f"{setting.name}: {error}") from None
    for field, value in values.items():
        if value is None:
            values[field] = ""
    for name in ("trusted_proxies", "private_sites"):
        values[name] = values[name] or ()
    if "ANSWERBACK_DAILY_ANSWERS" in texts and texts["ANSWERBACK_DAILY_ANSWERS"] == "unlimited":
        values["daily_answers"] = None
    data_dir = Path(str(values["data_dir"])).expanduser().resolve()
    values["data_dir"] = data_dir
    values["database_url"] = values["database_url"] or f"sqlite:///{data_dir / 'answerback.db'}"
    if not values["secret_key"]:
        values["secret_key"] = (_kept_key(data_dir),) if make_key else ()
    return Settings(**values)  # type: ignore[arg-type]  # the names are those of SETTINGS, checked one by one above


def sqlite_file(database_url: str) -> Path | None:
    """The file of a SQLite database; None where it is PostgreSQL."""
    return Path(database_url.removeprefix("sqlite:///")) if database_url.startswith("sqlite") else None


def read_env_file(path: Path) -> dict[str, str]:
    """Names and values of a file of settings: `NAME=VALUE` lines as systemd and Docker read them, spaces and `<…>`
    in a value included. Raises SettingsError."""
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


def _kept_key(data_dir: Path) -> str:
    path = data_dir / "secret-key"
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            _make_key(path)
        return _keys(path.read_text(encoding="ascii").strip())[-1]
    except (OSError, ValueError) as error:
        raise SettingsError(f"ANSWERBACK_DATA_DIR: {path} cannot be used ({error})") from None


def _make_key(path: Path) -> None:
    """Whole or not at all, and one key for all who start at the same time."""
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
