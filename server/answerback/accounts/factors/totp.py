"""Codes of an authenticator app (RFC 6238): six digits, of 30 seconds each."""

from __future__ import annotations

import hmac

STEP_MS = 30_000
ISSUER = "Answerback"


def new_secret() -> str:
    """160 random bits, as apps take them."""
    import pyotp

    return pyotp.random_base32()


def app_address(secret: str, email: str, host: str) -> str:
    """What a QR code tells an app."""
    import pyotp

    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=f"{ISSUER} {host}")


def qr_code(text: str) -> str:
    """A QR code as SVG without styles of its own."""
    import segno

    return segno.make_qr(text, error="m").svg_inline(omitsize=True, border=4, light="#fff")


def read_code(text: str) -> str:
    """The six digits that somebody has typed; empty for anything else."""
    digits = "".join(text.split())
    return digits if len(digits) == 6 and digits.isascii() and digits.isdecimal() else ""


def step_of(secret: str, code: str, now: int) -> int | None:
    """The step whose code this is, among the current one and its neighbours. It takes as long whichever it is."""
    import pyotp

    totp, current, found = pyotp.TOTP(secret), now // STEP_MS, None
    for step in (current - 1, current, current + 1):
        if hmac.compare_digest(totp.generate_otp(step), code):
            found = step
    return found
