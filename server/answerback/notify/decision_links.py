"""Links that decide on a comment without signing in: each for one owner, one version of a comment, and one decision."""

from __future__ import annotations

import hashlib
from dataclasses import astuple, dataclass
from urllib.parse import urlencode

from itsdangerous import BadSignature, URLSafeSerializer

from ..comments.approval.deciding import ACTIONS, Action
from ..settings import Settings

PATH = "/admin/by-mail/"
GOOD_MS = 7 * 24 * 3_600_000


@dataclass(frozen=True, slots=True)
class DecisionLink:
    """The content of a link. `version` is that of the reviewable (0 if there was none), `seen` that of the words,
    `credentials` that of the owner's credentials."""

    owner: str
    site: str
    id: str
    action: Action
    version: int
    seen: str
    until: int
    credentials: int
    way: str
    """The channel it was sent through: `mail`, or the format of a webhook."""


class DecisionLinks:
    """Signs and verifies such links. The link itself is the secret: whoever has it can use it as long as its owner may
    decide."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.public_url
        self._signed = URLSafeSerializer(
            list(settings.secret_key), salt="decision-link", signer_kwargs={"digest_method": hashlib.sha256}
        )

    def url(self, link: DecisionLink) -> str:
        """The URL of a link. Opening it changes nothing."""
        return f"{self._url}{PATH}?{urlencode({'link': self._signed.dumps(astuple(link))})}"

    def read(self, text: str) -> DecisionLink | None:
        """Decodes a link; None if its signature is invalid."""
        try:
            owner, site, id, action, version, seen, until, credentials, way = self._signed.loads(text)
        except (BadSignature, ValueError, TypeError):
            return None
        known = next((each for each in ACTIONS if each == action), None)
        if known is None:
            return None
        return DecisionLink(owner, site, id, known, version, seen, until, credentials, way)
