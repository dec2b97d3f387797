"""Reports provider calls to Prometheus and faults to the log, with what to do."""

from __future__ import annotations

import logging

from ...logs import Fault
from ...metrics import Metrics
from . import ProviderError

log = logging.getLogger(__name__)

WHAT_TO_DO = {
    "auth": "the key is refused; check {key}",
    "bad_request": "the request is refused; check what ANSWERBACK_MODEL accepts",
    "cut": "the stream broke off; check the network and proxies in between",
    "malformed": "the reply is not understood; check {address}",
    "model_unknown": "there is no such model; check ANSWERBACK_MODEL and the site's model",
    "rate_limited": "a rate limit is reached, or the credit is used up; check the account",
    "stalled": "the stream came to a halt; the provider may be overloaded",
    "timeout": "no answer in time; the provider may be overloaded",
    "unavailable": "the provider is down or out of reach; check {address}",
}


class ProviderWatch:
    """Observes every call of a provider and its breakers."""

    def __init__(self, metrics: Metrics, names: tuple[str, str] = ("OPENAI_API_KEY", "OPENAI_BASE_URL")) -> None:
        self._metrics = metrics
        self._key, self._address = names
        self._faults: dict[str, Fault] = {}

    def ended(self, model: str, error: ProviderError | None) -> None:
        """Records a call's outcome."""
        fault = self._faults.setdefault(model, Fault(log, f"provider failure, model {model}"))
        if error is None:
            self._metrics.provider_called("ok", 200)
            fault.worked()
            return
        self._metrics.provider_called(error.code, error.status)
        advice = WHAT_TO_DO.get(error.code, "see docs/operating.md").format(key=self._key, address=self._address)
        fault.failed(f"{error.code}: {advice}", status=error.status)

    def stopped(self) -> None:
        """Records a call that we ended."""
        self._metrics.provider_called("stopped", None)

    def breaker(self, model: str, *, is_open: bool) -> None:
        """Records that a breaker opened or closed."""
        self._metrics.breaker(model, is_open=is_open)
