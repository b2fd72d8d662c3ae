"""How a request begins, and what its customer adds to it."""

from assist.intake.api import api
from kernel.capability import Capability

capability = Capability(
    "assist.intake",
    apis=(api,),
)
