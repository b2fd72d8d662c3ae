"""What a simulated day has shown, as JSON for programs and as a page for people. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.simulate.ledger import Ledger
from app.simulate.oracle import Stored

Report = dict[str, Any]


@dataclass(frozen=True)
class Setting:
    """What was played: the size, the day's seed, how fast, under which policy, and beside what."""

    zones: int
    reps: int
    tasks: int
    hours: float
    seed: int
    scale: float
    policy: str
    technicians: int
    foundation: str
    command: str
    load: tuple[float, float] = (0.0, 0.0)
    cpu: Mapping[str, float] = field(default_factory=dict)


def quantile(values: Sequence[float], share: float) -> float | None:
    """Nearest rank; None of nothing."""
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def make_report(
    setting: Setting, ledger: Ledger, stored: Stored, found: Sequence[str], took_s: float, lived_s: float
) -> Report:
    """Everything that was measured. ``took_s`` in truth, ``lived_s`` by the day's clock."""
    waits = [
        (asked.accepted_at - asked.queued_at).total_seconds()
        for asked in ledger.requests.values()
        if asked.queued_at and asked.accepted_at
    ]
    return {
        "setting": {
            name: getattr(setting, name)
            for name in (
                "zones",
                "reps",
                "tasks",
                "hours",
                "seed",
                "scale",
                "policy",
                "technicians",
                "foundation",
            )
        },
        "command": setting.command,
        "machine": {
            "load_before": setting.load[0],
            "load_after": setting.load[1],
            "cpu_s": dict(setting.cpu),
        },
        "took_s": round(took_s, 1),
        "times_real_speed": round(lived_s / took_s, 1) if took_s else 0.0,
        "generator": _spread(ledger.slips_s, "late_s"),
        "findings": list(found),
        "faults": ledger.faults(),
        "counts": _counts(ledger, stored),
        "service": _service(ledger, stored),
        "answering": {**_spread(waits, "wait_s"), "answered": len(waits)},
        "doors": {
            door: {"calls": len(times), **_spread(times, "ms"), "not_ok": dict(ledger.statuses.get(door, {}))}
            for door, times in sorted(ledger.calls.items(), key=lambda each: -sum(each[1]))
        },
        "notes": dict(ledger.notes.most_common()),
        "unsure": list(ledger.unsure),
    }


def _spread(values: Sequence[float], unit: str) -> dict[str, float | None]:
    found = {
        f"p50_{unit}": quantile(values, 0.5),
        f"p99_{unit}": quantile(values, 0.99),
        f"max_{unit}": quantile(values, 1),
    }
    return {name: None if value is None else round(value, 1) for name, value in found.items()}


def _counts(ledger: Ledger, stored: Stored) -> dict[str, Any]:
    states: dict[str, int] = {}
    for task in stored.tasks:
        states[task["state"]] = states.get(task["state"], 0) + 1
    return {
        "requests": len(ledger.requests),
        "tasks": len(stored.tasks),
        "tasks_by_state": dict(sorted(states.items())),
        "accepted": ledger.accepted.total(),
        "declined": ledger.declined.total(),
        "done": len(ledger.done),
        "absent": len(ledger.absent),
        "positions_acknowledged": ledger.acknowledged,
        "positions_kept": ledger.kept.total(),
        "positions_refused": dict(ledger.refused_positions),
    }


def _service(ledger: Ledger, stored: Stored) -> dict[str, Any]:
    """How people were served: arrivals beside what was promised, the road, answers of representatives."""
    late: list[float] = []
    answers: list[float] = []
    for task in stored.tasks:
        done = ledger.done.get(task["id"])
        if done is not None:
            late.append(
                max(0.0, (done.arrived_at - datetime.fromisoformat(task["window_end"])).total_seconds())
            )
        if task["accepted_at"]:
            waited = datetime.fromisoformat(task["accepted_at"]) - datetime.fromisoformat(task["created_at"])
            answers.append(waited.total_seconds())
    missed = sum(task["state"] not in ("done", "cancelled") and task["late_s"] > 0 for task in stored.tasks)
    kept = sum(each == 0 for each in late)
    promised = len(late) + missed
    drives = [done.travelled_s for done in ledger.done.values()]
    return {
        "promises_kept": round(kept / promised, 4) if promised else None,
        "promises": promised,
        "open_and_late": missed,
        **_spread([each for each in late if each], "late_s"),
        "late": sum(each > 0 for each in late),
        "travel_h": round(sum(drives) / 3600, 2),
        "travel_min_per_task": round(sum(drives) / 60 / len(drives), 1) if drives else None,
        **{f"answer_{name}": value for name, value in _spread(answers, "s").items()},
    }


def as_page(report: Report) -> str:
    """The same for people, as Markdown."""
    s, c, v = report["setting"], report["counts"], report["service"]
    found, machine, late = report["findings"], report["machine"], report["generator"]
    verdict = f"{len(found)} findings." if found else "Nothing was lost and nothing doubled."
    lines = [
        f"# A simulated day: {s['zones']} zones, {s['reps']} representatives, {c['tasks']} tasks",
        "",
        f"**{verdict}** {s['hours']:g} hours at {s['scale']:g} × real speed, seed {s['seed']}, policy"
        f" *{s['policy']}*, {s['foundation']}, {s['technicians']} technicians. It took"
        f" {report['took_s'] / 60:.1f} minutes: {report['times_real_speed']:g} ×.",
        "",
        "```sh",
        report["command"],
        "```",
        "",
        f"The machine's load was {machine['load_before']:.1f} before and {machine['load_after']:.1f} after;"
        f" processor seconds: {_named(machine['cpu_s'])}. What was planned came late by"
        f" {_say(late['p99_late_s'])} s of the day (p99), {_say(late['max_late_s'])} s at most.",
        "",
        "| | |",
        "|---|---|",
        *(f"| {name} | {value} |" for name, value in _rows(report, c, v)),
        "",
        *(f"- {finding}" for finding in found[:50]),
        "",
        "| door | calls | p50 ms | p99 ms | not 2xx |",
        "|---|---:|---:|---:|---|",
    ]
    for door, seen in report["doors"].items():
        times = f"{_say(seen['p50_ms'])} | {_say(seen['p99_ms'])}"
        lines.append(f"| `{door}` | {seen['calls']} | {times} | {_named(seen['not_ok'])} |")
    return "\n".join(lines) + "\n"


def _rows(report: Report, c: Report, v: Report) -> list[tuple[str, str]]:
    waits = report["answering"]
    return [
        ("requests opened, calls answered", f"{c['requests']}, {waits['answered']}"),
        ("wait for a technician, p50 / p99", _pair(waits["p50_wait_s"], waits["p99_wait_s"])),
        ("tasks by state", _named(c["tasks_by_state"])),
        ("accepted, declined, absent", f"{c['accepted']}, {c['declined']}, {c['absent']}"),
        ("created → accepted, p50 / p99", _pair(v["answer_p50_s"], v["answer_p99_s"])),
        (
            "promises kept",
            f"{_share(v['promises_kept'])} of {v['promises']} ({v['late']} came late,"
            f" {v['open_and_late']} open and late)",
        ),
        ("late by, p50 / max", _pair(v["p50_late_s"], v["max_late_s"])),
        ("travel", f"{v['travel_h']:g} h, {_say(v['travel_min_per_task'])} min a task"),
        ("positions acknowledged, kept", f"{c['positions_acknowledged']}, {c['positions_kept']}"),
        ("positions refused", _named(c["positions_refused"])),
        ("faults (no answer, 5xx)", _named(report["faults"])),
        ("not answered for sure", str(len(report["unsure"]))),
        ("otherwise than planned", _named(report["notes"])),
    ]


COMPARED = (
    ("promises kept", ("service", "promises_kept")),
    ("came late", ("service", "late")),
    ("open and late", ("service", "open_and_late")),
    ("late by, p50, s", ("service", "p50_late_s")),
    ("travel, h", ("service", "travel_h")),
    ("travel, min a task", ("service", "travel_min_per_task")),
    ("created → accepted, p50, s", ("service", "answer_p50_s")),
    ("tasks done", ("counts", "done")),
    ("findings", ("findings",)),
)


def compared(reports: Sequence[Report]) -> str:
    """The same day under several policies, side by side, as Markdown."""
    lines = [
        "# One day under several policies",
        "",
        "| | " + " | ".join(report["setting"]["policy"] for report in reports) + " |",
        "|---|" + "---:|" * len(reports),
    ]
    for name, path in COMPARED:
        cells = []
        for report in reports:
            value: Any = report
            for step in path:
                value = value[step]
            cells.append(str(len(value)) if isinstance(value, list) else _say(value))
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _say(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def _pair(*seconds: float | None) -> str:
    return " / ".join("–" if each is None else f"{each / 60:.1f} min" for each in seconds)


def _named(counts: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {count:g}" for name, count in counts.items()) or "none"
