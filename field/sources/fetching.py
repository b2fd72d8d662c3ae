"""Asking another server, within bounds: whom, how much, how long.

An address comes from somebody who is signed in, and still is a stranger's word about where this house
calls: it has to be HTTPS in the public internet (:mod:`kernel.push.addresses`), or a host that whoever runs
the house has named in its settings, since a utility's map server mostly lies in its own network.
Redirections are not followed: where they lead nobody has looked at.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Mapping
from typing import Final
from urllib.parse import urlencode, urlsplit

import httpx

from field.sources.source import SourceFault
from kernel.delivery.gateway import known_authorities
from kernel.push.addresses import Endpoint, NotPublic, address_of, endpoint_of

MOST_BYTES: Final = 32 << 20
"""Of all answers of one turn together."""
LONGEST_S: Final = 120.0
ONE_S: Final = 30.0
CONNECT_S: Final = 5.0


class Fetcher:
    """One turn's questions. ``allowed``: hosts of the utility's own network, as ``host`` or ``host:port``."""

    def __init__(
        self, allowed: Collection[str], *, seconds: float = LONGEST_S, most: int = MOST_BYTES
    ) -> None:
        self._allowed = frozenset(each.lower() for each in allowed)
        self._until = time.monotonic() + seconds
        self._seconds, self._most, self._left = seconds, most, most
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(ONE_S, connect=CONNECT_S),
            verify=known_authorities(),
            trust_env=False,
            follow_redirects=False,
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def get(self, url: str, query: Mapping[str, str]) -> bytes:
        """The answer's bytes.

        Raises:
            SourceFault: away, too much, too slow, or not to be asked at all.
        """
        joined = f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"
        left = self._until - time.monotonic()
        try:
            async with asyncio.timeout(max(0.0, min(left, ONE_S))):
                return await self._read(joined)
        except NotPublic:
            raise SourceFault("source_not_public", host=(urlsplit(url).hostname or "")[:80]) from None
        except TimeoutError:
            raise SourceFault("source_too_slow", away=True, seconds=round(self._seconds)) from None
        except (httpx.HTTPError, OSError, ValueError) as fault:
            raise SourceFault("source_away", away=True, reason=type(fault).__name__) from None

    async def _read(self, url: str) -> bytes:
        target, headers, named = await self._target(url)
        async with self._client.stream("GET", target, headers=headers, extensions=named) as answer:
            if answer.status_code != 200:
                away = answer.status_code >= 500 or answer.status_code == 429
                raise SourceFault("source_away", away=away, reason=f"HTTP {answer.status_code}")
            found = bytearray()
            async for piece in answer.aiter_bytes():
                self._left -= len(piece)
                if self._left < 0:
                    raise SourceFault("source_too_large", most=self._most)
                found += piece
        return bytes(found)

    async def _target(self, url: str) -> tuple[str, dict[str, str], dict[str, str]]:
        """Where to connect to, and under which name."""
        if is_allowed(url, self._allowed):
            return url, {}, {}
        endpoint: Endpoint = endpoint_of(url)
        address = await address_of(endpoint)
        host = endpoint.origin.partition("://")[2]
        return endpoint.at(address), {"Host": host}, {"sni_hostname": endpoint.host}


def is_allowed(url: str, allowed: Collection[str]) -> bool:
    """Whether an address is at a host that the settings name, over HTTP or HTTPS."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or parts.username is not None or parts.password is not None:
        return False
    host = (parts.hostname or "").lower()
    return bool(host) and (host in allowed or (port is not None and f"{host}:{port}" in allowed))


def require_askable(url: str, allowed: Collection[str]) -> None:
    """Raises:
    NotPublic: an address that is not to be asked, as far as it says itself.
    """
    if not is_allowed(url, frozenset(each.lower() for each in allowed)):
        endpoint_of(url)
