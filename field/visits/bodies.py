"""What this capability's HTTP API takes."""

from __future__ import annotations

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from field.bodies import Body, Lat, Lon, Moment, Text, Version
from field.escalation.ladder import EscalationKind
from field.forms.bodies import FilledBody
from field.network.tables import ValveState
from field.safety.bodies import Minutes
from field.sites.bodies import SiteNoteBody
from field.sites.note import NoteDoubt
from field.task.conflict import Decision
from field.visits.devices import Kind

MOST_PROOFS = 100
"""Photos of one task, those of its form among them."""


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
    """The form of the task's type, a note, photos sent before (their ids, or the phone's own)."""

    note: Text = ""
    proofs: tuple[UUID, ...] = Field((), max_length=MOST_PROOFS)
    form: FilledBody | None = None


class EscalationBody(StepBody):
    """`kind`: what is needed; by it the rules say who is asked."""

    reason: Text
    kind: EscalationKind = EscalationKind.OTHER


class ActionContent(Body):
    """What comes with an action, as the address of its name would take it."""

    version: Version | None = None
    reason: Text = ""
    note: Text = ""
    proofs: tuple[UUID, ...] = Field((), max_length=MOST_PROOFS)
    form: FilledBody | None = None
    valve: Annotated[str, Field(max_length=80)] = ""
    valve_state: ValveState | None = None
    minutes: Minutes | None = None
    site: SiteNoteBody | None = None
    notes: tuple[UUID, ...] = Field((), max_length=20)
    doubt: NoteDoubt | None = None
    kind: EscalationKind = EscalationKind.OTHER


class DeviceAction(Body):
    """One action taken on a phone. `id` and `sequence` are the phone's; `at` is when it was taken. `minutes`:
    until when a check-in timer that is started runs. `site`: a note of the task's place; `notes`: those that
    are renewed, disputed (with `doubt`), or were read."""

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

    @model_validator(mode="after")
    def says_of_which_note(self) -> Self:
        said = (self.body.site is not None, len(self.body.notes), self.body.doubt is not None)
        wanted = {
            "site_note": (True, 0, False),
            "site_renewal": (False, 1, False),
            "site_dispute": (False, 1, True),
        }
        if self.kind == "danger_read" and not (said[1] and not said[0] and not said[2]):
            raise ValueError("which dangers were read")
        if self.kind != "danger_read" and said != wanted.get(self.kind, (False, 0, False)):
            raise ValueError("what is said of a place, with an action that says it alone")
        return self


class DeviceActionsBody(Body):
    """Actions of one phone, in any order; they are carried out by their sequence. `sent_at`: what the phone's
    clock shows now; by it the times of its check-in timer are set right."""

    device: UUID
    sent_at: Moment | None = None
    actions: tuple[DeviceAction, ...] = Field(min_length=0, max_length=200)


class PositionBody(Body):
    """Where a phone is. `accuracy_m`: radius in metres, as the browser says."""

    lon: Lon
    lat: Lat
    accuracy_m: float | None = Field(None, ge=0, le=1_000_000, allow_inf_nan=False)
    at: Moment | None = None
