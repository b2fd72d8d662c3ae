"""What the HTTP API of this wing takes. Unknown fields are refused; so are characters no database keeps."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self, TypeAlias
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from pydantic import model_validator as whole

from assist.guide import Answer, Asker, Category, Skill
from assist.request import State
from assist.verdict import NoStillReason, Outcome, Ownership, Severity

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
MAX_POINTS = 512
POINTS_OF = {"pen": (2, MAX_POINTS), "arrow": (2, 2), "box": (2, 2), "text": (1, 1)}


def _printable(text: str) -> str:
    if _UNPRINTABLE.search(text):
        raise ValueError("control characters cannot be kept")
    return text


Language: TypeAlias = Literal["zh-Hans", "zh-Hant", "en"]
Words = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_printable)]
Name = Annotated[Words, Field(max_length=80)]
Line = Annotated[Words, Field(max_length=120)]
Phone = Annotated[Words, Field(max_length=40)]
Note = Annotated[Words, Field(max_length=2000)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Fraction = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Version = Annotated[int, Field(ge=1, lt=1 << 31)]


class Body(BaseModel):
    """Any body."""

    model_config = ConfigDict(extra="forbid")


class StartBody(Body):
    """A customer starts alone. `building` is needed where a property manager asks."""

    category: Category
    asker: Asker = Asker.RESIDENT
    language: Language = "zh-Hans"
    building: Line = ""
    equipment: Line = ""
    bearer: bool = False


class RequestPlaceBody(Body):
    """Where the trouble is: an address, a point (WGS-84), or both."""

    address: Annotated[Words, Field(max_length=200)] = ""
    lon: Longitude | None = None
    lat: Latitude | None = None
    source: Literal["address", "browser", "pin"] = "address"

    @whole(mode="after")
    def _is_somewhere(self) -> Self:
        if (self.lon is None) != (self.lat is None):
            raise ValueError("lon and lat belong together")
        if not self.address and self.lon is None:
            raise ValueError("an address or a point is needed")
        return self


class ContactBody(Body):
    """Whom to call. An empty phone number takes the number away."""

    name: Name | None = None
    phone: Phone | None = None


class DetailsBody(Body):
    """What is to be changed; what is left out stays. `version` is the one the caller has seen."""

    version: Version
    place: RequestPlaceBody | None = None
    contact: ContactBody | None = None
    description: Annotated[Words, Field(max_length=1000)] | None = None
    language: Language | None = None
    category: Category | None = None
    asker: Asker | None = None
    building: Line | None = None
    equipment: Line | None = None


class GuideAnswerBody(Body):
    """An answer to a step of a guide."""

    guide: Code
    step: Code
    answer: Answer


class VersionBody(Body):
    """The version that the caller has seen, if it matters to them."""

    version: Version | None = None


class EndBody(VersionBody):
    """Why a call ended or a customer is given back, as a short code."""

    reason: Code = "ended"


class MessageBody(Body):
    """A line of chat."""

    client_id: UUID
    text: Annotated[Words, Field(min_length=1, max_length=2000)]


class MarkBody(Body):
    """A drawing: points in 0–1 coordinates of the still, x to the right and y down."""

    client_id: UUID
    tool: Literal["pen", "arrow", "box", "text"]
    points: Annotated[list[tuple[Fraction, Fraction]], Field(max_length=MAX_POINTS)]
    text: Annotated[Words, Field(min_length=1, max_length=200)] | None = None

    @whole(mode="after")
    def _has_its_points(self) -> Self:
        low, high = POINTS_OF[self.tool]
        if not low <= len(self.points) <= high:
            raise ValueError(f"a {self.tool} has {low} to {high} points")
        if (self.tool == "text") != (self.text is not None):
            raise ValueError("text belongs to the tool text, and only there")
        return self


class RatingBody(Body):
    """How it went, from 1 (bad) to 5 (good)."""

    score: Annotated[int, Field(ge=1, le=5)]
    comment: Annotated[Words, Field(max_length=1000)] = ""


class InvitationBody(Body):
    """Whom to invite, and in which language."""

    name: Annotated[Words, Field(min_length=1, max_length=80)]
    phone: Annotated[Words, Field(min_length=3, max_length=40)]
    language: Language
    category: Category = Category.OTHER


class RedemptionBody(Body):
    """A link's token; `bearer` asks for the session in the answer instead of a cookie."""

    token: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{16,128}$")]
    bearer: bool = False


class VerdictBody(Body):
    """What was found, and which stills prove it, or why none could be taken."""

    ownership: Ownership
    fault: Code
    severity: Severity
    still_ids: Annotated[list[UUID], Field(max_length=20)] = []
    no_still_reason: NoStillReason | None = None
    note: Note = ""
    version: Version | None = None


class WindowBody(Body):
    """When the customer is at home."""

    start: AwareDatetime
    end: AwareDatetime


class PartBody(Body):
    """A part and how many."""

    code: Code
    count: Annotated[int, Field(ge=1, le=99)]


class VisitBody(Body):
    """What was agreed for the visit. Without `parts` the fault's usual ones go along."""

    window: WindowBody | None = None
    parts: Annotated[list[PartBody], Field(max_length=20)] | None = None


class OutcomeBody(Body):
    """How the request ends."""

    outcome: Outcome
    note: Note = ""
    visit: VisitBody | None = None
    version: Version | None = None


class DeskBody(Body):
    """What a technician takes; empty means everything."""

    skills: Annotated[list[Skill], Field(max_length=6)] = []
    languages: Annotated[list[Language], Field(max_length=3)] = []


class RequestsQuery(Body):
    """Which requests to list, newest first; `before` is the last page's `next`."""

    state: State | None = None
    owner: UUID | None = None
    before: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class GuidesQuery(Body):
    """In which language."""

    language: Language | None = None
