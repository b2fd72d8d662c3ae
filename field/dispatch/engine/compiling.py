"""Functions of several files compiled together by numba, and kept on the disk.

numba keeps what it has compiled by a function's name, and looks at the age of the file in which it
stands; of what the function calls in other files it knows nothing. Here what is called is part of the name.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from types import FunctionType
from typing import Any

Plain = Callable[..., Any]


def mark_of(functions: Iterable[Plain]) -> str:
    """A short name for what these functions say; another when they say something else."""
    said = hashlib.sha256()
    for function in functions:
        assert isinstance(function, FunctionType)
        code = function.__code__
        known = {name: function.__globals__.get(name) for name in code.co_names}
        values = {name: value for name, value in known.items() if isinstance(value, int)}
        said.update(repr((code.co_code, code.co_consts, code.co_names, values)).encode())
    return said.hexdigest()[:8]


def compiled_with(
    njit: Callable[..., Any],
    wanted: Iterable[tuple[Plain, Any]],
    callees: Iterable[Plain],
    names: Mapping[str, Any],
    inside: Iterable[Plain] = (),
    **options: Any,
) -> dict[str, Any]:
    """The `wanted` functions by their names, each after those that it calls, with the signatures it is
    compiled for at once (None: when it is called). `callees`: those of other files that they call, each after
    those that it calls itself; `names`: what else is known where the wanted ones stand; `inside`: those that
    are made part of their callers, because calling them would take longer than their work.
    """
    others, within = tuple(callees), frozenset(inside)
    mark, space = mark_of(others), dict[str, Any]()
    for other in others:
        assert isinstance(other, FunctionType)
        space |= other.__globals__
    space |= names
    for function, signature in (*((other, None) for other in others), *wanted):
        assert isinstance(function, FunctionType)
        # The same code, but its names lead to what is compiled.
        twin = FunctionType(function.__code__, space, function.__name__)
        twin.__module__, twin.__qualname__ = function.__module__, f"{function.__qualname__}_{mark}"
        asked = {**options, "inline": "always" if function in within else "never"}
        shapes = () if signature is None else (signature,)
        try:
            space[function.__name__] = njit(*shapes, cache=True, **asked)(twin)
        except RuntimeError:
            # Installed where nothing can be written: numba has no place for its cache.
            space[function.__name__] = njit(*shapes, **asked)(twin)
    return space
