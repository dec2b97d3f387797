"""Settings: read, checked, and kept out of what is printed (threat 21)."""

from __future__ import annotations

from pathlib import Path

import pytest
from answerback.errors import SettingsError
from answerback.settings import SETTINGS, load_settings

SECRETS = {
    "ANSWERBACK_DATABASE_URL": "postgresql://user:canary@db.example/answerback",
    "ANSWERBACK_REDIS_URL": "redis://:canary@redis.example/0",
    "ANSWERBACK_SECRET_KEY": "canary" * 8,
    "OPENAI_API_KEY": "canary",
    "ANTHROPIC_API_KEY": "canary",
    "GEMINI_API_KEY": "canary",
    "AZURE_OPENAI_API_KEY": "canary",
    "ANSWERBACK_SMTP_URL": "smtp://user:canary@mail.example",
    "ANSWERBACK_GITHUB_CLIENT_SECRET": "canary",
    "ANSWERBACK_KAKAO_CLIENT_SECRET": "canary",
}


def test_secrets_come_from_files_and_stay_hidden(tmp_path: Path) -> None:
    assert {setting.name for setting in SETTINGS if setting.secret} >= set(SECRETS)
    environment = {"ANSWERBACK_DATA_DIR": str(tmp_path)}
    for name, text in SECRETS.items():
        (tmp_path / name).write_text(text + "\n", "utf-8")
        environment[f"{name}_FILE"] = str(tmp_path / name)
    settings = load_settings(environment, dotenv=None)
    for name, text in SECRETS.items():
        value = getattr(settings, name.removeprefix("ANSWERBACK_").lower())
        assert value == ((text,) if name == "ANSWERBACK_SECRET_KEY" else text)
    assert "canary" not in repr(settings) + str(settings)
    assert settings.public_url in repr(settings)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ANSWERBACK_DATABASE_URL", "mysql://user:canary@db"),
        ("ANSWERBACK_REDIS_URL", "canary"),
        ("ANSWERBACK_SECRET_KEY", "canary"),
        ("ANSWERBACK_SECRET_KEY", ""),
        ("ANSWERBACK_SMTP_URL", "canary"),
        ("ANSWERBACK_PUBLIC_URL", "ftp://x"),
        ("ANSWERBACK_DAILY_ANSWERS", "-1"),
        ("ANSWERBACK_PROVIDER", "magic"),
        ("ANSWERBACK_TRUSTED_PROXIES", "everybody"),
        ("ANSWERBACK_DATABASE_URL", "postgresql://user:canary@[db"),
        ("ANSWERBACK_DATABASE_URL", "postgresql://user:canary#1@db/answerback"),
        ("ANSWERBACK_REDIS_URL", "redis://:canary/1@redis"),
        ("ANSWERBACK_REDIS_URL", "redis+sentinel://:canary@one,two"),
        ("ANSWERBACK_REDIS_URL", "redis+cluster://:canary@one,two/shop/0"),
        ("ANSWERBACK_SMTP_URL", "smtp://user:canary?1@mail.example"),
        ("ANSWERBACK_TYPO", "x"),
        ("ANSWERBACK_MODEL_FILE", "x"),
        ("OPENAI_API_KEY_FILE", "/nowhere/at/all"),
        ("OPENAI_API_KEY", "\u201csk-canary\u201d"),
        ("OPENAI_API_KEY", '"sk-canary"'),
        ("OPENAI_API_KEY", "sk-can\u00e4ry"),
        ("OPENAI_API_KEY", "sk-canary\nX-Other: 1"),
        ("ANSWERBACK_KAKAO_ADMIN_KEY", "can ary"),
        ("ANSWERBACK_MODEL", "'canary'"),
        ("ANSWERBACK_PRIVATE_SITES", "https://wiki.internal"),
        ("ANSWERBACK_PRIVATE_SITES", "10.0.0.1/8"),
        ("ANSWERBACK_PRIVATE_SITES", "*.internal"),
        ("ANSWERBACK_PRIVATE_SITES", "10.0.0"),
        ("ANSWERBACK_PUBLIC_URL", '"https://comments.example"'),
    ],
)
def test_bad_setting_is_named_without_its_secret(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name}: ") as caught:
        load_settings({"ANSWERBACK_DATA_DIR": str(tmp_path), name: text}, dotenv=None)
    assert "canary" not in str(caught.value)


def test_empty_setting_counts_as_unset(tmp_path: Path) -> None:
    """As compose files pass on what nobody has set."""
    kept = {"ANSWERBACK_DATA_DIR": str(tmp_path)}
    others = {setting.name: "" for setting in SETTINGS if setting.name not in (*kept, "ANSWERBACK_SECRET_KEY")}
    assert repr(load_settings(kept | others, dotenv=None)) == repr(load_settings(kept, dotenv=None))
    assert load_settings(kept | others, dotenv=None).daily_answers == 5


def test_binary_settings_file_is_named(tmp_path: Path) -> None:
    kept = {"ANSWERBACK_DATA_DIR": str(tmp_path / "data")}
    file = tmp_path / "file"
    file.write_bytes(b"\xff\xfe=1")
    with pytest.raises(SettingsError, match=r"^OPENAI_API_KEY_FILE: "):
        load_settings(kept | {"OPENAI_API_KEY_FILE": str(file)}, dotenv=None)
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(kept, dotenv=file)


def test_environment_overrides_the_file(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("ANSWERBACK_MODEL=from-file\nANSWERBACK_DAILY_ANSWERS=unlimited\nOTHER=x\n", "utf-8")
    environment = {"ANSWERBACK_DATA_DIR": str(tmp_path), "ANSWERBACK_MODEL": "from-environment"}
    settings = load_settings(environment, dotenv=dotenv)
    assert (settings.model, settings.daily_answers) == ("from-environment", None)
    assert load_settings(environment, dotenv=None).daily_answers == 5


@pytest.mark.parametrize(
    ("given", "provider", "model"),
    [
        ({}, "quote", ""),
        ({"OPENAI_API_KEY": "k"}, "openai", "gpt-5-mini"),
        ({"OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}, "openai", "gpt-5-mini"),
        ({"ANTHROPIC_API_KEY": "k"}, "anthropic", "claude-haiku-5-5"),
        ({"ANTHROPIC_API_KEY": "k", "ANSWERBACK_MODEL": "mine"}, "anthropic", "mine"),
        ({"ANTHROPIC_API_KEY": "k", "OPENAI_API_KEY": "k"}, "openai", "gpt-5-mini"),
        ({"GEMINI_API_KEY": "k"}, "gemini", "gemini-3.5-flash-lite"),
        ({"AZURE_OPENAI_API_KEY": "k"}, "quote", ""),
        ({"AZURE_OPENAI_API_KEY": "k", "AZURE_OPENAI_ENDPOINT": "https://me.openai.azure.com"}, "azure", "gpt-5-mini"),
        ({"GEMINI_API_KEY": "k", "ANSWERBACK_PROVIDER": "anthropic"}, "anthropic", "claude-haiku-5-5"),
        ({"ANTHROPIC_BASE_URL": "https://gateway.example"}, "quote", ""),
    ],
)
def test_auto_takes_the_provider_with_a_key(tmp_path: Path, given: dict[str, str], provider: str, model: str) -> None:
    settings = load_settings({"ANSWERBACK_DATA_DIR": str(tmp_path)} | given, dotenv=None)
    assert (settings.provider_in_use, settings.model) == (provider, model)


def test_secret_key_is_made_once_and_private(tmp_path: Path) -> None:
    first, second = (load_settings({"ANSWERBACK_DATA_DIR": str(tmp_path / "new")}, dotenv=None) for _ in range(2))
    assert first.secret_key == second.secret_key
    assert (tmp_path / "new" / "secret-key").stat().st_mode & 0o777 == 0o600
