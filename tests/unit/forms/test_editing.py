"""A form is changed in steps, each of which leaves a form that can still be filled in."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from app.packs import pack
from field.forms.engine.definition import faults_of
from tests.rig.need import require

SCRIPT = """
import { addField, addSection, before, changeField, changeType } from "lib/form-editing.js";
import { moveField, removeField } from "lib/form-editing.js";
const label = { en: "x" };
const field = (id, more = {}) => ({ id, type: "text", label, ...more });
const when = [{ field: "a", op: "filled", value: true }];
const start = { sections: [
  { id: "one", title: label, fields: [field("a"), field("b", { visible_when: when, required_when: when })] },
  { id: "two", title: label, fields: [field("c")] },
] };
const ids = (form) => form.sections.map((section) => section.fields.map(({ id }) => id));
const told = {
  start, renamed: changeField(start, { section: 0, field: 0 }, { id: "z" }),
  cleared: changeField(start, { section: 0, field: 1 }, {
    visible_when: undefined, required_when: undefined,
  }),
  added: addField(start, 1, "choice"),
  typed: changeType(start, { section: 0, field: 1 }, "reading", ["unit", "min", "decimals", "photo"]),
  down: moveField(start, { section: 0, field: 1 }, 1), up: moveField(start, { section: 1, field: 0 }, -1),
  top: moveField(start, { section: 0, field: 0 }, -1),
  within: ids(moveField(start, { section: 0, field: 0 }, 1).form),
  removed: ids(removeField(start, { section: 0, field: 0 })), section: addSection(start).sections[2],
  before: before(start, { section: 1, field: 0 }).map(({ id }) => id),
};
process.stdout.write(JSON.stringify({ ...told, downIds: ids(told.down.form), upIds: ids(told.up.form) }));
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    require("node")

    def source(path: str) -> str:
        return SCRIPT if path == "it" else Path("static", path).read_text("utf-8")

    file = tmp_path_factory.mktemp("editing") / "it.mjs"
    file.write_text(pack("it", source), "utf-8")
    run = subprocess.run(["node", file], capture_output=True, text=True, check=True, timeout=120)
    answer: dict[str, Any] = json.loads(run.stdout)
    return answer


def test_a_new_name_is_followed_by_the_conditions(told: dict[str, Any]) -> None:
    second = told["renamed"]["sections"][0]["fields"][1]
    assert (
        second["visible_when"] == second["required_when"] == [{"field": "z", "op": "filled", "value": True}]
    )
    assert faults_of(told["renamed"]) == ()


def test_what_is_set_to_nothing_is_gone(told: dict[str, Any]) -> None:
    assert set(told["cleared"]["sections"][0]["fields"][1]) == {"id", "type", "label"}


def test_a_new_field_has_a_name_of_its_own_and_what_its_kind_needs(told: dict[str, Any]) -> None:
    new = told["added"]["sections"][1]["fields"][1]
    assert (new["id"], [option["id"] for option in new["options"]]) == ("choice_1", ["option_1", "option_2"])
    assert {fault.code for fault in faults_of(told["added"])} == {"form_label"}, "words are all that it lacks"


def test_another_kind_keeps_words_and_conditions(told: dict[str, Any]) -> None:
    field = told["typed"]["sections"][0]["fields"][1]
    assert (field["type"], field["unit"], field["label"]) == ("reading", "m³", {"en": "x"})
    assert field["visible_when"]
    assert faults_of(told["typed"]) == ()


def test_a_field_moves_within_its_section_and_beyond_its_ends(told: dict[str, Any]) -> None:
    assert told["within"] == [["b", "a"], ["c"]]
    assert (told["downIds"], told["down"]["place"]) == ([["a"], ["b", "c"]], {"section": 1, "field": 0})
    assert (told["upIds"], told["up"]["place"]) == ([["a", "b", "c"], []], {"section": 0, "field": 2})
    assert told["top"]["form"] == told["start"], "there is nothing above the first"


def test_conditions_look_at_what_comes_before(told: dict[str, Any]) -> None:
    assert told["before"] == ["a", "b"]
    assert told["removed"] == [["b"], ["c"]]
    assert (told["section"]["id"], told["section"]["fields"]) == ("section_1", [])
