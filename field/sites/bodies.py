"""What this capability's HTTP API takes."""

from __future__ import annotations

from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from field.bodies import Body, Lat, Line, Lon, Version
from field.sites.commands import Said
from field.sites.note import NoteDoubt, NoteKind

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("a gate code is one printable line")
    return text


GateCode = Annotated[str, StringConstraints(max_length=40, strip_whitespace=True), AfterValidator(_one_line)]


class SiteNoteBody(Body):
    """A note of a place. `id`: the sender's own, so that sent twice it is one. `gate_code`: of a gate alone.
    `lon` and `lat`: where the thing itself is. `photo`: the phone's id of a photo of this task sent before;
    `arrow`: from where to where on it, as parts of its width and height: x, y, x, y."""

    id: UUID
    kind: NoteKind
    text: Line = ""
    gate_code: GateCode = ""
    lon: Lon | None = None
    lat: Lat | None = None
    photo: UUID | None = None
    arrow: tuple[Share, Share, Share, Share] | None = None

    @model_validator(mode="after")
    def has_both_or_none(self) -> Self:
        if (self.lon is None) != (self.lat is None):
            raise ValueError("lon and lat, or neither")
        return self

    def said(self) -> Said:
        spot = None if self.lon is None or self.lat is None else (self.lon, self.lat)
        return Said(self.id, self.kind, self.text, self.gate_code, spot, self.photo, self.arrow)


class SiteDoubtBody(Body):
    doubt: NoteDoubt


class SiteDecisionBody(Body):
    """`keep`: it is so after all. `version`: the note's."""

    keep: bool
    version: Version


class DoorCodeBody(Body):
    """What was shown at the door; or `differs`: it is not what this page shows."""

    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")] | None = None
    differs: bool = False

    @model_validator(mode="after")
    def says_one_thing(self) -> Self:
        if (self.code is None) != self.differs:
            raise ValueError("a code, or that it differs")
        return self
