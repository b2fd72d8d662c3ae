"""Calls with other people's stacks as they come: Firefox, GStreamer's webrtcbin, aiortc."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from assist.webrtc.control import control
from assist.webrtc.node.config import NodeConfig
from assist.webrtc.node.media_node import MediaNode
from assist.webrtc.node.service.serve import running
from tests.rig.need import SYSTEM_PYTHON, require
from tests.rig.peers import gst_peer
from tests.rig.peers.firefox import Tab, firefox

pytestmark = [pytest.mark.alone, pytest.mark.timeout(240)]

PAGE = """<!doctype html><title>two peers</title><script>
const peers = {};
async function make(name, offer) {
  const pc = peers[name] = new RTCPeerConnection({bundlePolicy: "max-bundle"});
  await offer(pc);
  await pc.setLocalDescription();
  const lines = pc.getTransceivers().map((one) => ({mid: one.mid, kind: one.receiver.track.kind}));
  return {sdp: pc.localDescription.sdp, lines};
}
const publish = (name) => make(name, async (pc) => {
  const media = await navigator.mediaDevices.getUserMedia({audio: true, video: true});
  for (const track of media.getTracks()) pc.addTransceiver(track, {direction: "sendonly", streams: [media]});
});
const view = (name) => make(name, async (pc) => {
  for (const kind of ["audio", "video"]) pc.addTransceiver(kind, {direction: "recvonly"});
  const video = document.createElement("video");
  video.autoplay = video.muted = true;
  document.documentElement.append(video);
  pc.ontrack = ({track}) => { if (track.kind === "video") video.srcObject = new MediaStream([track]); };
});
const accept = (name, sdp) => peers[name].setRemoteDescription({type: "answer", sdp});
const decoded = async (name) => {
  let frames = 0;
  (await peers[name].getStats()).forEach((one) => {
    if (one.type === "inbound-rtp" && one.kind === "video") frames += one.framesDecoded ?? 0;
  });
  return {frames, state: peers[name].connectionState};
};
</script>"""


def own_address() -> str:
    """An address of this machine that is not the loopback: Firefox uses no other for itself."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        with contextlib.suppress(OSError):
            probe.connect(("203.0.113.1", 9))  # nothing is sent
            return str(probe.getsockname()[0])
    pytest.skip("missing on this machine: a network interface beside the loopback")


@pytest.fixture(params=["plain", "compiled"])
async def node(request: pytest.FixtureRequest) -> AsyncIterator[MediaNode]:
    config = NodeConfig("test", host=own_address(), compiled=request.param == "compiled")
    async with running(config) as node:
        yield node


def answered(node: MediaNode, name: str, offer: dict[str, Any], source: str = "") -> control.Answer:
    bound = {line["mid"]: control.Source(source, line["kind"]) for line in offer["lines"]} if source else {}
    answer = node.offer(control.Offer("room", name, offer["sdp"], bound))
    assert answer.refused == {}
    return answer


async def firefox_joins(tab: Tab, node: MediaNode, name: str, source: str = "") -> str:
    offer = await tab.call("view" if source else "publish", name)
    answer = answered(node, name, offer, source)
    await tab.call("accept", name, answer.sdp)
    return str(offer["sdp"])


async def firefox_sees(tab: Tab, name: str, frames: int = 20) -> None:
    said: dict[str, Any] = {}
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(60):
            while said.get("frames", 0) < frames:
                await asyncio.sleep(0.2)
                said = await tab.call("decoded", name)
    assert said.get("frames", 0) >= frames, said


class Gst:
    """GStreamer in a process of its own; ``frames`` are the pictures that it has decoded."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.frames = 0
        self.said: list[str] = []

    async def join(self, node: MediaNode, name: str, source: str = "") -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        sdp = json.loads(await asyncio.wait_for(self._process.stdout.readline(), 30))["offer"]
        lines = [{"mid": "video0", "kind": "video"}, {"mid": "audio1", "kind": "audio"}]
        answer = answered(node, name, {"sdp": sdp, "lines": lines}, source)
        self._process.stdin.write(json.dumps({"answer": answer.sdp}).encode() + b"\n")
        await self._process.stdin.drain()

    async def listen(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            said = json.loads(line)
            self.frames = said.get("frames", self.frames)
            self.said += [said["state"]] if "state" in said else []

    async def sees(self, frames: int = 20) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(60):
                while self.frames < frames:  # noqa: ASYNC110 (another process counts them)
                    await asyncio.sleep(0.1)
        assert self.frames >= frames, self.said


@contextlib.asynccontextmanager
async def gstreamer(node: MediaNode, role: str, name: str, source: str = "") -> AsyncIterator[Gst]:
    process = await asyncio.create_subprocess_exec(
        SYSTEM_PYTHON,
        str(Path(gst_peer.__file__)),
        role,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    peer = Gst(process)
    try:
        await peer.join(node, name, source)
        listening = asyncio.create_task(peer.listen())
        yield peer
        listening.cancel()
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def test_firefox_sees_firefox(node: MediaNode, tmp_path: Path) -> None:
    require("firefox")
    async with firefox(tmp_path, PAGE) as tab:
        sdp = await firefox_joins(tab, node, "phone")
        assert "a=bundle-only" in sdp and "m=video 0" in sdp, "the picture goes only together with the sound"
        await firefox_joins(tab, node, "desk", "phone")
        await firefox_sees(tab, "desk")


async def test_gstreamer_sees_gstreamer(node: MediaNode) -> None:
    require("gstreamer")
    async with gstreamer(node, "publish", "phone"), gstreamer(node, "view", "desk", "phone") as desk:
        await desk.sees()


async def test_gstreamer_and_firefox_see_each_other(node: MediaNode, tmp_path: Path) -> None:
    require("firefox", "gstreamer")
    async with firefox(tmp_path, PAGE) as tab:
        await firefox_joins(tab, node, "phone")
        async with gstreamer(node, "view", "desk", "phone") as desk, gstreamer(node, "publish", "rep"):
            await desk.sees()
            await firefox_joins(tab, node, "watcher", "rep")
            await firefox_sees(tab, "watcher")
