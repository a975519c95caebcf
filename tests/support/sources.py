"""The house's own files, read as text and as trees, and the checks that several tests share."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("portal", "counselling", "groups")
ROOMS = ("counselling", "groups", "portal/wellbeing", "portal/home", "portal/privacy")
CLOCK_READERS = ("views", "tasks", "middleware", "commands", "context", "templatetags")
"""Parts of a path whose code may read the clock: it stands between a request and the rules."""


def python_files(*, migrations: bool = False) -> list[Path]:
    """Return the modules of the house, without migrations unless asked."""
    return sorted(
        path
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if "__pycache__" not in path.parts and ("migrations" in path.parts) == migrations
    )


def files_beside() -> list[Path]:
    """Return the modules that stand beside the house: its tests, and what starts it."""
    inside = [path for folder in ("tests", "docs") for path in (ROOT / folder).rglob("*.py")]
    return sorted([*inside, *ROOT.glob("*.py")])


def templates(suffixes: tuple[str, ...] = (".html", ".txt")) -> list[Path]:
    """Return every template."""
    return sorted(path for path in (ROOT / "templates").rglob("*") if path.suffix in suffixes)


def name_of(path: Path) -> str:
    """Return a path as people write it."""
    return str(path.relative_to(ROOT))


def identifiers(code: str) -> Iterator[tuple[int, str]]:
    """Yield every name that a module gives: functions, classes, arguments, variables."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id


def words_of(name: str) -> list[str]:
    """Return the words of an identifier, in lower case: `ClientEvent` is client, event."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)]


def code_without_words(code: str) -> Iterator[tuple[int, str]]:
    """Yield the code tokens of a module line by line, without comments and strings."""
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type in {tokenize.NAME, tokenize.OP}:
            yield token.start[0], token.string


def calls_and_names(code: str) -> Iterator[tuple[int, str, ast.AST]]:
    """Yield every dotted name that is read or called, with its line and its node."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, (ast.Attribute, ast.Name)):
            yield node.lineno, dotted(node), node
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}", node


def dotted(node: ast.AST) -> str:
    """Return `a.b.c` for an attribute chain, as far as it is one."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""
