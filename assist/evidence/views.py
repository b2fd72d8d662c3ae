"""What this capability shows, as JSON."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from assist.request.views import View


class SealedKindView(View):
    """How many entries of one kind there are."""

    kind: str
    entries: int
    erased: int = Field(description="Those whose content was erased with the person it told of.")


class SealedView(View):
    """What of a request is sealed."""

    request_id: UUID
    entries: int
    kinds: list[SealedKindView]
    sealed_at: datetime | None = Field(description="When something was sealed last.")
    head: str = Field(description="The last hash of the chain.")
    key: str = Field(description="Fingerprint of the key that signs bundles.")


class EvidenceKeyView(View):
    """The installation's key, for whoever verifies its bundles."""

    algorithm: str
    public_key: str = Field(description="32 bytes in hexadecimal.")
    fingerprint: str
