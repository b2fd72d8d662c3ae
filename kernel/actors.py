"""Who acts: staff with roles, customers with the one request they came for, and the house itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal
from uuid import UUID


class Role(StrEnum):
    """What a member of staff may do."""

    TECHNICIAN = "technician"
    REP = "rep"
    DISPATCHER = "dispatcher"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    AGENT = "agent"
    """At the hotline or a service window: looks callers up, and asks on their behalf."""


class Surface(StrEnum):
    """The page a session belongs to."""

    CUSTOMER = "customer"
    DESK = "desk"
    REP = "rep"
    CONSOLE = "console"
    COUNTER = "counter"


SURFACE_ROLES: dict[Surface, frozenset[Role]] = {
    Surface.DESK: frozenset({Role.TECHNICIAN, Role.SUPERVISOR, Role.ADMIN}),
    Surface.REP: frozenset({Role.REP}),
    Surface.CONSOLE: frozenset({Role.DISPATCHER, Role.SUPERVISOR, Role.ADMIN}),
    Surface.COUNTER: frozenset({Role.AGENT, Role.SUPERVISOR, Role.ADMIN}),
}
"""Which roles may sign in where; customers come by link only."""


def surfaces_of(roles: frozenset[Role]) -> list[Surface]:
    """The pages that someone with these roles may sign in to."""
    return [surface for surface, open_to in SURFACE_ROLES.items() if open_to & roles]


@dataclass(frozen=True)
class Actor:
    """Who acts. ``request_id`` is set for a customer: the one request the link was for.

    ``on_trial``: their session is for a few minutes only, until they have changed something.
    """

    kind: Literal["staff", "customer", "system"]
    id: UUID
    name: str
    roles: frozenset[Role]
    request_id: UUID | None
    language: str
    on_trial: bool = False
    name_en: str = ""
    """The name in Latin script; empty where there is none but ``name``."""

    def name_in(self, language: str) -> str:
        """The name as a reader of that language writes it."""
        return self.name_en or self.name if language == "en" else self.name

    def has(self, *roles: Role | str) -> bool:
        return not self.roles.isdisjoint(roles)


SYSTEM = Actor("system", UUID(int=0), "system", frozenset(), None, "en")
"""The house itself: sweeps, imports from the command line, the demo."""
