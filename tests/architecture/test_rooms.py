"""The rooms are built alike, stay small, and leave the clock, the broker and rank outside."""

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.sources import (
    CLOCK_READERS,
    ROOMS,
    ROOT,
    calls_and_names,
    dotted,
    files_beside,
    name_of,
    python_files,
)

ROLES = {
    "__init__", "apps", "choices", "notices", "rules", "models", "policies", "selectors",
    "services", "forms", "views", "urls", "tasks", "statistics", "checks",
}  # fmt: skip
EVERY_ROOM = {"__init__", "apps"}
LONGEST = 400
FILES = python_files()

Finding = tuple[int, str]


def parts_of(room: Path) -> set[str]:
    """Return the roles a room is made of: its modules and packages."""
    modules = {path.stem for path in room.glob("*.py")}
    packages = {path.parent.name for path in room.glob("*/__init__.py")}
    return modules | (packages - {"migrations", "management"})


READS = {"timezone.now", "datetime.now", "datetime.utcnow", "datetime.today", "date.today",
         "time.time", "time.time_ns"}  # fmt: skip
READS_WITHOUT_ARGUMENTS = {"timezone.localdate", "timezone.localtime"}


def find_clock(code: str) -> list[Finding]:
    """Find readings of the clock."""
    found: list[Finding] = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Attribute) and _tail(dotted(node)) in READS:
            found.append((node.lineno, dotted(node)))
        if isinstance(node, ast.Call) and not node.args:
            name = dotted(node.func)
            if _tail(name) in READS_WITHOUT_ARGUMENTS:
                found.append((node.lineno, name))
        if isinstance(node, ast.ImportFrom):
            found += [
                (node.lineno, f"{node.module}.{alias.name}")
                for alias in node.names
                if _tail(f"{node.module}.{alias.name}") in READS - {"time.time"}
                or (node.module, alias.name) == ("time", "time")
            ]
    return found


def _tail(name: str) -> str:
    return ".".join(name.split(".")[-2:])


def find_rank(code: str) -> list[Finding]:
    """Find questions about rank; rights are role grants."""
    rank = re.compile(
        r"(^|\.)(is_superuser|is_staff|has_perms?|user_permissions|has_module_perms)$"
    )
    named = [(line, name) for line, name, _ in calls_and_names(code) if rank.search(name)]
    asked = [
        (node.lineno, node.value)
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Constant) and node.value in {"is_superuser", "is_staff"}
    ]
    return named + asked


def find_publishing(code: str) -> list[Finding]:
    """Find work handed to the broker; only beat publishes."""
    found: list[Finding] = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call):
            name = dotted(node.func)
            if name.rpartition(".")[2] in {"delay", "apply_async", "send_task", "on_commit"}:
                found.append((node.lineno, name))
            found += [
                (node.lineno, f"{keyword.arg}=")
                for keyword in node.keywords
                if keyword.arg in {"eta", "countdown"}
            ]
    return found


def find_late_imports(code: str) -> list[Finding]:
    """Find imports inside functions, relative imports and stars."""
    found: list[Finding] = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found += [
                (inner.lineno, f"import inside {node.name}")
                for inner in ast.walk(node)
                if isinstance(inner, (ast.Import, ast.ImportFrom))
            ]
        if isinstance(node, ast.ImportFrom) and (
            node.level or any(alias.name == "*" for alias in node.names)
        ):
            found.append((node.lineno, f"from {'.' * node.level}{node.module or ''} import …"))
    return found


def find_positional(code: str, exported: set[str] | None = None) -> list[Finding]:
    """Find functions that do not take the actor first and the clock last."""
    found: list[Finding] = []
    for node in ast.parse(code).body:
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
            continue
        if exported is not None and node.name not in exported:
            continue
        names = [arg.arg for arg in node.args.kwonlyargs]
        if "actor" in names[1:]:
            found.append((node.lineno, f"{node.name}: actor comes first"))
        if "now" in [name for name in names if name != "until"][
            :-1
        ] and not _defaults_after_now(node):
            found.append((node.lineno, f"{node.name}: now comes last"))
    return found


def _defaults_after_now(node: ast.FunctionDef) -> bool:
    names = [arg.arg for arg in node.args.kwonlyargs]
    after = node.args.kw_defaults[names.index("now") + 1 :]
    return all(default is not None for default in after)


def find_broad_except(code: str) -> list[Finding]:
    """Find handlers that catch everything and do not raise again."""
    return [
        (node.lineno, "except Exception without raise")
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or dotted(node.type) in {"Exception", "BaseException"})
        and not any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
    ]


def _may_read_the_clock(path: Path) -> bool:
    parts = {*path.relative_to(ROOT).with_suffix("").parts}
    return bool(parts & {*CLOCK_READERS}) or "embedded" in parts


def _findings(
    find: Callable[[str], list[Finding]], files: list[Path], *, explained: str = ""
) -> list[str]:
    found = []
    for path in files:
        code = path.read_text("utf-8")
        lines = code.splitlines()
        found += [
            f"{name_of(path)}:{line}: {what}"
            for line, what in find(code)
            if not (explained and explained in lines[line - 1])
        ]
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_made_of_roles(room: str) -> None:
    parts = parts_of(ROOT / room)
    assert parts >= EVERY_ROOM
    assert not parts - ROLES, f"{room} has {sorted(parts - ROLES)}: a kind of file nobody knows"


def test_a_room_with_rows_has_a_door_to_them() -> None:
    for room in ROOMS:
        if "models" in parts_of(ROOT / room):
            assert {"policies", "selectors", "services", "rules"} <= parts_of(ROOT / room), room


def test_every_package_says_what_it_is_for() -> None:
    silent = [
        name_of(path)
        for path in FILES
        if path.name == "__init__.py"
        and "management" not in path.parts
        and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert not silent


@pytest.mark.parametrize("path", [*FILES, *files_beside()], ids=name_of)
def test_no_file_outgrows_a_sitting(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST


CALLED_BY_STRANGERS = {
    "portal/people/actors.py": "asked by views with the request, once",
    "portal/people/adapters.py": "called by allauth, which passes no clock",
    "portal/people/backends.py": "called by Django, which passes no clock",
    "portal/people/sessions.py": "called by Django, which passes no clock",
}


def test_nobody_reads_the_clock_in_the_domain() -> None:
    domain = [
        path
        for path in FILES
        if not _may_read_the_clock(path) and name_of(path) not in CALLED_BY_STRANGERS
    ]
    assert not _findings(find_clock, domain)


def test_nobody_asks_for_rank() -> None:
    assert not _findings(find_rank, FILES)


def test_only_beat_publishes() -> None:
    assert not _findings(find_publishing, FILES)


def test_imports_stand_at_the_top() -> None:
    assert not _findings(find_late_imports, FILES)


def exported_by(path: Path) -> set[str] | None:
    """Return what a package lets out, for a module in a package of one role; None for all."""
    if path.parent.name not in {"services", "selectors"}:
        return None
    tree = ast.parse((path.parent / "__init__.py").read_text("utf-8"))
    return {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def test_actor_first_clock_last() -> None:
    found = []
    for path in FILES:
        if {"services", "selectors", "policies"} & {*path.with_suffix("").parts}:
            code = path.read_text("utf-8")
            found += [
                f"{name_of(path)}:{line}: {what}"
                for line, what in find_positional(code, exported_by(path))
            ]
    assert not found


def test_nothing_swallows_every_error() -> None:
    assert not _findings(find_broad_except, FILES, explained="BLE001")


@pytest.mark.parametrize(
    ("find", "bad"),
    [
        (find_clock, "now = timezone.now()"),
        (find_clock, "now = datetime.now(UTC)"),
        (find_clock, "from django.utils.timezone import now\nfrom time import time"),
        (find_rank, "if user.is_superuser: pass"),
        (find_rank, "ok = getattr(user, 'is_staff')"),
        (find_rank, "user.has_perm('x')"),
        (find_publishing, "send.delay(pk)"),
        (find_publishing, "send.apply_async(args=[], countdown=5)"),
        (find_publishing, "transaction.on_commit(go)"),
        (find_publishing, "send(eta=later)"),
        (find_late_imports, "def f():\n    import json"),
        (find_late_imports, "from .models import Row"),
        (find_late_imports, "from os import *"),
        (find_positional, "def book(*, now, actor): ..."),
        (find_positional, "def book(*, actor, now, note): ..."),
        (find_broad_except, "try:\n    go()\nexcept Exception:\n    pass"),
    ],
)  # fmt: skip
def test_a_check_finds_what_it_looks_for(
    find: Callable[[str], list[Finding]], bad: str
) -> None:
    assert find(bad)


def test_a_new_kind_of_file_is_found(tmp_path: Path) -> None:
    (tmp_path / "helpers.py").touch()
    assert parts_of(tmp_path) - ROLES == {"helpers"}
