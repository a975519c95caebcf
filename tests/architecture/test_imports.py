"""The walls between rooms and roles stand, and each of them falls over a planted stone."""

import shutil
import subprocess
import sys
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = {
    contract["id"]: contract["name"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"][
        "importlinter"
    ]["contracts"]
}


class Stone(NamedTuple):
    """A forbidden line: put at the end of ``module``, it must break one contract by name."""

    contract: str
    module: str
    line: str
    seen: str


STONES = [
    Stone("rooms", "portal.wellbeing.selectors", "import counselling.choices",
          "portal.wellbeing.selectors -> counselling.choices"),
    Stone("rooms", "portal.notifications.rules",
          "def late() -> None:\n    import counselling.rules",
          "portal.notifications.rules -> counselling.rules"),
    Stone("rooms", "portal.leave.rules.spans", "import counselling.choices",
          "portal.leave.rules.spans -> counselling.choices"),
    Stone("rooms", "portal.leave.services.telling", "import groups.notices",
          "portal.leave.services.telling -> groups.notices"),
    Stone("rooms", "counselling.services.telling", "import portal.leave.notices",
          "counselling.services.telling -> portal.leave.notices"),
    Stone("rooms", "groups.services.standing",
          "def late() -> None:\n    import portal.leave.selectors.absences",
          "groups.services.standing -> portal.leave.selectors.absences"),
    Stone("open-vaults", "portal.leave.views.desk", "import portal.vault.unlock",
          "portal.leave.views.desk -> portal.vault.unlock"),
    Stone("roles", "counselling.policies", "import counselling.selectors",
          "counselling.policies -> counselling.selectors"),
    Stone("roles", "counselling.utils", "ANYTHING = 1", "utils"),
    Stone("roles-calendars", "portal.calendars.rules", "import portal.calendars.selectors",
          "portal.calendars.rules -> portal.calendars.selectors"),
    Stone("roles-notifications", "portal.notifications.models",
          "import portal.notifications.services",
          "portal.notifications.models -> portal.notifications.services"),
    Stone("roles-people", "portal.people.models", "import portal.people.selectors",
          "portal.people.models -> portal.people.selectors"),
    Stone("roles-vault", "portal.vault.primitives", "import portal.vault.services",
          "portal.vault.primitives -> portal.vault.services"),
    Stone("roles-papers", "portal.papers.shapes", "import portal.papers.pdf",
          "portal.papers.shapes -> portal.papers.pdf"),
    Stone("reader-stands-apart", "portal.papers.reader", "import django.conf",
          "portal.papers.reader -> django"),
    Stone("pure-rules", "counselling.rules", "import django.db", "counselling.rules -> django"),
    Stone("views-never-touch-tables", "counselling.views.own", "import counselling.models",
          "counselling.views.own -> counselling.models"),
    Stone("celery-at-the-edge", "counselling.services.booking", "import celery",
          "counselling.services.booking -> celery"),
    Stone("vault-keys", "counselling.services.clients", "import portal.vault.keys",
          "counselling.services.clients -> portal.vault.keys"),
    Stone("sealed-fields", "portal.home.selectors", "import portal.vault.fields",
          "portal.home.selectors -> portal.vault.fields"),
    Stone("sealed-text", "portal.home.views", "import portal.vault.services",
          "portal.home.views -> portal.vault.services"),
    Stone("open-vaults", "portal.privacy.views", "import portal.vault.unlock",
          "portal.privacy.views -> portal.vault.unlock"),
    Stone("box-stands-apart", "portal.embedded.ports", "import django.conf",
          "portal.embedded.ports -> django"),
    Stone("nobody-needs-the-box", "portal.home.rules", "import portal.embedded.ports",
          "portal.home.rules -> portal.embedded.ports"),
    Stone("nobody-needs-the-shell", "counselling.views.times",
          "import portal.templatetags.portal_ui",
          "counselling.views.times -> portal.templatetags.portal_ui"),
    Stone("no-knots", "portal.vault.choices",
          "def late() -> None:\n    import portal.people.choices", "portal"),
]  # fmt: skip


LINT = "from importlinter.cli import lint_imports_command as run; run()"


def _lint(place: Path) -> str:
    """Return what the linter says about the tree in ``place``."""
    result = subprocess.run(
        [sys.executable, "-c", LINT, "--no-cache"],
        cwd=place, capture_output=True, text=True, timeout=120, check=False,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(place), "COLUMNS": "300",
             "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    return result.stdout + result.stderr


def _broken(report: str) -> dict[str, str]:
    """Return the broken contracts of a report, each with what was said about it."""
    _, _, details = report.partition("Broken contracts")
    at = {
        details.find(f"\n{name}\n{'-' * len(name)}"): contract
        for contract, name in CONTRACTS.items()
        if f"\n{name}\n{'-' * len(name)}" in details
    }
    starts = [*sorted(at), len(details)]
    return {at[start]: details[start:end] for start, end in pairwise(starts)}


def _copy(place: Path) -> Path:
    """Copy everything the linter looks at."""
    for package in ("portal", "counselling", "groups"):
        shutil.copytree(
            ROOT / package, place / package,
            ignore=shutil.ignore_patterns("__pycache__", "static", "locale"),
        )  # fmt: skip
    shutil.copy(ROOT / "pyproject.toml", place)
    return place


def _put(place: Path, stone: Stone) -> None:
    path = place / Path(*stone.module.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n\n{stone.line}\n")


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Put every stone into one copy of the tree and return what broke."""
    place = _copy(tmp_path_factory.mktemp("planted"))
    for stone in STONES:
        _put(place, stone)
    return _broken(_lint(place))


def test_the_walls_stand() -> None:
    report = _lint(ROOT)
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in report, report


def test_every_wall_has_a_stone() -> None:
    assert {stone.contract for stone in STONES} == set(CONTRACTS)


@pytest.mark.parametrize("stone", STONES, ids=lambda stone: f"{stone.contract}:{stone.module}")
def test_a_wall_falls_over_its_stone(stone: Stone, planted: dict[str, str]) -> None:
    assert stone.contract in planted, sorted(planted)
    assert stone.seen in planted[stone.contract]
