"""Travel times by the hour of the day."""

from field.traffic.api import api
from field.traffic.jobs import JOBS
from field.traffic.tables import DrivenDay
from kernel.capability import Capability

capability = Capability("field.traffic", apis=(api,), jobs=JOBS, tables=(DrivenDay,))
