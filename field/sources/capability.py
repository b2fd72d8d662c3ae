"""Maps of zones that lie on other servers, read again and again."""

from field.sources.api import api
from field.sources.jobs import JOBS
from field.sources.tables import ZoneSource
from kernel.capability import Capability

capability = Capability("field.sources", apis=(api,), jobs=JOBS, tables=(ZoneSource,))
