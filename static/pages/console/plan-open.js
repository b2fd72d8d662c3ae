// The way to a plan for the whole day: of the station of whoever is chosen, with the timeline beside it.

/** @param {import("pages/console/board.js").Board} board @param {(view: "timeline") => void} show */
export function planAgain(board, show) {
  const { chosen } = board;
  const rep = chosen?.kind === "rep" ? board.reps.get(chosen.id) : board.tasks.get(chosen?.id ?? "")?.rep;
  const station = (rep && board.reps.get(rep.id)?.station) ?? [...board.reps.values()].map((each) => each.station).sort()[0] ?? "";
  show("timeline");
  board.choose({ kind: "plan", id: station });
}
