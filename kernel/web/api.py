"""The route registry: one declaration validates, answers, and documents.

A route's function says by its signature what it takes::

    @api.post("/api/tasks/{task_id}/acceptance", who=role("rep"), summary="Accept a task", status=200)
    async def accept_task(call: Call, task_id: UUID, body: AcceptBody) -> TaskView: ...

``body`` and ``query`` are pydantic models (unknown fields are refused), ``form`` is an :class:`Upload`,
every other parameter is a part of the path. What it returns is validated and sent as JSON; ``None`` is
204; a Starlette ``Response`` is sent as it is.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeVar, get_type_hints
from uuid import UUID

from pydantic import BaseModel, TypeAdapter
from starlette.responses import Response

from kernel.errors import CurbstopError
from kernel.web.limits import Limit
from kernel.web.who import Who

Handler = TypeVar("Handler", bound=Callable[..., Awaitable[Any]])

MAX_JSON_BYTES = 256 << 10


@dataclass(frozen=True)
class Upload:
    """One file and the text fields that came with it (multipart/form-data).

    ``stored`` holds the file's ``size`` bytes, on disk where they are many, until the call is answered.
    """

    stored: BinaryIO
    size: int
    filename: str
    media_type: str
    fields: dict[str, str]

    @property
    def file(self) -> bytes:
        """The whole file, in memory."""
        self.stored.seek(0)
        return self.stored.read()


@dataclass(frozen=True)
class Operation:
    """One method of one path, as declared."""

    method: str
    path: str
    handler: Callable[..., Awaitable[Any]]
    who: Who
    summary: str
    tag: str
    status: int
    errors: tuple[type[CurbstopError], ...]
    limit: Limit | None
    max_bytes: int
    media_type: str
    compressed: bool
    body: type[BaseModel] | None
    query: type[BaseModel] | None
    form: bool
    path_params: dict[str, type]
    returns: TypeAdapter[Any] | None

    @property
    def name(self) -> str:
        return self.handler.__name__


@dataclass(frozen=True)
class SocketRoute:
    """One WebSocket, as declared; its function gets a :class:`~kernel.web.call.SocketCall`."""

    path: str
    handler: Callable[..., Awaitable[None]]
    who: Who
    summary: str
    tag: str
    path_params: dict[str, type]


class Api:
    """The routes of one wing."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.operations: list[Operation] = []
        self.sockets: list[SocketRoute] = []

    def get(self, path: str, **declared: Any) -> Callable[[Handler], Handler]:
        return self._operation("GET", path, **declared)

    def post(self, path: str, **declared: Any) -> Callable[[Handler], Handler]:
        return self._operation("POST", path, **declared)

    def put(self, path: str, **declared: Any) -> Callable[[Handler], Handler]:
        return self._operation("PUT", path, **declared)

    def patch(self, path: str, **declared: Any) -> Callable[[Handler], Handler]:
        return self._operation("PATCH", path, **declared)

    def delete(self, path: str, **declared: Any) -> Callable[[Handler], Handler]:
        return self._operation("DELETE", path, **declared)

    def _operation(
        self,
        method: str,
        path: str,
        *,
        who: Who,
        summary: str,
        status: int = 0,
        errors: Sequence[type[CurbstopError]] = (),
        limit: Limit | None = None,
        max_bytes: int = 0,
        media_type: str = "application/json",
        shape: type[BaseModel] | None = None,
        compressed: bool = False,
    ) -> Callable[[Handler], Handler]:
        """Declare a route; see the module for how the function is read.

        ``status`` 0 means 204 where the function returns nothing, else 200. ``max_bytes`` 0 means 256 KiB
        of JSON, or the installation's upload limit for a form. ``media_type`` is that of a raw response,
        ``shape`` what its JSON holds.
        ``compressed``: the answer may be sent with gzip; say so only where no secret is in it (see
        :mod:`kernel.web.headers`).
        """

        def register(handler: Handler) -> Handler:
            hints = get_type_hints(handler)
            returns = hints.pop("return", type(None))
            empty = returns is type(None)
            self.operations.append(
                Operation(
                    method=method,
                    path=path,
                    handler=handler,
                    who=who,
                    summary=summary,
                    tag=self.tag,
                    status=status or (204 if empty else 200),
                    errors=tuple(errors),
                    limit=limit,
                    max_bytes=max_bytes,
                    media_type=media_type,
                    compressed=compressed,
                    body=hints.pop("body", None),
                    query=hints.pop("query", None),
                    form=hints.pop("form", None) is not None,
                    path_params=_path_params(hints, path),
                    returns=_told(returns, shape),
                )
            )
            return handler

        return register

    def socket(self, path: str, *, who: Who, summary: str) -> Callable[[Handler], Handler]:
        """Declare a WebSocket."""

        def register(handler: Handler) -> Handler:
            hints = get_type_hints(handler)
            hints.pop("return", None)
            self.sockets.append(SocketRoute(path, handler, who, summary, self.tag, _path_params(hints, path)))
            return handler

        return register


def _told(returns: Any, shape: type[BaseModel] | None) -> TypeAdapter[Any] | None:
    """What an answer's JSON is: what the function returns, or what the declaration says of a raw response."""
    if inspect.isclass(returns) and issubclass(returns, Response):
        return TypeAdapter(shape) if shape else None
    return None if returns is type(None) else TypeAdapter(returns)


def _path_params(hints: dict[str, Any], path: str) -> dict[str, type]:
    """The path's parameters by name and type. A declaration that does not fit its path fails at import."""
    params = {name: kind for name, kind in hints.items() if name != "call"}
    for name, kind in params.items():
        if "{" + name + "}" not in path or kind not in (UUID, str, int):
            raise TypeError(f"{path}: parameter {name!r} is neither body, query, form nor part of the path")
    if path.count("{") != len(params):
        raise TypeError(f"{path}: the function takes {sorted(params)}")
    return params
