"""What this capability's HTTP API takes."""

from __future__ import annotations

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from field.bodies import Body, Lat, Lon, Moment, Text, Version
from field.network.tables import ValveState
from field.task.conflict import Decision
from field.visits.devices import Kind


class DecisionBody(Body):
    """What becomes of reported work: see :mod:`field.task.conflict`. `version`: the conflict's."""

    version: Version
    decision: Decision


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
    valve: Annotated[str, Field(max_length=80)] = ""
    valve_state: ValveState | None = None


class DeviceAction(Body):
    """One action taken on a phone. `id` and `sequence` are the phone's; `at` is when it was taken."""

    id: UUID
    sequence: int = Field(ge=1, le=2_000_000_000)
    kind: Kind
    task_id: UUID
    body: ActionContent = ActionContent()
    at: Moment | None = None

    @model_validator(mode="after")
    def says_of_which_valve(self) -> Self:
        if (self.kind == "valve_finding") != (self.body.valve_state is not None and self.body.valve != ""):
            raise ValueError("a valve and its state, with a finding of a valve alone")
        return self


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
