"""`python -m benchmarks [NAME …] [--quick]`: run the named benchmarks, or all, and print their figures."""

import argparse
import dataclasses
import importlib
import inspect
import json
import os
import pkgutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import benchmarks
from benchmarks import Line, Missing

LONGEST_S: float = 600
"""What a benchmark may take. It is ended then, as by Ctrl-C, so that it cleans up; the next has its turn."""
LONGER: dict[str, float] = {
    "media": 5400,
    "calls": 1800,
    "signalling": 900,
    "reoptimisation": 1200,
    "accounts": 5400,
}


@contextmanager
def _within(seconds: float) -> Iterator[None]:
    """Raise Missing inside once the time is over, and again each time it is over anew."""

    def over(_signal: int, _frame: object) -> None:
        raise Missing(f"not over after {seconds:.0f} s")

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def names() -> list[str]:
    """Every benchmark there is."""
    return sorted(m.name for m in pkgutil.iter_modules(benchmarks.__path__) if not m.name.startswith("_"))


def figures(name: str, quick: bool) -> Iterator[Line]:
    """Run one benchmark."""
    run = importlib.import_module(f"benchmarks.{name}").run
    if "preset" in inspect.signature(run).parameters:
        yield from run(preset="quick" if quick else "full")
    else:
        yield from run()


def main(arguments: list[str] | None = None) -> int:
    """Print figures; 1 if a benchmark could not run and ``CI_REQUIRE_ALL=1`` says that all must."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*names(), []], metavar="NAME", help=", ".join(names()))
    parser.add_argument("--quick", action="store_true", help="smaller and shorter, for a look")
    chosen = parser.parse_args(arguments)
    unable = 0
    for name in chosen.names or names():
        try:
            with _within(LONGER.get(name, LONGEST_S)):
                for line in figures(name, chosen.quick):
                    if isinstance(line, Missing):
                        unable += _say_missing(name, line)
                    else:
                        _print(dataclasses.asdict(line))
        except Missing as missing:
            unable += _say_missing(name, missing)
    return 1 if unable and os.environ.get("CI_REQUIRE_ALL") == "1" else 0


def _say_missing(name: str, missing: Missing) -> int:
    """Print it; how many are missing by it."""
    _print({"name": missing.figure or name, "value": None, "missing": str(missing)})
    return 1


def _print(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
