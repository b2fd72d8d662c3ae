"""Ending a background task for good."""

from __future__ import annotations

import asyncio


def heed_cancellation() -> None:
    """End the running task if it has been cancelled, whoever swallowed the news.

    A cancellation can get lost on its way: Python 3.11's ``wait_for`` drops one that arrives together with
    the result, and a client whose read is cut short may report a broken connection instead. The task's own
    count of cancellations forgets nothing. Loops that go on after errors ask here, once a turn.

    Raises:
        asyncio.CancelledError: somebody wants this task to end.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
