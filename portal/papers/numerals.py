"""Lengths in figures and in words, as letters write them: 5 (lima) hari kerja."""

from collections.abc import Callable
from decimal import Decimal

from portal.papers.choices import LengthUnit
from portal.papers.shapes import Language

# fmt: off
_ID = (
    "nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan",
    "sepuluh", "sebelas",
)
_EN = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen",
)
# fmt: on
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_UNITS: dict[str, dict[str, tuple[str, str]]] = {
    "id": {
        LengthUnit.WORKING_DAYS: ("hari kerja", "hari kerja"),
        LengthUnit.CALENDAR_DAYS: ("hari kalender", "hari kalender"),
        LengthUnit.MONTHS: ("bulan", "bulan"),
    },
    "en": {
        LengthUnit.WORKING_DAYS: ("working day", "working days"),
        LengthUnit.CALENDAR_DAYS: ("calendar day", "calendar days"),
        LengthUnit.MONTHS: ("month", "months"),
    },
}


def length_words(*, amount: Decimal, unit: LengthUnit, language: Language) -> str:
    """Write a length as a letter does: ``5 (lima) hari kerja``, ``1 (one) working day``."""
    singular, plural = _UNITS[language][unit]
    spelt = _spell(amount, language)
    figures = number(amount, language)
    head = f"{figures} ({spelt})" if spelt else figures
    return f"{head} {singular if amount == 1 else plural}"


def number(amount: Decimal, language: Language) -> str:
    """Write a number without idle zeros, with the language's decimal sign."""
    plain = f"{amount:f}"
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return plain.replace(".", ",") if language == "id" else plain


def _spell(amount: Decimal, language: Language) -> str:
    """Return a number in words; nothing where figures have to do."""
    whole, rest = divmod(amount, 1)
    if not 0 <= whole < 1000 or rest not in {Decimal(0), Decimal("0.5")}:
        return ""
    words = _indonesian(int(whole)) if language == "id" else _english(int(whole))
    half, and_half = ("setengah", " setengah") if language == "id" else ("half", " and a half")
    if not rest:
        return words
    return f"{words}{and_half}" if whole else half


def _indonesian(count: int) -> str:
    if count < len(_ID):
        return _ID[count]
    if count < 20:
        return f"{_ID[count - 10]} belas"
    if count < 100:
        return _joined(f"{_ID[count // 10]} puluh", count % 10, _indonesian, " ")
    hundreds = "seratus" if count < 200 else f"{_ID[count // 100]} ratus"
    return _joined(hundreds, count % 100, _indonesian, " ")


def _english(count: int) -> str:
    if count < len(_EN):
        return _EN[count]
    if count < 100:
        return _joined(_TENS[count // 10 - 2], count % 10, _english, "-")
    return _joined(f"{_EN[count // 100]} hundred", count % 100, _english, " and ")


def _joined(head: str, rest: int, spell: Callable[[int], str], between: str) -> str:
    return f"{head}{between}{spell(rest)}" if rest else head
