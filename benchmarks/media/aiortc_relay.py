"""`python -m benchmarks.media.aiortc_relay`: aiortc's own relay, to compare with.

Its peer connections take a picture in and send it on, which means to decode and to encode it. Reads offers
from standard input, one JSON object a line ({"role": "publish" or "view", "sdp": …}), and writes answers.
"""

import asyncio
import json
import sys

import aioice.ice
import uvloop
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaRelay


class AiortcRelay:
    """One publisher, any number of viewers."""

    def __init__(self) -> None:
        self._relay = MediaRelay()
        self._track: MediaStreamTrack | None = None
        self._connections: list[RTCPeerConnection] = []

    def _took(self, track: MediaStreamTrack) -> None:
        self._track = track

    async def answer(self, role: str, offer: str) -> str:
        """The SDP answer to a publisher's or a viewer's offer."""
        connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._connections.append(connection)
        if role == "publish":
            connection.on("track", self._took)
            await connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        else:
            assert self._track is not None
            await connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
            connection.addTrack(self._relay.subscribe(self._track))
        await connection.setLocalDescription(await connection.createAnswer())
        return connection.localDescription.sdp


async def main() -> None:
    """Until the end of standard input."""
    # aioice leaves loopback out; the machine may have nothing else.
    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]
    relay = AiortcRelay()
    words = asyncio.StreamReader(limit=1 << 20)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(words), sys.stdin)
    while line := await words.readline():
        asked = json.loads(line)
        answer = await relay.answer(asked["role"], asked["sdp"])
        sys.stdout.write(json.dumps({"sdp": answer}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    uvloop.run(main())
