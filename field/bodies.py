"""What callers send, validated before anything else sees it. Unknown fields are refused."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from field.device_commands import Kind
from field.grid.records import PART_NAME
from field.task import TaskState

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


class TaskQuery(Body):
    """Which tasks to list. `after`: the id of the last task of the page before."""

    state: TaskState | None = None
    open: bool = False
    late: bool = False
    rep_id: UUID | None = None
    zone: Code | None = None
    after: UUID | None = None
    limit: int = Field(200, ge=1, le=1000)


class RouteQuery(Body):
    """`paths`: with the line to drive to each stop. `day`: a working day; the present one when left out."""

    day: Annotated[date, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))] | None = None
    paths: bool = True


class ZonesQuery(Body):
    """`geometry`: false for the properties alone."""

    geometry: bool = True


class PointQuery(Body):
    """A point on the map."""

    lon: Lon
    lat: Lat


class ImportQuery(Body):
    """`dry_run`: check and compare, and store nothing."""

    dry_run: bool = False


class NewTaskBody(Body):
    """A task that no customer's request led to, or that came by telephone."""

    category: Category
    severity: Severity = "minor"
    skill: Skill
    level: int = Field(1, ge=1, le=3)
    duration_s: int = Field(1800, ge=60, le=8 * 3600)
    priority: int = Field(1, ge=0, le=9)
    parts: dict[Part, Annotated[int, Field(ge=1, le=999)]] = Field(default_factory=dict, max_length=50)
    note: Text = ""
    address: Line = ""
    lon: Lon | None = None
    lat: Lat | None = None
    window_start: Moment | None = None
    window_end: Moment | None = None
    customer_name: Annotated[Line, Field(max_length=80)] = ""
    customer_phone: Annotated[Line, Field(max_length=32)] = ""

    @model_validator(mode="after")
    def _window_opens_before_it_closes(self) -> NewTaskBody:
        if self.window_start and self.window_end and self.window_start >= self.window_end:
            raise ValueError("window_end must be later than window_start")
        if (self.lon is None) != (self.lat is None):
            raise ValueError("lon and lat go together")
        return self


class AssignmentBody(Body):
    """`overrule`: assign although a rule says that the representative cannot."""

    rep_id: UUID
    version: Version
    overrule: bool = False


class Place(Body):
    """A point on the map and the address to show for it, or an address alone, which is then looked up."""

    lon: Lon | None = None
    lat: Lat | None = None
    address: Line | None = None

    @model_validator(mode="after")
    def _is_somewhere(self) -> Place:
        if (self.lon is None) != (self.lat is None):
            raise ValueError("lon and lat go together")
        if self.lon is None and not self.address:
            raise ValueError("a point or an address is needed")
        return self


class PlaceBody(Body):
    """Where an inbox task is."""

    version: Version
    place: Place


class ReasonBody(Body):
    """A dispatcher's step that needs a reason."""

    version: Version
    reason: Text


class NoteBody(Body):
    """A dispatcher's step that needs a note."""

    version: Version
    note: Text


class StepBody(Body):
    """A representative's step. Without `version` the task's own state decides alone."""

    version: Version | None = None


class DeclinationBody(StepBody):
    reason: Text


class CompletionBody(StepBody):
    """A note, or photos sent before (their ids, or the phone's own), or both."""

    note: Text = ""
    proofs: tuple[UUID, ...] = Field((), max_length=20)


class EscalationBody(StepBody):
    reason: Text


class ActionContent(Body):
    """What comes with an action, as the address of its name would take it."""

    version: Version | None = None
    reason: Text = ""
    note: Text = ""
    proofs: tuple[UUID, ...] = Field((), max_length=20)


class DeviceAction(Body):
    """One action taken on a phone. `id` and `sequence` are the phone's; `at` is when it was taken."""

    id: UUID
    sequence: int = Field(ge=1, le=2_000_000_000)
    kind: Kind
    task_id: UUID
    body: ActionContent = ActionContent()
    at: Moment | None = None


class DeviceActionsBody(Body):
    """Actions of one phone, in any order; they are carried out by their sequence."""

    device: UUID
    actions: tuple[DeviceAction, ...] = Field(min_length=0, max_length=200)


class PositionBody(Body):
    """Where a phone is. `accuracy_m`: radius in metres, as the browser says."""

    lon: Lon
    lat: Lat
    accuracy_m: float | None = Field(None, ge=0, le=1_000_000, allow_inf_nan=False)
    at: Moment | None = None
