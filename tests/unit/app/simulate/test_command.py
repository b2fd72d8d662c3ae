"""What the command refuses, in words, before anything is started."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli import main, parser
from app.simulate.command import elsewhere

HERE = ["simulate", "day", "--city", "4x3", "--base-url", "http://127.0.0.1:1/"]


@pytest.mark.parametrize("city", ["2x1", "24", "24x0", "axb", "-3x4"])
def test_a_city_has_a_size(city: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "day", f"--city={city}"]) == 2
    assert "2000x1500" in capsys.readouterr().err


def test_an_installation_elsewhere_needs_somebody_to_sign_in(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(HERE) == 1
    assert "--staff" in capsys.readouterr().err


def test_each_policy_needs_an_empty_installation(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*HERE, "--policy", "off", "--policy", "apply"]) == 2
    assert "one --policy a run" in capsys.readouterr().err


def test_who_and_when_are_read(tmp_path: Path) -> None:
    file = tmp_path / "staff.json"
    file.write_text(json.dumps({"office": ["dora", "secret"], "technicians": [["tess", "word"]]}))
    origin = "2026-11-21T07:00:00+08:00/2026-11-30T03:00:00+00:00"
    house, staff = elsewhere(parser().parse_args([*HERE, "--staff", str(file), "--origin", origin]))
    assert house.url == "http://127.0.0.1:1"
    assert (staff.office, staff.technicians) == (("dora", "secret"), (("tess", "word"),))
    assert (house.origin[1] - house.origin[0]).days == 9
