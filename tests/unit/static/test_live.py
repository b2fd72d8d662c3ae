"""Hints to an open page: nothing that happens while the line is being opened goes unread."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from app.packs import pack
from tests.rig.need import require

SCRIPT = """
import { Live } from "lib/live.js";

class Socket {
  constructor() { this.readyState = 1; this.sent = []; Socket.last = this; }
  send(text) { this.sent.push(JSON.parse(text)); }
  close(code) { this.readyState = 3; this.onclose({ code }); }
  says(message) { this.onmessage({ data: JSON.stringify(message) }); }
}

const live = new Live({ url: "wss://here/api/live", WebSocket: Socket });
const log = [];
live.addEventListener("state", ({ detail }) => log.push(detail));
const follow = (topic) => live.subscribe(topic, (hint) => log.push([topic, hint && hint.id]));
const said = [];
const mark = (name) => { said.push([name, log.splice(0), Socket.last.sent.splice(0).map(({ type, topics }) => [type, topics ?? null])]); };

follow("a");
Socket.last.onopen();
mark("opened");
Socket.last.says({ type: "welcome" });
mark("greeted");
follow("b");
mark("one more");
Socket.last.says({ type: "subscribed", topics: ["a"], refused: [] });
mark("answered for a");
Socket.last.says({ type: "subscribed", topics: ["a", "b"], refused: [] });
mark("answered for b");
const leave = follow("c");
Socket.last.says({ type: "subscribed", topics: ["a", "b"], refused: ["c"] });
mark("refused c");
leave();
Socket.last.says({ type: "subscribed", topics: ["a", "b"], refused: [] });
Socket.last.says({ type: "changed", topic: "b", id: "7" });
mark("left c");
live.close();
live.open();
Socket.last.onopen();
Socket.last.says({ type: "welcome" });
Socket.last.says({ type: "subscribed", topics: ["a", "b"], refused: [] });
mark("again");
live.close();
process.stdout.write(JSON.stringify(said));
"""


def test_whoever_follows_is_told_once_the_server_listens(tmp_path: Path) -> None:
    require("node")

    def source(path: str) -> str:
        return SCRIPT if path == "it" else Path("static", path).read_text("utf-8")

    file = tmp_path / "it.mjs"
    file.write_text(pack("it", source), "utf-8")
    run = subprocess.run(["node", file], capture_output=True, text=True, check=True, timeout=120)
    assert json.loads(run.stdout) == [
        ["opened", ["connecting"], [["hello", None]]],
        ["greeted", [], [["subscribe", ["a"]]]],
        ["one more", [], [["subscribe", ["b"]]]],
        ["answered for a", ["open", ["a", None]], []],
        ["answered for b", [["b", None]], []],
        ["refused c", [["c", None]], [["subscribe", ["c"]]]],
        ["left c", [["b", "7"]], [["unsubscribe", ["c"]]]],
        [
            "again",
            ["closed", "connecting", "open", ["a", None], ["b", None]],
            [["hello", None], ["subscribe", ["a", "b"]]],
        ],
    ]
