"""Two aiortc peers, each with camera and microphone, see each other through the node; a third comes late."""

import asyncio
from typing import Any

from aiortc import (
    AudioStreamTrack,
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
    VideoStreamTrack,
)

from assist.webrtc.control import control
from assist.webrtc.control.control import Source
from tests.unit.webrtc.node.rig import Scene, until


class Person:
    """One aiortc peer connection that sends, and takes what others send."""

    def __init__(
        self,
        scene: Scene,
        name: str,
        *,
        sends: bool = True,
        # With its default policy aiortc leaves the second line of a kind on a transport that it then stops.
        policy: RTCBundlePolicy = RTCBundlePolicy.MAX_BUNDLE,
    ) -> None:
        self.scene, self.name = scene, name
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=policy))
        self.tracks: list[MediaStreamTrack] = []
        self.wishes: list[Source] = []
        self.connection.on("track", self.tracks.append)
        if sends:
            for track in (AudioStreamTrack(), VideoStreamTrack()):
                self.connection.addTrack(track)
                self.connection.getTransceivers()[-1].direction = "sendonly"

    async def negotiate(self, *wishes: Source) -> control.Answer:
        for wish in wishes:
            self.connection.addTransceiver(wish.kind, direction="recvonly")
            self.wishes.append(wish)
        await self.connection.setLocalDescription(await self.connection.createOffer())
        receiving = [t for t in self.connection.getTransceivers() if t.direction == "recvonly"]
        bound = {str(t.mid): wish for t, wish in zip(receiving, self.wishes, strict=True)}
        offer = control.Offer("room", self.name, self.connection.localDescription.sdp, bound)
        answer = self.scene.node.offer(offer)
        await self.connection.setRemoteDescription(RTCSessionDescription(answer.sdp, "answer"))
        return answer

    async def frames(self, count: int) -> dict[str, Any]:
        """The last of ``count`` decoded frames of every track."""
        got: dict[str, Any] = {}
        for track in self.tracks:
            for _ in range(count):
                got[track.kind] = await asyncio.wait_for(track.recv(), 15)
        return got


async def test_a_call_of_three(scene: Scene) -> None:
    phone, desk = Person(scene, "phone"), Person(scene, "desk")
    late = Person(scene, "supervisor", sends=False)
    try:
        await phone.negotiate()
        await desk.negotiate(Source("phone", "audio"), Source("phone", "video"))
        answer = await phone.negotiate(Source("desk", "audio"), Source("desk", "video"))
        assert answer.refused == {} and answer.publishing == ("audio", "video")
        for person in (phone, desk):
            got = await person.frames(10)
            assert set(got) == {"audio", "video"} and got["video"].width == 640
        await late.negotiate(Source("phone", "video"), Source("desk", "video"))
        await until(lambda: len(late.tracks) == 2)
        await late.frames(5)
        assert scene.node.reports.key_frames_asked >= 3
    finally:
        for person in (phone, desk, late):
            await person.connection.close()
    await until(lambda: scene.node.rooms == {})


async def test_a_call_with_its_own_defaults(scene: Scene) -> None:
    """As it comes: a transport for each line, until the answer bundles them."""
    stock = RTCBundlePolicy.BALANCED
    phone = Person(scene, "phone", policy=stock)
    desk = Person(scene, "desk", sends=False, policy=stock)
    try:
        await phone.negotiate()
        answer = await desk.negotiate(Source("phone", "audio"), Source("phone", "video"))
        assert answer.refused == {}
        got = await desk.frames(10)
        assert set(got) == {"audio", "video"} and got["video"].width == 640
    finally:
        for person in (phone, desk):
            await person.connection.close()
    await until(lambda: scene.node.rooms == {})
