"""Who is on duty, of those who could be: decided from what is known of each, and always the same way.

Somebody on duty is at work: their account is active and they are not on leave. Of those the first rank that
has anybody counts (the role that was asked for, then those that stand in for it). Within a rank those whose
desk is known to be open come first, and among equals the one who has been here longest (the smallest id).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of staff as these rules see one.

    `able`: has a role that may conclude a request. `present`: their desk is known to be open. `rank`: 0 for
    the role that is asked for, 1, 2 … for those that stand in.
    """

    id: UUID
    active: bool = True
    on_leave: bool = False
    able: bool = True
    present: bool = False
    rank: int = 0

    @property
    def at_work(self) -> bool:
        return self.active and not self.on_leave


def chosen(people: Iterable[Colleague]) -> UUID | None:
    """Who of `people` is on duty; None where nobody is at work."""
    ready = (each for each in people if each.at_work)
    first = min(ready, key=lambda each: (each.rank, not each.present, each.id), default=None)
    return first.id if first else None
