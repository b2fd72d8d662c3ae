"""What is known of a place, and who stands at its door."""

from field.sites.api import api
from field.sites.door_api import api as door_api
from field.sites.erasing import eraser
from field.sites.jobs import JOBS
from field.sites.tables import DoorCheck, SiteNote, SiteNoteRead
from kernel.capability import Capability

capability = Capability(
    "field.sites",
    apis=(api, door_api),
    jobs=JOBS,
    tables=(SiteNote, SiteNoteRead, DoorCheck),
    erasers=(eraser,),
)
