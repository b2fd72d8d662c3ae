"""What callers say of zones that are to be derived."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from field.bodies import Body
from field.network.zones.deriving import Wanted
from field.network.zones.grouping import LEAST, By
from field.network.zones.outlines import REACH_M


class DerivationQuery(Body):
    """How zones are told in a network: by `tags` of its junctions, by their demand `patterns`, by
    `link_tags`, or by `cuts`: what hangs together once closed pipes and valves, control valves and the pipes
    `meters` (their codes, separated by commas) are taken out. `least`: junctions of a part that is a zone;
    `reach_m`: metres from a pipe that still belong to its zone.
    """

    by: By
    meters: Annotated[str, Field(max_length=4000)] = ""
    least: Annotated[int, Field(ge=1, le=100_000)] = LEAST
    reach_m: Annotated[float, Field(ge=5, le=500, allow_inf_nan=False)] = REACH_M

    def wanted(self) -> Wanted:
        codes = (code.strip() for code in self.meters.split(","))
        return Wanted(self.by, frozenset(code for code in codes if code), self.least, self.reach_m)


class FileDerivationQuery(DerivationQuery):
    """The same of a file that nobody has stored; `crs`, `encoding` as of an import."""

    crs: Annotated[str, Field(max_length=100)] | None = None
    encoding: Annotated[str, Field(max_length=40)] | None = None
