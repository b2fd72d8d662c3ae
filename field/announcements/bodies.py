"""What this capability's HTTP API takes."""

from __future__ import annotations

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from field.announcements.announcement import Advice, AnnouncementKind, AnnouncementState, Cause
from field.bodies import Body, Code, Lat, Line, Lon, Moment, Version
from field.network.bodies import TraceBody
from kernel.i18n import Language

Contact = Annotated[Line, StringConstraints(max_length=120)]
Sentence = Annotated[Line, StringConstraints(max_length=300)]
Hours = Annotated[int, Field(ge=0, le=24 * 30)]


class AnnouncedAreaBody(Body):
    """The ground: `zones` by code, a `ring` of corners (longitude, latitude), or what a shut-off leaves dry
    (`trace`, as `/api/network/traces` takes it)."""

    zones: Annotated[tuple[Code, ...], Field(min_length=1, max_length=500)] | None = None
    ring: Annotated[tuple[tuple[Lon, Lat], ...], Field(min_length=3, max_length=500)] | None = None
    trace: TraceBody | None = None

    @model_validator(mode="after")
    def one_of_them(self) -> Self:
        if sum(each is not None for each in (self.zones, self.ring, self.trace)) != 1:
            raise ValueError("zones, a ring or a trace")
        return self


class AnnouncementBody(Body):
    """An announcement as somebody writes it. `area` may be left out where it stays as it is. `extra`: a
    sentence by language; `exempt`: why there was no time for notice; `version`: None for a new one."""

    kind: AnnouncementKind
    cause: Cause = Cause.UNKNOWN
    starts_at: Moment
    ends_at: Moment | None = None
    area: AnnouncedAreaBody | None = None
    where: Line = ""
    extra: Annotated[dict[Language, Sentence], Field(default_factory=dict)]
    advice: Annotated[tuple[Advice, ...], Field(max_length=10)] = ()
    bowser: Line = ""
    contact: Contact = ""
    exempt: Line = ""
    task_id: UUID | None = None
    version: Version | None = None


class SeenAnnouncementBody(Body):
    """The version that the caller saw."""

    version: Version


class AnnouncementsQuery(Body):
    """`state`: only those; else all that are not over."""

    state: AnnouncementState | None = None


class AnnouncementPolicyBody(Body):
    """Hours of notice that a kind needs."""

    kind: AnnouncementKind
    notice_h: Hours
    version: Version | None = None
