"""Who may call a route. Every route says so; there is no default."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kernel.actors import Actor, Role
from kernel.errors import Forbidden, Unauthenticated


@dataclass(frozen=True)
class Who:
    """A set of callers. ``label`` goes into the OpenAPI document; two sets join with ``|``."""

    label: str
    includes: Callable[[Actor | None], bool]

    def __or__(self, other: Who) -> Who:
        return Who(
            f"{self.label} or {other.label}", lambda actor: self.includes(actor) or other.includes(actor)
        )

    def require(self, actor: Actor | None) -> None:
        """Let ``actor`` pass.

        Raises:
            Unauthenticated: nobody is signed in, and the route is not for everyone.
            Forbidden: someone is, and is not among them.
        """
        if not self.includes(actor):
            raise Unauthenticated() if actor is None else Forbidden()


def anyone() -> Who:
    """Everybody, signed in or not."""
    return Who("anyone", lambda actor: True)


def signed_in() -> Who:
    """Anybody with a session."""
    return Who("anyone signed in", lambda actor: actor is not None)


def staff() -> Who:
    """Every member of staff."""
    return Who("staff", lambda actor: actor is not None and actor.kind == "staff")


def role(*roles: str | Role) -> Who:
    """Staff with at least one of ``roles``."""
    wanted = frozenset(map(Role, roles))
    return Who(
        " or ".join(sorted(wanted)), lambda actor: actor is not None and not wanted.isdisjoint(actor.roles)
    )


def customer() -> Who:
    """The customer of the request in the path; another request's customer is told there is nothing."""
    return Who("the request's customer", lambda actor: actor is not None and actor.kind == "customer")
