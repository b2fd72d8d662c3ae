"""The life of a task, as a table.

A task is one job at one place. It always is in exactly one state, and in each state it is plain whose
move it is:

- *unplaced*: nobody has it. It lies in the dispatcher's inbox with the reason why no route could take
  it. It can be given a (better) place, be placed by the system, be assigned by a dispatcher, or be
  cancelled.
- *assigned*: it stands in a representative's route and waits for the answer. The answer has a clock. Yes is
  *accepted*; no, with a reason, or silence until the clock has run out, is *declined*.
- *declined*: nobody has it, but the system is still looking. This state lasts as long as one
  transaction: the task is placed with somebody else, or shelved into the inbox.
- *accepted* → *travelling* → *on_site* → *done*: the representative's own steps, forward only. A
  representative who walks next door may arrive without travelling. Done needs proof: a note, a photo, or a
  form that is filled in. Until the doorbell is rung the dispatcher may still give the task to somebody
  else; from *on_site* on the person who stands there keeps it.
- Where nobody is at home, the representative leaves a card and goes on: the task is *unplaced* again, until
  its customer or a dispatcher has chosen another time. Nobody is sent once more on the same guess.
- *escalated*: it is beyond the representative's training or authority. It needs a reason, and belongs
  at once to somebody named (`field.task.escalation`), who assigns it to someone able, settles it with a
  note, or cancels it.
- Work that somebody did without having the task any more *counts* when a dispatcher has decided so
  (`field.task.conflict`): the task is done, whoever has it.
- Where somebody comes along to a task, their stop *follows*: it is done when the task is
  (`field.dispatch.together`).
- *done* and *cancelled* are final. Only the house itself opens a cancelled task again, when the request that
  it belongs to asks for a visit once more: one request has one task, with all that became of it.

The representative who has the task is the only one who may answer and work it; the dispatcher moves it
between people, and so does the system where a day is planned again or the
customer cannot be there; the system places, shelves and lets
clocks run out. Nothing else moves a task.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from kernel import table
from kernel.errors import Refused
from kernel.table import Table


class TaskState(StrEnum):
    """Where a task stands."""

    UNPLACED = "unplaced"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    TRAVELLING = "travelling"
    ON_SITE = "on_site"
    DONE = "done"
    DECLINED = "declined"
    ESCALATED = "escalated"
    CANCELLED = "cancelled"


class TaskEvent(StrEnum):
    """What can happen to a task."""

    LOCATE = "locate"
    PLACE = "place"
    SHELVE = "shelve"
    ASSIGN = "assign"
    ACCEPT = "accept"
    DECLINE = "decline"
    EXPIRE = "expire"
    TRAVEL = "travel"
    ARRIVE = "arrive"
    COMPLETE = "complete"
    ESCALATE = "escalate"
    REASSIGN = "reassign"
    TAKE_BACK = "take_back"
    NOT_HOME = "not_home"
    SETTLE = "settle"
    COUNT = "count"
    FOLLOW = "follow"
    CANCEL = "cancel"
    REOPEN = "reopen"


class By(StrEnum):
    """Who causes an event. `REP` is the representative who has the task, not any representative."""

    SYSTEM = "system"
    DISPATCHER = "dispatcher"
    REP = "rep"


class Need(StrEnum):
    """What an event must bring with it."""

    REP = "rep"
    PLACE = "place"
    REASON = "reason"
    NOTE = "note"
    PROOF = "proof"


@dataclasses.dataclass(frozen=True, slots=True)
class Rule(table.Step[TaskState]):
    """One row of the table: where it leads, who may do it, and with what."""

    by: frozenset[By]
    needs: frozenset[Need] = frozenset()

    @property
    def remark(self) -> str:
        return ", ".join(sorted(self.by))


_S = TaskState
_E = TaskEvent
Rows = dict[tuple[TaskState, TaskEvent], Rule]


def _rows(
    event: TaskEvent, sources: Iterable[TaskState], target: TaskState, by: Iterable[By], *needs: Need
) -> Rows:
    """One rule, for each of the states in which it holds."""
    rule = Rule(target, frozenset(by), frozenset(needs))
    return {(source, event): rule for source in sources}


_OPEN: Final = (_S.UNPLACED, _S.ASSIGNED, _S.ACCEPTED, _S.TRAVELLING, _S.ON_SITE, _S.DECLINED, _S.ESCALATED)

_UNDER_WAY: Final = (_S.ASSIGNED, _S.ACCEPTED, _S.TRAVELLING)

TABLE: Final[Table[TaskState, TaskEvent, Rule]] = Table(
    _S.UNPLACED,
    {
        **_rows(_E.LOCATE, [_S.UNPLACED], _S.UNPLACED, [By.DISPATCHER], Need.PLACE),
        **_rows(_E.PLACE, [_S.UNPLACED, _S.DECLINED], _S.ASSIGNED, [By.SYSTEM], Need.REP),
        **_rows(_E.SHELVE, [_S.DECLINED], _S.UNPLACED, [By.SYSTEM], Need.REASON),
        **_rows(_E.ASSIGN, [_S.UNPLACED, _S.ESCALATED], _S.ASSIGNED, [By.DISPATCHER], Need.REP),
        **_rows(_E.ACCEPT, [_S.ASSIGNED], _S.ACCEPTED, [By.REP]),
        **_rows(_E.DECLINE, [_S.ASSIGNED, _S.ACCEPTED], _S.DECLINED, [By.REP], Need.REASON),
        **_rows(_E.EXPIRE, [_S.ASSIGNED], _S.DECLINED, [By.SYSTEM]),
        **_rows(_E.TRAVEL, [_S.ACCEPTED], _S.TRAVELLING, [By.REP]),
        **_rows(_E.ARRIVE, [_S.ACCEPTED, _S.TRAVELLING], _S.ON_SITE, [By.REP]),
        **_rows(_E.COMPLETE, [_S.ON_SITE], _S.DONE, [By.REP], Need.PROOF),
        **_rows(_E.ESCALATE, [_S.ACCEPTED, _S.TRAVELLING, _S.ON_SITE], _S.ESCALATED, [By.REP], Need.REASON),
        **_rows(_E.REASSIGN, _UNDER_WAY, _S.ASSIGNED, [By.DISPATCHER, By.SYSTEM], Need.REP),
        **_rows(_E.NOT_HOME, [_S.ON_SITE], _S.UNPLACED, [By.REP]),
        **_rows(
            _E.TAKE_BACK,
            [_S.ASSIGNED, _S.ACCEPTED],
            _S.UNPLACED,
            [By.DISPATCHER, By.SYSTEM],
            Need.REASON,
        ),
        **_rows(_E.SETTLE, [_S.ESCALATED], _S.DONE, [By.DISPATCHER], Need.NOTE),
        **_rows(_E.COUNT, _OPEN, _S.DONE, [By.SYSTEM], Need.PROOF),
        **_rows(_E.FOLLOW, [_S.ACCEPTED, _S.TRAVELLING, _S.ON_SITE], _S.DONE, [By.SYSTEM]),
        **_rows(_E.CANCEL, _OPEN, _S.CANCELLED, [By.DISPATCHER, By.SYSTEM], Need.REASON),
        **_rows(_E.REOPEN, [_S.CANCELLED], _S.UNPLACED, [By.SYSTEM]),
    },
    ends=(_S.DONE, _S.CANCELLED),
)

FINAL: Final = TABLE.ends
IN_ROUTE: Final = frozenset({_S.ASSIGNED, _S.ACCEPTED, _S.TRAVELLING, _S.ON_SITE})
"""The states in which a task stands in the open part of a representative's route."""


class TaskMoveRefused(Refused):
    """The task is not in a state in which that can be done."""

    code = "task_move_refused"


class TaskFinished(Refused):
    """The task is finished; nothing more can be done with it."""

    code = "task_finished"


class TaskNotYours(Refused):
    """Only the person who has this task, or a dispatcher where the task allows it, may do that."""

    code = "task_not_yours"
    status = 403


class ReasonMissing(Refused):
    """Please say why."""

    code = "reason_missing"


class ProofMissing(Refused):
    """Please add a note or a photo of the finished work."""

    code = "proof_missing"


class NoteMissing(Refused):
    """Please write a note on how this was settled."""

    code = "note_missing"


class RepMissing(Refused):
    """Please choose the representative who is to have this task."""

    code = "rep_missing"


class PlaceMissing(Refused):
    """Please set the place of this task on the map."""

    code = "place_missing"


@dataclasses.dataclass(frozen=True)
class Given:
    """What an event brings. Text counts when something other than white space is in it; `proofs` counts
    photos; `answers` is whether a form was filled in.
    """

    reason: str = ""
    note: str = ""
    proofs: int = 0
    answers: bool = False
    rep_id: UUID | None = None
    lon: float | None = None
    lat: float | None = None

    def meets(self, need: Need) -> bool:
        """Whether what is given fills this need."""
        match need:
            case Need.REP:
                return self.rep_id is not None
            case Need.PLACE:
                return self.lon is not None and self.lat is not None
            case Need.REASON:
                return bool(self.reason.strip())
            case Need.NOTE:
                return bool(self.note.strip())
            case Need.PROOF:
                return bool(self.note.strip()) or self.proofs > 0 or self.answers


NOTHING: Final = Given()

_MISSING: Final[Mapping[Need, type[Refused]]] = MappingProxyType(
    {
        Need.REP: RepMissing,
        Need.PLACE: PlaceMissing,
        Need.REASON: ReasonMissing,
        Need.NOTE: NoteMissing,
        Need.PROOF: ProofMissing,
    }
)


def move(state: TaskState, event: TaskEvent, by: By, given: Given = NOTHING) -> TaskState:
    """The state after `event`.

    Raises, in this order: TaskFinished, TaskMoveRefused (params: event, state, allowed), TaskNotYours,
    and the error of the first thing that is missing (ReasonMissing, ProofMissing, NoteMissing,
    RepMissing, PlaceMissing).
    """
    rule = TABLE.get((state, event))
    if rule is None and state in FINAL:
        raise TaskFinished(event=event.value, state=state.value)
    if rule is None:
        raise TaskMoveRefused(
            event=event.value, state=state.value, allowed=sorted(e.value for e in allowed(state, by))
        )
    if by not in rule.by:
        raise TaskNotYours(event=event.value, state=state.value)
    for need in Need:
        if need in rule.needs and not given.meets(need):
            raise _MISSING[need](event=event.value)
    return rule.to


def allowed(state: TaskState, by: By) -> tuple[TaskEvent, ...]:
    """What `by` may do with a task in `state`, in the table's order: what a page offers as buttons."""
    return tuple(event for (source, event), rule in TABLE.items() if source is state and by in rule.by)
