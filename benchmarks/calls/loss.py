"""A call on a line that loses every twentieth packet: how many of the phone's pictures the desk shows.

The product and both Chromiums run in a network namespace of their own, whose loopback drops UDP datagrams
to the media node (up), from it (down), or both; it is gone with the process.
"""

import asyncio
import json
import shutil
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass
from typing import Any

from app.processes import die_with_parent
from benchmarks import Figure, Line, Missing
from benchmarks.calls.product import Accepted, chromiums, open_call, product, sum_of
from benchmarks.media.services import ended
from benchmarks.media.turns import taken
from tests.rig.need import has
from tests.rig.stack import RunningApp

LOSS = 0.05
WAYS = {"up": ("--dport",), "down": ("--sport",), "both": ("--dport", "--sport")}
NAMES = tuple(f"media.loss_5_frames_decoded_{way}" for way in WAYS)
SETTLES_S = 3.0
_ALONE = "import sys; from benchmarks.calls.loss import main; main(float(sys.argv[1]))"


@dataclass(frozen=True)
class Seen:
    """What one phone encoded and one desk decoded."""

    encoded: int
    decoded: int
    seconds: float

    @property
    def share(self) -> float:
        """Decoded ÷ encoded."""
        return self.decoded / max(1, self.encoded)


def _run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True)


def make_network() -> None:
    """Loopback, and a second interface with an address: without one Chromium believes to be offline."""
    _run("ip", "link", "set", "lo", "up")
    _run("ip", "link", "add", "bench0", "type", "veth", "peer", "name", "bench1")
    _run("ip", "address", "add", "10.77.0.1/24", "dev", "bench0")
    for name in ("bench0", "bench1"):
        _run("ip", "link", "set", name, "up")
    _run("ip", "route", "add", "default", "via", "10.77.0.2")


def lose(port: int, ends: tuple[str, ...]) -> None:
    """Drop every twentieth datagram, at random, that has the node's port at these ends."""
    _run("iptables", "-F", "INPUT")
    for end in ends:
        rule = f"-A INPUT -p udp {end} {port} -m statistic --mode random --probability {LOSS} -j DROP"
        _run("iptables", *rule.split())


def media_port(app: RunningApp) -> int:
    """The media node's UDP port."""
    [port] = {c.laddr.port for c in app.processes()["media-1"].net_connections("udp4")}
    return int(port)


async def measure(seconds: float) -> dict[str, Seen]:
    """Way → what was seen, and that without loss as ``none``. Has to run in the namespace."""
    make_network()
    found = {}
    async with product() as app, chromiums() as browsers:
        await app.staff("supervisor")
        accepted = await Accepted.make(app, await app.staff("technician"))
        phone, desk, _ = await open_call(accepted, browsers)
        port = media_port(app)

        async def counts() -> tuple[int, int]:
            encoded, decoded = await asyncio.gather(
                sum_of(phone, "outbound-rtp", "framesEncoded"), sum_of(desk, "inbound-rtp", "framesDecoded")
            )
            return encoded, decoded

        for way, ends in {"none": (), **WAYS}.items():
            lose(port, ends)
            await asyncio.sleep(SETTLES_S)
            before = await counts()
            await asyncio.sleep(seconds)
            after = await counts()
            found[way] = Seen(after[0] - before[0], after[1] - before[1], seconds)
    return found


async def in_a_namespace(seconds: float) -> dict[str, Seen]:
    """`measure` in a process of its own, which alone sees the bad network."""
    process = await asyncio.create_subprocess_exec(
        *("unshare", "--net", "--", sys.executable, "-c", _ALONE, str(seconds)),
        stdout=asyncio.subprocess.PIPE,
        preexec_fn=die_with_parent(signal.SIGTERM),
    )
    try:
        assert process.stdout is not None
        said: dict[str, dict[str, Any]] = json.loads(await process.stdout.read() or b"{}")
        if not said:
            raise RuntimeError("the call on the bad line did not come to an end")
        return {way: Seen(**values) for way, values in said.items()}
    finally:
        await ended(process)


async def lines(quick: bool) -> list[Line]:
    """`media.loss_5_frames_decoded_up`, `…_down` and `…_both`."""
    if not has("namespaces") or shutil.which("iptables") is None:
        raise Missing("needs network namespaces and iptables, to lose packets in")
    seconds = 6.0 if quick else 15.0
    found = await taken("loss", lambda: in_a_namespace(seconds), 60 + 4 * (seconds + SETTLES_S), tries=2)
    context: dict[str, Any] = {way: asdict(seen) for way, seen in found.items()}
    return [
        Figure(
            *(name, round(found[way].share, 4), "ratio", 0.95, 0.99),
            better="higher",
            context=context if way == "up" else {},
        )
        for name, way in zip(NAMES, WAYS, strict=True)
    ]


def main(seconds: float) -> None:
    """The process in the namespace."""
    result = asyncio.run(measure(seconds))
    sys.stdout.write(json.dumps({way: asdict(seen) for way, seen in result.items()}))
