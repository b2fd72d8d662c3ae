"""Children that are copies of what is loaded: each what a fresh process would be; nobody outlives anybody."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import Any

import psutil
import pytest

from app.fork_server import ForkServer
from tests.rig.servers import wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are copied on Linux only")

RIG = """
import asyncio, json, os, signal, sys, threading, types
from app.fork_server import ForkServer

def report():
    rest = [int(name) for name in os.listdir("/proc/self/fd")]
    print(json.dumps({
        "words": sys.argv, "pid": os.getpid(), "session": os.getsid(0), "threads": threading.active_count(),
        "title": open("/proc/self/cmdline").read().strip("\\0"), "HOME": os.environ.get("HOME"),
        "NEW": os.environ.get("NEW"), "stdin": os.read(0, 1).decode(),
        "open": [each for each in rest if os.path.exists(f"/proc/self/fd/{each}")],
        "interrupt": signal.getsignal(signal.SIGINT) is signal.default_int_handler,
        "main": sys.modules["__main__"].__name__,
    }))
    for descriptor in map(int, sys.argv[1:]):
        os.write(descriptor, b"here")

def wait():
    print("waits", flush=True)
    signal.pause()

def leave(): sys.exit(3)
def fall(): raise ValueError("a fault of the part")

for name, main in {"report": report, "wait": wait, "leave": leave, "fall": fall}.items():
    sys.modules[f"app.{name}"] = types.ModuleType(f"app.{name}")
    sys.modules[f"app.{name}"].main = main

forks = ForkServer.begin("app.no_such_part")
"""


def play(script: str, **environment: str) -> Any:
    """Run a parent of the fork server; what it prints, as JSON."""
    run = subprocess.run(
        [sys.executable, "-c", RIG + script],
        capture_output=True,
        text=True,
        timeout=30,
        env={**os.environ, **environment},
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_a_child_is_what_a_fresh_process_would_be() -> None:
    told = play(
        """
async def main():
    lines, out = os.pipe()
    environment = {**os.environ, "NEW": "set"}
    del environment["HOME"]
    child = await forks.start("app.report", "report-1", [str(out)], environment, [out])
    os.close(out)
    told = json.loads(await child.stdout.readline())
    told |= {"descriptor": out, "code": await child.wait(), "through": os.read(lines, 9).decode()}
    told |= {"same": child.pid == told["pid"], "left": (await child.stdout.read()).decode()}
    print(json.dumps(told))
asyncio.run(main())
""",
        HOME="/home/of/the/parent",
    )
    assert told["words"] == ["app.report", str(told["descriptor"])]
    assert (told["HOME"], told["NEW"]) == (None, "set")
    assert told["open"] == [0, 1, 2, told["descriptor"]]
    assert (told["through"], told["stdin"], told["left"]) == ("here", "", "")
    assert told["same"] and told["session"] == told["pid"]
    assert (told["title"], told["threads"], told["interrupt"]) == ("curbstop: report-1", 1, True)
    assert told["main"] == "app.child", "what its own processes take for the program"
    assert told["code"] == 0


def test_how_a_child_ended_is_told_with_its_last_words() -> None:
    left, fell, said, killed = play(
        """
async def main():
    left = await forks.start("app.leave", "one", [], os.environ)
    fell = await forks.start("app.fall", "two", [], os.environ)
    waits = await forks.start("app.wait", "three", [], os.environ)
    await waits.stdout.readline()
    waits.terminate()
    said = (await fell.stdout.read()).decode()
    print(json.dumps([await left.wait(), await fell.wait(), said, await waits.wait()]))
asyncio.run(main())
"""
    )
    assert (left, fell, killed) == (3, 1, -signal.SIGTERM)
    assert "ValueError: a fault of the part" in said


def test_what_cannot_be_loaded_is_said_by_the_child() -> None:
    code, said = play(
        """
async def main():
    child = await forks.start("app.no_such_part", "one", [], os.environ)
    print(json.dumps([await child.wait(), (await child.stdout.read()).decode()]))
asyncio.run(main())
"""
    )
    assert code == 1
    assert "No module named 'app.no_such_part'" in said


NO_ROOM_ONCE = """
real, calls = os.fork, 0
def fork():
    global calls
    calls += 1
    if calls == 2:  # the first made the fork server itself
        raise BlockingIOError(11, "no room")
    return real()
os.fork = fork
"""


def test_a_machine_without_room_for_one_more_keeps_those_that_run() -> None:
    script = """
async def main():
    try:
        await forks.start("app.wait", "one", [], os.environ)
    except BlockingIOError as fault:
        refused = fault.errno
    child = await forks.start("app.leave", "two", [], os.environ)
    print(json.dumps([refused, await child.wait()]))
asyncio.run(main())
"""
    run = subprocess.run(
        [sys.executable, "-c", RIG.replace("forks = ", NO_ROOM_ONCE + "forks = ") + script],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert json.loads(run.stdout) == [11, 3]


def test_many_at_once_are_each_their_own() -> None:
    pids, told = play(
        """
async def main():
    children = await asyncio.gather(*(forks.start("app.report", f"c-{n}", [], os.environ) for n in range(20)))
    told = [json.loads(await child.stdout.readline()) for child in children]
    assert [await child.wait() for child in children] == [0] * 20
    print(json.dumps([[child.pid for child in children], [each["pid"] for each in told]]))
asyncio.run(main())
"""
    )
    assert pids == told
    assert len(set(pids)) == 20


def test_a_killed_fork_server_is_told_and_its_children_end() -> None:
    code, refused, pid = play(
        """
async def main():
    child = await forks.start("app.wait", "one", [], os.environ)
    await child.stdout.readline()
    os.kill(forks.pid, signal.SIGKILL)
    code = await asyncio.wait_for(child.wait(), 10)
    try:
        await forks.start("app.wait", "two", [], os.environ)
    except BrokenPipeError:
        refused = True
    print(json.dumps([code, refused, child.pid]))
asyncio.run(main())
"""
    )
    assert (code, refused) == (-signal.SIGTERM, True)
    wait_until(lambda: not psutil.pid_exists(pid), "the end of the child", 5)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_nobody_outlives_a_parent_that_is_killed(number: int) -> None:
    script = """
async def main():
    child = await forks.start("app.wait", "one", [], os.environ)
    await child.stdout.readline()
    print(forks.pid, child.pid, flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""
    with subprocess.Popen([sys.executable, "-c", RIG + script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pids = [int(word) for word in parent.stdout.readline().split()]
        assert all(map(psutil.pid_exists, pids))
        parent.send_signal(number)
    wait_until(lambda: not any(map(psutil.pid_exists, pids)), "the end of both", 5)


def test_where_processes_cannot_be_copied_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert ForkServer.begin("app.media") is None
