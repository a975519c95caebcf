"""The house speaks one language in code, and a kind one to people."""

from pathlib import Path

import polib
import pytest

from tests.support.sources import ROOT, name_of, python_files, templates
from tests.support.words import avoided_in, banned_names, sentences_of

CATALOGUES = sorted((ROOT / "portal" / "locale").glob("*/LC_MESSAGES/*.po"))

LAW_SAYS_SO = {
    # A word of the list inside a name that somebody else gave.
    "Undang-Undang",
}


def test_names_come_from_the_glossary() -> None:
    found = [
        f"{name_of(path)}:{line}: {what}"
        for path in python_files()
        for line, what in banned_names(path.read_text("utf-8"))
        # A Django manager finds rows; it is nobody's superior.
        if not what.startswith("UserManager")
    ]
    assert not found


@pytest.mark.parametrize("path", templates(), ids=name_of)
def test_a_template_says_nothing_unkind(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not [word for said in sentences_of(text) for word in avoided_in(said)]


@pytest.mark.parametrize("path", CATALOGUES, ids=name_of)
def test_a_catalogue_says_nothing_unkind(path: Path) -> None:
    unkind = [
        (entry.msgid, avoided_in(said))
        for entry in polib.pofile(str(path))
        for said in (entry.msgid, entry.msgstr, *entry.msgstr_plural.values())
        if avoided_in(said)
    ]
    assert not unkind


@pytest.mark.parametrize(
    "said",
    ["Anda harus datang", "Orang gila", "Tetap SEMANGAT", "Selesai!", "Harap tunggu",
     "Klik di sini", "100 % rahasia", "Ini hanya sebentar", "Your counselor", "Click here"],
)  # fmt: skip
def test_an_unkind_sentence_is_found(said: str) -> None:
    assert avoided_in(said)


@pytest.mark.parametrize(
    "said", ["Anda berharap tenang", "<!doctype html>", "{% if a != b %}", "keharusan batin"]
)
def test_a_kind_sentence_passes(said: str) -> None:
    assert not avoided_in(said)


@pytest.mark.parametrize(
    "code", ["class Patient: ...", "def book(*, customer): ...", "counselor_id = 1",
             "def utils(): ..."],
)  # fmt: skip
def test_a_foreign_word_in_code_is_found(code: str) -> None:
    assert banned_names(code)


def test_unkind_words_in_a_template_are_found() -> None:
    bad = '{% translate "Jangan menyerah" %}'
    assert any(avoided_in(said) for said in sentences_of(bad))
