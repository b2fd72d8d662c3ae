"""Any order of anything: the room never fails, answers each request once, and says nothing that is not so."""

from __future__ import annotations

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from assist.webrtc import protocol as said
from assist.webrtc.room.machine import frames
from assist.webrtc.room.machine.freeze import FINAL
from assist.webrtc.room.machine.signalling import Room
from tests.unit.webrtc.world import CUSTOMER, REP, TECHNICIAN, World, uid

PEOPLE = {"phone": CUSTOMER, "desk": TECHNICIAN, "rep": REP, "desk2": TECHNICIAN}
peers = st.sampled_from(sorted(PEOPLE))
few = st.integers(1, 4).map(uid)
"""Ids that meet each other often."""
kinds = st.lists(st.sampled_from(["audio", "video"]), unique=True, max_size=2)
points = st.just([(0.1, 0.2), (0.3, 0.4)])


class RandomCall(RuleBasedStateMachine):
    """Everything that can come in, in any order."""

    @initialize()
    def begin(self) -> None:
        self.world = World()
        self.announced: dict[str, Counter[object]] = {}
        self.uploads = 0

    def ids(self, data: st.DataObject, kind: str) -> object:
        known = {
            "still": list(self.world.stills),
            "mark": list(self.world.marks),
            "freeze": [
                frame.freeze_id
                for sent in self.world.sent.values()
                for frame in sent
                if isinstance(frame, frames.FreezeAsked)
            ][-3:],
        }[kind]
        return data.draw(st.sampled_from(known) | few if known else few)

    # sockets

    @rule(peer=peers, publish=kinds)
    def enter(self, peer: str, publish: list[said.Kind]) -> None:
        self.world.enter(peer, PEOPLE[peer], *publish)

    @rule(peer=peers)
    def only_hello(self, peer: str) -> None:
        self.world.connect(peer, PEOPLE[peer])

    @rule(peer=peers)
    def lose(self, peer: str) -> None:
        self.world.lose(peer)

    @rule(peer=peers)
    def revoke(self, peer: str) -> None:
        self.world.do(self.world.room.revoke(self.world.now, peer))

    # frames

    @rule(peer=peers, data=st.data())
    def freeze(self, peer: str, data: st.DataObject) -> None:
        self.world.say(peer, said.FreezeRequest())

    @rule(peer=peers, data=st.data())
    def frozen(self, peer: str, data: st.DataObject) -> None:
        freeze_id = self.ids(data, "freeze")
        self.world.say(peer, said.Frozen(freeze_id=freeze_id, width=4, height=3))  # type: ignore[arg-type]

    @rule(peer=peers, data=st.data(), free=st.booleans())
    def still_ready(self, peer: str, data: st.DataObject, free: bool) -> None:
        freeze_id = None if free else self.ids(data, "freeze")
        still_id = self.ids(data, "still")
        self.world.say(peer, said.StillReady(freeze_id=freeze_id, still_id=still_id))  # type: ignore[arg-type]

    @rule(peer=peers, data=st.data(), live=st.booleans())
    def show(self, peer: str, data: st.DataObject, live: bool) -> None:
        still_id = None if live else self.ids(data, "still")
        self.world.say(peer, said.ShowStill(still_id=still_id))  # type: ignore[arg-type]

    @rule(peer=peers, data=st.data(), client_id=few)
    def draw(self, peer: str, data: st.DataObject, client_id: object) -> None:
        still_id = self.ids(data, "still")
        frame = said.MarkAdd(client_id=client_id, still_id=still_id, tool="arrow", points=data.draw(points))  # type: ignore[arg-type]
        self.world.say(peer, frame)

    @rule(peer=peers, data=st.data())
    def undo(self, peer: str, data: st.DataObject) -> None:
        self.world.say(peer, said.MarkUndo(mark_id=self.ids(data, "mark")))  # type: ignore[arg-type]

    @rule(peer=peers, data=st.data(), losable=st.booleans())
    def ink(self, peer: str, data: st.DataObject, losable: bool) -> None:
        still_id = self.ids(data, "still")
        frame: said.Frame = said.Pointer(still_id=still_id, x=0.5, y=0.5)  # type: ignore[arg-type]
        if losable:
            frame = said.Ink(
                client_id=uid(1),
                still_id=still_id,  # type: ignore[arg-type]
                tool="pen",
                start=0,
                points=data.draw(points),
            )
        self.world.say(peer, frame)

    @rule(peer=peers, client_id=few)
    def chat(self, peer: str, client_id: object) -> None:
        self.world.say(peer, said.Chat(client_id=client_id, text="hello"))  # type: ignore[arg-type]

    @rule(
        peer=peers,
        camera=st.sampled_from(["on", "off", "refused", "absent"]),
        hidden=st.booleans(),
        phone_call=st.booleans(),
    )
    def device(self, peer: str, camera: said.DeviceState, hidden: bool, phone_call: bool) -> None:
        frame = said.MediaState(
            camera=camera, microphone="on", hidden=hidden, phone_call=phone_call, torch="absent"
        )
        self.world.say(peer, frame)

    @rule(peer=peers, restart=st.booleans())
    def offer(self, peer: str, restart: bool) -> None:
        self.world.say(peer, said.Offer(sdp="v", restart=restart))

    @rule(
        peer=peers,
        frame=st.sampled_from([said.Ping(), said.Pong(), said.Torch(on=True), said.Hello(version=1)]),
    )
    def small(self, peer: str, frame: said.Frame) -> None:
        self.world.say(peer, frame)

    @rule(peer=peers, step=st.sampled_from(["joined", "first_frame"]), loss=st.floats(0, 1))
    def tell(self, peer: str, step: said.Step, loss: float) -> None:
        self.world.say(peer, said.Telemetry(step=step, at_ms=5))
        self.world.say(peer, said.Quality(loss=loss))

    @rule(peer=peers)
    def leave(self, peer: str) -> None:
        self.world.say(peer, said.Leave())

    @rule(peer=peers, really=st.integers(0, 9))
    def end(self, peer: str, really: int) -> None:
        if really == 0:
            self.world.say(peer, said.End())

    # the world around

    @rule(patient=st.booleans(), most=st.integers(1, 3))
    def storage(self, patient: bool, most: int) -> None:
        self.world.patient = patient
        self.world.work(most)

    @rule(code=st.sampled_from(["forbidden", "unavailable", "room_busy"]))
    def storage_refuses(self, code: str) -> None:
        self.world.refuse_next = code

    @rule()
    def storage_cannot_be_read(self) -> None:
        self.world.do(self.world.room.not_reconciled(self.world.now))

    @rule()
    def upload(self) -> None:
        if self.uploads < 6:
            self.uploads += 1
            self.world.upload(10 + self.uploads)

    @rule()
    def hint(self) -> None:
        if not self.world.waiting:  # a hint is read after what waits for storage, as the hub does
            self.world.reload()

    @precondition(lambda self: self.world.at_node)
    @rule(publishing=kinds, refusal=st.none() | st.sampled_from(["media_unavailable", "offer_refused"]))
    def node_answers(self, publishing: list[said.Kind], refusal: str | None) -> None:
        self.world.answer_offer(*publishing, refusal=refusal)

    @rule(peer=peers, kind=st.sampled_from(["audio", "video"]), loss=st.floats(0, 1))
    def node_tells(self, peer: str, kind: said.Kind, loss: float) -> None:
        room, now = self.world.room, self.world.now
        self.world.do(room.stream_started(now, peer, kind))
        self.world.do(room.quality(now, peer, loss, 40))

    @rule(peer=peers, moved=st.booleans())
    def node_fails(self, peer: str, moved: bool) -> None:
        room, now = self.world.room, self.world.now
        self.world.do(room.node_moved(now) if moved else room.media_lost(now, peer))

    @rule(seconds=st.sampled_from([0.1, 2.0, 5.0, 25.0, 1000.0]))
    def time(self, seconds: float) -> None:
        self.world.later(seconds, step=max(seconds / 4, 0.1))

    @rule(ticket=st.integers(-5, 500))
    def an_outcome_nobody_waits_for(self, ticket: int) -> None:
        if ticket not in self.world.room.state.waiting:
            self.world.do(self.world.room.settled(self.world.now, ticket, uid(1)))

    @rule()
    def another_worker_takes_over(self) -> None:
        world = self.world
        connected = [(peer, PEOPLE[peer]) for peer in world.room.connected()]
        joined = set(world.room.hearers())
        was_over = world.room.state.over
        world.waiting.clear()
        world.at_node.clear()
        world.asked.clear()  # what was under way is said again by its client
        world.answered.clear()
        world.room = Room("room", world.now, world.records(), world.memory)
        for peer, who in connected:
            world.connect(peer, who, quiet=True)
            if peer in joined:
                world.say(peer, said.Join())
        if not was_over:
            # The shown still is remembered with each change of it.
            assert world.room.state.board.shown in (None, *world.stills)

    # what always holds

    @invariant()
    def each_request_is_answered_at_most_once(self) -> None:
        for of, times in self.world.answered.items():
            assert times == 1, f"{of} was answered {times} times"

    @invariant()
    def what_is_not_answered_waits_for_something(self) -> None:
        state = self.world.room.state
        open_ = {of for of in self.world.asked if of not in self.world.answered}
        waiting = {w.frame.id for w in (*state.waiting.values(), *state.parked)}
        waiting |= {frame.id for _, frame in state.joined_wishes}
        waiting |= {line.waiting.id for line in state.media._of.values() if line.waiting}
        assert open_ <= waiting, f"{open_ - waiting} were forgotten"

    @invariant()
    def one_still_is_shown_and_it_is_known(self) -> None:
        board = self.world.room.state.board
        assert board.shown is None or board.shown in board.stills

    @invariant()
    def marks_lie_on_known_stills(self) -> None:
        board = self.world.room.state.board
        assert all(mark.still_id in board.stills for mark in board.marks.values())

    @invariant()
    def whoever_hears_has_a_socket_and_a_seat(self) -> None:
        for participant in self.world.room.state.people:
            assert not participant.hears or (participant.connected and participant.seated)

    @invariant()
    def a_freeze_under_way_is_not_over(self) -> None:
        current = self.world.room.state.freezer.current
        assert current is None or current.stage not in FINAL

    @invariant()
    def only_people_with_a_seat_send(self) -> None:
        seated = {p.peer for p in self.world.room.state.people.seated()}
        assert set(self.world.room.state.media.streams_view()) <= seated

    @invariant()
    def a_screen_shows_what_the_room_shows(self) -> None:
        """What a client would have on its screen, from the frames alone."""
        room = self.world.room
        for peer in room.hearers():
            told = [f for f in self.world.sent[peer] if isinstance(f, frames.StillShown | frames.Joined)]
            last = told[-1]
            still = last.still if isinstance(last, frames.StillShown) else last.shown
            assert (still.id if still else None) == room.state.board.shown

    def teardown(self) -> None:
        """In the end everything gets its answer."""
        if not hasattr(self, "world"):
            return
        world = self.world
        world.patient = True
        world.work()
        while world.at_node:
            world.answer_offer()
        world.work()
        world.later(40, step=1)
        state = world.room.state
        assert not state.waiting and not state.parked and not state.joined_wishes
        assert state.freezer.current is None
        assert set(world.asked) <= set(world.answered)


RandomCall.TestCase.settings = settings(max_examples=100, stateful_step_count=60, deadline=None)
TestRandomCall = RandomCall.TestCase
