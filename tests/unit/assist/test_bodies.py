"""What the API takes: nothing unknown, nothing that no database keeps, marks that can be drawn."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from pydantic import ValidationError

from assist.chat.bodies import MessageBody
from assist.intake.bodies import ContactBody, DetailsBody, RequestPlaceBody, StartBody
from assist.stills.bodies import MarkBody
from assist.verdict.bodies import WindowBody


def mark(**changes: object) -> MarkBody:
    body = {"client_id": str(uuid4()), "tool": "arrow", "points": [[0.1, 0.2], [0.9, 0.8]]}
    return MarkBody.model_validate(body | changes)


def test_a_mark_is_taken_as_drawn() -> None:
    assert mark().points == [(0.1, 0.2), (0.9, 0.8)]
    assert mark(tool="text", points=[[0, 1]], text="这里").text == "这里"


@pytest.mark.parametrize(
    "changes",
    [
        {"points": [[0.1, 0.2]]},
        {"points": [[0.1, 0.2]] * 3},
        {"points": [[-0.1, 0.2], [0.5, 0.5]]},
        {"points": [[1.01, 0.2], [0.5, 0.5]]},
        {"points": [[float("nan"), 0.2], [0.5, 0.5]]},
        {"tool": "pen", "points": [[0.5, 0.5]] * 513},
        {"tool": "text", "points": [[0.5, 0.5]]},
        {"tool": "text", "points": [[0.5, 0.5]], "text": "  "},
        {"text": "not for arrows"},
        {"tool": "stamp"},
        {"colour": "red"},
    ],
)
def test_a_mark_that_cannot_be_drawn_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        mark(**changes)


@pytest.mark.parametrize("text", ["", "   ", "a\x00b", "a\x1bb", "x" * 2001, json.loads('"\\ud800"')])
def test_chat_that_cannot_be_kept_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        MessageBody.model_validate({"client_id": str(uuid4()), "text": text})


def test_chat_keeps_line_breaks_and_emoji() -> None:
    assert MessageBody.model_validate({"client_id": str(uuid4()), "text": " 好的\n👍 "}).text == "好的\n👍"


@pytest.mark.parametrize(
    "place",
    [
        {},
        {"lon": 7.42},
        {"lat": 43.7},
        {"lon": 181, "lat": 0},
        {"lon": float("inf"), "lat": 0},
        {"address": "  "},
        {"address": "x" * 201},
        {"address": "ok", "source": "guess"},
    ],
)
def test_a_place_is_an_address_or_a_point(place: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        RequestPlaceBody.model_validate(place)


def test_a_point_alone_is_a_place() -> None:
    assert RequestPlaceBody.model_validate({"lon": 7.42, "lat": 43.73, "source": "pin"}).address == ""


def test_details_say_which_version_was_seen() -> None:
    with pytest.raises(ValidationError):
        DetailsBody.model_validate({"contact": {"name": "林"}})
    assert DetailsBody.model_validate({"version": 3, "contact": {"phone": ""}}).contact == ContactBody(
        phone=""
    )


def test_a_window_has_a_time_zone() -> None:
    with pytest.raises(ValidationError):
        WindowBody.model_validate({"start": "2026-11-21T10:00:00", "end": "2026-11-21T12:00:00"})


@pytest.mark.parametrize("extra", [{"owner_id": "x"}, {"state": "closed"}, {"language": "fr"}])
def test_a_start_takes_only_what_a_customer_says(extra: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        StartBody.model_validate({"category": "leak", **extra})
