"""Authenticator app codes (RFC 6238): six digits, valid for 30 seconds each."""

from __future__ import annotations

import hmac

STEP_MS = 30_000
ISSUER = "Answerback"


def new_secret() -> str:
    """160 random bits, in the encoding that apps expect."""
    import pyotp

    return pyotp.random_base32()


def app_address(secret: str, email: str, host: str) -> str:
    """The `otpauth:` address for a QR code."""
    import pyotp

    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=f"{ISSUER} {host}")


def qr_code(text: str) -> str:
    """A QR code as SVG without inline styles."""
    import segno

    return segno.make_qr(text, error="m").svg_inline(omitsize=True, border=4, light="#fff")


def read_code(text: str) -> str:
    """The six digits typed; empty for anything else."""
    digits = "".join(text.split())
    return digits if len(digits) == 6 and digits.isascii() and digits.isdecimal() else ""


def step_of(secret: str, code: str, now: int) -> int | None:
    """The step of this code, among the current one and its neighbours. Runs in constant time."""
    import pyotp

    totp, current, found = pyotp.TOTP(secret), now // STEP_MS, None
    for step in (current - 1, current, current + 1):
        if hmac.compare_digest(totp.generate_otp(step), code):
            found = step
    return found
