"""One list of cases, for the server and for the phone: what a form may be, and what may be filled in."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from app.packs import pack
from field.forms.engine.answers import check, parts_in, photos_in
from field.forms.engine.definition import faults_of
from field.forms.engine.difference import difference
from tests.rig.need import require

CASES: dict[str, list[dict[str, Any]]] = json.loads((Path(__file__).parent / "cases.json").read_text("utf-8"))
PHOTO = "019a0000-0000-7000-8000-000000000001"


def words(text: str) -> dict[str, str]:
    return {"en": text}


def a_field(id: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    return {"id": id, "type": kind, "label": words(id), **more}


def a_form(*fields: dict[str, Any]) -> dict[str, Any]:
    return {"sections": [{"id": "s", "title": words("S"), "fields": list(fields)}]}


@pytest.mark.parametrize("case", CASES["answers"], ids=lambda case: case["name"])
def test_answers(case: dict[str, Any]) -> None:
    checked = check(case["form"], case["answers"])
    assert [[fault.code, fault.field, dict(fault.params)] for fault in checked.faults] == case["faults"]
    assert checked.kept == case["kept"]
    assert faults_of(case["form"]) == ()


@pytest.mark.parametrize("case", CASES["forms"], ids=lambda case: case["name"])
def test_forms(case: dict[str, Any]) -> None:
    assert [[fault.code, fault.where] for fault in faults_of(case["form"])] == case["faults"]


SCRIPT = """
import { check } from "lib/form-rules.js";
import { faultsOf } from "lib/form-definition.js";
const cases = JSON.parse(process.argv[2]);
const told = {
  answers: cases.answers.map(({ form, answers }) => {
    const { kept, faults } = check(form, answers);
    return { kept, faults: faults.map(({ code, field, params }) => [code, field, params]) };
  }),
  forms: cases.forms.map(({ form }) => faultsOf(form).map(({ code, where }) => [code, where])),
};
process.stdout.write(JSON.stringify(told));
"""


def test_the_phone_says_the_same(tmp_path: Path) -> None:
    require("node")

    def source(path: str) -> str:
        return SCRIPT if path == "it" else Path("static", path).read_text("utf-8")

    file = tmp_path / "it.mjs"
    file.write_text(pack("it", source), "utf-8")
    run = subprocess.run(
        ["node", file, json.dumps(CASES)], capture_output=True, text=True, check=True, timeout=120
    )
    told = json.loads(run.stdout)
    for case, said in zip(CASES["answers"], told["answers"], strict=True):
        assert said == {"kept": case["kept"], "faults": case["faults"]}, case["name"]
    for case, said in zip(CASES["forms"], told["forms"], strict=True):
        assert said == case["faults"], case["name"]


def test_a_number_without_end_is_no_fault_of_ours() -> None:
    form = a_form(a_field("n", "number"))
    assert [fault.code for fault in check(form, {"n": 10**400}).faults] == ["answer_type"]
    assert [fault.code for fault in faults_of(a_form(a_field("n", "number", min=10**400)))] == ["form_range"]


def test_photos_are_found_wherever_they_were_taken() -> None:
    form = a_form(a_field("before", "photo"), a_field("meter", "reading"), a_field("note"))
    kept = {"before": [PHOTO], "meter": {"value": 1, "photo": PHOTO[:-1] + "2"}, "note": "x"}
    assert photos_in(form, kept) == (PHOTO, PHOTO[:-1] + "2")


def test_parts_are_added_up_where_they_are_asked_for() -> None:
    form = a_form(a_field("a", "parts"), a_field("b", "parts"))
    assert parts_in(form, {"a": {"tap": 1}, "b": {"tap": 2, "pipe": 1}}) == {"tap": 3, "pipe": 1}
    assert parts_in(form, {}) == {}
    assert parts_in(a_form(a_field("note")), {}) is None


class TestDifference:
    def test_what_is_new_gone_changed_and_moved(self) -> None:
        before = a_form(a_field("a"), a_field("b"), a_field("c"), a_field("d"))
        after = a_form(a_field("d"), a_field("a"), a_field("c", required=True), a_field("e"))
        told = [(change.kind, change.id, change.names) for change in difference(before, after)]
        assert told == [
            ("moved", "d", ()),
            ("changed", "c", ("required",)),
            ("added", "e", ()),
            ("removed", "b", ()),
        ]

    def test_nothing(self) -> None:
        assert difference(a_form(a_field("a")), a_form(a_field("a"))) == ()
