"""What the documents name exists: files, targets, commands, settings, pages."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.urls import Resolver404, resolve

from portal.demo_facts import PEOPLE
from tests.support.sources import ROOT, name_of, python_files, templates

HERE = Path(__file__)
README = ROOT / "README.md"
OPERATIONS = ROOT / "docs" / "operations.md"
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
DOCUMENTS = [README, *sorted((ROOT / "docs").rglob("*.md"))]
PARTS = ["Decision", "Evidence", "What would reverse it"]
PLACES = (
    "portal/", "counselling/", "groups/", "templates/", "tests/", "docs/", "deploy/", ".ci/",
)  # fmt: skip

LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)|src=\"([^\"]+)\"")
QUOTED = re.compile(r"`([^`\n]+)`")
BLOCK = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TARGET = re.compile(r"\bmake ([a-z][a-z-]*)")
COMMAND = re.compile(r"manage\.py ([a-z_]+)")
SETTING = re.compile(r"\b(?:TEDUH_[A-Z_]+|DATABASE_URL|REDIS_URL|PORT)\b")
PAGE = re.compile(r"^/(?:[a-z-]+/)*$")
WORD = re.compile(r"^[\w./-]+$")
NAME = re.compile(r"^(?:\w+\.)*([A-Za-z]+(?:_[A-Za-z]+)+|(?:[A-Z][a-z]+){2,})(?:\(.*\))?$")
NOT_OURS = {OPERATIONS: "settings of PostgreSQL and Redis"}


def missing_links(document: Path, text: str) -> list[str]:
    """Return the links of a document that lead to no file."""
    targets = [one or other for one, other in LINK.findall(text)]
    inside = [target for target in targets if "://" not in target]
    return [target for target in inside if not (document.parent / target).exists()]


def missing_files(text: str) -> list[str]:
    """Return what a text quotes as a file of the house and that is none."""
    quoted = [word for word in QUOTED.findall(text) if WORD.match(word)]
    ours = [word for word in quoted if word.startswith(PLACES) or word == "conftest.py"]
    return [word for word in ours if "…" not in word and not (ROOT / word).exists()]


def code_of_the_house() -> str:
    """Return every module and template as one text, to look words up in."""
    files = [*python_files(), *python_files(migrations=True), *templates()]
    files += [ROOT / "pyproject.toml", *(ROOT / "tests").rglob("*.py")]
    return "\n".join(path.read_text("utf-8") for path in files if path != HERE)


def missing_names(text: str, code: str) -> list[str]:
    """Return the quoted functions, classes and settings that stand nowhere in the code."""
    found = [NAME.match(word) for word in QUOTED.findall(BLOCK.sub("", text))]
    names = {match.group(1) for match in found if match}
    return sorted(name for name in names if not re.search(rf"\b{name}\b", code))


def quoted_or_shown(text: str) -> list[str]:
    """Return what stands in code marks or in a block of code."""
    return [*BLOCK.findall(text), *QUOTED.findall(BLOCK.sub("", text))]


def missing_targets(text: str, targets: Iterable[str]) -> list[str]:
    """Return the make targets that a text shows and that there are not."""
    shown = {name for code in quoted_or_shown(text) for name in TARGET.findall(code)}
    return sorted(shown - set(targets))


def missing_commands(text: str) -> list[str]:
    """Return the commands of manage.py that a text names and that there are not."""
    return sorted(set(COMMAND.findall(text)) - set(get_commands()))


def missing_settings(text: str, known: set[str]) -> list[str]:
    """Return the environment variables that a text names and nothing reads."""
    named = {name for code in quoted_or_shown(text) for name in SETTING.findall(code)}
    return sorted(named - known)


def missing_pages(text: str) -> list[str]:
    """Return the quoted addresses that lead to no page."""
    missing = []
    for word in {word for word in QUOTED.findall(text) if PAGE.match(word)}:
        try:
            resolve(word)
        except Resolver404:
            missing.append(word)
    return sorted(missing)


def make_targets() -> set[str]:
    """Return the targets of the Makefile."""
    text = (ROOT / "Makefile").read_text("utf-8")
    return set(re.findall(r"^([a-z][a-z-]*):", text, re.MULTILINE))


def settings_read() -> set[str]:
    """Return the environment variables that the settings read."""
    readers = ("settings.py", "environment.py")
    text = "".join((ROOT / "portal" / name).read_text("utf-8") for name in readers)
    return set(re.findall(r"\"(TEDUH_[A-Z_]+|DATABASE_URL|REDIS_URL|PORT)\"", text))


def parts_of(text: str) -> list[str]:
    """Return the second-level headings of a document."""
    return re.findall(r"^## (.+)$", text, re.MULTILINE)


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_a_document_names_what_exists(path: Path) -> None:
    text = path.read_text("utf-8")
    assert missing_links(path, text) == []
    assert missing_files(text) == []
    assert missing_targets(text, make_targets()) == []
    assert missing_commands(text) == []
    assert missing_settings(text, settings_read()) == []
    assert missing_pages(text) == []


def test_documents_name_functions_that_exist() -> None:
    code = code_of_the_house()
    missing = {
        name_of(path): missing_names(path.read_text("utf-8"), code)
        for path in DOCUMENTS
        if path not in NOT_OURS
    }
    assert {path: names for path, names in missing.items() if names} == {}


def test_operations_name_every_setting() -> None:
    named = set(SETTING.findall(OPERATIONS.read_text("utf-8")))
    assert settings_read() - named == set()


def test_the_readme_names_the_people_of_the_demo() -> None:
    text = README.read_text("utf-8")
    assert [person.email for person in PEOPLE if person.email not in text] == []


@pytest.mark.parametrize("path", DECISIONS, ids=name_of)
def test_a_decision_has_its_three_parts_and_half_a_page(path: Path) -> None:
    text = path.read_text("utf-8")
    number = int(path.name[:4])
    assert text.startswith(f"# {number}. ")
    assert parts_of(text) == PARTS
    bodies = re.split(r"^## .+$", text, flags=re.MULTILINE)[1:]
    assert [len(body.split()) >= 15 for body in bodies] == [True] * len(PARTS)
    assert len(text.split()) <= 300


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(path.name[:4]) for path in DECISIONS]
    assert numbers == list(range(1, len(numbers) + 1))
    assert numbers


@pytest.mark.parametrize(
    ("broken", "found"),
    [
        (lambda text: missing_links(README, text), "[a](docs/nowhere.md)"),
        (missing_files, "`portal/nowhere.py`"),
        (lambda text: missing_targets(text, {"demo"}), "`make nothing`"),
        (missing_commands, "`manage.py nothing`"),
        (lambda text: missing_settings(text, {"PORT"}), "`TEDUH_NOTHING`"),
        (missing_pages, "`/tidak/ada/`"),
        (
            lambda text: missing_names(text, "def one_deed"),
            "`one_deed` `services.no_deed(now=)`",
        ),
        (lambda text: missing_names(text, "class OneRow"), "`OneRow` `NoRow`"),
    ],
    ids=["link", "file", "target", "command", "setting", "page", "function", "class"],
)
def test_what_does_not_exist_is_found(broken, found) -> None:  # type: ignore[no-untyped-def]
    assert len(broken(found)) == 1
