"""A media node on loopback, with clients that come and go."""

from collections.abc import AsyncIterator

import pytest

from assist.webrtc.control import control
from assist.webrtc.node.config import NodeConfig
from assist.webrtc.node.service.serve import running
from tests.unit.webrtc.node.rig import Scene


@pytest.fixture(params=["plain", "compiled"])
async def scene(request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    """Everything that is said about the node has to be true of both packet loops."""
    events: list[control.Event] = []
    config = NodeConfig("test", compiled=request.param == "compiled")
    async with running(config, events.append) as node:
        scene = Scene(node, events)
        try:
            yield scene
        finally:
            await scene.close()
