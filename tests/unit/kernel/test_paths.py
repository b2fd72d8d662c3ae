"""A path finds the operation that it would find if all were tried in turn."""

from __future__ import annotations

import re

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route

from app.capabilities import APIS
from kernel.web.serve import Paths


async def nothing(_request: Request) -> Response:
    return Response()


def declared() -> list[Route]:
    by_path: dict[str, set[str]] = {}
    for api in APIS:
        for operation in api.operations:
            by_path.setdefault(operation.path, set()).add(operation.method)
    ordered = sorted(by_path.items(), key=lambda item: ("{" in item[0], item[0]))
    return [Route(path, nothing, methods=sorted(methods), name=path) for path, methods in ordered]


ROUTES = declared()
ID = "0198f0c4-0000-7000-8000-000000000000"
FILLED = sorted({re.sub(r"{\w+}", ID, route.path) for route in ROUTES})
OTHERS = ["", "/", "//", "/api", "/api/", "/api/nothing", f"/api/requests/{ID}//messages", "/api//requests"]


def meant(path: str, method: str) -> tuple[Match, str | None]:
    """What Starlette finds when it asks all."""
    partial = None
    scope = {"type": "http", "path": path, "method": method, "root_path": ""}
    for route in ROUTES:
        match, _ = route.matches(scope)
        if match is Match.FULL:
            return match, route.path
        if match is Match.PARTIAL and partial is None:
            partial = route.path
    return (Match.PARTIAL, partial) if partial else (Match.NONE, None)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PATCH", "DELETE"])
def test_every_path_means_what_it_meant(method: str) -> None:
    paths = Paths(ROUTES)
    for path in [*OTHERS, *FILLED, *(f"{path}/" for path in FILLED), *(f"{path}/more" for path in FILLED)]:
        match, found = paths.matches({"type": "http", "path": path, "method": method, "root_path": ""})
        route = found.get("curbstop.route")
        assert (match, route and route.path) == meant(path, method), path


def test_a_second_part_that_could_be_anything_is_refused() -> None:
    with pytest.raises(TypeError):
        Paths([Route("/api/{anything}", nothing)])
