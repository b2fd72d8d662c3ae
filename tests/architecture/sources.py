"""The house's own files, read once for all tests of this folder."""

from __future__ import annotations

import ast
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("app", "assist", "demo", "field", "kernel")


@dataclass(frozen=True)
class Source:
    """One Python file: its path from the root, its module's name, its text and its tree."""

    path: str
    module: str
    text: str
    tree: ast.Module


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that is, or is about to be, part of the repository."""
    words = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(words, cwd=ROOT, capture_output=True, check=True).stdout
    paths = (ROOT / name.decode() for name in listed.split(b"\0") if name)
    return tuple(path for path in paths if path.is_file())


@cache
def sources(*packages: str) -> tuple[Source, ...]:
    """The Python files of ``packages`` (all of the product's, when none is named)."""
    python = (path for path in tracked() if path.suffix == ".py")
    return tuple(read(path) for path in python if path.relative_to(ROOT).parts[0] in (packages or PACKAGES))


@cache
def read(path: Path) -> Source:
    """One file, parsed once however many groups of packages it belongs to."""
    relative, text = path.relative_to(ROOT), path.read_text("utf-8")
    module = ".".join(relative.with_suffix("").parts).removesuffix(".__init__")
    return Source(str(relative), module, text, ast.parse(text))


def forget() -> None:
    """Let go of all that was read: millions of nodes, which every later collection would walk through."""
    for kept in (tracked, sources, read):
        kept.cache_clear()


def dotted(node: ast.AST) -> str:
    """``a.b.c`` for names and attributes of names; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        left = dotted(node.value)
        return f"{left}.{node.attr}" if left else ""
    return ""


def place(source: Source, node: ast.AST) -> str:
    return f"{source.path}:{getattr(node, 'lineno', 0)}"
