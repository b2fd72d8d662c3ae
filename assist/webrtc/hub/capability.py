"""The room of a call: its sockets, and which worker runs it."""

from assist.webrtc.hub.hub import api
from kernel.capability import Capability

capability = Capability(
    "assist.webrtc.hub",
    apis=(api,),
)
