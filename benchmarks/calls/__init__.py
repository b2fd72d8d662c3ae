"""Calls as people see them: the running product, real Chromiums, and light clients where many are needed."""

from collections.abc import Iterator
from functools import partial

from benchmarks import Line, Missing
from benchmarks.calls import killed, loss, pair
from benchmarks.media.turns import part
from tests.rig.need import has


def run(preset: str = "full") -> Iterator[Line]:
    """The figures of calls. ``quick`` takes fewer of each."""
    quick = preset == "quick"
    if not has("chromium"):
        raise Missing("Chromium is not installed (apt-get install chromium)")
    yield from part(pair.NAMES, partial(pair.lines, quick))
    yield from part(loss.NAMES, partial(loss.lines, quick))
    yield from part((killed.NAME,), partial(killed.lines, quick))
