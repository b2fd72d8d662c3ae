"""Zones, units, who answers for them, and the files that they come in."""

from field.grid.api import api
from field.grid.tables import Cell, ColumnMapping, Contractor, GridImport, GridVersion, Rep, Zone, ZoneOwner
from kernel.capability import Capability

capability = Capability(
    "field.grid",
    apis=(api,),
    tables=(Contractor, Zone, ZoneOwner, Cell, Rep, GridImport, GridVersion, ColumnMapping),
)
