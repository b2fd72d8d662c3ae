"""Modules in one file: the same program, run by a real engine, and nothing that is not understood."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from app.assets import ROOT, Assets
from app.packs import NotPackable, pack
from app.pages import PAGES
from tests.rig.need import require

MODULES = {
    "lib/a.js": 'export const log = ["a"];\nexport function say(word) {\n  log.push(word);\n}\n',
    "lib/b.js": 'import { log as seen, say } from "lib/a.js";\nsay("b");\n'
    "export class Box {\n  constructor() {\n    this.seen = seen;\n  }\n}\nexport {};\n",
    "lib/c.js": 'import {\n  Box,\n} from "lib/b.js"; // over lines\nimport { say } from "lib/a.js";\n'
    'const say2 = say;\nsay2("c");\nexport const box = new Box();\n'
    'export async function later() {\n  return "later";\n}\n',
    "pages/p/main.js": """import "lib/c.js";
import { box, later } from "lib/c.js";
/** A word.
 * Over lines. */
// a comment
  // another
const word = await later();
const told = ["import x from y", `export const z
// kept`, word, ...box.seen];
process.stdout.write(JSON.stringify(told));
""",
}


def packed(entry: str = "pages/p/main.js", **changed: str) -> str:
    return pack(entry, {**MODULES, **changed}.__getitem__)


def test_a_pack_runs_as_its_modules_would(tmp_path: Path) -> None:
    require("node")
    file = tmp_path / "pack.mjs"
    file.write_text(packed(), "utf-8")
    run = subprocess.run(["node", file], capture_output=True, text=True, check=True, timeout=30)
    assert json.loads(run.stdout) == ["import x from y", "export const z\n// kept", "later", "a", "b", "c"]
    assert "// another" not in packed()


@pytest.mark.parametrize(
    "line",
    [
        'import * as all from "lib/a.js";',
        'import a from "lib/a.js";',
        "export default 1;",
        "export let changing = 1;",
        'export { log } from "lib/a.js";',
        'export * from "lib/a.js";',
        "export const { one, two } = { one: 1, two: 2 };",
    ],
)
def test_a_form_that_is_not_known_is_refused_by_its_line(line: str) -> None:
    with pytest.raises(NotPackable, match=r"lib/b\.js: " + re.escape(line)):
        pack("pages/p/main.js", {**MODULES, "lib/b.js": line + "\n" + MODULES["lib/b.js"]}.__getitem__)


def test_modules_in_a_circle_are_refused() -> None:
    with pytest.raises(NotPackable, match=r"lib/a\.js -> lib/b\.js -> lib/a\.js"):
        pack("lib/a.js", {**MODULES, "lib/a.js": 'import { Box } from "lib/b.js";\n'}.__getitem__)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_page_packs_into_a_module_that_an_engine_reads(page, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    require("node")
    assets = Assets.below(ROOT)
    entry = f"pages/{page.name}/main.js"
    text = pack(entry, lambda path: assets[path].body.decode())
    at_once = [path for path in assets.reach(entry)[0] if path.endswith(".js")]
    assert {line[3:] for line in text.splitlines() if line.startswith("// ") and line[3:] in at_once} == set(
        at_once
    )
    file = tmp_path / "pack.mjs"
    file.write_text(text, "utf-8")
    subprocess.run(["node", "--check", file], capture_output=True, check=True, timeout=30)
