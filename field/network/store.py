"""The current version of the network out of its rows, kept by each process until there is another."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.network.engine.segments import Layout, segmented
from field.network.engine.tracing import against_drawing
from field.network.files.records import LAYERS, ONE_WAY, LayerName
from field.network.model import PipeNetwork, ValvesNow
from field.network.tables import (
    NetworkFitting,
    NetworkLayer,
    NetworkLink,
    NetworkNode,
    NetworkValve,
    NetworkVersion,
    ValveFinding,
    VersionState,
)
from kernel.database import is_settled
from kernel.errors import NotFound
from kernel.files.apart import work_aside

SOURCES = ("reservoir", "tank", "inlet")


class NoNetwork(NotFound):
    """The utility has not given its pipe network."""

    code = "no_network"


@dataclasses.dataclass(frozen=True)
class NetworkNow:
    """The current version, and how its valves stand."""

    version: NetworkVersion
    network: PipeNetwork
    valves: ValvesNow
    findings: dict[str, ValveFinding]


class NetworkCache:
    """The current :class:`PipeNetwork`, built at most once per version and process."""

    def __init__(self) -> None:
        self._network: PipeNetwork | None = None
        self._states: tuple[int, frozenset[tuple[str, str]]] | None = None
        self._valves: ValvesNow | None = None
        self._building = asyncio.Lock()

    async def now(self, session: AsyncSession) -> NetworkNow:
        """As ``session`` sees it.

        Raises:
            NoNetwork: there is none.
        """
        found = await self.find(session)
        if found is None:
            raise NoNetwork()
        return found

    async def find(self, session: AsyncSession) -> NetworkNow | None:
        """As ``session`` sees it; None where there is none."""
        version = await current_version(session)
        if version is None:
            return None
        network = self._network
        if network is None or network.number != version.number:
            async with self._building:
                network = self._network
                if network is None or network.number != version.number:
                    network = await _read(session, version.number)
                    if is_settled(session):
                        self._network = network
        findings = {row.code: row for row in await session.scalars(select(ValveFinding))}
        return NetworkNow(version, network, self._standing(network, findings), findings)

    def _standing(self, network: PipeNetwork, findings: dict[str, ValveFinding]) -> ValvesNow:
        found = {code: row.state.value for code, row in findings.items()}
        states = (network.number, frozenset(found.items()))
        if self._valves is None or states != self._states:
            self._states, self._valves = states, network.standing(found)
        return self._valves


async def current_version(session: AsyncSession) -> NetworkVersion | None:
    """The version that counts."""
    query = select(NetworkVersion).where(NetworkVersion.state == VersionState.CURRENT)
    return (await session.scalars(query.order_by(NetworkVersion.number.desc()).limit(1))).first()


async def kept_layers(session: AsyncSession, version: NetworkVersion) -> dict[LayerName, bytes]:
    """What the layers of a version brought, as it is kept."""
    ids = [UUID(id) for id in version.layers.values()]
    rows = await session.execute(
        select(NetworkLayer.name, NetworkLayer.content).where(NetworkLayer.id.in_(ids))
    )
    found = {name: bytes(content) for name, content in rows.all()}
    return {name: found[name] for name in LAYERS if name in found}


async def _read(session: AsyncSession, number: int) -> PipeNetwork:
    nodes = (
        await session.execute(
            select(NetworkNode.number, NetworkNode.kind)
            .where(NetworkNode.version == number)
            .order_by(NetworkNode.number)
        )
    ).all()
    link = NetworkLink
    links = (
        await session.execute(
            select(
                *(link.pipe, link.kind, link.start_node, link.end_node, link.length_m, link.diameter_mm),
                link.shape,
            )
            .where(link.version == number)
            .order_by(link.number)
        )
    ).all()
    valve = NetworkValve
    valves = (
        await session.execute(
            select(valve.code, valve.state, valve.link, valve.side, valve.lon, valve.lat)
            .where(valve.version == number)
            .order_by(valve.number)
        )
    ).all()
    fitting = NetworkFitting
    fittings = (
        await session.execute(
            select(fitting.code, fitting.kind, fitting.link, fitting.lon, fitting.lat)
            .where(fitting.version == number)
            .order_by(fitting.number)
        )
    ).all()
    return await work_aside(_build, number, nodes, links, valves, fittings)


def _build(
    number: int, nodes: Sequence[Any], links: Sequence[Any], valves: Sequence[Any], fittings: Sequence[Any]
) -> PipeNetwork:
    layout = Layout(
        nodes=len(nodes),
        ends=np.array([(row.start_node, row.end_node) for row in links], np.int32).reshape(-1, 2),
        valve_link=np.array([row.link for row in valves], np.int32),
        valve_end=np.array([row.side for row in valves], np.int32),
        sources=np.array([row.number for row in nodes if row.kind in SOURCES], np.int32),
        one_way=np.array([n for n, row in enumerate(links) if row.kind in ONE_WAY], np.int32),
    )
    shapes = shapely.from_wkb([_bytes(row.shape) for row in links])
    network = PipeNetwork(
        number=number,
        segments=against_drawing(segmented(layout))[0],
        pipe=tuple(row.pipe for row in links),
        kind=tuple(row.kind for row in links),
        length_m=np.array([row.length_m for row in links], np.float64),
        diameter_mm=tuple(row.diameter_mm for row in links),
        lines=tuple(shapely.get_coordinates(shape) for shape in shapes),
        valve_code=tuple(row.code for row in valves),
        valve_state=tuple(row.state for row in valves),
        valve_link=layout.valve_link,
        valve_place=np.array([(row.lon, row.lat) for row in valves], np.float64).reshape(-1, 2),
        fitting_code=tuple(row.code for row in fittings),
        fitting_kind=tuple(row.kind for row in fittings),
        fitting_link=np.array([row.link for row in fittings], np.int32),
        fitting_place=np.array([(row.lon, row.lat) for row in fittings], np.float64).reshape(-1, 2),
    )
    _ = network.shapes, network.served, network.links_of, network.valve_of  # here, and not on the event loop
    return network


def _bytes(shape: Any) -> bytes:
    """EWKB, whichever of the two ways a driver hands it over."""
    return bytes.fromhex(shape.data) if isinstance(shape.data, str) else bytes(shape.data)
