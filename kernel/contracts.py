"""The events that cross wings.

``assist`` and ``field`` never import each other; what one has to tell the other is written here, frozen
and versioned. A field may be added with a default; anything else is a new event or a new ``version``.
What tells of something that goes through steps carries the number of the step (:class:`NumberedEvent`).
Only plain values: text, numbers, ids, aware datetimes and tuples of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened. ``type`` names it on the wire and never changes."""

    type: ClassVar[str]
    version: ClassVar[int] = 1
    private: ClassVar[tuple[str, ...]] = ()
    """Fields that tell of a person: taken out of what is kept as soon as everybody has heard."""

    @property
    def subject(self) -> str | None:
        """The thing that a numbered event tells of, as ``kind:id``. None: order does not matter."""
        return None


@dataclass(frozen=True, kw_only=True)
class NumberedEvent(Event):
    """A word about a thing that goes through steps. ``step`` is the thing's own count of them.

    A group of handlers hears the words about one thing in the order of their steps, whatever order they
    arrive in (:mod:`kernel.events.inbox`). Zero: not numbered, as by a release before numbers.
    """

    step: int = 0


# field → itself -----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class RouteEased(Event):
    """There may be room on somebody's route that was not there before (None: perhaps on anybody's)."""

    type = "route_eased"

    rep_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ChainMoved(Event):
    """A step of a chain of tasks stands elsewhere, or otherwise, than before; others may have to follow."""

    type = "chain_moved"

    chain_id: UUID


@dataclass(frozen=True, kw_only=True)
class RepLost(Event):
    """A representative cannot go on with this working day (ISO 8601), and had so many stops open."""

    type = "rep_lost"

    rep_id: UUID
    day: str
    stops: int


@dataclass(frozen=True, kw_only=True)
class OvertimeDecided(Event):
    """Somebody answered whether a representative's day (ISO 8601) may end later; ``state`` as of
    :mod:`field.shifts.overtime`."""

    type = "overtime_decided"

    rep_id: UUID
    rep_staff_id: UUID
    day: str
    state: str


@dataclass(frozen=True, kw_only=True)
class GroundLearned(Event):
    """Zones or addresses came in through a file: a place that was not known may be known now.

    An import tells it of all tasks. Each is then tried by itself, so that one which fails stops no other: the
    event comes again for each (``task_id``), and for those behind the last of them (``after_…``).
    """

    type = "ground_learned"

    task_id: UUID | None = None
    after_priority: int | None = None
    after_id: UUID | None = None


# assist → field ------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class RequestWord(NumberedEvent):
    """What every word about a request carries. ``step`` is the number of the timeline's line."""

    request_id: UUID

    @property
    def subject(self) -> str | None:
        return f"request:{self.request_id}" if self.step else None


@dataclass(frozen=True, kw_only=True)
class VisitRequested(RequestWord):
    """A technician decided that someone must drive; everything already known goes along."""

    type = "visit_requested"
    private = ("note", "lon", "lat", "address", "customer_name", "customer_phone")

    owner_id: UUID
    technician_name: str
    technician_name_en: str = ""
    category: str
    fault: str
    severity: str
    ownership: str
    skill: str
    level: int = 1
    priority: int
    duration_s: int
    parts: tuple[tuple[str, int], ...] = ()
    note: str = ""
    lon: float | None = None
    lat: float | None = None
    address: str = ""
    window_start: datetime | None = None
    window_end: datetime | None = None
    still_ids: tuple[UUID, ...] = ()
    customer_name: str = ""
    customer_phone: str = ""
    language: str = "zh-Hans"


@dataclass(frozen=True, kw_only=True)
class RequestWithdrawn(RequestWord):
    """The customer no longer needs us."""

    type = "request_withdrawn"


@dataclass(frozen=True, kw_only=True)
class RequestClosed(RequestWord):
    """The customer confirmed, and rated or not."""

    type = "request_closed"

    score: int | None = None


@dataclass(frozen=True, kw_only=True)
class RequestErased(RequestWord):
    """What told of the customer is gone; whoever has a copy erases it too."""

    type = "request_erased"


# field → assist ------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class TaskEvent(NumberedEvent):
    """What every word about a task carries. ``request_id`` is None for a task that no customer asked for."""

    task_id: UUID
    request_id: UUID | None

    @property
    def subject(self) -> str | None:
        return f"task:{self.task_id}" if self.step else None


@dataclass(frozen=True, kw_only=True)
class TaskUnplaced(TaskEvent):
    """Nobody could be found by rule; the task is in the dispatchers' inbox."""

    type = "task_unplaced"

    reason: str
    answerable_id: UUID | None = None
    """Who answers for it in the inbox."""


@dataclass(frozen=True, kw_only=True)
class RepEvent(TaskEvent):
    """A word about a task that names its representative."""

    rep_id: UUID
    rep_staff_id: UUID
    rep_name: str


@dataclass(frozen=True, kw_only=True)
class TaskAssigned(RepEvent):
    """The task stands on someone's route."""

    type = "task_assigned"

    eta: datetime | None = None
    answerable_id: UUID | None = None
    """Who answers for it until that representative accepts."""
    category: str | None = None
    severity: str | None = None
    """Of the task. None: not told, as by a release before these."""


@dataclass(frozen=True, kw_only=True)
class TaskAccepted(RepEvent):
    """The representative answers for the task from now on."""

    type = "task_accepted"

    eta: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class TaskRetimed(RepEvent):
    """The same representative comes, at another time."""

    type = "task_retimed"

    eta: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class VisitPromised(TaskEvent):
    """The customer was promised this window; without one, a promise is over, and ``why``.

    ``why``: who chose (customer, dispatcher), or what ended it (not_today, worse, late, not_home). The clock
    times are the utility's, for words to people.
    """

    type = "visit_promised"

    window_start: datetime | None = None
    window_end: datetime | None = None
    why: str = ""
    day: str = ""
    start_clock: str = ""
    end_clock: str = ""


@dataclass(frozen=True, kw_only=True)
class TaskTravelling(RepEvent):
    """The representative is on the way."""

    type = "task_travelling"

    eta: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class TaskArrived(RepEvent):
    """The representative is on site."""

    type = "task_arrived"


@dataclass(frozen=True, kw_only=True)
class TaskDone(RepEvent):
    """The work is done, with its proof."""

    type = "task_done"
    private = ("note",)

    note: str = ""
    proofs: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TaskSettled(TaskEvent):
    """A dispatcher finished an escalated task with a note; nobody drove for it."""

    type = "task_settled"
    private = ("note",)

    note: str
    by_staff_id: UUID


@dataclass(frozen=True, kw_only=True)
class TaskEscalated(TaskEvent):
    """Beyond the representative's training or authority; ``to_staff_id`` answers for it now."""

    type = "task_escalated"
    private = ("reason",)

    reason: str
    to_staff_id: UUID


@dataclass(frozen=True, kw_only=True)
class TaskCancelled(TaskEvent):
    """The task will not be done; ``by_staff_id`` decided so, and answers for the request now."""

    type = "task_cancelled"
    private = ("reason",)

    reason: str
    by_staff_id: UUID | None = None


# within the house ----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class PicturesErased(Event):
    """Rows no longer name these files: each is deleted unless another row still does."""

    type = "pictures_erased"

    blob_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Changed(Event):
    """A hint for open pages: fetch ``resource`` ``id`` again. Losing one costs seconds, nothing else.

    Given by ``UnitOfWork.changed``; it has no handlers, and a road of its own (:mod:`kernel.events.hints`).
    """

    type = "changed"

    resource: str
    id: str
    topics: tuple[str, ...]
