"""What a representative sees at the door: more than the hotline does."""

from field.consulting.api import api
from kernel.capability import Capability

capability = Capability("field.consulting", apis=(api,))
