"""The supervisor with small real processes: restart, order, patience, and nobody left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from app.processes import UNIX_PATH_LIMIT, socket_path
from app.supervisor import Child, StartFailed, Supervisor
from tests.rig.servers import wait_until

READY = "ready now"
SERVES = f"import time; print({READY!r}, flush=True); time.sleep(600)"


class Rig:
    """A supervisor and what its children said."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        self.supervisor = Supervisor(lambda name, line: self.lines.append((name, line)))

    def start(self, name: str, program: str, **options: float) -> None:
        command = (sys.executable, "-S", "-c", program)
        self.supervisor.start(Child(name, command, {**os.environ}, READY, **options))  # type: ignore[arg-type]

    async def new_pid(self, name: str, old: int) -> int:
        async with asyncio.timeout(10):
            while True:
                pid = self.supervisor.pids().get(name, old)
                if pid != old:
                    return pid
                await asyncio.sleep(0.02)


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    made = Rig()
    yield made
    await made.supervisor.stop()
    made.supervisor.close()


def alive(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


async def test_a_killed_child_comes_back(rig: Rig) -> None:
    rig.start("one", SERVES)
    await rig.supervisor.wait_ready()
    first = rig.supervisor.pids()["one"]
    os.kill(first, signal.SIGKILL)
    second = await rig.new_pid("one", first)
    assert alive(second)
    assert any("ended by SIGKILL" in line for _, line in rig.lines)


async def test_a_child_that_never_gets_ready_fails_the_start_with_its_last_words(rig: Rig) -> None:
    rig.start("one", "raise SystemExit('the disk is full')")
    with pytest.raises(StartFailed) as failed:
        await rig.supervisor.wait_ready()
    assert failed.value.name == "one"
    assert "the disk is full" in failed.value.last_words


async def test_a_program_that_is_not_there_fails_the_start(rig: Rig) -> None:
    rig.supervisor.start(Child("one", ("/no/such/program",), {}, READY))
    with pytest.raises(StartFailed):
        await rig.supervisor.wait_ready()


BEATS = (
    f"import os, sys, time; print({READY!r}, flush=True); beat = lambda: os.write(int(sys.argv[-1]), b'.'); "
)


async def test_a_child_whose_pulse_stops_is_started_anew(rig: Rig) -> None:
    """Alive and deaf: it holds its place and answers nobody, and no exit code will ever come."""
    rig.start("one", BEATS + "beat(); time.sleep(600)", pulse_within_s=1.0)
    await rig.supervisor.wait_ready()
    first = rig.supervisor.pids()["one"]
    assert alive(await rig.new_pid("one", first))
    assert any("has not answered for 1 s" in line for _, line in rig.lines)


async def test_a_child_that_has_not_begun_or_goes_on_is_left_alone(rig: Rig) -> None:
    rig.start("slow", BEATS + "time.sleep(600)", pulse_within_s=0.5)
    rig.start("steady", BEATS + "[(beat(), time.sleep(0.1)) for _ in range(9000)]", pulse_within_s=1.0)
    await rig.supervisor.wait_ready()
    before = rig.supervisor.pids()
    await asyncio.sleep(2.5)
    assert rig.supervisor.pids() == before


async def test_a_child_goes_on_when_its_lines_find_no_place() -> None:
    """More than a pipe holds: a sink that fails must not end the reading, or the child stands still."""

    def full(_name: str, _line: str) -> None:
        raise OSError(28, "No space left on device")

    supervisor = Supervisor(full)
    program = (
        f"import time; [print('x' * 999) for _ in range(500)]; print({READY!r}, flush=True); time.sleep(60)"
    )
    supervisor.start(Child("one", (sys.executable, "-S", "-c", program), {**os.environ}, READY))
    try:
        await supervisor.wait_ready(timeout_s=10)
    finally:
        await supervisor.stop()
        supervisor.close()


async def test_slow_is_not_failed_until_the_patience_ends(rig: Rig) -> None:
    rig.start("one", "import time; time.sleep(600)")
    with pytest.raises(StartFailed):
        await rig.supervisor.wait_ready(timeout_s=0.5)


async def test_stopping_ends_all_in_the_reverse_order(rig: Rig, tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    program = f"""
import signal, sys, time
def end(*_):
    open({str(diary)!r}, "a").write(sys.argv[1] + " ")
    sys.exit()
signal.signal(signal.SIGTERM, end)
print({READY!r}, flush=True)
while True: time.sleep(0.1)
"""
    for name in ("redis", "media", "web"):
        command = (sys.executable, "-S", "-c", program, name)
        rig.supervisor.start(Child(name, command, {**os.environ}, READY))
    await rig.supervisor.wait_ready()
    pids = rig.supervisor.pids().values()
    await rig.supervisor.stop()
    assert diary.read_text().split() == ["web", "media", "redis"]
    assert not any(alive(pid) for pid in pids)


async def test_a_child_that_does_not_listen_is_killed(rig: Rig) -> None:
    deaf = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n{SERVES}"
    rig.start("deaf", deaf, grace_s=0.3)
    await rig.supervisor.wait_ready()
    pid = rig.supervisor.pids()["deaf"]
    began = time.monotonic()
    await rig.supervisor.stop()
    assert time.monotonic() - began < 5
    assert not alive(pid)


PARENT = """
import asyncio, os, sys
from app.supervisor import Child, Supervisor
async def main():
    supervisor = Supervisor(lambda name, line: None)
    program = "from app.processes import watch_tether; import sys, time; watch_tether(int(sys.argv[1]));" \\
        "print('ready now', flush=True); time.sleep(600)"
    plain = "import time; print('ready now', flush=True); time.sleep(600)"
    supervisor.start(Child("tethered", (sys.executable, "-c", program, str(supervisor.tether)), {**os.environ}, "ready now"))
    supervisor.start(Child("plain", (sys.executable, "-S", "-c", plain), {**os.environ}, "ready now"))
    await supervisor.wait_ready()
    print(*supervisor.pids().values(), flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""  # noqa: E501


def test_children_do_not_outlive_a_killed_parent() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pids = [int(word) for word in parent.stdout.readline().split()]
    assert len(pids) == 2 and all(alive(pid) for pid in pids)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_until(lambda: not any(alive(pid) for pid in pids), "the end of the children", 5)


def test_a_socket_s_path_is_never_too_long(tmp_path: Path) -> None:
    short, long = tmp_path / "a", tmp_path / ("b" * 120)
    long.mkdir()
    assert socket_path(short, "redis.sock") == short / "redis.sock" or len(str(tmp_path)) > 80
    made = socket_path(long, "redis.sock")
    assert len(os.fsencode(made)) <= UNIX_PATH_LIMIT
    made.parent.rmdir()
