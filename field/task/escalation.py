"""Who answers for a task that is beyond its representative: always somebody named."""

import dataclasses
from collections.abc import Collection, Iterable
from uuid import UUID

from kernel.errors import Refused


class NobodyToEscalateTo(Refused):
    """There is no dispatcher or supervisor to whom this could be escalated."""

    code = "nobody_to_escalate_to"


@dataclasses.dataclass(frozen=True)
class Answerable:
    """A member of staff to whom a task could be escalated. Empty `stations` means all of them."""

    staff_id: UUID
    roles: Collection[str]
    on_duty: bool = True
    stations: Collection[str] = ()
    open_escalations: int = 0


def escalation_target(staff: Iterable[Answerable], station: str | None = None) -> UUID:
    """Who answers for an escalated task: always somebody named.

    On duty before off duty, then a dispatcher before a supervisor before an admin, then someone of the
    task's station, then the one with the fewest escalations open, then the smallest id. Raises
    NobodyToEscalateTo.
    """
    ladder = ("dispatcher", "supervisor", "admin")

    def rank(person: Answerable) -> tuple[bool, int, bool, int, str]:
        step = min(ladder.index(role) for role in ladder if role in person.roles)
        elsewhere = bool(person.stations) and station not in person.stations
        return (not person.on_duty, step, elsewhere, person.open_escalations, str(person.staff_id))

    able = [person for person in staff if any(role in person.roles for role in ladder)]
    if not able:
        raise NobodyToEscalateTo()
    return min(able, key=rank).staff_id
