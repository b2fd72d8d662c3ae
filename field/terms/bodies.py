"""What this capability's HTTP API takes."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from field.board.bodies import Windows
from field.bodies import Body, Code, Line, Skill, Version

Codes = Annotated[list[Code], Field(max_length=200, default_factory=list)]


class WindowsBody(Body):
    """The windows of a task, of which one will do, in order."""

    version: Version
    windows: Annotated[Windows, Field(min_length=1)]


class SecondBody(Body):
    """Whether two people are needed at the same time, and what the second has to be able to do: nothing
    (`skill` left out), or a skill of a level.
    """

    version: Version
    needs_two: bool
    skill: Skill | None = None
    level: Annotated[int, Field(ge=1, le=3)] = 1


class WishBody(Body):
    """`kind`: `prefer` or `refuse`; `code`: why, out of a fixed list (:mod:`field.terms.wishes`)."""

    rep_id: UUID
    kind: Literal["prefer", "refuse"]
    code: Code


class WishesBody(Body):
    """Who is wished for on a task, and who is not. `standing`: for every later task at its address, too."""

    version: Version
    wishes: Annotated[list[WishBody], Field(max_length=10, default_factory=list)]
    standing: bool = False


class WishPolicyBody(Body):
    """`preferred_s`: the detour in seconds that a preferred person is worth; `keep_days`: how long a standing
    wish counts."""

    preferred_s: Annotated[int, Field(ge=0, le=7200)]
    keep_days: Annotated[int, Field(ge=1, le=1095)]
    version: Version | None = None


class ContractorBody(Body):
    """A contractor and what its people may get: `types` of task, in the zones of `stations` and in `zones`
    beside.

    `cost_permille`: what an hour of theirs is worth against one of the utility's own.
    """

    code: Annotated[Code, Field(min_length=1)]
    name: Annotated[Line, Field(min_length=1, max_length=80)]
    name_en: Annotated[Line, Field(max_length=80)] = ""
    types: Codes
    stations: Codes
    zones: Codes
    cost_permille: Annotated[int, Field(ge=500, le=3000)] = 1000
    version: Version | None = None


class RepContractorBody(Body):
    """Whose people a representative is; without a `contractor` the utility's own."""

    contractor: Code | None = None
