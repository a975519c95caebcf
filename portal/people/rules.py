"""What holds for numbers, lines of command, roles and nicknames; facts in, answers out."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final, TypeVar

from confusable_homoglyphs import confusables

from portal.people.choices import Employment, NipProblem, Role

Key = TypeVar("Key")
_FILLING = re.compile(r"[\s.\-'\u2019\u00a0\ufeff]+")
_SCIENTIFIC = re.compile(r"\d[\d,]*E\+?\d+", re.IGNORECASE)
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What makes a spreadsheet compute a cell. Source: OWASP, CSV Injection."""
OLDEST_BIRTH_YEAR = 1900
YOUNGEST_AT_APPOINTMENT = 15
"""Years between birth and appointment; low, because old appointments were early."""
PPPK_CONTRACTS = range(21, 30)
PNS_MONTHS = range(1, 13)
_NEVER_TOGETHER = (
    frozenset({Role.COUNSELLOR, Role.REVIEWER}),
    frozenset({Role.DUTY, Role.REVIEWER}),
    frozenset({Role.HR, Role.REVIEWER}),
    frozenset({Role.OFFICIAL, Role.REVIEWER}),
    frozenset({Role.ADMIN, Role.DPO}),
)
"""
Who hears a person does not judge her certificate, who reads it neither prepares nor takes the
decision, and who runs the machine does not check its record.
"""


@dataclass(frozen=True, slots=True)
class NipReading:
    """What eighteen digits say. ``employment`` is None exactly when there is a problem."""

    digits: str
    employment: Employment | None
    problem: NipProblem | None


def read_nip(text: str, *, today: date) -> NipReading:
    """
    Read a NIP, with or without the spaces and dots people write it with.

    Source: BKN's numbering, Regulation of the Head of BKN 22/2007, for PNS: date of birth
    YYYYMMDD, year and month of appointment YYYYMM, sex 1 or 2, serial number 001-999. For PPPK
    the number has the same length, but digits 13 and 14 are no month: a 2 and the number of the
    contract, 21 for the first.
    """
    digits = _FILLING.sub("", text)
    problem = _nip_problem(digits, today)
    if problem is not None:
        return NipReading(digits, None, problem)
    is_pppk = int(digits[12:14]) in PPPK_CONTRACTS
    return NipReading(digits, Employment.PPPK if is_pppk else Employment.PNS, None)


def service_start_from_nip(nip: str | None, employment: str) -> date | None:
    """
    Return the first day of the month in which somebody was appointed, or None if unknown.

    Only the number of a PNS has it. Digits 13 and 14 of a PPPK count contracts and are no
    month, and a year alone is no day: whether a year of service is over cannot hang on a guess.
    """
    digits = _FILLING.sub("", nip or "")
    if employment != Employment.PNS or _nip_shape_problem(digits) is not None:
        return None
    year, month = int(digits[8:12]), int(digits[12:14])
    if month not in PNS_MONTHS or year < OLDEST_BIRTH_YEAR:
        return None
    return date(year, month, 1)


def _nip_problem(digits: str, today: date) -> NipProblem | None:
    shape = _nip_shape_problem(digits)
    if shape is not None:
        return shape
    year, pair = int(digits[8:12]), int(digits[12:14])
    checks = (
        (_is_birth(digits[:8], today), NipProblem.BIRTH),
        (
            int(digits[:4]) + YOUNGEST_AT_APPOINTMENT <= year <= today.year + 1,
            NipProblem.YEAR,
        ),
        (pair in PNS_MONTHS or pair in PPPK_CONTRACTS, NipProblem.MONTH),
        (digits[14] in "12", NipProblem.SEX),
        (digits[15:] != "000", NipProblem.SERIAL),
    )
    return next((problem for holds, problem in checks if not holds), None)


def _nip_shape_problem(digits: str) -> NipProblem | None:
    if not digits:
        return NipProblem.EMPTY
    if _SCIENTIFIC.fullmatch(digits):
        return NipProblem.SHORTENED
    if len(digits) != 18 or not digits.isascii() or not digits.isdigit():
        return NipProblem.NOT_EIGHTEEN
    return None


def _is_birth(digits: str, today: date) -> bool:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return born.year >= OLDEST_BIRTH_YEAR and born <= today


def on_a_circle(superior_of: Mapping[Key, Key | None]) -> frozenset[Key]:
    """Return everybody who, going up from superior to superior, comes back to herself."""
    done: set[Key] = set()
    circles: set[Key] = set()
    for start in superior_of:
        path: dict[Key, int] = {}
        here: Key | None = start
        while here is not None and here not in done and here not in path:
            path[here] = len(path)
            here = superior_of.get(here)
        if here is not None and here in path:
            circles.update(key for key, step in path.items() if step >= path[here])
        done.update(path)
    return frozenset(circles)


def neutral_cell(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula; for every CSV we write."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def refuse_together(held: Iterable[Role], wanted: Role) -> bool:
    """Say whether one person cannot hold this role beside those she holds."""
    others = set(held) - {wanted}
    return any(wanted in group and others & group for group in _NEVER_TOGETHER)


ALIAS_MAX: Final = 30
_NAME_TELLS: Final = 3
_UNIT_TELLS: Final = 4
_NUMBER_TELLS: Final = 6
_BLANK_LETTERS: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters of Hangul and Braille that show nothing, yet count as letters or signs."""
_BLANK_MARKS: Final = re.compile(
    "[\u034f\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
"""Marks that only choose between shapes, or show nothing at all."""
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})
_TWINS: Final = str.maketrans({"0": "o", "1": "i", "l": "i", "|": "i"})
"""What looks alike among our own letters and digits."""


def clean_alias(text: str) -> str:
    """Return a nickname as it is kept: nothing invisible, single blanks, at most 30 signs."""
    words = _BLANK_MARKS.sub("", " ".join(text.split()))
    seen = "".join(sign for sign in words if not _is_invisible(sign))
    return " ".join(unicodedata.normalize("NFC", seen).split())[:ALIAS_MAX].strip()


def fold_alias(text: str) -> str:
    """
    Return a nickname as it is compared: two that look alike fold to the same.

    NFKC; look-alikes of other scripts as Latin letters; case folded; without marks; 0 as o, and
    1, l and | as i; letters and digits only.
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text))
    return "".join(_as_latin(sign) for sign in plain)


def alias_tells(alias: str, *, names: Sequence[str], units: Sequence[str] = ()) -> bool:
    """
    Return whether a nickname shows who somebody is, or where she works.

    ``names`` are the person's own full name, NIP and mail names; words shorter than three
    letters do not count. ``units`` are names and codes of her unit, told only as a whole; those
    shorter than four letters do not count.
    """
    if sum(sign.isdigit() for sign in unicodedata.normalize("NFKC", alias)) >= _NUMBER_TELLS:
        return True
    chosen = fold_alias(alias)
    words = {fold_alias(word) for name in names for word in _words(name)}
    if any(word in chosen for word in words if len(word) >= _NAME_TELLS):
        return True
    places = {fold_alias(unit) for unit in units}
    return any(place in chosen for place in places if len(place) >= _UNIT_TELLS)


def _words(name: str) -> list[str]:
    return "".join(letter if letter.isalnum() else " " for letter in name).split()


def _is_invisible(sign: str) -> bool:
    return sign in _BLANK_LETTERS or unicodedata.category(sign) in _INVISIBLE


@lru_cache(maxsize=4096)
def _as_latin(sign: str) -> str:
    """Return the Latin letters and digits a sign looks like; else itself, or nothing."""
    if sign.isascii():
        folded = sign.casefold().translate(_TWINS)
        return folded if folded.isalnum() else ""
    if sign in _BLANK_LETTERS:
        return ""
    # Many a small letter of another script has a look-alike only as a capital (к, в, н).
    for shape in dict.fromkeys((sign, sign.casefold(), sign.lower(), sign.upper())):
        if looks := _look_alike(shape):
            return looks
    bare = unicodedata.normalize("NFKD", sign.casefold())
    return "".join(letter for letter in bare if letter.isalnum())


def _look_alike(shape: str) -> str:
    """Return what the Unicode table of look-alikes has in plain Latin for it, or nothing."""
    # The table writes signs that run from right to left between two marks of direction.
    table = confusables.confusables_data
    for twin in (*table.get(shape, ()), *table.get(f"\u200e{shape}\u200e", ())):
        bare = "".join(
            sign
            for sign in unicodedata.normalize("NFKD", twin["c"])
            if not unicodedata.combining(sign) and not _is_invisible(sign)
        )
        if bare.isascii() and (folded := bare.casefold().translate(_TWINS)).isalnum():
            return folded
    return ""
