"""Travel times by the hour of the day."""

from field.traffic.api import api
from kernel.capability import Capability

capability = Capability("field.traffic", apis=(api,))
