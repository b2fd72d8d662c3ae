"""How fast a client may talk: token buckets, with time as an argument.

A socket has one bucket for frames that are answered, and one each for ``ink`` and ``pointer``. A frame over
its rate is refused (or, when losable, dropped). A client that keeps on being refused is closed: the first
refusal opens a window of :data:`PATIENCE_S`, and one that is refused in every second of it has not read the
answers.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from assist.webrtc.protocol import Frame, Ink, Pointer
from kernel.process.bucket import Bucket

FRAMES_PER_S, FRAMES_BURST = 60.0, 120.0
LOSABLE_PER_S, LOSABLE_BURST = 30.0, 30.0
PATIENCE_S = 10.0


@dataclass(slots=True)
class Rates:
    """The buckets of one socket."""

    now: float
    frames: Bucket = field(init=False)
    ink: Bucket = field(init=False)
    pointer: Bucket = field(init=False)
    refused_in: set[int] = field(default_factory=set)
    """Whole seconds, lately, in which something was refused."""

    def __post_init__(self) -> None:
        self.frames = Bucket.full(FRAMES_PER_S, FRAMES_BURST, self.now)
        self.ink = Bucket.full(LOSABLE_PER_S, LOSABLE_BURST, self.now)
        self.pointer = Bucket.full(LOSABLE_PER_S, LOSABLE_BURST, self.now)

    def allows(self, frame: Frame | None, now: float) -> bool:
        """Whether a frame may pass (None: one that could not be read)."""
        if isinstance(frame, Ink):
            return self.ink.take(now)
        if isinstance(frame, Pointer):
            return self.pointer.take(now)
        if self.frames.take(now):
            return True
        second = int(now)
        self.refused_in = {s for s in self.refused_in if s > second - PATIENCE_S} | {second}
        return False

    def exhausted(self) -> bool:
        """Whether patience with this client has run out."""
        return len(self.refused_in) >= PATIENCE_S
