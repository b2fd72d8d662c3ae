"""Whose route a task goes on, and where in it."""

from field.dispatch.tables import (
    RepPosition,
    RouteRow,
    Shift,
    ShiftDay,
    StandingWish,
    VisitRow,
    WindowHold,
    WishPolicy,
)
from kernel.capability import Capability

capability = Capability(
    "field.dispatch",
    tables=(Shift, ShiftDay, RouteRow, VisitRow, RepPosition, WindowHold, StandingWish, WishPolicy),
)
