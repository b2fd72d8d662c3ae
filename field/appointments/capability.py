"""Windows that are really free, promised to customers, and watched over until somebody is there."""

from field.appointments import handlers
from field.appointments.api import api
from field.appointments.customer_api import api as customer_api
from field.appointments.jobs import JOBS
from field.appointments.room.capacity_api import api as capacity_api
from field.appointments.tables import Appointment, CustomerWord
from field.services import FieldServices
from kernel.capability import Capability, Handling

capability = Capability(
    "field.appointments",
    apis=(api, customer_api, capacity_api),
    handlers=(Handling(handlers.group, FieldServices),),
    jobs=JOBS,
    tables=(Appointment, CustomerWord),
)
