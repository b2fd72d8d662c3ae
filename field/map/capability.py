"""Zones as the console's map shows them, and how they come in."""

from field.map.api import api
from field.map.export_api import api as export_api
from field.map.file_api import api as file_api
from field.map.jobs import JOBS
from field.map.versions_api import api as versions_api
from kernel.capability import Capability

capability = Capability(
    "field.map",
    apis=(api, file_api, export_api, versions_api),
    jobs=JOBS,
)
