"""What callers send, validated before anything else sees it. Unknown fields are refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from field.grid.commands import Asked
from field.grid.files.records import PART_NAME

Skill = Literal["leak_repair", "meter_work", "pressure", "water_quality", "valve", "consulting"]


Severity = Literal["minor", "major", "urgent"]


Category = Literal["leak", "no_water", "low_pressure", "dirty_water", "meter", "other"]


def _storable(text: str) -> str:
    if "\x00" in text:
        raise ValueError("text may not contain NUL")
    return text


def _this_century(moment: datetime) -> datetime:
    if not 2000 <= moment.year <= 2199:
        raise ValueError("a moment between the years 2000 and 2199")
    return moment.astimezone(UTC)


Text = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_storable)]


Line = Annotated[str, StringConstraints(max_length=300, strip_whitespace=True), AfterValidator(_storable)]


Code = Annotated[str, StringConstraints(max_length=32), AfterValidator(_storable)]


Moment = Annotated[AwareDatetime, AfterValidator(_this_century)]


Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False, description="WGS-84 degrees")]


Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False, description="WGS-84 degrees")]


Version = Annotated[int, Field(ge=0, description="The version that the caller saw.")]


Part = Annotated[str, StringConstraints(pattern=f"^{PART_NAME}$")]


class Body(BaseModel):
    """Any JSON body or query string."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PointQuery(Body):
    """A point on the map."""

    lon: Lon
    lat: Lat


class ImportQuery(Body):
    """`dry_run`: check and compare, and store nothing. `confirmed`: what a dry run doubts is meant.
    `encoding`: what the file is in, where it is not UTF-8. `crs`: its coordinate system, where the file
    names none or a wrong one.
    """

    dry_run: bool = False
    confirmed: bool = False
    encoding: Annotated[str, Field(max_length=40)] | None = None
    crs: Annotated[str, Field(max_length=100)] | None = None


def asked_of(query: ImportQuery, link_lifetime: timedelta) -> Asked:
    """What an import is asked for."""
    return Asked(**query.model_dump(), link_lifetime=link_lifetime)
