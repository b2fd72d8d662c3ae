"""The visit: from the wish for one to the proof that it is done, on the representative's phone."""

from field.services import FieldServices
from field.visits import handlers
from field.visits.api import api
from field.visits.conflict_api import api as conflict_api
from field.visits.jobs import erase_all_lapsed, forget_old_positions, look_at_clocks
from field.visits.tables import Device, DeviceAction
from kernel.capability import Capability, Handling
from kernel.jobs import SETTLED_S, Job

capability = Capability(
    "field.visits",
    apis=(api, conflict_api),
    handlers=(Handling(handlers.group, FieldServices),),
    jobs=(
        Job("visits.clocks", look_at_clocks, 3.0, SETTLED_S),
        Job("visits.retention", erase_all_lapsed, 300.0, 300.0),
        Job("visits.positions", forget_old_positions, 300.0, 300.0),
    ),
    tables=(Device, DeviceAction),
)
