"""What callers send about the network."""

from __future__ import annotations

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from field.bodies import Body, Lat, Lon, Moment
from field.network.files.reading import MOST_SNAP_M
from field.network.files.records import LayerName
from field.network.model import REACH_M
from field.network.tables import ValveState

Code80 = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f]*$")]


class NetworkImportQuery(Body):
    """`dry_run`: check and compare, and store nothing. `confirmed`: what a dry run doubts is meant. `layer`:
    what all of the file is, where its features do not say so. `crs`: the coordinate system as an EPSG code
    (`EPSG:32650`); an `.inp` cannot say it itself. `snap_m`: how near ends of pipes are one junction.
    """

    dry_run: bool = False
    confirmed: bool = False
    layer: LayerName | None = None
    crs: Annotated[str, Field(max_length=100)] | None = None
    encoding: Annotated[str, Field(max_length=40)] | None = None
    snap_m: Annotated[float, Field(gt=0, le=MOST_SNAP_M, allow_inf_nan=False)] = 0.5


class BoxQuery(Body):
    """Bounds, WGS-84 degrees."""

    west: Lon
    south: Lat
    east: Lon
    north: Lat


class PlaceToClose(Body):
    """What is to be shut off: a pipe by its code, the pipe nearest to a point (within `within_m`), or the one
    at a task.
    """

    pipe: Code80 | None = None
    lon: Lon | None = None
    lat: Lat | None = None
    within_m: Annotated[float, Field(gt=0, le=1_000, allow_inf_nan=False)] = REACH_M
    task_id: UUID | None = None

    @model_validator(mode="after")
    def one_of_them(self) -> Self:
        said = [
            self.pipe is not None,
            self.lon is not None and self.lat is not None,
            self.task_id is not None,
        ]
        if sum(said) != 1 or (self.lon is None) != (self.lat is None):
            raise ValueError("a pipe, a point or a task")
        return self


class TraceBody(Body):
    """Shut-offs that are to be reckoned as one. `stuck`: valves taken not to shut; `closed`: to be shut."""

    places: Annotated[tuple[PlaceToClose, ...], Field(min_length=1, max_length=20)]
    stuck: Annotated[tuple[Code80, ...], Field(max_length=200)] = ()
    closed: Annotated[tuple[Code80, ...], Field(max_length=200)] = ()


class ValveFindingBody(Body):
    """How a valve was found. `at`: when, where that is not now."""

    valve: Code80
    state: ValveState
    at: Moment | None = None


class WithdrawalBody(Body):
    """The version that the caller saw."""

    version: Annotated[int, Field(ge=1)]
