"""Who answers for which zone: proposals of territories, deputies, and days on which somebody is absent."""

from field.grid.territory.tables import (
    Absence,
    OwnerNotice,
    RepTerms,
    TerritoryAlternative,
    TerritoryProposal,
    WorkloadWeights,
    ZoneCover,
    ZoneTerms,
)
from field.zoning.absence_api import api as absence_api
from field.zoning.api import api
from field.zoning.jobs import JOBS
from kernel.capability import Capability

capability = Capability(
    "field.zoning",
    apis=(api, absence_api),
    jobs=JOBS,
    tables=(
        *(WorkloadWeights, ZoneTerms, RepTerms, TerritoryProposal, TerritoryAlternative),
        *(OwnerNotice, Absence, ZoneCover),
    ),
)
