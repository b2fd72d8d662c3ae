"""The degradation ladder: what a device should send when its line is thin.

Four rungs, best first::

    video ── low_frame_rate ── stills_voice ── upload

A line is judged by its **level**, from what the media node and the client measure: ``good``, ``fair``,
``poor``, ``lost``. The ladder goes down one rung when the level has been poor or lost for :data:`DOWN_S`
without a break, and up one rung when it has been good for :data:`UP_S`. ``fair`` moves nothing. Between two
steps there is always one of these spans, so a line that trembles does not make the picture flap; going up
is slower than going down, because a picture that comes back and breaks again is worse than a still.

A device sets the highest rung it can use: without a camera ``stills_voice`` (it may still upload photos),
without camera and microphone ``upload``. Its own limit is not a fault of the line, and holds whatever the
line does.

Levels follow ITU-T G.1010's tolerances for interactive video roughly: loss in the picture is seen from 2 %
on and unusable beyond 8 %; a round trip is felt from 300 ms on and breaks talking beyond 700 ms.
"""

from __future__ import annotations

from dataclasses import dataclass

from assist.webrtc.room.machine.frames import Level, PhoneState, Rung, RungReason

RUNGS: tuple[Rung, ...] = ("video", "low_frame_rate", "stills_voice", "upload")
DOWN_S = 6.0
UP_S = 20.0
STALE_S = 12.0
"""A measurement older than this says nothing about now."""


def level_of(*, loss: float, rtt_ms: float) -> Level:
    """How a line does. ``loss`` 0–1, the worse direction; ``rtt_ms`` milliseconds, 0 when it is not known."""
    if loss >= 0.5:
        return "lost"
    if loss > 0.08 or rtt_ms > 700:
        return "poor"
    if loss > 0.02 or rtt_ms > 300:
        return "fair"
    return "good"


def limit_of(state: PhoneState | None) -> int:
    """The index of the best rung that a device can use."""
    if state is None or state.camera not in ("refused", "absent", "failed"):
        return 0
    return 2 if state.microphone in ("on", "off") else 3


@dataclass(slots=True)
class Ladder:
    """One peer's place on the ladder. ``line`` is where its line puts it, ``limit`` where its device does."""

    line: int = 0
    limit: int = 0
    level: Level | None = None
    run_since: float = 0.0
    measured_at: float = 0.0

    @property
    def rung(self) -> Rung:
        return RUNGS[max(self.line, self.limit)]

    def device(self, state: PhoneState) -> RungReason | None:
        """The device has changed; the reason if that moved the rung."""
        before = self.rung
        self.limit = limit_of(state)
        return "device" if self.rung != before else None

    def measure(self, now: float, level: Level) -> RungReason | None:
        """A measurement; the reason if the rung moved."""
        fresh = now - self.measured_at <= STALE_S
        self.measured_at = now
        if self.level is None or not fresh or _side(level) != _side(self.level):
            self.run_since = now
        self.level = level
        before, run = self.rung, now - self.run_since
        if _side(level) < 0 and run >= DOWN_S and self.line < len(RUNGS) - 1:
            self.line, self.run_since = self.line + 1, now
        elif _side(level) > 0 and run >= UP_S and self.line > 0:
            self.line, self.run_since = self.line - 1, now
            return "recovered" if self.rung != before else None
        return "quality" if self.rung != before else None


def _side(level: Level) -> int:
    return {"good": 1, "fair": 0, "poor": -1, "lost": -1}[level]
