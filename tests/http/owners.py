"""An owner's own account over HTTP, for the tests: the page, an app's codes, and passkeys."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pyotp

from tests.fakes.authenticator import Authenticator
from tests.forms import hidden_fields
from tests.http.test_admin import OWN, PASSWORD, House

SECURITY, SECOND, PASSKEY = "/admin/security/", "/admin/sign-in/second/", "/admin/sign-in/passkey/"
EMAIL = "one@example.com"


async def post(house: House, path: str, **fields: str) -> Any:
    """A form of the owner's own page."""
    return await house.send(f"{SECURITY}{path}/", {"token": await house.token(), **fields})


async def add_app(house: House) -> tuple[pyotp.TOTP, list[str]]:
    """Set up an app, as its owner does; with the recovery codes that are shown, if any."""
    page = await post(house, "app/begin")
    secret = "".join(re.findall(r'class="secret">([A-Z2-7 ]+)<', page.text)[0].split())
    app = pyotp.TOTP(secret)
    sealed = hidden_fields(page.text, f"{SECURITY}app/add/")["sealed"]
    added = await post(house, "app/add", sealed=sealed, code=code_of(house, app))
    return app, codes_in(added.text)


def code_of(house: House, app: pyotp.TOTP, steps: int = 0) -> str:
    """The app's code at the server's time, or that of some steps from it."""
    return app.generate_otp(house.clock.now() // 30_000 + steps)


def codes_in(page: str) -> list[str]:
    return re.findall(r"<li><code>([\w-]{27})</code></li>", unescape(page))


async def add_passkey(house: House, name: str = "Phone") -> Authenticator:
    key = Authenticator(OWN, "localhost")
    options = (await house.browser.get(f"{SECURITY}passkeys/options/")).json()
    added = await post(house, "passkeys/add", passkey=key.create(options), name=name)
    assert added.status_code in (200, 303), added.text
    return key


async def sign_out(house: House) -> None:
    """The browser forgets the session; the server does not."""
    house.browser.headers.pop("Cookie", None)


async def first_step(house: House, email: str = EMAIL, password: str = PASSWORD) -> Any:
    """Sign in by password; the browser keeps what waits for the second step."""
    await sign_out(house)
    response = await house.sign_in(email, password)
    assert response.headers["location"] == SECOND
    return response


async def with_passkey(house: House, key: Authenticator, **wrong: Any) -> Any:
    options = (await house.browser.get(PASSKEY)).json()
    return await house.send(PASSKEY, {"passkey": key.get(options, **wrong)})


async def trail(house: House) -> list[str]:
    rows = await house.db.fetch_all("SELECT action FROM audit WHERE kind = 'member' ORDER BY number")
    return [row["action"] for row in rows]


async def is_in(house: House) -> bool:
    return (await house.browser.get("/admin/")).status_code == 200
