"""The pipe network, where the utility gives it: which valves close this, and who is then without water."""

from field.callers import may_hear_network
from field.network.api import api
from field.network.tables import (
    NetworkFitting,
    NetworkLayer,
    NetworkLink,
    NetworkNode,
    NetworkValve,
    NetworkVersion,
    ValveFinding,
)
from field.network.zones.api import api as zones_api
from kernel.capability import Capability

capability = Capability(
    "field.network",
    apis=(api, zones_api),
    topics={"network": may_hear_network},
    tables=(
        NetworkVersion,
        NetworkLayer,
        NetworkNode,
        NetworkLink,
        NetworkValve,
        NetworkFitting,
        ValveFinding,
    ),
    kept=(ValveFinding.code, ValveFinding.actor_name),
)
