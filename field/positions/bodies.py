"""What this capability's HTTP API takes."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from pydantic import Field, model_validator

from field.bodies import Body, Lat, Lon, Moment


class FixBody(Body):
    """Where the phone was. `sequence` is the phone's own number; `accuracy_m`: radius in metres."""

    sequence: int = Field(ge=1, le=2_000_000_000)
    at: Moment
    lon: Lon
    lat: Lat
    accuracy_m: float | None = Field(None, ge=0, le=1_000_000, allow_inf_nan=False)


class PositionsBody(Body):
    """What one phone has gathered. `sent_at`: what its clock shows now; by it a wrong clock is set right."""

    device: UUID
    fixes: tuple[FixBody, ...] = Field(min_length=1, max_length=500)
    sent_at: Moment | None = None

    @model_validator(mode="after")
    def each_number_once(self) -> Self:
        if len({fix.sequence for fix in self.fixes}) < len(self.fixes):
            raise ValueError("each position has a number of its own")
        return self


class KeptQuery(Body):
    """`before`: of what ends earlier, as the answer before has said in `more`."""

    before: Moment | None = None
