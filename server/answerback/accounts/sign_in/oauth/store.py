"""Pending OAuth sign-ins."""

from __future__ import annotations

from dataclasses import dataclass

from ....db.work import Work, one, run


@dataclass(frozen=True, slots=True)
class State:
    """A pending provider sign-in: for a row of the sign-in page, or to link another sign-in method to an account."""

    provider: str
    sign_in_id: str
    account: str
    verifier: str
    nonce: str


def add_state(hash: str, browser: str, state: State, expires_at: int) -> Work[None]:
    """Add a state."""
    yield run(
        """INSERT INTO oauth_states (hash, provider, browser, sign_in_id, account, verifier, nonce, expires_at)
        VALUES (:hash, :provider, :browser, :sign_in_id, :account, :verifier, :nonce, :expires_at)""",
        hash=hash, provider=state.provider, browser=browser, sign_in_id=state.sign_in_id, account=state.account,
        verifier=state.verifier, nonce=state.nonce, expires_at=expires_at,
    )  # fmt: skip


def use_state(hash: str, provider: str, browser: str, now: int) -> Work[State | None]:
    """The state, once, and only for its own browser; another browser's callback does not change it."""
    row = yield one(
        """DELETE FROM oauth_states WHERE hash = :hash AND provider = :provider AND browser = :browser
        AND expires_at > :now RETURNING provider, sign_in_id, account, verifier, nonce""",
        hash=hash, provider=provider, browser=browser, now=now,
    )  # fmt: skip
    return None if row is None else State(**{**row, "account": row["account"] or ""})
