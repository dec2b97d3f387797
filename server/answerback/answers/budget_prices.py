"""Refuses a budget in dollars when a model's price is unknown."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..db.database import Database
from ..errors import BadRequest, SettingsError
from ..setting_values import MODEL_PROVIDERS
from ..settings import Settings
from ..sites.store import list_sites
from .providers.prices import price_of, read_prices

__all__ = ["check_budgets", "priced", "unpriced"]


def unpriced(settings: Settings, texts: Mapping[str, str]) -> list[str]:
    """Models without a price that may answer on a site with a budget in dollars; `texts` are its settings."""
    if texts.get("budget_usd", "") in ("", "unlimited") or settings.provider_in_use not in MODEL_PROVIDERS:
        return []
    prices = read_prices(settings.prices)
    models = (texts.get("model") or settings.model, settings.fallback_model)
    return [model for model in dict.fromkeys(models) if model and price_of(prices, model) is None]


def priced(settings: Settings) -> Callable[[Mapping[str, str]], None]:
    """A check of a site's settings. Raises BadRequest if its budget could not be enforced."""

    def check(texts: Mapping[str, str]) -> None:
        if missing := unpriced(settings, texts):
            detail, models = f"budget_usd: {_what_to_do(missing)}", {"models": ", ".join(missing)}
            raise BadRequest("validation_failed", detail, reason="price_unknown", values=models)

    return check


async def check_budgets(settings: Settings, db: Database) -> None:
    """Raises SettingsError if a site has a budget that could not be enforced."""
    for key, texts in await db.read(list_sites):
        if missing := unpriced(settings, texts):
            raise SettingsError(f"the site {key} has a budget in dollars (budget_usd): {_what_to_do(missing)}")


def _what_to_do(models: list[str]) -> str:
    named = ", ".join(models)
    return f"no price is known for {named}; set ANSWERBACK_PRICES={models[0]}=input/cached/output"
