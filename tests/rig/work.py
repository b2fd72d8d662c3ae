"""How much a call makes Python do, counted instead of timed: the same on every machine, busy or idle."""

import re
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def lines_run(call: Callable[[], Any]) -> int:
    """Lines of Python that ``call`` runs in all functions it calls; what it raises is let go."""
    count = 0

    def trace(frame: FrameType, event: str, argument: object) -> Callable[..., Any]:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    except Exception:  # what it came to is another test's
        pass
    finally:
        sys.settrace(before)
    return count


class Measured:
    """A compiled pattern that remembers the longest text it was given: its work is inside C, uncounted."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self._pattern = pattern
        self.longest = 0

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._pattern, name)

        def called(*arguments: Any) -> Any:
            self.longest = max([self.longest, *(len(one) for one in arguments if isinstance(one, str))])
            return method(*arguments)

        return called


def steps_of(work: Callable[[], object]) -> int:
    """Functions called, in Python and in C, while ``work`` runs; what it raises is let go."""
    steps = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal steps
        steps += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    except Exception:  # what it came to is another test's
        pass
    finally:
        sys.setprofile(before)
    return steps
