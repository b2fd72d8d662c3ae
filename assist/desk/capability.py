"""What the technician's desk reads: the queue, the requests, one request whole."""

from assist.desk.api import api
from kernel.capability import Capability

capability = Capability(
    "assist.desk",
    apis=(api,),
)
