"""The worst that 64 kB from a stranger can make the frames' parser do, by work and not by time."""

import json
import re
from typing import Any

import pytest

from assist.webrtc import parsing
from assist.webrtc.parsing import MAX_FRAME_BYTES, ProtocolError, parse
from tests.rig.work import Measured, lines_run

# As msgspec ends its messages: a pattern that looks for it may begin anew at every one.
TRAP = " - at `$." * 5000 + "\n"

WORST: dict[str, dict[str, Any]] = {
    "a field's name": {"type": "ping", TRAP: 1},
    "a type's name": {"type": TRAP},
    "an enumeration": {"type": "media_state", "camera": TRAP},
    "a nested name": {"type": "offer", "sdp": "x", "receive": {"0": {"peer": "p", TRAP: "audio"}}},
    "a key": {"type": "offer", "sdp": "x", "receive": {TRAP: {"peer": "p", "kind": "audio"}}},
    "quotes": {"type": "ping", "'\"" * 20_000: 1},
    "back quotes": {"type": "ping", "unknown field `" * 4000 + "\n": 1},
    "many fields": {"type": "ping", **{f"f{n}": n for n in range(4000)}},
}


@pytest.mark.parametrize("kind", WORST)
def test_a_frame_is_refused_with_little_work(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = json.dumps(WORST[kind])
    assert len(raw) < MAX_FRAME_BYTES
    patterns = {
        name: Measured(value) for name, value in vars(parsing).items() if isinstance(value, re.Pattern)
    }
    assert len(patterns) >= 3
    for name, pattern in patterns.items():
        monkeypatch.setattr(parsing, name, pattern)
    assert lines_run(lambda: parse(raw)) < 500
    assert {name: pattern.longest for name, pattern in patterns.items() if pattern.longest > 500} == {}


def test_a_long_name_is_told_by_its_beginning() -> None:
    with pytest.raises(ProtocolError) as told:
        parse(json.dumps({"type": "ping", "x" * 30_000: 1}))
    assert (told.value.code, told.value.where) == ("bad_field", "x" * 80)
    assert len(told.value.detail) <= 120
