"""Zones, how they are looked after, territories and tasks for map programs (OGC API – Features)."""

from field.ogc.api import public_api, staff_api
from field.ogc.tiles.api import api as tiles_api
from kernel.capability import Capability

capability = Capability("field.ogc", apis=(staff_api, public_api, tiles_api))
"""No tables: it tells of what others keep."""
