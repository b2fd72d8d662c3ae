"""Shifts as people work them: rosters, breaks, nights on call, overtime."""

from field.services import FieldServices
from field.shifts import handlers
from field.shifts.api import api
from field.shifts.file_api import api as file_api
from field.shifts.jobs import JOBS
from field.shifts.own_api import api as own_api
from field.shifts.tables import (
    CalendarLink,
    Depot,
    Overtime,
    Settled,
    ShiftException,
    ShiftPattern,
)
from kernel.capability import Capability, Handling

capability = Capability(
    "field.shifts",
    apis=(api, own_api, file_api),
    handlers=(Handling(handlers.group, FieldServices),),
    jobs=JOBS,
    tables=(ShiftPattern, ShiftException, Depot, Settled, Overtime, CalendarLink),
)
