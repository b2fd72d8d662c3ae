// A second user of static/lib, with no page at all: it joins a room, writes what it hears as JSON lines, and says in the chat what it
// reads on its standard input. The line "close" gives up the room.
import { createInterface } from "node:readline";

import { uuid7 } from "lib/ids.js";
import { RoomClient, roomUrl } from "lib/signalling.js";

const [base, request, token, tab] = process.argv.slice(2);
const room = new RoomClient({ url: roomUrl(base, request), token, tab });
const tell = (kind, detail) => process.stdout.write(`${JSON.stringify({ kind, detail })}\n`);

room.addEventListener("line", ({ detail }) => tell("line", detail));
room.addEventListener("over", ({ detail }) => tell("over", detail));
room.addEventListener("change", ({ detail }) => {
  const { state } = room;
  const messages = [...state.messages.values()].map((message) => message.text);
  const here = state.participants.filter((one) => one.here).map((one) => one.role);
  tell("change", { frame: detail.type, me: state.me, here, messages, marks: state.marks.size, shown: state.shown?.id ?? null });
});
room.join([]);

createInterface({ input: process.stdin }).on("line", (text) => {
  if (text === "close") room.close();
  else {
    const said = room.request("chat", { client_id: uuid7(), text });
    said.then((frame) => tell("said", frame.message.text), (error) => tell("refused", error.code));
  }
});
