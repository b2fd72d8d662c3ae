"""Personal links to a request."""

from assist.invitation.api import api
from kernel.capability import Capability

capability = Capability(
    "assist.invitation",
    apis=(api,),
)
