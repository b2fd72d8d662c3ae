"""Whose route a task goes on, and where in it."""

from field.dispatch.tables import RepPosition, RouteRow, Shift, VisitRow
from kernel.capability import Capability

capability = Capability(
    "field.dispatch",
    tables=(Shift, RouteRow, VisitRow, RepPosition),
)
