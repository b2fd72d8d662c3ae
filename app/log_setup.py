"""How log lines look, and what they never contain.

A line may name things by id and by code. Values under a name that could hold something about a person are cut
out here, whatever part of the house wrote them: the one net under all of them, with a test of its own.
"""

from __future__ import annotations

import atexit
import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

from app.log_lines import Aside
from kernel.settings import Settings

CUT = "[cut]"
_PERSONAL = re.compile(
    r"name$|phone|address|contact|password|token|secret|cookie|authorization|text|note|comment|lat$|lon$|lng$"
    r"|point|position|coordinates|sdp|candidate|body|message$|description",
    re.IGNORECASE,
)
_HARMLESS = frozenset({"event", "logger", "level", "timestamp", "exception", "hostname", "logger_name"})


_WITH_VALUES = re.compile(
    r"^([ |]*(?:sqlalchemy|asyncpg|sqlite3|pydantic|pydantic_core|msgspec|redis)\.[\w.]+): "
    r".*?(?=\n\n[ |]*(?:The above|During handling)|\Z)",
    re.M | re.S,
)
"""Errors of libraries that quote what somebody gave: a row's values, a field's input."""


def cut_quotations(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Leave of an exception where it happened and which kind it is, without the values that it quotes."""
    if isinstance(line.get("exception"), str):
        line["exception"] = _WITH_VALUES.sub(rf"\1: {CUT}", line["exception"])
    return line


def cut_personal(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace every value whose name could stand for something about a person."""
    for name in line:
        if name not in _HARMLESS and _PERSONAL.search(name):
            line[name] = CUT
    return line


class LinesAside(logging.Handler):
    """Lines are made where something happens and written in a thread: who logs never waits for who reads."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._aside = Aside(stream)
        atexit.register(self._aside.close)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record)
        except Exception:
            self.handleError(record)
        else:
            self._aside.put(line + "\n")

    def close(self) -> None:
        atexit.unregister(self._aside.close)
        self._aside.close()
        super().close()


def set_up_logging(settings: Settings) -> None:
    """Send structlog's and the standard library's lines to standard output, in the chosen shape."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        cut_quotations,
        cut_personal,
    ]
    shape: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
    if settings.log_format == "text":
        shape = structlog.dev.ConsoleRenderer(colors=False)
    handler = LinesAside(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, shape],
        )
    )
    root = logging.getLogger()
    for old in root.handlers:
        if isinstance(old, LinesAside):
            old.close()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    # Its lines below a warning name each caller's address and what they opened.
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
