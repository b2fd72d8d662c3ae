"""The chain of what is kept as evidence: commitments that tell nothing, each bound to the one before.

An entry holds a *commitment* to its content: SHA-256 over 32 random bytes, the salt, and the content's
canonical JSON. Whoever has content and salt can show that this is what was sealed; whoever has only the
commitment cannot even guess at it, however little there is to guess. So a person is forgotten by deleting
content and salt, and the chain stays whole and says that there was something.

A picture is named in the content by the SHA-256 of its bytes, and so is sealed with it.

The entries of a request are chained: each hash covers the one before, and the first covers the request's
id, so that none can be changed, left out, put in or moved to another request without breaking every hash
behind it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

SALT_BYTES = 32


def canonical(value: object) -> str:
    """The one way to write a JSON value: sorted keys, no spaces, no escapes beyond what JSON needs.

    Raises ValueError for numbers that JSON does not have.
    """
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def commitment(salt: bytes, content: str) -> str:
    """What is sealed of ``content`` (canonical JSON): SHA-256 in hexadecimal."""
    return hashlib.sha256(salt + content.encode()).hexdigest()


def beginning(request_id: object) -> str:
    """The hash before a request's first entry."""
    return hashlib.sha256(f"curbstop-evidence/1:{request_id}".encode()).hexdigest()


def link(before: str, number: int, sealed_at: str, kind: str, subject: str, commitment: str) -> str:
    """An entry's hash, over the one before; ``sealed_at`` as :func:`moment` writes it."""
    return hashlib.sha256(
        canonical([before, number, sealed_at, kind, subject, commitment]).encode()
    ).hexdigest()


def moment(at: datetime) -> str:
    """A moment as it is sealed: ISO 8601, UTC, microseconds."""
    return at.isoformat(timespec="microseconds")


def content_of(said: Mapping[str, Any], file: str | None) -> str:
    """The canonical content of an item, its picture named in it."""
    return canonical({**said, "file": file} if file else dict(said))
