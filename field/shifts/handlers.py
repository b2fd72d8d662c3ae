"""What was decided about a day reaches the phone of whom it is about."""

from __future__ import annotations

from datetime import timedelta

from field.services import FieldServices
from kernel.contracts import OvertimeDecided
from kernel.database import UnitOfWork
from kernel.events.inbox import HandlerGroup
from kernel.i18n import text
from kernel.push.commands import send_push

group = HandlerGroup("shifts")

LASTS = timedelta(hours=4)


@group.on(OvertimeDecided)
async def tell_of_overtime(uow: UnitOfWork, event: OvertimeDecided, services: FieldServices) -> None:
    """Have a word pushed to whoever works longer, or does not."""

    def words(language: str) -> dict[str, str]:
        return {
            "task": "",
            "severity": "",
            "title": text(language, "rep", "push.overtime"),
            "body": text(language, "rep", f"overtime.{event.state}"),
        }

    await send_push(uow, event.rep_staff_id, words, LASTS)
