"""What this capability's HTTP API takes."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, StringConstraints
from pydantic import model_validator as whole

from assist.bodies import Body, Language, Latitude, Line, Longitude, Name, Phone, Version, Words
from assist.request.kinds import Asker, Category


class StartBody(Body):
    """A customer starts alone. `building` is needed where a property manager asks. `key` is a secret that the
    phone makes (24 to 128 characters of base64url, 128 bits of chance or more): sent again after an answer
    that got lost, it opens the same request."""

    category: Category
    asker: Asker = Asker.RESIDENT
    language: Language = "zh-Hans"
    building: Line = ""
    equipment: Line = ""
    key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{24,128}$")] | None = None
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
    """What is to be changed; what is left out stays. `version` is the one the caller has seen. A `client_id`
    makes sending the last change twice the same as once."""

    version: Version
    client_id: UUID | None = None
    place: RequestPlaceBody | None = None
    contact: ContactBody | None = None
    description: Annotated[Words, Field(max_length=1000)] | None = None
    language: Language | None = None
    category: Category | None = None
    asker: Asker | None = None
    building: Line | None = None
    equipment: Line | None = None
