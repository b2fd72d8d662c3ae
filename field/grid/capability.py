"""Zones, units, who answers for them, and the files that they come in."""

from field.grid.api import api
from field.grid.tables import Cell, GridImport, Rep, Zone
from kernel.capability import Capability

capability = Capability(
    "field.grid",
    apis=(api,),
    tables=(Zone, Cell, Rep, GridImport),
)
