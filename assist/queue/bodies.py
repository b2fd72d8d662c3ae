"""What this capability's HTTP API takes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from assist.bodies import Body, Language
from assist.request.kinds import Skill


class DeskBody(Body):
    """What a technician takes; empty means everything."""

    skills: Annotated[list[Skill], Field(default_factory=list, max_length=6)]
    languages: Annotated[list[Language], Field(default_factory=list, max_length=3)]
