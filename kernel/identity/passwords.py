"""Passwords, as hashes of Argon2id (RFC 9106) with the library's current parameters."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

_HASHER = PasswordHasher()
_HASHING = ThreadPoolExecutor(2, "password")
"""Beside the event loop, which everybody's calls wait for; two, because each takes 64 MiB."""


def hash_password(password: str) -> str:
    """An Argon2id hash (RFC 9106) with the library's current parameters. Takes tens of milliseconds."""
    return _HASHER.hash(password)


async def password_matches(stored: str | None, password: str) -> bool:
    """Whether ``password`` is the stored one; as slow for an unknown user as for a known one."""
    return await asyncio.get_running_loop().run_in_executor(_HASHING, _matches, stored, password)


def _matches(stored: str | None, password: str) -> bool:
    try:
        return _HASHER.verify(stored or _decoy(), password) and stored is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


@cache
def _decoy() -> str:
    return _HASHER.hash("a password nobody has")
