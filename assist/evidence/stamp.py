"""A time stamp of somebody else's (RFC 3161): that a signature was there by then, whoever holds the key."""

from __future__ import annotations

import httpx
import structlog
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, decode_timestamp_response

log = structlog.get_logger(__name__)

WITHIN_S = 5.0
MOST_BYTES = 1 << 16
_TYPE = "application/timestamp-query"
GRANTED = (0, 1)
"""PKIStatus (RFC 3161, 2.4.2): granted, granted with modifications."""


async def stamped(url: str, signature: bytes) -> bytes | None:
    """The authority's answer, as it came; None where none is asked, or none that is one comes in time."""
    if not url:
        return None
    asked = TimestampRequestBuilder().data(signature).hash_algorithm(HashAlgorithm.SHA256).build()
    try:
        async with httpx.AsyncClient(timeout=WITHIN_S, follow_redirects=False) as client:
            async with client.stream(
                "POST", url, content=asked.as_bytes(), headers={"Content-Type": _TYPE}
            ) as answer:
                answer.raise_for_status()
                given = b""
                async for part in answer.aiter_bytes():
                    given += part
                    if len(given) > MOST_BYTES:
                        raise ValueError("too long")
        if decode_timestamp_response(given).status not in GRANTED:
            raise ValueError("refused")
    except (httpx.HTTPError, ValueError) as fault:
        log.warning("timestamp_missing", error=type(fault).__name__)
        return None
    return given
