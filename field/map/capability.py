"""Zones as the console's map shows them."""

from field.map.api import api
from kernel.capability import Capability

capability = Capability(
    "field.map",
    apis=(api,),
)
