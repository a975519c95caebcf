"""Both languages are whole: every sentence translated, and the compiled file says the same."""

import ast
import re
from pathlib import Path

import polib
import pytest

from tests.support.sources import ROOT, name_of, python_files, templates

LOCALE = ROOT / "portal" / "locale"
INDONESIAN = LOCALE / "id" / "LC_MESSAGES" / "django.po"
CATALOGUES = sorted(LOCALE.glob("*/LC_MESSAGES/*.po"))
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
_TRANSLATE = re.compile(
    r"""\{%\s*translate\s+(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)')"""
    r"""(?:\s+context\s+["'](?P<context>[^"']*)["'])?"""
)
_BLOCK = re.compile(
    r"\{%\s*blocktranslate(?P<options>[^%]*)%\}(?P<text>.*?)\{%\s*endblocktranslate\s*%\}",
    re.DOTALL,
)
_GETTEXT = {"_", "gettext", "gettext_lazy", "gettext_noop"}


def problems(catalogue: polib.POFile) -> list[str]:
    """Return what is missing, doubtful or ill-fitting in a catalogue."""
    found = []
    for entry in catalogue:
        if entry.obsolete:
            continue
        said = list(entry.msgstr_plural.values()) or [entry.msgstr]
        if not all(text.strip() for text in said):
            found.append(f"missing: {entry.msgid}")
        if "fuzzy" in entry.flags:
            found.append(f"fuzzy: {entry.msgid}")
        wanted = {*_PLACEHOLDER.findall(entry.msgid), *_PLACEHOLDER.findall(entry.msgid_plural)}
        for text in said:
            if text and not set(_PLACEHOLDER.findall(text)) <= wanted:
                found.append(f"placeholders differ: {entry.msgid}")
    return found


def sentences(template: str) -> set[tuple[str | None, str]]:
    """Return (context, msgid) of everything a template lets translate."""
    found: set[tuple[str | None, str]] = {
        (match["context"], match["double"] if match["double"] is not None else match["single"])
        for match in _TRANSLATE.finditer(template)
    }
    for match in _BLOCK.finditer(template):
        text = re.split(r"\{%\s*plural\s*%\}", match["text"])[0]
        if "trimmed" in match["options"]:
            text = " ".join(line.strip() for line in text.strip().splitlines())
        context = re.search(r"context\s+[\"']([^\"']*)[\"']", match["options"])
        msgid = re.sub(r"\{\{\s*(\w+)\s*\}\}", r"%(\1)s", text.replace("%", "%%"))
        found.add((context[1] if context else None, msgid))
    return found


def sentences_in_code(code: str) -> set[str]:
    """Return the msgids that a module hands to gettext as literals."""
    found = set()
    for node in ast.walk(ast.parse(code)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in _GETTEXT
            and node.args
            and isinstance(node.args[0], ast.Constant)
            and isinstance(node.args[0].value, str)
        ):
            found.add(node.args[0].value)
    return found


def _known() -> tuple[set[str], set[tuple[str | None, str]]]:
    catalogue = [entry for entry in polib.pofile(str(INDONESIAN)) if not entry.obsolete]
    return {entry.msgid for entry in catalogue}, {(e.msgctxt, e.msgid) for e in catalogue}


def test_the_house_speaks_indonesian() -> None:
    assert INDONESIAN.exists()


@pytest.mark.parametrize("path", CATALOGUES, ids=name_of)
def test_a_catalogue_is_whole(path: Path) -> None:
    assert not problems(polib.pofile(str(path)))


@pytest.mark.parametrize("path", CATALOGUES, ids=name_of)
def test_the_compiled_file_says_the_same(path: Path) -> None:
    compiled = {
        (entry.msgctxt, entry.msgid): (entry.msgstr, dict(entry.msgstr_plural))
        for entry in polib.mofile(str(path.with_suffix(".mo")))
    }
    written = {
        (entry.msgctxt, entry.msgid): (entry.msgstr, dict(entry.msgstr_plural))
        for entry in polib.pofile(str(path)).translated_entries()
    }
    assert compiled == written


def test_every_sentence_of_the_templates_is_known() -> None:
    _, known = _known()
    missing = [
        f"{name_of(path)}: {said[1]}"
        for path in templates()
        for said in sorted(sentences(path.read_text("utf-8")) - known, key=lambda said: said[1])
    ]
    assert not missing


def test_every_sentence_of_the_code_is_known() -> None:
    known, _ = _known()
    missing = [
        f"{name_of(path)}: {said}"
        for path in python_files()
        for said in sorted(sentences_in_code(path.read_text("utf-8")) - known)
    ]
    assert not missing


def test_a_hole_in_a_catalogue_is_found() -> None:
    catalogue = polib.POFile()
    catalogue.append(polib.POEntry(msgid="One", msgstr=""))
    catalogue.append(polib.POEntry(msgid="Two", msgstr="Dua", flags=["fuzzy"]))
    catalogue.append(polib.POEntry(msgid="At %(time)s", msgstr="Pukul %(jam)s"))
    assert [problem.split(":")[0] for problem in problems(catalogue)] == [
        "missing", "fuzzy", "placeholders differ",
    ]  # fmt: skip


def test_sentences_are_read_from_templates() -> None:
    text = (
        '{% translate "A" %}{% translate "B" context "c" %}'
        "{% blocktranslate trimmed with d=e %}\n  At {{ d }}\n  100%\n{% endblocktranslate %}"
    )
    assert sentences(text) == {(None, "A"), ("c", "B"), (None, "At %(d)s 100%%")}
    assert sentences_in_code('_("A"); gettext("B")') == {"A", "B"}
