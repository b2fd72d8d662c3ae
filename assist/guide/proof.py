"""What must be true of every guide before a customer may see it.

**The safety rule.** No path past a safety stop ends in self-repair. It holds by three properties that
`faults_of` proves for every guide, on the graph itself and not on samples:

1. every step offers `danger`, and `danger` always leads to a stop;
2. from a stop nothing follows, so `solved` cannot be reached any more;
3. every `action` is dominated by a `safety` step: no path from the start reaches it unasked.

Besides, each guide ends (it has no cycle), every step of it can be reached, every answer leads somewhere,
and every word of it is there in every language.
"""

from collections.abc import Iterator, Sequence

from assist.guide.guide import Answer, Ending, Guide, Kind, Text
from kernel.errors import Fault


def faults_of(guide: Guide, languages: Sequence[str]) -> list[Fault]:
    """Everything that is wrong with a guide; an empty list is the proof that it may be used."""
    return [*_word_faults(guide, languages), *_graph_faults(guide)]


def _word_faults(guide: Guide, languages: Sequence[str]) -> Iterator[Fault]:
    texts: list[tuple[str, Text]] = [("title", guide.title), ("summary", guide.summary)]
    for step in guide.steps.values():
        texts += [(f"{step.id}.title", step.title), (f"{step.id}.text", step.text)]
        texts += [(f"{step.id}.tips", tip) for tip in step.tips]
        texts += [(f"{step.id}.safety", step.safety)] if step.safety is not None else []
        texts += [(f"{step.id}.{a}", c.label) for a, c in step.answers.items() if c.label is not None]
    for where, words in texts:
        for language in languages:
            if not words.get(language, "").strip():
                yield Fault("guide_words_missing", f"{guide.id}.{where}", language)
    for step in guide.steps.values():
        if not step.illustration:
            yield Fault("guide_illustration_missing", f"{guide.id}.{step.id}")


def _graph_faults(guide: Guide) -> Iterator[Fault]:
    steps = guide.steps
    for step in steps.values():
        where = f"{guide.id}.{step.id}"
        for answer, choice in step.answers.items():
            if choice.next not in steps and choice.next not in (Ending.SOLVED, Ending.PERSON):
                yield Fault("guide_leads_nowhere", f"{where}.{answer}", choice.next)
        if step.kind is Kind.STOP:
            if step.answers:
                yield Fault("guide_goes_on_after_stop", where)
            continue
        danger = step.answers.get(Answer.DANGER)
        if danger is None or danger.next not in steps or steps[danger.next].kind is not Kind.STOP:
            yield Fault("guide_danger_without_stop", where)
        if len(step.answers) < 2:
            yield Fault("guide_step_without_way_on", where)
    if guide.start not in steps:
        yield Fault("guide_leads_nowhere", f"{guide.id}.start", guide.start)
        return
    for missed in steps.keys() - _reached(guide):
        yield Fault("guide_step_unreachable", f"{guide.id}.{missed}")
    for unasked in sorted(_reached(guide, through_safety=False)):
        if steps[unasked].kind is Kind.ACTION:
            yield Fault("guide_action_before_safety", f"{guide.id}.{unasked}")
    if _has_cycle(guide):
        yield Fault("guide_has_cycle", guide.id)
    for stop in (s.id for s in steps.values() if s.kind is Kind.STOP):
        if Ending.SOLVED in _endings_from(guide, stop):
            yield Fault("guide_repair_after_stop", f"{guide.id}.{stop}")


def _next_steps(guide: Guide, step: str) -> list[str]:
    return [choice.next for choice in guide.steps[step].answers.values() if choice.next in guide.steps]


def _reached(guide: Guide, *, through_safety: bool = True) -> set[str]:
    """Steps reachable from the start; with `through_safety=False` without answering any safety step."""
    seen: set[str] = set()
    heap = [guide.start]
    while heap:
        step = heap.pop()
        if step in seen:
            continue
        seen.add(step)
        if through_safety or guide.steps[step].kind is not Kind.SAFETY:
            heap += _next_steps(guide, step)
    return seen


def _endings_from(guide: Guide, start: str) -> set[str]:
    endings: set[str] = set()
    seen: set[str] = set()
    heap = [start]
    while heap:
        step = heap.pop()
        if step in seen:
            continue
        seen.add(step)
        endings |= {c.next for c in guide.steps[step].answers.values() if c.next not in guide.steps}
        heap += _next_steps(guide, step)
    return endings


def _has_cycle(guide: Guide) -> bool:
    """Kahn's algorithm: steps that can never be taken off because something still leads to them."""
    incoming = {step: 0 for step in guide.steps}
    for step in guide.steps:
        for following in _next_steps(guide, step):
            incoming[following] += 1
    free = [step for step, count in incoming.items() if count == 0]
    taken = 0
    while free:
        taken += 1
        for following in _next_steps(guide, free.pop()):
            incoming[following] -= 1
            if incoming[following] == 0:
                free.append(following)
    return taken < len(guide.steps)
