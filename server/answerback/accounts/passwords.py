"""Passwords: argon2id in a small thread pool of its own, so that many sign-ins at once do not slow reads."""

from __future__ import annotations

import asyncio
import unicodedata
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ..core.comments import is_text
from ..errors import BadRequest
from ..priority import step_back

SHORTEST, LONGEST = 8, 128
LENGTHS = {"least": str(SHORTEST), "most": str(LONGEST)}
"""For the placeholders in texts."""
# OWASP's password storage cheat sheet: argon2id with 19 MiB, 2 iterations, 1 lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_THREADS = ThreadPoolExecutor(max_workers=1, thread_name_prefix="password", initializer=step_back)
# A hash of no password, so that unknown addresses take as long as known ones.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$7sCnUbyVmFbZcrTLJQ2L9u1OqUqYdKZYp3yqE0y0y0E"
_COMMON = frozenset(
    """password password1 password12 password123 passw0rd p@ssw0rd p@ssword 12345678 123456789 1234567890 123123123
    11111111 00000000 87654321 88888888 12341234 11223344 qwertyui qwertyuiop qwerty123 qwer1234 1q2w3e4r 1q2w3e4r5t
    1qaz2wsx asdfghjk asdfghjkl asdf1234 zxcvbnm1 abcd1234 abc12345 abcdefgh iloveyou iloveyou1 sunshine princess
    football baseball superman trustno1 whatever computer internet letmein1 welcome1 welcome123 admin123
    administrator changeme changeme123 starwars dragon123 monkey123 master123 michael1 jennifer charlie1
    answerback""".split()
)


def check_password(password: str, *, email: str) -> None:
    """Raises BadRequest (`password_weak`) if it is too short, too long, common, or the email address."""
    if not is_text(password):
        raise BadRequest("password_weak", "A password must be UTF-8 text.")
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadRequest(
            "password_weak", f"A password has {SHORTEST} to {LONGEST} characters.",
            reason="password_length", values=LENGTHS,
        )  # fmt: skip
    lower = password.lower()
    if lower in _COMMON or len(set(lower)) < 4 or lower in (email, email.partition("@")[0]):
        raise BadRequest("password_weak")


async def hash_password(password: str) -> str:
    """The password's argon2id hash, with its parameters and salt."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _HASHER.hash, _normal(password))


async def verify_password(password: str, hash: str | None) -> bool:
    """Whether the password matches the hash; False without a hash, in the same time."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _verify, _normal(password), hash)


def _verify(password: str, hash: str | None) -> bool:
    try:
        return _HASHER.verify(hash or _NOBODY, password) and hash is not None
    except (VerificationError, InvalidHashError):
        return False


def _normal(password: str) -> str:
    # Normalised, since keyboards compose characters differently (NIST SP 800-63B, 3.1.1.2); otherwise verbatim.
    return unicodedata.normalize("NFC", password)
