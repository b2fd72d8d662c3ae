"""Whose route a task goes on, and where in it."""

from field.dispatch.tables import (
    Holiday,
    RepPosition,
    RouteRow,
    Shift,
    ShiftDay,
    StandingWish,
    TravelProfile,
    VisitRow,
    WindowHold,
    WishPolicy,
)
from kernel.capability import Capability

capability = Capability(
    "field.dispatch",
    tables=(
        *(Shift, ShiftDay, Holiday, TravelProfile, RouteRow, VisitRow),
        *(RepPosition, WindowHold, StandingWish, WishPolicy),
    ),
)
