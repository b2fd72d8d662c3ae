"""The messages between hub and node go round, and nothing else gets in."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.webrtc.control import control

COMMANDS = [
    control.Offer("r", "p", "v=0", {"1": control.Source("q", "video")}, restart=True, generation=3),
    control.ClosePeer("r", "p"),
    control.CloseRoom("r"),
    control.Keyframe("r", "p"),
    control.Drain(False),
    control.Stats(),
]
OUTCOMES = [
    control.Answer("v=0", ("audio", "video"), {"2": "stream_absent"}),
    control.Done(),
    control.Figures({"media_peers": 2}, {"r": {"p": {"connected": True, "publishing": ["audio"]}}}),
    control.Failure("sdp_invalid", "unreadable"),
]
EVENTS: list[control.Event] = [
    control.PeerConnected("n", "r", "p"),
    control.PeerDisconnected("n", "r", "p", "timeout"),
    control.StreamStarted("n", "r", "p", "video"),
    control.OfferWanted("n", "r", "p"),
    control.StreamStopped("n", "r", "p", "audio"),
    control.Quality("n", "r", "p", 0.1, 20.0, 1_000_000, 3, 0.1, 0.0, 500_000, 500_000, 2_000_000),
    control.NodeStarted("n"),
    control.NodeDraining("n"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.kind)
def test_commands_go_round(command: control.Command) -> None:
    envelope = control.Envelope("7", command, "there")
    data = control.encode_command(envelope)
    assert json.loads(data)["kind"] == command.kind
    assert control.decode_command(data) == envelope


@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda o: o.kind)
def test_replies_go_round(outcome: control.Outcome) -> None:
    reply = control.Reply("7", outcome)
    assert control.decode_reply(control.encode_reply(reply)) == reply


@pytest.mark.parametrize("event", EVENTS, ids=lambda e: e.kind)
def test_events_go_round(event: control.Event) -> None:
    assert control.decode_event(control.encode_event(event)) == event


def test_registration_goes_round() -> None:
    record = control.NodeRecord("n", control.Load(1, 2, 0.25), ("192.0.2.1:7000",), True, 1.7e9)
    assert control.decode_node(control.encode_node(record)) == record


def test_fields_of_a_newer_version_are_ignored() -> None:
    data = control.encode_event(EVENTS[0])[:-1] + b',"colour":"blue"}'
    assert control.decode_event(data) == EVENTS[0]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"[" * 100_000,
        b'{"id":"1","kind":"dance"}',
        b'{"kind":"stats"}',
        b'{"id":"1","kind":"offer","room":"r","peer":"p"}',
        b'{"id":"1","kind":"offer","room":"r","peer":"p","sdp":7}',
        b'{"id":"1","kind":"offer","room":"r","peer":"p","sdp":"","generation":true}',
        b'{"id":"1","kind":"offer","room":"r","peer":"p","sdp":"","receive":{"1":{"peer":"q","kind":"smell"}}}',
    ],
)
def test_what_is_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(control.ControlFault):
        control.decode_command(data)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.dictionaries(st.text(), inner) | st.lists(inner),
        max_leaves=20,  # many more would seldom fit into one example, and drawing them takes seconds
    )
)
def test_any_tree_is_a_message_or_refused(tree: object) -> None:
    for kind in ("offer", "stats", "drain"):
        body = {"id": "1", "kind": kind, "room": tree, "receive": tree, "draining": tree}
        for data in (json.dumps(tree).encode(), json.dumps(body).encode()):
            try:
                control.decode_command(data)
            except control.ControlFault:
                pass


def test_a_message_of_before_there_were_versions_is_of_the_first() -> None:
    assert control.decode_event(b'{"kind":"node_started","node":"n"}') == control.NodeStarted("n")
    asked = control.decode_command(b'{"id":"1","reply_to":"w","kind":"keyframe","room":"r","peer":"p"}')
    assert asked == control.Envelope("1", control.Keyframe("r", "p"), "w")
    assert control.decode_reply(b'{"id":"1","kind":"done"}') == control.Reply("1", control.Done())


def test_a_message_of_a_later_version_is_refused_and_not_misread() -> None:
    node = control.NodeRecord("n", control.Load(), (), False, 0.0)
    for data, decode in (
        (control.encode_command(control.Envelope("1", control.Stats())), control.decode_command),
        (control.encode_reply(control.Reply("1", control.Done())), control.decode_reply),
        (control.encode_event(control.NodeStarted("n")), control.decode_event),
        (control.encode_node(node), control.decode_node),
    ):
        assert json.loads(data)["v"] == control.VERSION
        later = data.replace(b'"v":1', b'"v":2', 1)
        with pytest.raises(control.ControlFault, match="version 2"):
            decode(later)
