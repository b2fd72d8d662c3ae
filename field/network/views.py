"""The network as JSON. Places are WGS-84, lengths metres."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class View(BaseModel):
    """Any answer."""

    model_config = ConfigDict(frozen=True)


class NetworkFaultView(View):
    """Something told of a file: a code with parameters, put into words by the reader's language."""

    code: str
    where: str
    params: dict[str, Any]


class LayerChangeView(View):
    """How a layer differs from before. `named`: some codes of each kind of change."""

    layer: str
    rows: int
    added: int
    changed: int
    removed: int
    named: dict[str, list[str]]


class NetworkReportView(View):
    """What an import did, or with `dry_run` would do. `counts`: what the whole network then has."""

    kind: str = "network"
    dry_run: bool
    version: int | None
    changes: list[LayerChangeView]
    counts: dict[str, int]
    warnings: list[NetworkFaultView]
    doubts: list[NetworkFaultView]
    encoding: str
    sample: list[str] = Field(default_factory=list)
    crs: str


class NetworkVersionView(View):
    """A version of the network. `can_withdraw`: there is an earlier one to go back to."""

    version: int
    valid_from: datetime
    imported_at: datetime
    snap_m: float
    counts: dict[str, int]
    stuck: int
    closed: int
    can_withdraw: bool


class ValveView(View):
    """A valve. `found_at`, `found_by`: when it was last found so, and by whom; None: the layer says so."""

    code: str
    pipe: str
    lon: float
    lat: float
    state: str
    found_at: datetime | None
    found_by: str | None


class FittingView(View):
    """A connection that cannot be without water, or a hydrant."""

    code: str
    kind: str
    lon: float
    lat: float


class ServedView(View):
    """Who is without water: connections, by class; those that cannot be without; hydrants."""

    connections: int
    classes: dict[str, int]
    vulnerable: list[FittingView]
    hydrants: list[FittingView]


class IfStuckView(View):
    """What changes if this valve does not shut: others to be shut besides, those that then need not be, and
    who is without water besides. `at_source`: no valve here shuts it off then.
    """

    instead: list[ValveView]
    not_needed: list[str]
    more: ServedView
    more_m: float
    at_source: bool


class StepView(ValveView):
    """A valve to be shut, in the order of the walk. `away_m`: from the asked place, in a straight line."""

    away_m: int
    if_stuck: IfStuckView | None


class PipePartView(View):
    """Pipes that are closed, or lose their water. `lines`: their shapes; `drawn_all`: of all of them."""

    pipes: list[str]
    metres: float
    lines: list[list[tuple[float, float]]]
    drawn_all: bool


class ClosureView(View):
    """What shutting something off takes, and what it does.

    `close`: the valves to be shut; `held`: valves that are shut already and have to stay so; `spare`: valves
    around the closed part that need not be shut, since nothing beyond them has water then. `at_source`: a
    source lies in the closed part. `sources_known`: without sources nobody can say who else loses water.
    `only_together`: connections that lose their water because several shut-offs come together.
    """

    version: int
    asked: list[str]
    lon: float
    lat: float
    off_pipe_m: int
    close: list[StepView]
    held: list[ValveView]
    spare: list[ValveView]
    at_source: bool
    sources_known: bool
    closed: PipePartView
    lost: PipePartView
    without_water: ServedView
    only_together: int


class TaskClosureView(View):
    """What shuts off the pipe at a task."""

    task_id: UUID
    closure: ClosureView


class PipesView(View):
    """What of the network lies in a box. `too_many`: more than is drawn at once; look closer.

    `lines`: `[pipe code, [[lon, lat], …]]`; `valves`: `[code, lon, lat, state]`.
    """

    version: int
    too_many: bool
    lines: list[tuple[str, list[tuple[float, float]]]]
    valves: list[tuple[str, float, float, str]]
    hydrants: list[tuple[str, float, float]]
