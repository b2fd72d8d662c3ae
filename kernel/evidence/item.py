"""What can be called as evidence of a request: each capability tells of its own.

A :data:`Source` stands in its :class:`~kernel.capability.Capability`. It is asked for everything that there
is about a request now; what of that is new is sealed (:mod:`assist.evidence`). A source only reads.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kernel.sql.columns import BlobId


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that can be proven.

    ``kind`` is one word for what it is, ``subject`` its name for ever (``still:<id>``); ``content`` is what
    is said of it, in JSON's own values; ``file`` a picture that belongs to it. ``tells``: of a person, and
    so goes when that person is erased.
    """

    kind: str
    subject: str
    content: Mapping[str, Any]
    file: BlobId | None = None
    tells: bool = True


Source = Callable[[AsyncSession, UUID], Awaitable[list[Item]]]
"""Everything that a capability knows of a request, oldest first."""


@dataclass(frozen=True)
class Sources:
    """All capabilities' sources, in the order in which they are sealed."""

    each: tuple[Source, ...]

    async def of(self, session: AsyncSession, request_id: UUID) -> list[Item]:
        """Everything that can be called as evidence of a request now."""
        return [item for source in self.each for item in await source(session, request_id)]
