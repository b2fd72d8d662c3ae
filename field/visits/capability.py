"""The visit: from the wish for one to the proof that it is done, on the representative's phone."""

from field.services import FieldServices
from field.visits import handlers
from field.visits.api import api
from field.visits.conflict_api import api as conflict_api
from field.visits.jobs import JOBS
from field.visits.tables import Device, DeviceAction
from kernel.capability import Capability, Handling

capability = Capability(
    "field.visits",
    apis=(api, conflict_api),
    handlers=(Handling(handlers.group, FieldServices),),
    jobs=JOBS,
    tables=(Device, DeviceAction),
)
