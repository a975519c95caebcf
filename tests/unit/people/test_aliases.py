"""Nicknames: what is kept of them, which of them look alike, and which tell who somebody is."""
# ruff: noqa: RUF001, RUF003 - letters that look alike are what is tested

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.people.rules import ALIAS_MAX, alias_tells, clean_alias, fold_alias

SIGNS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
WORDS = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789|", max_size=30)
CYRILLIC = str.maketrans("KACEOPTXaceopxyi", "КАСЕОРТХасеорхуі")
NAMES = ("Rina Anggraini Putri", "198001012006042001", "r.anggraini")


@pytest.mark.parametrize(
    "twin",
    [
        "KENANGA",
        " ke nan-ga ",
        "Кenanga",  # a Cyrillic capital К
        "кenanga",  # a small one, whose only Latin twin is the capital's
        "Kеnаnga",  # Cyrillic е and а
        "Kenαngα",  # Greek
        "Ｋｅｎａｎｇａ",  # full width
        "𝐊𝐞𝐧𝐚𝐧𝐠𝐚",  # mathematical
        "Ⓚⓔⓝⓐⓝⓖⓐ",
        "Kénàn̈ga̋",
        "K\u200ben\u202ean\u2066ga\u200f",
        "Ken\u3164anga",
        "Ken\ufe0fanga",
    ],
)
def test_what_looks_alike_is_one_nickname(twin):
    assert fold_alias(twin) == fold_alias("Kenanga") == "kenanga"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bulan 0", "Bulan O"),
        ("Bulan 1", "Bulan l"),
        ("Bulan 1", "Bulan I"),
        ("Bulan |", "Bulan i"),
        ("Bulan ١", "Bulan 1"),  # an Arabic one
        ("Łódź", "Lodz"),
        ("Ilir", "llir"),
    ],
)
def test_digits_and_letters_that_look_alike_are_one(one, other):
    assert fold_alias(one) == fold_alias(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Bulan 2", "Bulan 3"), ("Senja", "Serja"), ("Мир", "Мор"), ("Awan", "")]
)
def test_what_does_not_look_alike_stays_apart(one, other):
    assert fold_alias(one) != fold_alias(other)


@given(SIGNS)
def test_folding_again_changes_nothing(text):
    folded = fold_alias(text)
    assert fold_alias(folded) == folded
    assert all(sign.isalnum() for sign in folded)
    assert fold_alias(clean_alias(text)[:ALIAS_MAX]) == fold_alias(clean_alias(text))


@given(WORDS)
def test_no_dress_makes_a_word_another_nickname(word):
    plain = fold_alias(word)
    assert fold_alias(word.swapcase()) == plain
    assert fold_alias(word.translate(CYRILLIC)) == plain
    assert fold_alias("\u200d".join(word)) == plain
    assert fold_alias(unicodedata.normalize("NFD", word)) == plain
    assert fold_alias("".join(f"{sign}\u0301" for sign in word)) == plain


@given(SIGNS)
def test_a_cleaned_nickname_shows_all_it_has(text):
    kept = clean_alias(text)
    assert len(kept) <= ALIAS_MAX
    assert kept == " ".join(kept.split())
    assert not {unicodedata.category(sign) for sign in kept} & {"Cc", "Cf", "Co", "Cn"}
    assert clean_alias(kept) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Bunga \t Senja \n", "Bunga Senja"),
        ("Bu\u202enga\u200f", "Bunga"),
        ("\u2067\u200b\u3164", ""),
        ("A\u0000B\u007f", "AB"),
        ("Ken\ufe0fan\u034fga", "Kenanga"),
        ("x" * 29 + " yz", "x" * 29),
        ("Кenanga", "Кenanga"),
    ],
)
def test_nothing_invisible_is_kept(typed, kept):
    assert clean_alias(typed) == kept


@pytest.mark.parametrize(
    "alias",
    [
        "rina",
        "R1NA",
        "Rinа",  # a Cyrillic а
        "Anggrainiku",
        "Ｒｉｎａ",  # full width
        "r-i-n-a",
        "si putri kecil",
        "198001012006042001",
        "081234567",
        "nomor 12 34 56",
        "\u0661\u0662\u0663\u0664\u0665\u0666",
        "1 1 0 0 1 0",
    ],
)
def test_a_name_or_a_number_tells(alias):
    assert alias_tells(alias, names=NAMES)


@pytest.mark.parametrize("alias", ["Kenanga", "Bulan 12345", "Riana", "Anggrek", ""])
def test_an_innocent_nickname_does_not(alias):
    assert not alias_tells(alias, names=NAMES)


def test_short_words_of_a_name_tell_nothing():
    assert not alias_tells("Bulan Al", names=("Al Ba",))


@pytest.mark.parametrize(
    ("alias", "tells"),
    [
        ("Kepegawaian", True),
        ("biro  kepegawaian", True),
        ("Biro Kepegawa1an 7", True),
        ("si U1204 itu", True),
        ("Biro", False),
        ("BKN", False),
        ("Pegawai", False),
    ],
)
def test_a_whole_unit_tells(alias, tells):
    units = ("Biro Kepegawaian", "U1204", "BKN")
    if alias == "Kepegawaian":
        units = ("Kepegawaian",)
    assert alias_tells(alias, names=NAMES, units=units) is tells
