"""What this capability's HTTP API takes."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field, model_validator

from field.bodies import Body, Category, Code, Lat, Line, Lon, Moment, Part, Severity, Skill, Text, Version
from field.task.task import TaskState


class TaskQuery(Body):
    """Which tasks to list. `after`: the id of the last task of the page before."""

    state: TaskState | None = None
    open: bool = False
    late: bool = False
    rep_id: UUID | None = None
    zone: Code | None = None
    after: UUID | None = None
    limit: int = Field(200, ge=1, le=1000)


def _parts(listed: object) -> object:
    return listed.split(",") if isinstance(listed, str) and listed else listed or ()


class WindowOfTaskBody(Body):
    """A window in which a visit may begin."""

    start: Moment
    end: Moment


Windows = Annotated[tuple[WindowOfTaskBody, ...], Field(max_length=8)]
"""In order; how many and how long they may be says :mod:`field.task.spans`."""


Ids = Annotated[tuple[UUID, ...], BeforeValidator(_parts), Field(max_length=50)]
"""Ids with commas between them, as a query string has them."""


class ChangesQuery(Body):
    """Of what to tell: at most fifty of each; whoever has missed more reads the board again."""

    tasks: Ids = ()
    reps: Ids = ()


class NewTaskBody(Body):
    """A task that no customer's request led to, or that came by telephone.

    What is left out is as its `type` has it; without one the `category` says which it is.
    """

    type: Code | None = None
    category: Category | None = None
    severity: Severity | None = None
    skill: Skill | None = None
    level: int | None = Field(None, ge=1, le=3)
    duration_s: int | None = Field(None, ge=60, le=8 * 3600)
    priority: int = Field(1, ge=0, le=9)
    parts: dict[Part, Annotated[int, Field(ge=1, le=999)]] = Field(default_factory=dict, max_length=50)
    note: Text = ""
    address: Line = ""
    lon: Lon | None = None
    lat: Lat | None = None
    window_start: Moment | None = None
    window_end: Moment | None = None
    windows: Windows = ()
    needs_two: bool = False
    second_skill: Skill | None = None
    second_level: int = Field(1, ge=1, le=3)
    customer_name: Annotated[Line, Field(max_length=80)] = ""
    customer_phone: Annotated[Line, Field(max_length=32)] = ""

    @model_validator(mode="after")
    def _says_what(self) -> NewTaskBody:
        if self.type is None and self.category is None:
            raise ValueError("a type or a category is needed")
        return self

    @model_validator(mode="after")
    def _window_opens_before_it_closes(self) -> NewTaskBody:
        if self.window_start and self.window_end and self.window_start >= self.window_end:
            raise ValueError("window_end must be later than window_start")
        if self.windows and (self.window_start or self.window_end):
            raise ValueError("one window or several, not both")
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
