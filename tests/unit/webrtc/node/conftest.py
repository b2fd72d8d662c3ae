"""A media node on loopback, with clients that come and go."""

from collections.abc import AsyncIterator

import pytest

from assist.webrtc import control
from assist.webrtc.node.config import NodeConfig
from assist.webrtc.node.serve import running
from tests.unit.webrtc.node.rig import Scene


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    events: list[control.Event] = []
    async with running(NodeConfig("test"), events.append) as node:
        scene = Scene(node, events)
        try:
            yield scene
        finally:
            await scene.close()
