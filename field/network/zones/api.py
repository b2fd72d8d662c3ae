"""Zones out of the pipe network: a collection of features that then goes the road of any file of zones."""

from __future__ import annotations

from typing import Any

from field.callers import IMPORTER
from field.grid.commands import ImportRefused
from field.grid.views import View, WarningView
from field.network.files.reading import NetworkAsked
from field.network.store import NoNetwork
from field.network.zones.bodies import DerivationQuery, FileDerivationQuery
from field.network.zones.deriving import Derived
from field.network.zones.queries import derived_from_file, derived_from_network
from kernel.web import Api, Call, Upload

api = Api("field")

IMPORT_BYTES = 64 << 20


class DerivedZonesView(View):
    """`zones`: a GeoJSON FeatureCollection, as `/api/imports/zones` takes it; `junctions` of the network, of
    which `left` are in no zone."""

    zones: dict[str, Any]
    count: int
    junctions: int
    left: int
    warnings: list[WarningView]


@api.post(
    "/api/network/zones/of-file",
    who=IMPORTER,
    summary="Derive zones from a network file (EPANET .inp); nothing is stored",
    errors=(ImportRefused,),
    max_bytes=IMPORT_BYTES,
)
async def post_zones_of_file(call: Call, query: FileDerivationQuery, form: Upload) -> DerivedZonesView:
    asked = NetworkAsked(crs=query.crs, encoding=query.encoding)
    return _view(await derived_from_file(call.database, form.file, asked, query.wanted()))


@api.get(
    "/api/network/zones",
    who=IMPORTER,
    summary="Derive zones from the stored network as it is now; nothing is stored",
    errors=(NoNetwork, ImportRefused),
)
async def get_zones_of_network(call: Call, query: DerivationQuery) -> DerivedZonesView:
    return _view(await derived_from_network(call.database, query.wanted()))


def _view(found: Derived) -> DerivedZonesView:
    return DerivedZonesView(
        zones=found.zones or {},
        count=found.count,
        junctions=found.junctions,
        left=found.left,
        warnings=[
            WarningView(code=each.code, where=each.where, params=dict(each.params)) for each in found.warnings
        ],
    )
