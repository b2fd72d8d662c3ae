"""What this capability answers."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict


class View(BaseModel):
    model_config = ConfigDict(frozen=True)


class RefusedFixView(View):
    """A position that is not kept, and by which rule; sending it again changes nothing."""

    sequence: int
    code: str
    message: str


class PositionsView(View):
    """`acknowledged`: up to this number everything is answered, on disk, and may leave the phone. `kept`
    and `thinned` count the true ones of this call that are and are not kept; `repeated`: answered before.
    `skew_s`: by how many seconds the phone's times were moved."""

    acknowledged: int
    kept: int
    thinned: int
    repeated: int
    refused: list[RefusedFixView]
    skew_s: float


class FixView(View):
    at: datetime
    lon: float
    lat: float
    accuracy_m: float | None


class KeptPositionsView(View):
    """Everything that is kept of the caller. `hours`: for how long; 0: `last` alone. `more`: what to ask
    `before` with, where there is more than one answer holds."""

    hours: int
    last: FixView | None
    fixes: list[FixView]
    more: datetime | None
