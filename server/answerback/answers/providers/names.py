"""The provider's name as visitors read it."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from ...setting_values import MODEL_PROVIDERS
from ...settings import Settings

_OF_PROVIDER = {
    "openai": "OpenAI", "responses": "OpenAI", "azure": "Microsoft Azure", "anthropic": "Anthropic", "gemini": "Google",
}  # fmt: skip
_OF_HOST = {
    "openai.com": "OpenAI", "openai.azure.com": "Microsoft Azure", "anthropic.com": "Anthropic",
    "googleapis.com": "Google", "mistral.ai": "Mistral AI", "openrouter.ai": "OpenRouter", "groq.com": "Groq",
    "deepseek.com": "DeepSeek", "x.ai": "xAI", "together.xyz": "Together AI", "fireworks.ai": "Fireworks AI",
    "cohere.com": "Cohere", "perplexity.ai": "Perplexity", "upstage.ai": "Upstage", "naver.com": "NAVER",
}  # fmt: skip
_OWN_ENDINGS = (".local", ".internal", ".lan", ".home.arpa", ".localhost")


def provider_name(settings: Settings) -> str | None:
    """The company or host that receives questions; None if they stay with the operator."""
    provider = settings.provider_in_use
    if provider not in MODEL_PROVIDERS:
        return None
    if settings.provider_name:
        return settings.provider_name
    host = (urlsplit(settings.endpoint.base_url).hostname or "").rstrip(".")
    if not host:
        return _OF_PROVIDER[provider]
    if _is_own(host):
        return None
    return next((name for known, name in _OF_HOST.items() if f".{host}".endswith(f".{known}")), host)


def _is_own(host: str) -> bool:
    """Whether an address is the operator's: this machine or a private network."""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(_OWN_ENDINGS)
