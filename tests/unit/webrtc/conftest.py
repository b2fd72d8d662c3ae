"""What the tests of a room share: a call with a phone and a desk in it."""

from __future__ import annotations

import pytest

from tests.unit.webrtc.world import CUSTOMER, ON, TECHNICIAN, World


@pytest.fixture
def world() -> World:
    """A phone and a desk, both in the call."""
    made = World()
    made.enter("phone", CUSTOMER, "audio", "video")
    made.enter("desk", TECHNICIAN)
    made.say("phone", ON)
    return made
