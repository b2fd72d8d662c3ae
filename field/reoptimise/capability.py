"""The rest of a station's day, planned again."""

from field.reoptimise import handlers
from field.reoptimise.api import api
from field.reoptimise.jobs import JOBS
from field.reoptimise.tables import Reoptimisation, ReoptimisationPolicy
from field.services import FieldServices
from kernel.capability import Capability, Handling

capability = Capability(
    "field.reoptimise",
    apis=(api,),
    handlers=(Handling(handlers.group, FieldServices),),
    jobs=JOBS,
    tables=(Reoptimisation, ReoptimisationPolicy),
)
