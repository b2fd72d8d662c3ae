"""What is worth a look about a network that was joined, and stops nothing."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from field.network.engine.segments import components, segmented
from field.network.engine.tracing import against_drawing
from kernel.files.findings import Findings, shown

if TYPE_CHECKING:
    from field.network.files.build import Network


def tell_what_has_no_source(network: Network, findings: Findings) -> None:
    """Parts of the network that no source is joined to: whoever lives there would never be counted."""
    if not network.sources:
        findings.warning("no_sources", "file")
        return
    tail = np.array([link.start for link in network.links])
    head = np.array([link.end for link in network.links])
    groups = components(len(network.nodes), tail, head)
    fed = {int(groups[node]) for node, _ in network.sources}
    dry = Counter(int(groups[link.start]) for link in network.links if int(groups[link.start]) not in fed)
    named: set[int] = set()
    for link in network.links:
        group = int(groups[link.start])
        if group in dry and group not in named:
            named.add(group)
            code = shown(network.pipes[link.pipe].code)
            findings.warning("part_without_source", "file", code=code, pipes=dry[group])


def tell_what_is_drawn_against(network: Network, findings: Findings) -> None:
    """Pumps and check valves that no water could come through as they are drawn."""
    layout = network.layout()
    if not len(layout.one_way):
        return
    _, turned = against_drawing(segmented(layout))
    for code in dict.fromkeys(network.pipes[network.links[link].pipe].code for link in turned.tolist()):
        findings.warning("drawn_against", "file", code=shown(code))
