"""A day as it happened."""

from field.replay.api import api
from kernel.capability import Capability

capability = Capability("field.replay", apis=(api,))
