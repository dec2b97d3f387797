"""Builds the spam checks."""

from __future__ import annotations

from ...net.deny_list import PrivateSites
from ...runtime import Runtime
from .akismet import Akismet
from .attacks import Attacks
from .filters import SpamFilters, SpamLessons
from .forgetting import SpamUpkeep
from .spam import SpamFilter, SpamPrints


class SpamParts:
    """The spam signal and its listeners to comments and decisions."""

    def __init__(self, runtime: Runtime) -> None:
        settings = runtime.settings
        self.filters = SpamFilters(runtime.db)
        self.attacks = Attacks(runtime)
        self.service = Akismet(settings.akismet_url, PrivateSites(settings.private_sites))
        self.signal = SpamFilter(runtime, self.filters, self.attacks, self.service)
        self.prints, self.lessons = SpamPrints(), SpamLessons(self.filters)
        self.upkeep = SpamUpkeep(runtime)
