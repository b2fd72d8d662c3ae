"""Actions taken offline arrive late, twice, in pieces or out of order; each has its effect once, in order."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from field.task.task import TaskState
from kernel.ids import uuid7
from tests.rig.foundations import MORNING
from tests.rig.people import Caller
from tests.rig.town import Town, inside


class Phone:
    """A phone's outbox: numbers its actions and sends them as often as it is told."""

    def __init__(self, caller: Caller, town: Town) -> None:
        self.caller, self.town = caller, town
        self.id = uuid4()
        self.sequence = 0

    def act(self, kind: str, task_id: UUID, **body: Any) -> dict[str, Any]:
        self.sequence += 1
        now = self.town.clock.now()
        return {
            "id": str(uuid7(now)),
            "sequence": self.sequence,
            "kind": kind,
            "task_id": str(task_id),
            "body": body,
            "at": now.isoformat(),
        }

    async def send(self, *actions: dict[str, Any]) -> dict[str, Any]:
        body = {"device": str(self.id), "actions": list(actions)}
        answer: dict[str, Any] = await self.caller.post("/api/device-actions", body)
        return answer


@pytest.fixture
async def phone(town: Town) -> Phone:
    return Phone(await town.caller("ann"), town)


def states(answer: dict[str, Any]) -> list[str | None]:
    """Per action, the task's state after it, the state of the conflict that it was kept in, or its
    refusal."""
    return [
        result["task"]["state"]
        if result["task"]
        else f"kept: {result['conflict']['state']}"
        if result["conflict"]
        else result["error"]["code"]
        for result in answer["results"]
    ]


async def test_a_morning_without_network_is_told_in_order(town: Town, phone: Phone) -> None:
    task = await town.task(where=inside("A1"))
    actions = []
    for kind in ("acceptance", "travel", "arrival"):
        actions.append(phone.act(kind, task.id))
        town.clock.advance(600)
    actions.append(phone.act("completion", task.id, note="new gasket"))
    town.clock.advance(3600)

    answer = await phone.send(*reversed(actions))
    assert states(answer) == ["accepted", "travelling", "on_site", "done"]
    assert (answer["expected"], answer["stopped"]) == (5, None)
    done = await town.reload(task)
    assert done.accepted_at == MORNING
    assert done.arrived_at == MORNING + timedelta(minutes=20), "when it happened, not when it was heard"
    assert done.finished_at == MORNING + timedelta(minutes=30)


async def test_a_replay_is_answered_as_before_and_changes_nothing(town: Town, phone: Phone) -> None:
    task = await town.task(where=inside("A1"))
    actions = [phone.act("acceptance", task.id), phone.act("travel", task.id)]
    first = await phone.send(*actions)
    version = (await town.reload(task)).version

    again = await phone.send(*actions)
    assert [result["replayed"] for result in again["results"]] == [True, True]
    assert [result["task"] for result in again["results"]] == [result["task"] for result in first["results"]]
    assert (await town.reload(task)).version == version
    assert len(await town.events("task_accepted")) == 1


async def test_an_answer_lost_halfway_through_is_made_good(town: Town, phone: Phone) -> None:
    task = await town.task(where=inside("A1"))
    first, second = phone.act("acceptance", task.id), phone.act("travel", task.id)
    await phone.send(first)
    answer = await phone.send(first, second)
    assert [result["replayed"] for result in answer["results"]] == [True, False]
    assert (await town.reload(task)).state is TaskState.TRAVELLING


async def test_a_gap_stops_and_says_what_is_expected(town: Town, phone: Phone) -> None:
    task = await town.task(where=inside("A1"))
    first, second = phone.act("acceptance", task.id), phone.act("travel", task.id)
    answer = await phone.send(second)
    assert (answer["results"], answer["expected"], answer["stopped"]) == ([], 1, "sequence_gap")
    assert (await town.reload(task)).state is TaskState.ASSIGNED
    assert states(await phone.send(first, second)) == ["accepted", "travelling"]


async def test_what_was_done_on_a_task_that_moved_does_not_hold_up_the_others(
    town: Town, phone: Phone
) -> None:
    moved, kept = await town.task(where=inside("A1")), await town.task(where=inside("A1", east=0.3))
    dora = await town.caller("dora")
    actions = [
        phone.act("acceptance", moved.id),
        phone.act("travel", moved.id),
        phone.act("acceptance", kept.id),
    ]
    wanted = {"rep_id": str(town.reps["bob"].id), "version": moved.version}
    await dora.post(f"/api/tasks/{moved.id}/assignment", wanted)

    answer = await phone.send(*actions)
    assert states(answer) == ["kept: noted", "kept: noted", "accepted"]
    assert answer["expected"] == 4
    assert states(await phone.send(*actions)) == ["kept: noted", "kept: noted", "accepted"], "for good"


async def test_a_refused_action_does_not_hold_up_the_others(town: Town, phone: Phone) -> None:
    strange, kept = uuid4(), await town.task(where=inside("A1"))
    actions = [phone.act("acceptance", strange), phone.act("acceptance", kept.id)]
    answer = await phone.send(*actions)
    assert states(answer) == ["not_found", "accepted"]
    assert answer["results"][0]["error"]["message_key"] == "errors.not_found"
    assert answer["expected"] == 3
    assert states(await phone.send(*actions)) == ["not_found", "accepted"], "for good"


async def test_the_same_number_for_another_action_is_refused(town: Town, phone: Phone) -> None:
    task = await town.task(where=inside("A1"))
    await phone.send(phone.act("acceptance", task.id))
    phone.sequence = 0
    assert states(await phone.send(phone.act("travel", task.id))) == ["sequence_reused"]
    assert (await town.reload(task)).state is TaskState.ACCEPTED


async def test_the_same_action_under_another_number_has_no_second_effect(town: Town, phone: Phone) -> None:
    task = await town.task(where=inside("A1"))
    first = phone.act("acceptance", task.id)
    await phone.send(first)
    again = phone.act("acceptance", task.id) | {"id": first["id"]}
    answer = await phone.send(again, phone.act("travel", task.id))
    assert states(answer) == ["action_repeated", "travelling"]


async def test_a_hundred_phones_that_repeat_themselves_have_each_effect_once(town: Town) -> None:
    caller = await town.caller("ann")
    phones = [Phone(caller, town) for _ in range(100)]
    task = await town.task(where=inside("A1"))
    batches = [(phone, [phone.act("acceptance", task.id), phone.act("travel", task.id)]) for phone in phones]

    for _ in range(2):
        answers = await asyncio.gather(*(phone.send(*actions) for phone, actions in batches))
    assert all(answer["expected"] == 3 for answer in answers)
    assert sum(states(answer)[0] == "accepted" for answer in answers) == 1, "one was first"
    assert sum(states(answer)[1] == "travelling" for answer in answers) == 1
    assert len(await town.events("task_accepted")) == len(await town.events("task_travelling")) == 1


async def test_one_phone_in_two_tabs_sends_the_same_at_once(town: Town, phone: Phone) -> None:
    task = await town.task(where=inside("A1"))
    actions = [phone.act(kind, task.id) for kind in ("acceptance", "travel", "arrival")]
    answers = await asyncio.gather(*(phone.send(*actions) for _ in range(5)), return_exceptions=True)
    assert not [answer for answer in answers if isinstance(answer, BaseException)]
    final = await phone.send(*actions)
    assert states(final) == ["accepted", "travelling", "on_site"]
    for kind in ("task_accepted", "task_travelling", "task_arrived"):
        assert len(await town.events(kind)) == 1


async def test_only_a_representatives_phone_may_send(town: Town) -> None:
    for who, code in (("dora", "forbidden"), ("tess", "forbidden"), (None, "unauthenticated")):
        caller = await town.caller(who)
        body = {"device": str(uuid4()), "actions": []}
        assert await caller.refused("POST", "/api/device-actions", json=body) == code
