"""What this capability answers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class View(BaseModel):
    model_config = ConfigDict(frozen=True)


class AskedPersonView(View):
    id: UUID
    name: str
    name_en: str


class RungView(View):
    """A rung of a ladder. `person`: of a named colleague."""

    whom: str
    minutes: int
    person: AskedPersonView | None


class AskedView(View):
    """Who was asked when. `what`: begin, climb, repeat, move or take."""

    rung: int
    what: str
    at: datetime
    person: AskedPersonView | None


class EscalationView(View):
    """A task that is beyond its representative, and with whom it is. `state`: waiting, taken or ended;
    `rep_phone`: where there is danger, they are called at once.

    `due_at`: until when that person answers, else it climbs; null once it is taken. `climbs`: how often it
    has gone to another, or to the same person again.
    """

    id: UUID
    version: int
    task_id: UUID
    kind: str
    state: str
    rep: AskedPersonView
    rep_phone: str
    holder: AskedPersonView
    rung: int
    rungs: list[RungView]
    always: bool
    since: datetime
    due_at: datetime | None
    climbs: int
    asked: list[AskedView]


class EscalatedByMeView(View):
    """What the caller escalated. `task_state`: where the task stands by now; `mine`: it is the caller's
    again."""

    id: UUID
    task_id: UUID
    address: str
    category: str
    fault: str
    kind: str
    state: str
    holder: AskedPersonView
    opened_at: datetime
    due_at: datetime | None
    climbs: int
    task_state: str
    mine: bool


class PutToMeView(View):
    """What was put to the caller, who takes it on or passes it on until `due_at`."""

    id: UUID
    version: int
    task_id: UUID
    address: str
    category: str
    fault: str
    severity: str
    kind: str
    reason: str
    rep: AskedPersonView
    rep_phone: str
    due_at: datetime | None


class OwnEscalationsView(View):
    """A representative's: what they escalated in the last hours, and what was put to them."""

    own: list[EscalatedByMeView]
    put_to_me: list[PutToMeView]


class EscalationRuleView(View):
    """The ladder for a kind. Empty `station`, `category`: for all. `id`, `version` null: what counts where
    nobody has written anything."""

    id: UUID | None
    version: int | None
    kind: str
    station: str
    category: str
    rungs: list[RungView]
    always: bool


class AreaLeadView(View):
    """Who leads a station or a sub-area (`level`); null: nobody was named."""

    level: str
    code: str
    person: AskedPersonView | None


class EscalationRulesView(View):
    """All that escalations go by. `colleagues`: who can be named."""

    rules: list[EscalationRuleView]
    leads: list[AreaLeadView]
    colleagues: list[AskedPersonView]


class SpecialistTaskView(View):
    """The task that was made for the specialist."""

    task_id: UUID
