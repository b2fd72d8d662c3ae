"""Reading answers: the list, one with its versions, what came of them, and what was asked in vain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assist.answers.answer import (
    AnswerContent,
    AnswerSubject,
    AnswerUseKind,
    Wording,
    differences,
    read_content,
)
from assist.answers.clusters import clusters_of
from assist.answers.lint import faults_of_answer
from assist.answers.tables import AnswerUse, AnswerVersion, AskedInVain, BankAnswer
from assist.answers.views import (
    AnswerChangeView,
    AnswerFaultView,
    AnswerLineView,
    AnswerOutcomeView,
    AnswerVersionView,
    AnswerView,
    AnswerWordingView,
    AskedClusterView,
    AskedWeekView,
)
from assist.request.request import Happening
from assist.request.tables import RequestEvent
from kernel.errors import NotFound
from kernel.i18n import LANGUAGES
from kernel.identity.staff import Staff

MOST_ASKED = 5000
RELAPSE = (Happening.QUEUED.value, Happening.REOPENED.value)


def said_in(content: AnswerContent, language: str) -> Wording:
    """In the reader's language, else in one that there is."""
    return content.texts.get(language) or next(iter(content.texts.values()), Wording())


async def outcomes(session: AsyncSession, answer_id: UUID | None = None) -> dict[UUID, AnswerOutcomeView]:
    """What came of answers, by answer; of one, or of all."""
    counted = select(AnswerUse.answer_id, AnswerUse.kind, func.count()).group_by(
        AnswerUse.answer_id, AnswerUse.kind
    )
    again = (
        select(AnswerUse.answer_id, func.count(AnswerUse.id.distinct()))
        .join(RequestEvent, RequestEvent.request_id == AnswerUse.request_id)
        .where(AnswerUse.kind == AnswerUseKind.HELPED)
        .where(RequestEvent.kind.in_(RELAPSE), RequestEvent.at >= AnswerUse.at)
        .group_by(AnswerUse.answer_id)
    )
    if answer_id is not None:
        counted, again = (
            counted.where(AnswerUse.answer_id == answer_id),
            again.where(AnswerUse.answer_id == answer_id),
        )
    found: dict[UUID, dict[str, int]] = defaultdict(dict)
    for id, kind, times in await session.execute(counted):
        found[id][kind.value] = times
    for id, times in await session.execute(again):
        found[id]["relapsed"] = times
    return {id: AnswerOutcomeView(**each) for id, each in found.items()}


async def listed(
    session: AsyncSession,
    subject: AnswerSubject | None,
    guides: Collection[str],
    codes: Collection[str] | None,
) -> list[AnswerLineView]:
    """All answers, of a subject or of some codes: what is not published first."""
    query = select(BankAnswer)
    if subject is not None:
        query = query.where(BankAnswer.subject == subject)
    rows = [row for row in await session.scalars(query) if codes is None or row.code in codes]
    came = await outcomes(session)
    lines = []
    for row in rows:
        content = read_content(row.content)
        firsts = {lang: each.questions[0] for lang, each in content.texts.items() if each.questions}
        lines.append(
            AnswerLineView(
                id=row.id,
                code=row.code,
                state=row.state.value,
                subject=row.subject.value,
                questions=firsts,
                offered=row.offered is not None,
                edited=row.edited,
                faults=len(faults_of_answer(content, LANGUAGES, guides)),
                changed_at=row.changed_at,
                outcome=came.get(row.id, AnswerOutcomeView()),
            )
        )
    return sorted(lines, key=lambda line: (line.state == "published", line.subject, line.code))


async def one(session: AsyncSession, answer_id: UUID, guides: Collection[str]) -> AnswerView:
    """One, with every version and what was different in it.

    Raises:
        NotFound
    """
    row = await session.get(BankAnswer, answer_id)
    if row is None:
        raise NotFound()
    content = read_content(row.content)
    reviewer = await session.get(Staff, row.reviewer_id) if row.reviewer_id else None
    outcome = (await outcomes(session, row.id)).get(row.id, AnswerOutcomeView())
    return AnswerView(
        id=row.id,
        code=row.code,
        version=row.version,
        state=row.state.value,
        subject=row.subject.value,
        guides=list(content.guides),
        valid_from=content.valid_from,
        valid_until=content.valid_until,
        texts={
            lang: AnswerWordingView(questions=list(each.questions), text=each.text)
            for lang, each in content.texts.items()
        },
        offered=row.offered is not None,
        edited=row.edited,
        reviewer=reviewer.name if reviewer else None,
        changed_at=row.changed_at,
        published_at=row.published_at,
        faults=[
            AnswerFaultView(code=each.code, where=each.where, params=dict(each.params))
            for each in faults_of_answer(content, LANGUAGES, guides)
        ],
        outcome=outcome,
        versions=await _versions(session, row.id),
    )


async def _versions(session: AsyncSession, answer_id: UUID) -> list[AnswerVersionView]:
    query = (
        select(AnswerVersion, Staff.name)
        .outerjoin(Staff, Staff.id == AnswerVersion.by_id)
        .where(AnswerVersion.answer_id == answer_id)
        .order_by(AnswerVersion.number)
    )
    views: list[AnswerVersionView] = []
    before: AnswerContent | None = None
    for version, name in await session.execute(query):
        content = read_content(version.content)
        changes = differences(before, content) if before is not None else {}
        views.append(
            AnswerVersionView(
                number=version.number,
                kind=version.kind.value,
                at=version.at,
                by=name,
                changes={
                    field: [AnswerChangeView(kind=each.kind, text=each.text) for each in pieces]
                    for field, pieces in changes.items()
                },
            )
        )
        before = content
    return views[::-1]


async def asked_in_vain(session: AsyncSession, weeks: int, now: datetime) -> list[AskedWeekView]:
    """What was asked and not found, week by week, the latest first."""
    this = _monday(now.date())
    since = this - timedelta(weeks=weeks - 1)
    query = select(AskedInVain.day, AskedInVain.words).where(AskedInVain.day >= since)
    rows = await session.execute(query.order_by(AskedInVain.day.desc(), AskedInVain.id).limit(MOST_ASKED))
    by_week: dict[date, list[str]] = defaultdict(list)
    for day, words in rows:
        by_week[_monday(day)].append(words)
    return [
        AskedWeekView(
            monday=monday,
            times=len(asked),
            clusters=[
                AskedClusterView(words=each.words, times=each.times, others=list(each.others))
                for each in clusters_of(asked)
            ],
        )
        for monday, asked in sorted(by_week.items(), reverse=True)
    ]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
