"""Known prices of models."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens: input, cached input, output."""

    asked: float
    cached: float
    said: float


Prices = Mapping[str, Price]

# From https://developers.openai.com/api/docs/pricing (standard tier), as of November 2026.
PRICES: Prices = {
    "gpt-5.5": Price(5.00, 0.50, 30.00),
    "gpt-5.4": Price(2.50, 0.25, 15.00),
    "gpt-5.4-mini": Price(0.75, 0.075, 4.50),
    "gpt-5.4-nano": Price(0.20, 0.02, 1.25),
    "gpt-5.2": Price(1.75, 0.175, 14.00),
    "gpt-5.1": Price(1.25, 0.125, 10.00),
    "gpt-5": Price(1.25, 0.125, 10.00),
    "gpt-5-mini": Price(0.25, 0.025, 2.00),
    "gpt-5-nano": Price(0.05, 0.005, 0.40),
    "gpt-4.1": Price(2.00, 0.50, 8.00),
    "gpt-4.1-mini": Price(0.40, 0.10, 1.60),
    "gpt-4.1-nano": Price(0.10, 0.025, 0.40),
    "gpt-4o": Price(2.50, 1.25, 10.00),
    "gpt-4o-mini": Price(0.15, 0.075, 0.60),
    "o4-mini": Price(1.10, 0.275, 4.40),
    # From https://platform.claude.com/docs/en/about-claude/pricing, as of November 2026.
    "claude-opus-5-5": Price(4.00, 0.20, 20.00),
    "claude-sonnet-5-5": Price(2.00, 0.10, 10.00),
    "claude-haiku-5-5": Price(0.10, 0.01, 0.50),  # of prompts up to 100,000 tokens; ours are shorter
    "claude-opus-5": Price(5.00, 0.50, 25.00),
    "claude-sonnet-5": Price(2.00, 0.20, 10.00),
    "claude-sonnet-4-6": Price(3.00, 0.30, 15.00),
    "claude-sonnet-4-5": Price(3.00, 0.30, 15.00),
    "claude-haiku-4-5": Price(1.00, 0.10, 5.00),
    # From https://ai.google.dev/gemini-api/docs/pricing, as of November 2026.
    "gemini-3.8-flash": Price(0.75, 0.075, 3.75),
    "gemini-3.5-flash": Price(1.50, 0.15, 9.00),
    "gemini-3.5-flash-lite": Price(0.30, 0.03, 2.50),
    "gemini-3.1-pro-preview": Price(2.00, 0.20, 12.00),
    "gemini-2.5-pro": Price(1.25, 0.125, 10.00),
    "gemini-2.5-flash": Price(0.30, 0.03, 2.50),
    "gemini-2.5-flash-lite": Price(0.10, 0.01, 0.40),
}
_DATED = re.compile(r"-20\d\d-?\d\d-?\d\d$")


def read_prices(text: str) -> Prices:
    """Parses the setting over the built-in prices: `model=input/cached/output`, comma-separated, in US dollars for a
    million tokens. Raises ValueError."""
    found = dict(PRICES)
    for part in filter(None, (part.strip() for part in text.split(","))):
        model, _, numbers = part.partition("=")
        values = [float(number) for number in numbers.split("/")]
        if not model.strip() or len(values) != 3 or not all(0 <= value < 100_000 for value in values):
            raise ValueError("must be model=input/cached/output, comma-separated, in dollars per million tokens")
        found[model.strip()] = Price(*values)
    return found


def price_of(prices: Prices, model: str) -> Price | None:
    """A model's price, by its name or a prefix of it."""
    bare = _DATED.sub("", model.rpartition("/")[2].partition(":")[0]).removesuffix("-latest")
    found = prices.get(model) or prices.get(bare)
    if found is not None:
        return found
    names = (model, bare)
    beginnings = [name for name in prices if name[-1] == "*" and any(each.startswith(name[:-1]) for each in names)]
    return prices[max(beginnings, key=len)] if beginnings else None


def cost(prices: Prices, model: str, asked: int, said: int, cached: int) -> float | None:
    """US dollars for these tokens, `cached` of the input at its own price; None for an unknown model.
    `openai/gpt-5-mini-2025-08-07` is `gpt-5-mini`; `gpt-5-something` is not `gpt-5`. `gpt-5.6*` covers all names with
    that prefix."""
    price = price_of(prices, model)
    if price is None:
        return None
    return ((asked - cached) * price.asked + cached * price.cached + said * price.said) / 1_000_000
