"""An independent reader and Dijkstra's search, to hold the road graph against.

Shares no line with the product: reads the XML by itself, keeps every node of every way as a node of the
graph, and knows the tags from its own tables, written down from the OSM wiki.
"""

import heapq
import itertools
import math
import xml.etree.ElementTree as ElementTree
from collections import defaultdict

SPEEDS = {"residential": 36.0, "primary": 54.0}
LIMITS = {
    "5 mph": 8,
    "18": 18,
    "30 km/h": 30,
    "none": 999,
    "20;30": 20,
    "RU:urban": 50,
    "walk": 7,
    "signals": 999,
}
CLOSED = {
    "forestry",
    "agricultural",
    "emergency",
    "military",
    "private",
    "no",
    "bus",
    "agricultural;forestry",
}
Graph = dict[str, list[tuple[str, float]]]


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    (lon_a, lat_a), (lon_b, lat_b) = ((math.radians(x), math.radians(y)) for x, y in (a, b))
    cosine = math.sin(lat_a) * math.sin(lat_b) + math.cos(lat_a) * math.cos(lat_b) * math.cos(lon_b - lon_a)
    return 6_371_008.8 * math.acos(min(1.0, cosine))


def read(xml: str) -> Graph:
    """Seconds along every stretch between two nodes that a motorcycle may ride."""
    root = ElementTree.fromstring(xml)
    place = {n.get("id"): (float(n.get("lon", "")), float(n.get("lat", ""))) for n in root.iter("node")}
    graph: Graph = defaultdict(list)
    for way in root.iter("way"):
        tags = {tag.get("k"): tag.get("v", "") for tag in way.iter("tag")}
        refs = [nd.get("ref", "") for nd in way.iter("nd")]
        ferry = tags.get("route") == "ferry"
        access = tags.get("motorcycle") or tags.get("motor_vehicle") or tags.get("access")
        if access in CLOSED or (ferry and access is None) or tags.get("oneway") == "reversible":
            continue
        legs = [(a, b) for a, b in itertools.pairwise(refs) if a in place and b in place]
        whole = sum(metres(place[a], place[b]) for a, b in legs)
        for a, b in legs:
            apart = metres(place[a], place[b])
            if ferry:
                hours, minutes = tags["duration"].split(":")
                took = (int(hours) * 60 + int(minutes)) * 60 * apart / whole
            else:
                took = apart / (min(SPEEDS[tags["highway"]], LIMITS.get(tags.get("maxspeed", ""), 999)) / 3.6)
            if tags.get("oneway") != "-1":
                graph[a].append((b, took))
            if tags.get("oneway") not in ("yes", "1", "true"):
                graph[b].append((a, took))
    return graph


def seconds(graph: Graph, start: str, end: str) -> float | None:
    """The quickest way; None where none leads."""
    best: dict[str, float] = {}
    heap = [(0.0, start)]
    while heap:
        took, node = heapq.heappop(heap)
        if node in best:
            continue
        best[node] = took
        for other, more in graph.get(node, ()):
            heapq.heappush(heap, (took + more, other))
    return best.get(end)


def everywhere(graph: Graph) -> set[str]:
    """The nodes from which every other of them is reached: the largest such set, by trying all pairs."""
    nodes = set(graph) | {other for arcs in graph.values() for other, _ in arcs}
    groups = [
        {b for b in nodes if seconds(graph, a, b) is not None and seconds(graph, b, a) is not None}
        for a in nodes
    ]
    return max(groups, key=lambda group: (len(group), sorted(group)), default=set())
