"""What sign-in methods require of the sign-in page."""

from __future__ import annotations

from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from ....core.model import Visitor
from ....errors import AppError


class SignIn(Protocol):
    """The part of a sign-in's row that is needed here."""

    @property
    def id(self) -> str:
        """The row's id, in the address of its page."""
        ...

    @property
    def site(self) -> str:
        """The key of the site to sign in to."""
        ...

    @property
    def lang(self) -> str:
        """The language tag of the page, such as `en`."""
        ...


def sign_in_address(base: str, sign_in: SignIn) -> str:
    """The address of this row's sign-in page."""
    return f"{base}/sign-in/{sign_in.id}/"


class SignInFlow(Protocol):
    """The sign-in page, where every sign-in method starts and ends."""

    async def find(self, request: Request, sign_in_id: str) -> SignIn:
        """This browser's sign-in. Raises an AppError if it is over or belongs to another browser."""
        ...

    async def ended(self, request: Request, sign_in_id: str) -> str:
        """The address where this browser's sign-in ended; empty while it is pending."""
        ...

    async def finish(self, request: Request, sign_in_id: str, visitor: Visitor, *, email: str = "") -> Response:
        """Hands the visitor over to the page where the sign-in began; `email` is the address they signed in with."""
        ...

    async def refuse(
        self, request: Request, sign_in_id: str, problem: AppError, *, email: str, reset: bool
    ) -> Response:
        """The submitted form again, with its error."""
        ...

    def again(self, sign_in: SignIn) -> str:
        """The address of this row's sign-in page."""
        ...
