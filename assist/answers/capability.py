"""Answers to what people ask, found in their own words."""

from assist.answers.api import api
from assist.answers.jobs import JOBS
from assist.answers.tables import AnswerBank, AnswerUse, AnswerVersion, AskedInVain, BankAnswer
from kernel.capability import Capability

capability = Capability(
    "assist.answers",
    apis=(api,),
    jobs=JOBS,
    tables=(BankAnswer, AnswerVersion, AnswerBank, AnswerUse, AskedInVain),
)
"""What came of an answer hangs on a request by its id alone, and what was asked in vain on nobody."""
