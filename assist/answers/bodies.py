"""What this capability's HTTP API takes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from assist.answers.answer import AnswerContent, AnswerSubject, Wording
from assist.bodies import Body, Code, Language, Line, Note, Version, Words

Asked = Annotated[Words, Field(min_length=1, max_length=200)]


def _with_zone(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment needs its offset")
    return moment


Moment = Annotated[datetime, AfterValidator(_with_zone)]


class AnswerSearchBody(Body):
    """A question in somebody's own words."""

    words: Asked
    language: Language | None = None


class AnswerUseBody(Body):
    """What came of an answer."""

    kind: Literal["opened", "helped", "not_helped", "inserted"]
    language: Language | None = None


class AnswerWordingBody(Body):
    """In one language; a draft may lack it."""

    questions: Annotated[tuple[Line, ...], Field(max_length=30)] = ()
    text: Note = ""


class AnswerBody(Body):
    """An answer as somebody writes it."""

    subject: AnswerSubject
    texts: dict[Language, AnswerWordingBody]
    guides: Annotated[tuple[Code, ...], Field(max_length=5)] = ()
    valid_from: Moment | None = None
    valid_until: Moment | None = None
    version: Version | None = None

    def content(self) -> AnswerContent:
        texts: dict[str, Wording] = {
            language: Wording(tuple(each for each in said.questions if each), said.text)
            for language, said in self.texts.items()
        }
        return AnswerContent(self.subject, texts, tuple(self.guides), self.valid_from, self.valid_until)


class NewAnswerBody(AnswerBody):
    """A new one. `code`: by which it is known in files and figures."""

    code: Code


class SeenAnswerBody(Body):
    """The version that the caller saw."""

    version: Version


class AnswersQuery(Body):
    """Which of them."""

    subject: AnswerSubject | None = None
    words: Annotated[Words, Field(max_length=200)] = ""


class AskedWeeksQuery(Body):
    """How many weeks back."""

    weeks: Annotated[int, Field(ge=1, le=26)] = 4
