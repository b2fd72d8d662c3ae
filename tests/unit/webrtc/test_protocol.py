"""Frames as clients send them: what is read, what is refused, and that nothing else ever happens."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assist.webrtc import protocol as said
from assist.webrtc.parsing import ProtocolError, parse
from assist.webrtc.room.machine.signalling import FRAMES
from tests.unit.webrtc.documented import client_frames

ID = "00000000-0000-7000-8000-000000000001"
STILL = "00000000-0000-7000-8000-000000000002"

GOOD: list[dict[str, Any]] = [
    {"type": "hello", "version": 1, "tab": "abcdefgh", "token": "t"},
    {"type": "hello", "version": 7},
    {"type": "join", "publish": ["audio", "video"]},
    {"type": "join"},
    {"type": "offer", "sdp": "v=0", "receive": {"1": {"peer": "p", "kind": "video"}}, "restart": True},
    {"type": "leave"},
    {"type": "end"},
    {"type": "freeze_request"},
    {"type": "frozen", "freeze_id": ID, "width": 4000, "height": 3000},
    {
        "type": "frozen",
        "freeze_id": ID,
        "width": 1,
        "height": 1,
        "preview": "data:image/jpeg;base64,/9j/4AA=",
    },
    {"type": "still_ready", "freeze_id": ID, "still_id": STILL},
    {"type": "still_ready", "freeze_id": None, "still_id": STILL},
    {"type": "show_still", "still_id": STILL},
    {"type": "show_still", "still_id": None},
    {"type": "mark_add", "client_id": ID, "still_id": STILL, "tool": "pen", "points": [[0, 0], [1, 1]]},
    {
        "type": "mark_add",
        "client_id": ID,
        "still_id": STILL,
        "tool": "text",
        "points": [[0, 1]],
        "text": "漏水",
    },
    {"type": "mark_undo", "mark_id": ID},
    {"type": "ink", "client_id": ID, "still_id": STILL, "tool": "pen", "from": 511, "points": [[0.5, 0.5]]},
    {"type": "pointer", "still_id": STILL, "x": 0.25, "y": 1},
    {"type": "pointer", "still_id": STILL, "x": None, "y": None},
    {"type": "pointer", "picture_of": "p", "x": 0.5, "y": 0},
    {"type": "chat", "client_id": ID, "text": "水表在转吗?\n在转 💧"},
    {
        "type": "media_state",
        "camera": "on",
        "microphone": "refused",
        "hidden": False,
        "phone_call": True,
        "torch": "absent",
    },
    {"type": "torch", "on": True},
    {"type": "quality", "rtt_ms": 31.5, "loss": 0.01, "frames_decoded": 12, "limited": "cpu"},
    {"type": "telemetry", "step": "first_frame", "at_ms": 812},
    {"type": "ping", "id": "a-_9"},
    {"type": "pong"},
]


@pytest.mark.parametrize("frame", GOOD, ids=lambda frame: frame["type"])
def test_a_frame_as_documented_is_read(frame: dict[str, Any]) -> None:
    read = parse(json.dumps(frame))
    again = json.loads(msgspec.json.encode(read))
    assert {name: value for name, value in again.items() if name in frame} == frame


def test_every_frame_has_a_rule_an_example_and_its_place_in_the_document() -> None:
    kinds = {kind.__struct_config__.tag for kind in FRAMES}
    assert kinds == {frame["type"] for frame in GOOD} == client_frames()


MARK = {"type": "mark_add", "client_id": ID, "still_id": STILL, "tool": "pen", "points": [[0, 0], [1, 1]]}
BAD: list[tuple[Any, str, str]] = [
    ("", "not_json", ""),
    ("{", "not_json", ""),
    ("[]", "not_json", ""),
    ("null", "not_json", ""),
    ('"ping"', "not_json", ""),
    ('{"type":"ping"} {}', "not_json", ""),
    ('{"type":"chat","client_id":"' + ID + '","text":"\\ud800"}', "not_json", ""),
    ("[" * 60_000, "not_json", ""),
    ('{"type":' + "[" * 60_000, "not_json", ""),
    ({}, "unknown_type", "type"),
    ({"type": 7}, "unknown_type", "type"),
    ({"type": None}, "unknown_type", "type"),
    ({"type": "dance"}, "unknown_type", "type"),
    ({"type": "welcome", "peer": "p"}, "unknown_type", "type"),
    ({"type": "ping", "more": 1}, "bad_field", "more"),
    ({"type": "ping", "id": "x" * 41}, "bad_field", "id"),
    ({"type": "ping", "id": "a\n"}, "bad_field", "id"),
    ({"type": "hello"}, "bad_field", "version"),
    ({"type": "hello", "version": 1, "tab": "short"}, "bad_field", "tab"),
    ({"type": "hello", "version": True}, "bad_field", "version"),
    ({"type": "join", "publish": ["audio", "audio"]}, "bad_field", "publish"),
    ({"type": "join", "publish": ["screen"]}, "bad_field", "publish[0]"),
    ({"type": "offer", "sdp": ""}, "bad_field", "sdp"),
    ({"type": "offer", "sdp": "x" * 49_153}, "bad_field", "sdp"),
    ({"type": "offer", "sdp": "漏" * 20_000}, "bad_field", "sdp"),
    (
        {"type": "offer", "sdp": "v", "receive": {str(n): {"peer": "p", "kind": "audio"} for n in range(17)}},
        "bad_field",
        "receive",
    ),
    ({"type": "frozen", "freeze_id": ID, "width": 0, "height": 1}, "bad_field", "width"),
    ({"type": "frozen", "freeze_id": ID, "width": 1.5, "height": 1}, "bad_field", "width"),
    (
        {"type": "frozen", "freeze_id": ID, "width": 1, "height": 1, "preview": "javascript:alert(1)"},
        "bad_field",
        "preview",
    ),
    ({"type": "still_ready", "still_id": "no"}, "bad_field", "still_id"),
    ({"type": "show_still"}, "bad_field", "still_id"),
    ({**MARK, "points": []}, "bad_field", "points"),
    ({**MARK, "points": [[0, 0]]}, "bad_field", "points"),
    ({**MARK, "points": [[0, 0]] * 513}, "bad_field", "points"),
    ({**MARK, "points": [[0, 0], [0, 1.01]]}, "bad_field", "points[1][1]"),
    ({**MARK, "points": [[0, 0], [-0.01, 1]]}, "bad_field", "points[1][0]"),
    ({**MARK, "points": [[0, 0], [0, 1, 0]]}, "bad_field", "points[1]"),
    ({**MARK, "tool": "box", "points": [[0, 0]] * 3}, "bad_field", "points"),
    ({**MARK, "tool": "stamp"}, "bad_field", "tool"),
    ({**MARK, "text": "words on a stroke"}, "bad_field", "text"),
    ({**MARK, "tool": "text", "points": [[0, 0]]}, "bad_field", "text"),
    ({**MARK, "tool": "text", "points": [[0, 0]], "text": "x" * 201}, "bad_field", "text"),
    ({"type": "ink", **{k: MARK[k] for k in MARK if k != "type"}, "from": 512}, "bad_field", "from"),
    ({"type": "pointer", "still_id": STILL, "x": 0.5, "y": None}, "bad_field", "x"),
    ({"type": "pointer", "x": 0.5, "y": 0.5}, "bad_field", "still_id"),
    ({"type": "pointer", "still_id": STILL, "picture_of": "p", "x": 0.5, "y": 0.5}, "bad_field", "still_id"),
    ({"type": "pointer", "picture_of": "p" * 65, "x": 0.5, "y": 0.5}, "bad_field", "picture_of"),
    ({"type": "pointer", "picture_of": "p", "x": 1.5, "y": 0.5}, "bad_field", "x"),
    ({"type": "chat", "client_id": ID, "text": "   \n"}, "bad_field", "text"),
    ({"type": "chat", "client_id": ID, "text": "a\x00b"}, "bad_field", "text"),
    ({"type": "chat", "client_id": ID, "text": "x" * 2001}, "bad_field", "text"),
    ({"type": "chat", "client_id": "7", "text": "x"}, "bad_field", "client_id"),
    ({"type": "quality", "loss": 1.5}, "bad_field", "loss"),
    ({"type": "telemetry", "step": "lunch", "at_ms": 1}, "bad_field", "step"),
    ({"type": "telemetry", "step": "joined", "at_ms": -1}, "bad_field", "at_ms"),
]


@pytest.mark.parametrize(("frame", "code", "where"), BAD)
def test_a_frame_that_is_not_as_documented_is_refused_by_code_and_place(
    frame: Any, code: str, where: str
) -> None:
    raw = frame if isinstance(frame, str) else json.dumps(frame, ensure_ascii=False)
    with pytest.raises(ProtocolError) as refusal:
        parse(raw)
    assert (refusal.value.code, refusal.value.where) == (code, where)


def test_numbers_that_are_no_numbers_are_refused() -> None:
    for number in ("NaN", "Infinity", "-Infinity", "1e999"):
        with pytest.raises(ProtocolError):
            parse(json.dumps(MARK).replace("[1, 1]", f"[{number}, 1]"))


def test_a_frame_may_be_64_kib_and_not_a_byte_more() -> None:
    frame = json.dumps({"type": "ping"})
    assert parse(frame + " " * (65_536 - len(frame)))
    with pytest.raises(ProtocolError, match="frame_too_large"):
        parse(frame + " " * (65_537 - len(frame)))
    with pytest.raises(ProtocolError, match="frame_too_large"):
        parse("漏" * 21_846)  # bytes count, not characters


def test_the_error_names_the_frame_it_is_about() -> None:
    with pytest.raises(ProtocolError) as refusal:
        parse('{"type":"chat","id":"q7"}')
    assert refusal.value.of == "q7"
    with pytest.raises(ProtocolError) as refusal:
        parse('{"type":"dance","id":"' + "q" * 41 + '"}')
    assert refusal.value.of is None


def test_an_error_repeats_nothing_that_a_person_wrote() -> None:
    secret = "my address is 12 River Road"
    for frame in (
        {"type": "chat", "client_id": secret, "text": "x"},
        {"type": "telemetry", "step": secret, "at_ms": 1},
    ):
        with pytest.raises(ProtocolError) as refusal:
            parse(json.dumps(frame))
        assert secret not in str(refusal.value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.uuids().map(str),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
mutated = st.sampled_from(GOOD).flatmap(
    lambda good: st.dictionaries(
        st.sampled_from([*good, "id", "text", "points"]), json_values, max_size=3
    ).map(lambda change: {**good, **change})
)


@given(mutated | json_values)
@example({"type": "hello", "version": 10**400})
@example({"type": "offer", "sdp": "v", "receive": {"": {"peer": "p", "kind": "audio"}}})
def test_whatever_json_comes_is_read_or_refused(value: Any) -> None:
    try:
        frame = parse(json.dumps(value))
    except ProtocolError as refusal:
        assert refusal.code in {"not_json", "unknown_type", "bad_field"}
    else:
        assert type(frame) in FRAMES


@given(st.binary(max_size=300) | st.sampled_from(GOOD).map(lambda f: json.dumps(f).encode()), st.data())
def test_whatever_bytes_come_are_read_or_refused(raw: bytes, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(raw)))
    junk = data.draw(st.binary(max_size=3))
    try:
        parse(raw[:cut] + junk + raw[cut:])
    except ProtocolError as refusal:
        assert refusal.code in {"not_json", "unknown_type", "bad_field"}


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=512))
def test_points_arrive_as_they_were_drawn(points: list[tuple[float, float]]) -> None:
    frame = {
        "type": "mark_add",
        "client_id": str(uuid4()),
        "still_id": STILL,
        "tool": "pen",
        "points": points,
    }
    read = parse(json.dumps(frame))
    assert isinstance(read, said.MarkAdd)
    assert read.points == points
    assert read.still_id == UUID(STILL)
