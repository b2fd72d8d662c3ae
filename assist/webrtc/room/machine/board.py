"""What lies on the table between the two sides: stills, the marks on them, and the chat.

The board is a copy of what SQL has. It changes in two ways only: by the outcome of the room's own deeds,
and by :meth:`Board.reconcile` with what was read afresh, which finds what came by other roads (an upload
over HTTP, another worker) and says what has to be announced. Both are told in the order of storing, so a
copy is never ahead of SQL.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from assist.webrtc.room.machine.effects import Records
from assist.webrtc.room.machine.frames import (
    ChatAdded,
    Mark,
    MarkAdded,
    MarkUndone,
    Message,
    ServerFrame,
    Still,
    StillAdded,
    StillRemoved,
    StillShown,
)

MESSAGES_SHOWN = 50
MESSAGES_KNOWN = 400


class Board:
    """Stills, marks and messages of the call; ``shown`` is the still both sides look at (None: the live
    picture)."""

    def __init__(self) -> None:
        self.stills: dict[UUID, Still] = {}
        self.marks: dict[UUID, Mark] = {}
        self.messages: dict[UUID, Message] = {}
        self.shown: UUID | None = None
        self.changes = 0

    def show(self, still_id: UUID | None) -> None:
        assert still_id is None or still_id in self.stills
        self.shown = still_id
        self.changes += 1

    def shown_still(self) -> Still | None:
        return self.stills[self.shown] if self.shown is not None else None

    def shown_marks(self) -> list[Mark]:
        return [mark for mark in self.marks.values() if mark.still_id == self.shown]

    def recent_messages(self) -> list[Message]:
        return list(self.messages.values())[-MESSAGES_SHOWN:]

    def add_mark(self, mark: Mark) -> bool:
        """Take a stored mark; False when it was known."""
        if mark.id in self.marks or mark.still_id not in self.stills:
            return False
        self.marks[mark.id] = mark
        return True

    def undo_mark(self, mark_id: UUID) -> Mark | None:
        return self.marks.pop(mark_id, None)

    def add_message(self, message: Message) -> bool:
        """Take a stored message; False when it was known."""
        if message.id in self.messages:
            return False
        self.messages[message.id] = message
        while len(self.messages) > MESSAGES_KNOWN:
            del self.messages[next(iter(self.messages))]
        return True

    def reconcile(self, records: Records) -> list[ServerFrame]:
        """Take over what SQL has; what has to be announced, in order."""
        news = self._removed(records)
        for still in records.stills:
            if still.id not in self.stills:
                self.stills[still.id] = still
                news.append(StillAdded(still=still))
        news += [MarkAdded(mark=mark) for mark in records.marks if self.add_mark(mark)]
        news += [self._undone(mark) for mark in self._missing(records.marks)]
        news += [ChatAdded(message=message) for message in records.messages if self.add_message(message)]
        return news

    def _removed(self, records: Records) -> list[ServerFrame]:
        """Let go of stills that were deleted. Who looks at one sees the live picture before it goes."""
        there = {still.id for still in records.stills}
        gone = [still_id for still_id in self.stills if still_id not in there]
        news: list[ServerFrame] = []
        if self.shown in gone:
            self.show(None)
            news.append(StillShown(still=None, marks=[], by=""))
        for still_id in gone:
            del self.stills[still_id]
            news.append(StillRemoved(still_id=still_id))
        self.marks = {id: mark for id, mark in self.marks.items() if mark.still_id in self.stills}
        return news

    def _missing(self, stored: Iterable[Mark]) -> list[Mark]:
        there = {mark.id for mark in stored}
        return [mark for mark in self.marks.values() if mark.id not in there]

    def _undone(self, mark: Mark) -> MarkUndone:
        del self.marks[mark.id]
        return MarkUndone(mark_id=mark.id, still_id=mark.still_id)
