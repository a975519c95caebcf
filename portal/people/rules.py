"""What holds for numbers, lines of command and roles; facts in, answers out."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

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
    frozenset({Role.ADMIN, Role.DPO}),
)
"""
Who hears a person does not judge her certificate, and who runs the machine does not check its
record.
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
