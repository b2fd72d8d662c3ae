"""What the utility says to everybody about water in an area: its kinds, its states, and what is refused.

- *draft*: somebody writes it; nobody outside the console sees it.
- *published*: everybody in its area is told.
- *updated*: told again, with something else than before; each version is kept as it was told.
- *ended*: the water is back, the works are over.
- *withdrawn*: it was not meant so, or never published.

An end that has passed ends nothing: whoever waits for water is told that it takes longer, and a dispatcher
has to say how it stands (`PASS`, once for each end that was told).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from kernel.errors import Fault, Invalid, Refused
from kernel.table import Step, Table


class AnnouncementKind(StrEnum):
    """What it is about."""

    PLANNED_SHUT_OFF = "planned_shut_off"
    BURST = "burst"
    LOW_PRESSURE = "low_pressure"
    DISCOLOURED_WATER = "discoloured_water"
    WATER_QUALITY = "water_quality"
    ROAD_WORKS = "road_works"


class Cause(StrEnum):
    """Why, as far as it is known."""

    UNKNOWN = "unknown"
    MAINTENANCE = "maintenance"
    MAIN_RENEWAL = "main_renewal"
    VALVE_WORK = "valve_work"
    NEW_CONNECTION = "new_connection"
    CLEANING = "cleaning"
    BURST_MAIN = "burst_main"
    THIRD_PARTY_DAMAGE = "third_party_damage"
    POWER_FAILURE = "power_failure"
    PUMP_FAILURE = "pump_failure"
    HIGH_DEMAND = "high_demand"
    TEST_RESULT = "test_result"


class Advice(StrEnum):
    """What to do."""

    STORE_WATER = "store_water"
    CLOSE_TAPS = "close_taps"
    HEATER_OFF = "heater_off"
    RUN_TAP = "run_tap"
    NO_LAUNDRY = "no_laundry"
    BOIL_WATER = "boil_water"
    DO_NOT_DRINK = "do_not_drink"


class AnnouncementState(StrEnum):
    """Where it stands."""

    DRAFT = "draft"
    PUBLISHED = "published"
    UPDATED = "updated"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


class AnnouncementEvent(StrEnum):
    """What happens to it; also the kinds of its steps."""

    WRITE = "write"
    PUBLISH = "publish"
    UPDATE = "update"
    PASS = "pass"
    END = "end"
    WITHDRAW = "withdraw"


_S, _E = AnnouncementState, AnnouncementEvent
LIVE: Final = (_S.PUBLISHED, _S.UPDATED)
"""What everybody is told."""

TABLE: Final[Table[AnnouncementState, AnnouncementEvent, Step[AnnouncementState]]] = Table(
    _S.DRAFT,
    {
        (_S.DRAFT, _E.WRITE): Step(_S.DRAFT),
        (_S.DRAFT, _E.PUBLISH): Step(_S.PUBLISHED),
        (_S.DRAFT, _E.WITHDRAW): Step(_S.WITHDRAWN),
        **{(state, _E.UPDATE): Step(_S.UPDATED) for state in LIVE},
        **{(state, _E.PASS): Step(state) for state in LIVE},
        **{(state, _E.END): Step(_S.ENDED) for state in LIVE},
        **{(state, _E.WITHDRAW): Step(_S.WITHDRAWN) for state in LIVE},
    },
)

USUAL_NOTICE_H: Final = {AnnouncementKind.PLANNED_SHUT_OFF: 24}
"""Hours of notice where no policy is written down; other kinds need none."""
LONGEST: Final = timedelta(days=90)
LATEST: Final = timedelta(days=365)
PLANNED: Final = (AnnouncementKind.PLANNED_SHUT_OFF, AnnouncementKind.ROAD_WORKS)
"""What is known beforehand: it has an end, and does not begin in the past."""
SLACK: Final = timedelta(minutes=5)
"""So long somebody may take to write that it begins now."""
AHEAD: Final = timedelta(hours=48)
"""So long before it begins people in the area are told of it on their own pages."""


class AnnouncementInvalid(Invalid):
    """Some of this cannot be announced; nothing was changed."""

    code = "announcement_invalid"


class AnnouncementMoveRefused(Refused):
    """This announcement is no longer in a state in which that can be done."""

    code = "announcement_move_refused"


@dataclasses.dataclass(frozen=True)
class Content:
    """What is said. `ends_at` None: nobody knows yet; `where`: the place in words; `extra`: a sentence of the
    dispatcher's, by language; `bowser`: where the emergency tap stands; `exempt`: why there is no notice."""

    kind: AnnouncementKind
    cause: Cause
    starts_at: datetime
    ends_at: datetime | None
    where: str = ""
    extra: Mapping[str, str] = dataclasses.field(default_factory=dict)
    advice: Sequence[Advice] = ()
    bowser: str = ""
    contact: str = ""
    exempt: str = ""


def move(state: AnnouncementState, event: AnnouncementEvent) -> AnnouncementState:
    """The state after ``event``.

    Raises:
        AnnouncementMoveRefused
    """
    step = TABLE.get((state, event))
    if step is None:
        raise AnnouncementMoveRefused(event=event.value, state=state.value)
    return step.to


def faults_of_writing(content: Content) -> list[Fault]:
    """What no draft can be kept with."""
    faults = []
    if content.ends_at is not None and content.ends_at <= content.starts_at:
        faults.append(Fault("end_before_start", "body.ends_at"))
    elif content.ends_at is not None and content.ends_at - content.starts_at > LONGEST:
        faults.append(Fault("announcement_too_long", "body.ends_at", params={"days": LONGEST.days}))
    return faults


def faults_of_telling(content: Content, notice_h: int, now: datetime) -> list[Fault]:
    """What it cannot be published with, beside that; all of it."""
    faults = []
    if content.ends_at is None and content.kind in PLANNED:
        faults.append(Fault("end_needed", "body.ends_at"))
    if content.ends_at is not None and content.ends_at <= now:
        faults.append(Fault("end_past", "body.ends_at"))
    if content.starts_at > now + LATEST:
        faults.append(Fault("start_too_far", "body.starts_at", params={"days": LATEST.days}))
    if content.kind in PLANNED and content.starts_at < now - SLACK:
        faults.append(Fault("start_past", "body.starts_at"))
    elif notice_h and content.starts_at < now + timedelta(hours=notice_h) - SLACK and not content.exempt:
        faults.append(Fault("notice_short", "body.starts_at", params={"hours": notice_h}))
    return faults


def faults_of_updating(before: Content, after: Content, notice_h: int, now: datetime) -> list[Fault]:
    """What an update cannot be told with. What has begun may stay begun, and what was told in time keeps its
    notice, unless it is to begin sooner."""
    faults = faults_of_telling(after, notice_h, now)
    if after.kind is not before.kind:
        faults.append(Fault("kind_changed", "body.kind"))
    kept = after.starts_at >= before.starts_at
    return [each for each in faults if not (kept and each.code in ("start_past", "notice_short"))]


def overlaps(a: Content, b: Content) -> bool:
    """Whether both hold at some moment."""
    return (b.ends_at is None or a.starts_at < b.ends_at) and (a.ends_at is None or b.starts_at < a.ends_at)


def phase(starts_at: datetime, ends_at: datetime | None, now: datetime) -> str:
    """coming, now, or overdue: past the end that was told."""
    if now < starts_at:
        return "coming"
    return "overdue" if ends_at is not None and ends_at <= now else "now"
