"""What sign-in methods require of the sign-in page."""

from __future__ import annotations

from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from ....core.model import Visitor
from ....errors import AppError


class SignIn(Protocol):
    """A row of the sign-in page, as far as it is needed here."""

    @property
    def id(self) -> str:
        """Names the row, in the address of its page."""
        ...

    @property
    def site(self) -> str:
        """The key of the site to sign in to."""
        ...

    @property
    def lang(self) -> str:
        """The language of the page, as a tag such as `en`."""
        ...


def sign_in_address(base: str, sign_in: SignIn) -> str:
    """Where the sign-in page of this row is read."""
    return f"{base}/sign-in/{sign_in.id}/"


class SignInFlow(Protocol):
    """The sign-in page: where a way in begins and where it ends."""

    async def find(self, request: Request, sign_in_id: str) -> SignIn:
        """The sign-in of this very browser. Raises an AppError for one that is over, or another browser's."""
        ...

    async def ended(self, request: Request, sign_in_id: str) -> str:
        """Where a sign-in of this browser has led; empty while it is under way."""
        ...

    async def finish(self, request: Request, sign_in_id: str, visitor: Visitor, *, email: str = "") -> Response:
        """Hand the visitor over to the page where the sign-in began; `email` is the address they came in by."""
        ...

    async def refuse(
        self, request: Request, sign_in_id: str, problem: AppError, *, email: str, reset: bool
    ) -> Response:
        """The form that somebody has come from, and what is wrong with what was typed there."""
        ...

    def again(self, sign_in: SignIn) -> str:
        """Where the sign-in page of this row is read."""
        ...
