"""What agents at the hotline and clerks at a window do: look a caller up, ask on their behalf, answer."""

from assist.counter.api import api
from kernel.capability import Capability

capability = Capability(
    "assist.counter",
    apis=(api,),
)
