"""Valves and water by the plainest means: sets, and a walk from part to part. Slow, and hard to get wrong.

It knows nothing of segments: a part (a junction or a link) is joined to the next wherever no valve that is
shut lies between them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from field.network.engine.segments import Layout

Part = int
"""Junctions first, then links, as in the engine."""


class Plain:
    """A network as a graph of parts. ``closed`` and ``stuck`` are numbers of valves."""

    def __init__(self, layout: Layout, closed: Iterable[int] = (), stuck: Iterable[int] = ()) -> None:
        self.nodes, self.links = layout.nodes, len(layout.ends)
        self.closed, self.stuck = set(closed), set(stuck) - set(closed)
        self.sources = set(layout.sources.tolist())
        self.valves = len(layout.valve_link)
        self.against = {(self.nodes + link, int(layout.ends[link, 0])) for link in layout.one_way.tolist()}
        at: dict[tuple[int, int], list[int]] = {}
        for valve, (link, end) in enumerate(
            zip(layout.valve_link.tolist(), layout.valve_end.tolist(), strict=True)
        ):
            at.setdefault((link, end), []).append(valve)
        self.next: dict[Part, list[tuple[Part, list[int]]]] = {}
        for link, ends in enumerate(layout.ends.tolist()):
            for end, node in enumerate(ends):
                valves = at.get((link, end), [])
                self.next.setdefault(self.nodes + link, []).append((node, valves))
                self.next.setdefault(node, []).append((self.nodes + link, valves))

    def walk(self, start: Iterable[Part], passes: Callable[[list[int]], bool]) -> set[Part]:
        """What is joined to ``start`` where the valves between let one pass."""
        found, todo = set(start), list(start)
        while todo:
            for beyond, valves in self.next.get(todo.pop(), []):
                if beyond not in found and passes(valves):
                    found.add(beyond)
                    todo.append(beyond)
        return found

    def wet(self, shut: Iterable[int] = (), without: set[Part] | None = None) -> set[Part]:
        """What has water with these valves shut besides those that are, and these parts taken out."""
        gone, all_shut = without or set(), self.closed | set(shut)
        found = {part for part in self.sources if part not in gone}
        todo = list(found)
        while todo:
            part = todo.pop()
            for beyond, valves in self.next.get(part, []):
                if (part, beyond) in self.against:
                    continue  # water goes from the junction into the link alone
                if beyond not in found and beyond not in gone and not all_shut & set(valves):
                    found.add(beyond)
                    todo.append(beyond)
        return found

    def closed_part(self, targets: Iterable[Part]) -> set[Part]:
        """The targets and all that no valve which can be shut parts from them."""
        return self.walk(targets, lambda valves: all(valve in self.stuck for valve in valves))

    def around(self, parts: set[Part]) -> dict[int, Part]:
        """Valves between these parts and others, each with the part beyond."""
        return {
            valve: beyond
            for part in parts
            for beyond, valves in self.next.get(part, [])
            if beyond not in parts
            for valve in valves
        }
