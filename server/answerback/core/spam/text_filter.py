"""An online linear filter that tracks its confidence in each weight.

AROW (K. Crammer, A. Kulesza, M. Dredze: Adaptive Regularization of Weight Vectors, 2009) with a diagonal of variances:
a decision moves most what has been seen least. Features are hashed into a fixed number of slots, so that a filter takes
the same space for ever, and holds no word that anybody wrote.
"""

from __future__ import annotations

import math
import sys
import zlib
from array import array
from collections.abc import Iterable

from .reading import BIAS, PRIOR, Reading

SLOTS = 1 << 16
ONE = 4_096
"""A weight of 1, as it is kept; weights reach from -8 to 8."""
SURE = 65_535
"""A variance of 1: nothing has been learned of a slot yet."""
CAUTION = 2.0
"""How much a single decision is distrusted."""
STEEPNESS = 3.0
"""Log-odds for a margin of 1."""
MOST = 6.0
"""Log-odds that a text alone can bring about."""
PIECES_OF_A_WORD = 4.0
"""A word stands for its pieces, which are counted beside it."""
SAID = 0.01
"""What weighs less is not named as a reason."""
FEWEST_WORDS = 8
"""A text of fewer counts as one of so many: one word alone says little."""


class TextFilter:
    """Scores how much a text looks like spam. A new one starts with `PRIOR`."""

    def __init__(self, data: bytes | None = None) -> None:
        """A new filter, or one restored from `pack`."""
        if data is None:
            self._weights = array("h", bytes(2 * SLOTS))
            self._variances = array("H", [SURE]) * SLOTS
            self._weights[_slot("bias")] = round(BIAS * ONE)
            for sign, weight in PRIOR.items():
                self._weights[_slot(sign)] = round(weight * ONE)
        else:
            raw = zlib.decompress(data)
            self._weights, self._variances = array("h", raw[: 2 * SLOTS]), array("H", raw[2 * SLOTS :])
            self._swap()

    def pack(self) -> bytes:
        """Serialises it, identically on every machine: at most 256 KiB, much less while little is learned."""
        self._swap()
        data = zlib.compress(self._weights.tobytes() + self._variances.tobytes(), 1)
        self._swap()
        return data

    def _swap(self) -> None:
        if sys.byteorder == "big":
            self._weights.byteswap()
            self._variances.byteswap()

    def log_odds(self, reading: Reading) -> float:
        """Log-odds of spam, between -`MOST` and `MOST`."""
        return max(-MOST, min(MOST, STEEPNESS * self._margin(list(_weighed(reading)))))

    def because(self, reading: Reading, most: int = 3) -> list[str]:
        """The words that speak most for spam, as they stand in the text."""
        share = _share(reading) * PIECES_OF_A_WORD
        said = {quote: self._weight(sign) for sign, quote in reading.quotes.items()}
        for host in reading.hosts:
            said[host] = said.get(host, 0.0) + self._weight(f"h:{host}")
        for word in reading.words:
            if word.startswith(("w:", "b:")):
                said[word[2:]] = max(said.get(word[2:], 0.0), self._weight(word) * share)
        found = sorted((quote for quote, weight in said.items() if weight >= SAID), key=lambda quote: -said[quote])
        return found[:most]

    def learn(self, reading: Reading, *, spam: bool) -> bool:
        """Learns from a decision; False if the filter clearly agreed already."""
        features, side = list(_weighed(reading)), 1 if spam else -1
        margin = side * self._margin(features)
        if margin >= 1:
            return False
        weights, variances = self._weights, self._variances
        spread = sum(variances[slot] / SURE * value * value for slot, value in features)
        rate = 1 / (spread + CAUTION)
        step = side * (1 - margin) * rate
        for slot, value in features:
            variance = variances[slot] / SURE
            moved = weights[slot] + round(step * variance * value * ONE)
            weights[slot] = max(-32_768, min(32_767, moved))
            variances[slot] = max(1, round((variance - rate * (variance * value) ** 2) * SURE))
        return True

    def _margin(self, features: Iterable[tuple[int, float]]) -> float:
        weights = self._weights
        return sum(weights[slot] * value for slot, value in features) / ONE

    def _weight(self, feature: str) -> float:
        return self._weights[_slot(feature)] / ONE


def _slot(feature: str) -> int:
    return zlib.crc32(feature.encode("utf-8", "surrogatepass")) & (SLOTS - 1)


def _share(reading: Reading) -> float:
    return 1 / math.sqrt(max(len(reading.words), FEWEST_WORDS))


def _weighed(reading: Reading) -> Iterable[tuple[int, float]]:
    """A text's feature slots and values; all words together weigh about as much as one sign."""
    share = _share(reading)
    yield _slot("bias"), 1.0
    for sign in reading.signs:
        yield _slot(sign), 1.0
    for word in reading.words:
        yield _slot(word), share
