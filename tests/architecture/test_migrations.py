"""Migrations stand in one line, have names, and import nothing of the house."""

import ast
import re
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.support.sources import name_of, python_files

FILES = [path for path in python_files(migrations=True) if path.name != "__init__.py"]
_NAME = re.compile(r"^\d{4}_[a-z][a-z0-9_]+$")
_GENERATED = re.compile(r"_(auto_\d+|and_more|alter_\w+_\w+_\w+_\w+)")


def foreign_imports(code: str) -> list[str]:
    """Return the imports of a migration that lead into the house."""
    found = []
    for node in ast.walk(ast.parse(code)):
        names = (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else []
        )
        found += [
            name for name in names if name.split(".")[0] in {"portal", "counselling", "groups"}
        ]
    return found


def house_names(code: str) -> list[str]:
    """Return names of the house that a migration uses although they may move one day."""
    return [
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in {"portal", "counselling", "groups"}
    ]


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_migration_imports_nothing_of_ours(path: Path) -> None:
    code = path.read_text("utf-8")
    assert not foreign_imports(code)
    assert not house_names(code)


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_migration_has_a_name(path: Path) -> None:
    assert _NAME.match(path.stem), path.stem
    assert not _GENERATED.search(path.stem), path.stem


def test_migrations_stand_in_one_line() -> None:
    by_room: dict[Path, list[str]] = {}
    for path in FILES:
        by_room.setdefault(path.parent, []).append(path.stem)
    for room, names in by_room.items():
        numbers = sorted(int(name[:4]) for name in names)
        assert numbers == list(range(1, len(numbers) + 1)), f"{name_of(room)}: {sorted(names)}"


@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_a_bad_migration_is_found() -> None:
    assert foreign_imports("from portal.vault.fields import SealedField")
    assert foreign_imports("import portal.vault.fields")
    assert house_names("field = portal.vault.fields.SealedField()")
    assert _GENERATED.search("0003_auto_20260101")
    assert not _NAME.match("0003")
