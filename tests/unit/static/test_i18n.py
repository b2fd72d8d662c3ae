"""Texts that are loaded while the language changes."""

from __future__ import annotations

import subprocess
from pathlib import Path

from app.packs import pack
from tests.rig.need import require

SCRIPT = """
import { I18n } from "lib/i18n.js";
const waiting = [];
const text = (language, area) => ({ word: `${area} in ${language}` });
const load = (...asked) => new Promise((done) => waiting.push(() => done(text(...asked))));
const settled = async (...all) => {
  let over = false;
  Promise.all(all).then(() => { over = true; });
  while (!over) {
    for (const each of waiting.splice(0)) each();
    await new Promise((done) => setTimeout(done));
  }
};
const words = (i18n) => `${i18n.t("first.word")}, ${i18n.t("late.word")}`;
const said = [];

let i18n = new I18n(load, ["first"]);
await settled(i18n.use("en"));
const use = i18n.use("zh-Hant");
const late = i18n.add("late");
waiting.pop()(); // the late area comes first, in the language that was
await late;
await settled(use);
said.push(words(i18n));

i18n = new I18n(load, ["first"]);
await settled(i18n.use("en"));
const slow = i18n.add("late");
const [hold] = waiting.splice(0);
await settled(i18n.use("zh-Hans"));
hold(); // what was asked for in English comes when the page is Chinese
await settled(slow, i18n.add("late"));
said.push(words(i18n));
process.stdout.write(said.join("; "));
"""


def test_an_area_that_comes_while_the_language_changes_is_in_the_new_language(tmp_path: Path) -> None:
    require("node")

    def source(path: str) -> str:
        return SCRIPT if path == "it" else Path("static", path).read_text("utf-8")

    file = tmp_path / "it.mjs"
    file.write_text(pack("it", source), "utf-8")
    run = subprocess.run(["node", file], capture_output=True, text=True, check=True, timeout=120)
    assert run.stdout == ("first in zh-Hant, late in zh-Hant; first in zh-Hans, late in zh-Hans")
