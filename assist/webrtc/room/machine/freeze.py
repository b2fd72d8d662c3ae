"""Freezing: how a moment of the live picture becomes a still with the phone's own pixels.

The technician asks; the phone holds its picture (``frozen``), takes a still at its best resolution, uploads
it over HTTP beside the video and says so (``still_ready``); the room shows it on both sides. Every arrow of
that can be late, lost or doubled, and the phone can be interrupted in the middle, so:

``starting``   the wish is being written down; it has no id yet. Further wishes join it.
``asked``      the phone has been asked. It must say ``frozen`` within :data:`ANSWER_S`: a hand that shakes
               on is worse than a still from the video.
``held``       the phone holds its picture and uploads. That has :data:`UPLOAD_S`, and survives a lost line,
               because the upload does not need the socket.
``shown``      the still is there.
``failed``     it is not, and both sides were told why.

Shown and failed are final, and remembered, so that a late word about a finished freeze is recognised: a
late ``frozen`` is nothing; a late ``still_ready`` gives its still to the request, and shows it only if
nothing else was shown meanwhile. A phone that says ``still_ready`` without ``frozen`` has simply been fast.

While ``asked``, an interruption of the phone (a telephone call, a hidden page, a lost line) fails the
freeze at once, with the interruption as its reason: the technician then knows that waiting is useless.
While ``held`` it changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal
from uuid import UUID

from assist.webrtc.room.machine.frames import FreezeFailure
from kernel.table import Step, Table

ANSWER_S = 4.0
UPLOAD_S = 20.0
REMEMBERED = 50


class Stage(StrEnum):
    STARTING = "starting"
    ASKED = "asked"
    HELD = "held"
    SHOWN = "shown"
    FAILED = "failed"


Happening = Literal["written", "frozen", "still_ready", "time_up", "interrupted", "cancelled"]

TRANSITIONS: Table[Stage, Happening, Step[Stage]] = Table(
    Stage.STARTING,
    {
        (Stage.STARTING, "written"): Step(Stage.ASKED),
        (Stage.STARTING, "cancelled"): Step(Stage.FAILED),
        (Stage.ASKED, "frozen"): Step(Stage.HELD),
        (Stage.ASKED, "still_ready"): Step(Stage.SHOWN),
        (Stage.ASKED, "time_up"): Step(Stage.FAILED),
        (Stage.ASKED, "interrupted"): Step(Stage.FAILED),
        (Stage.ASKED, "cancelled"): Step(Stage.FAILED),
        (Stage.HELD, "still_ready"): Step(Stage.SHOWN),
        (Stage.HELD, "time_up"): Step(Stage.FAILED),
        (Stage.HELD, "cancelled"): Step(Stage.FAILED),
        # The uploaded still beats the verdict that it would not come.
        (Stage.FAILED, "still_ready"): Step(Stage.SHOWN),
    },
    ends=(Stage.SHOWN, Stage.FAILED),
)

LIMIT_S: Mapping[Stage, float] = {Stage.STARTING: 10.0, Stage.ASKED: ANSWER_S, Stage.HELD: UPLOAD_S}
FINAL = TRANSITIONS.ends
REASON_OF_TIME: Mapping[Stage, FreezeFailure] = {Stage.ASKED: "no_answer", Stage.HELD: "no_still"}


@dataclass(slots=True)
class Freeze:
    """One wish for a still. ``to`` is the phone, ``by`` who wished."""

    to: str
    by: str
    stage: Stage
    since: float
    id: UUID | None = None
    width: int = 0
    height: int = 0
    shown_before: int = 0
    """How often the room's picture had changed when this freeze failed; see :meth:`Freezer.may_show`."""

    def happen(self, what: Happening, now: float) -> bool:
        """Follow the table; True when the stage changed."""
        step = TRANSITIONS.get((self.stage, what))
        if step is None:
            return False
        self.stage, self.since = step.to, now
        return True


class Freezer:
    """The freeze under way, if any, and those that are over."""

    def __init__(self) -> None:
        self.current: Freeze | None = None
        self._over: dict[UUID, Freeze] = {}

    def begin(self, to: str, by: str, now: float) -> Freeze:
        assert self.current is None
        self.current = Freeze(to, by, Stage.STARTING, now)
        return self.current

    def written(self, freeze_id: UUID, now: float) -> bool:
        """The wish has its id now; False when it was given up meanwhile."""
        freeze = self.current
        if freeze is None or freeze.id is not None or not freeze.happen("written", now):
            return False
        freeze.id = freeze_id
        return True

    def find(self, freeze_id: UUID) -> Freeze | None:
        if self.current is not None and self.current.id == freeze_id:
            return self.current
        return self._over.get(freeze_id)

    def settle(self, changes: int) -> None:
        """Put a finished freeze away; ``changes`` counts how often the room's picture has changed so far."""
        freeze = self.current
        if freeze is None or freeze.stage not in FINAL:
            return
        self.current = None
        freeze.shown_before = changes
        if freeze.id is not None:
            self._over[freeze.id] = freeze
            while len(self._over) > REMEMBERED:
                del self._over[next(iter(self._over))]

    def may_show(self, freeze: Freeze, changes: int) -> bool:
        """Whether a still of ``freeze`` is still wanted on the screens."""
        return freeze is self.current or (freeze.stage is Stage.FAILED and freeze.shown_before == changes)

    def out_of_time(self, now: float) -> FreezeFailure | None:
        """Why the freeze under way has failed by the clock, if it has."""
        freeze = self.current
        if freeze is None or now - freeze.since < LIMIT_S[freeze.stage]:
            return None
        if freeze.stage is Stage.STARTING:
            freeze.happen("cancelled", now)
            return "cancelled"
        reason = REASON_OF_TIME[freeze.stage]
        freeze.happen("time_up", now)
        return reason
