"""A loop that stands still is noticed; one that is merely slow is not."""

import asyncio
import os
import subprocess
import sys
import threading
import time

from assist.webrtc.node.service.watchdog import STALLED_EXIT_CODE, Watchdog


async def test_a_stalled_loop_is_noticed() -> None:
    noticed = threading.Event()
    task = asyncio.create_task(Watchdog(0.2, noticed.set).run())
    await asyncio.sleep(0.1)
    time.sleep(0.8)  # noqa: ASYNC251 (the stall)
    assert noticed.is_set()
    task.cancel()


async def test_a_turning_loop_is_left_alone() -> None:
    noticed = threading.Event()
    task = asyncio.create_task(Watchdog(0.5, noticed.set).run())
    for _ in range(10):
        time.sleep(0.05)  # noqa: ASYNC251 (slow, not stalled)
        await asyncio.sleep(0.06)
    assert not noticed.is_set()
    task.cancel()


def test_by_default_the_process_ends_and_says_where_it_stood() -> None:
    program = (
        "import asyncio\n"
        "from assist.webrtc.node.service.watchdog import Watchdog\n"
        "async def main():\n"
        "    asyncio.create_task(Watchdog(0.2).run())\n"
        "    await asyncio.sleep(0.1)\n"
        "    while True: pass\n"
        "asyncio.run(main())\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], timeout=20, capture_output=True, text=True, env=dict(os.environ)
    )
    assert ended.returncode == STALLED_EXIT_CODE
    assert "line 6 in main" in ended.stderr
