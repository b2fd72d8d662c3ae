"""A page's modules in one file: what a phone on a slow line waits for is round trips, not bytes.

The modules in ``static/`` stay what they are: native, small, one file each. At start the ones that a page
needs at once are put one after the other, each in a function of its own, in the order in which a browser
would have run them. Nothing but comments is left out and nothing renamed, so that what one reads in the
browser's debugger is what is in the file. It works because the house's modules import and export in a few
plain forms only; a form that this file does not know is an error at start, and a test.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import count

IMPORT = re.compile(r'^import\s+(?:\{([^}]*)\}\s*from\s+)?"([^"]+)";?[ \t]*(?://.*)?$', re.M)
EXPORT = re.compile(r"^export\s+((?:async\s+)?(?:function|class|const)\s+(\w+))", re.M)
EMPTY_EXPORT = re.compile(r"^export\s*\{\s*\};?[ \t]*$", re.M)
LEFT_OVER = re.compile(r"^(?:import\b(?![.(])|export\b).*$", re.M)
COMMENT = re.compile(r"^[ \t]*(?:/\*(?:[^*]|\*(?!/))*\*/[ \t]*|//[^\n]*)\n", re.M)
"""A comment that has its lines to itself."""
BINDING = re.compile(r"^(\w+)(?:\s+as\s+(\w+))?$")


class NotPackable(ValueError):
    """A module imports or exports in a form that is not known here; the text names module and line."""


def pack(entry: str, source_of: Callable[[str], str], outside: frozenset[str] = frozenset()) -> str:
    """``entry`` and all that it imports, as the text of one module.

    ``source_of`` gives a module's text; what is ``outside`` is imported as it was, by its name.

    Raises:
        NotPackable: an unknown form, or modules that import each other in a circle.
    """
    order = _in_order(entry, source_of, outside)
    variables = {path: f"$m{number}" for path, number in zip(order, count())}
    parts = [f'import * as {_outer(name)} from "{name}";' for name in sorted(outside)]
    parts += [_wrapped(path, source_of(path), variables, last=path == entry) for path in order]
    return "\n".join(parts) + "\n"


def imports_of(source: str) -> list[str]:
    """What a module needs at once, in its order."""
    return [found[2] for found in IMPORT.finditer(source)]


def _outer(name: str) -> str:
    return "$x_" + re.sub(r"\W", "_", name)


def _in_order(entry: str, source_of: Callable[[str], str], outside: frozenset[str]) -> list[str]:
    """Depth first and children first, as modules are run (ECMA-262, InnerModuleEvaluation)."""
    done: dict[str, None] = {}
    under_way: list[str] = []

    def visit(path: str) -> None:
        if path in done or path in outside:
            return
        if path in under_way:
            raise NotPackable(f"modules import each other: {' -> '.join([*under_way, path])}")
        under_way.append(path)
        for name in imports_of(source_of(path)):
            visit(name)
        under_way.pop()
        done[path] = None

    visit(entry)
    return list(done)


def _wrapped(path: str, source: str, variables: dict[str, str], *, last: bool) -> str:
    exported: list[str] = []

    def bound(found: re.Match[str]) -> str:
        name = found[2]
        if found[1] is None:
            return ""
        names = []
        for binding in filter(None, (part.strip() for part in found[1].split(","))):
            known = BINDING.match(binding)
            if known is None:
                raise NotPackable(f"{path}: import {{ {binding} }}")
            names.append(f"{known[1]}: {known[2]}" if known[2] else known[1])
        return f"const {{ {', '.join(names)} }} = {variables.get(name) or _outer(name)};"

    def kept(found: re.Match[str]) -> str:
        exported.append(found[2])
        return found[1]

    source = _without_comments(source)
    body = EMPTY_EXPORT.sub("", EXPORT.sub(kept, IMPORT.sub(bound, source)))
    if unknown := LEFT_OVER.search(body):
        raise NotPackable(f"{path}: {unknown[0]}")
    given = f"return {{ {', '.join(exported)} }};\n" if exported else ""
    # Only the page's own module waits for anything at its top; the others could not be waited for in a row.
    opening = "await (async () => {" if last else f"const {variables[path]} = (() => {{"
    return f"// {path}\n{opening}\n{body.strip()}\n{given}}})();"


def _without_comments(source: str) -> str:
    """Without the comments that have lines to themselves: a third of what would be carried.

    What could lie in a text over several lines, by the backquotes before it, stays.
    """
    kept: list[str] = []
    end = quotes = 0
    for found in COMMENT.finditer(source):
        before = source[end : found.start()]
        quotes += before.count("`")
        kept.append(before if quotes % 2 == 0 else before + found[0])
        end = found.end()
    return "".join(kept) + source[end:]
