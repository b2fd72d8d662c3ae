"""Jobs that hang together, and the permits without which they are not begun."""

from field.chains import handlers
from field.chains.api import api
from field.chains.jobs import JOBS
from field.chains.tables import ChainLink, ChainStep, ChainTemplate, Permit, TaskChain
from field.services import FieldServices
from kernel.capability import Capability, Handling

capability = Capability(
    "field.chains",
    apis=(api,),
    handlers=(Handling(handlers.group, FieldServices),),
    jobs=JOBS,
    tables=(TaskChain, ChainStep, ChainLink, Permit, ChainTemplate),
    # A permit tells of a street and of who owns it, and has to be found for years.
    kept=(TaskChain.template, ChainStep.permits, Permit.authority, Permit.number),
)
