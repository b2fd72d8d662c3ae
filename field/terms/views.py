"""What this capability answers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from field.board.views import View


class StandingWishView(View):
    """Who is to come, or not to come, to an address."""

    id: UUID
    address: str
    rep_id: UUID
    rep_name: str
    rep_name_en: str
    kind: str
    code: str
    set_at: datetime
    until: datetime


class WishPolicyView(View):
    """What wishes weigh. `version` empty: nothing has been written down yet."""

    preferred_s: int
    keep_days: int
    version: int | None
    prefer_codes: list[str] = Field(description="Why somebody can be preferred.")
    refuse_codes: list[str] = Field(description="Why somebody can be refused.")


class ContractorView(View):
    """A contractor, what its people may get, and who they are (`reps`: codes)."""

    code: str
    name: str
    name_en: str
    types: list[str]
    stations: list[str]
    zones: list[str]
    cost_permille: int
    reps: list[str]
    version: int
