"""Answers of the model turned into views."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from field.network.commands import NetworkReport
from field.network.engine.segments import Ints
from field.network.model import DRAWN, Answer, IfStuck, Served
from field.network.store import NetworkNow
from field.network.views import (
    ClosureView,
    FittingView,
    IfStuckView,
    LayerChangeView,
    NetworkFaultView,
    NetworkReportView,
    PipePartView,
    ServedView,
    StepView,
    ValveView,
)
from kernel.errors import Fault

NAMED = 300
"""Codes of pipes, and fittings of a kind, that one answer names."""


def closure_view(here: NetworkNow, found: Answer, off_m: float, together: int = 0) -> ClosureView:
    """An answer as it is told. ``off_m``: how far from the pipe the asked place was."""
    network, closure = here.network, found.closure
    alternatives = {each.valve: each for each in found.alternatives}
    return ClosureView(
        version=network.number,
        asked=_codes(network.pipe[link] for link in found.links),
        lon=round(found.place[0], 6),
        lat=round(found.place[1], 6),
        off_pipe_m=round(off_m),
        close=[_step(here, valve, found, alternatives.get(valve)) for valve in found.close],
        held=[valve_view(here, valve) for valve in closure.held.tolist()],
        spare=[valve_view(here, valve) for valve in closure.spare.tolist()],
        at_source=closure.at_source,
        sources_known=bool(network.segments.fed.any()),
        closed=_part(here, found.closed_links, found.closed_m),
        lost=_part(here, found.lost_links, found.lost_m),
        without_water=_served(here, found.dry),
        only_together=together,
    )


def valve_view(here: NetworkNow, valve: int) -> ValveView:
    """A valve as it stands."""
    network = here.network
    finding = here.findings.get(network.valve_code[valve])
    lon, lat = network.valve_place[valve].tolist()
    return ValveView(
        code=network.valve_code[valve],
        pipe=network.pipe[int(network.valve_link[valve])],
        lon=round(lon, 6),
        lat=round(lat, 6),
        state=here.valves.states[valve],
        found_at=finding.at if finding else None,
        found_by=finding.actor_name if finding else None,
    )


def _step(here: NetworkNow, valve: int, found: Answer, then: IfStuck | None) -> StepView:
    lon, lat = here.network.valve_place[valve].tolist()
    away = here.network.metres_between(found.place, (lon, lat))
    stuck = None
    if then is not None:
        stuck = IfStuckView(
            instead=[valve_view(here, each) for each in then.instead],
            not_needed=[here.network.valve_code[each] for each in then.not_needed],
            more=_served(here, then.more),
            more_m=then.more_m,
            at_source=then.at_source,
        )
    return StepView(**dict(valve_view(here, valve)), away_m=round(away), if_stuck=stuck)


def _served(here: NetworkNow, served: Served) -> ServedView:
    return ServedView(
        connections=served.connections,
        classes=served.classes,
        vulnerable=_fittings(here, served.vulnerable),
        hydrants=_fittings(here, served.hydrants),
    )


def _fittings(here: NetworkNow, numbers: Sequence[int]) -> list[FittingView]:
    network = here.network
    return [
        FittingView(
            code=network.fitting_code[each],
            kind=network.fitting_kind[each],
            lon=round(float(network.fitting_place[each, 0]), 6),
            lat=round(float(network.fitting_place[each, 1]), 6),
        )
        for each in numbers[:NAMED]
    ]


def _part(here: NetworkNow, links: Ints, metres: float) -> PipePartView:
    shown = links[:DRAWN].tolist()
    return PipePartView(
        pipes=_codes(here.network.pipe[link] for link in shown),
        metres=metres,
        lines=[line_of(here.network.lines[link]) for link in shown],
        drawn_all=len(links) <= DRAWN,
    )


def line_of(line: np.ndarray) -> list[tuple[float, float]]:
    """A line's places, to a tenth of a metre."""
    return [(lon, lat) for lon, lat in np.round(line, 6).tolist()]


def _codes(codes: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(codes))[:NAMED]


def report_view(report: NetworkReport) -> NetworkReportView:
    """What an import did."""
    return NetworkReportView(
        dry_run=report.dry_run,
        version=report.version,
        changes=[
            LayerChangeView(
                layer=change.layer,
                rows=change.rows,
                added=change.added,
                changed=change.changed,
                removed=change.removed,
                named={kind: list(codes) for kind, codes in change.named.items()},
            )
            for change in report.changes
        ],
        counts=report.counts,
        warnings=_told(report.warnings),
        doubts=_told(report.doubts),
        encoding=report.encoding,
        crs=report.crs,
    )


def _told(faults: Sequence[Fault]) -> list[NetworkFaultView]:
    return [NetworkFaultView(code=each.code, where=each.where, params=dict(each.params)) for each in faults]
