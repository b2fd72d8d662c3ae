"""Chromiums that stay for a test session: each test opens a profile of its own there, and takes it away."""

from __future__ import annotations

import json
import select
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from playwright._impl._driver import compute_driver_executable

from app.processes import die_with_parent

START_WITHIN_S = 60


class BrowserServers:
    """One browser a name and program, each started when it is first wanted.

    What a profile holds (cookies, caches, workers, permissions, being offline) goes with it; what is the
    browser's, its camera's film and its flags, is the same for all tests.
    """

    def __init__(self, folder: Path, flags: Sequence[str]) -> None:
        self._config = folder / "browser.json"
        self._flags = list(flags)
        self._open: dict[tuple[str, str], tuple[subprocess.Popen[str], str]] = {}

    def address(self, name: str, program: str) -> str:
        """Where the browser ``name`` is to be reached."""
        key = name, program
        if key not in self._open or self._open[key][0].poll() is not None:
            settings = {"executablePath": program, "args": self._flags, "headless": True}
            self._config.write_text(json.dumps(settings))
            words = [*compute_driver_executable(), "launch-server", "--browser", "chromium"]
            process = subprocess.Popen(
                [*words, "--config", str(self._config)],
                stdout=subprocess.PIPE,
                text=True,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )
            assert process.stdout is not None
            assert select.select([process.stdout], [], [], START_WITHIN_S)[0], "no browser was started"
            self._open[key] = process, process.stdout.readline().strip()
        return self._open[key][1]

    def close(self) -> None:
        for process, _ in self._open.values():
            process.terminate()
        for process, _ in self._open.values():
            process.wait(20)
            assert process.stdout is not None
            process.stdout.close()
