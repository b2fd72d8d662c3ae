"""Where every process begins: loaded without the collector, which then has next to nothing to look at."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROBE = """
import gc, sys, types
from app import child

seen = []
probe = types.ModuleType("app.probe")
probe.main = lambda: seen.append((gc.isenabled(), gc.get_freeze_count(), sys.argv))
def load(name):
    seen.append((gc.isenabled(), name))
    return probe
child.import_module = load
sys.argv = ["app.child", "probe", "--name", "web-1"]
child.main()
(loading, (running, frozen, words)) = seen
assert loading == (False, "app.probe")
assert running and frozen > 1000, frozen
assert words == ["app.child", "--name", "web-1"]
"""


def test_a_part_is_loaded_without_the_collector_and_runs_with_it() -> None:
    subprocess.run([sys.executable, "-c", PROBE], check=True)


@pytest.mark.parametrize("part", ["web", "media", "demo.process"])
def test_every_part_can_be_started_so(part: str) -> None:
    words = [sys.executable, "-m", "app.child", part, "--help"]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert "--tether" in said


def test_settled_memory_is_not_looked_at_again() -> None:
    script = (
        "import gc, app.web; from kernel.process.memory import settle_memory;"
        "settle_memory(); print(len(gc.get_objects()))"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert int(found.stdout) < 2000


def test_what_is_thrown_away_young_is_found_though_the_long_round_is_seldom() -> None:
    script = (
        "import gc; from kernel.process.memory import collect_seldom, settle_memory\n"
        "settle_memory(); collect_seldom()\n"
        "before, most = len(gc.get_objects()), 0\n"
        "for _ in range(300_000):\n"
        "    circle = []; circle.append(circle)\n"
        "print(len(gc.get_objects()) - before, gc.get_stats()[2]['collections'])"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    left, rounds = map(int, found.stdout.split())
    assert left < 5_000 and rounds < 5
