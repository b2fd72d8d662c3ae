"""How many files may be on their way at once: each holds a little memory and up to its size of the disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from kernel.errors import Unavailable

AT_ONCE = 200
"""In one worker: with 64 KiB each in memory, and a few more in the line they come by, some 50 MB."""
AT_ONCE_OF_ONE = 100
"""Of one address, which a whole mobile network may share."""


class Uploads:
    """Counts the files that one worker is being sent."""

    def __init__(self) -> None:
        self._of: Counter[str] = Counter()

    @contextmanager
    def one_more(self, caller: str) -> Iterator[None]:
        """Hold a place inside.

        Raises:
            Unavailable: there are too many; ``retry_after`` says when to come again.
        """
        if self._of.total() >= AT_ONCE or self._of[caller] >= AT_ONCE_OF_ONE:
            raise Unavailable(retry_after=2)
        self._of[caller] += 1
        try:
            yield
        finally:
            self._of[caller] -= 1
            self._of += Counter()  # nobody is kept who sends nothing
