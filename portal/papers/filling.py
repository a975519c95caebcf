"""From a shape to the words that a form prints: dates spelt, texts made fit to be drawn."""

import unicodedata
from dataclasses import fields
from datetime import date
from decimal import Decimal

from django.utils.translation import override

from portal.common.wording import plain_date
from portal.papers.codes import qr_svg
from portal.papers.numerals import length_words, number
from portal.papers.shapes import (
    Agreement,
    AttestationPaper,
    DecisionLetter,
    Language,
    LeaveForm,
    Paper,
    Stage,
    YearBalance,
)

JSON = str | int | bool | None | list["JSON"] | dict[str, "JSON"]

_Part = YearBalance | Stage | Agreement
_LETTERS_PER_GROUP = 8


def fill(paper: Paper) -> dict[str, JSON]:
    """
    Return the data of a form: every field of the shape, dates and numbers in words.

    Adds ``qr`` (the code as SVG, empty without an address), ``length_words`` where there is a
    length, and the hash of a certificate in groups.
    """
    with override(paper.language):
        data = _fields(paper, paper.language)
    data["qr"] = qr_svg(paper.verify_url) if paper.verify_url else ""
    if isinstance(paper, DecisionLetter | LeaveForm):
        data["length_words"] = length_words(
            amount=paper.length, unit=paper.length_unit, language=paper.language
        )
    if isinstance(paper, AttestationPaper):
        data["certificate_groups"] = _groups(paper.certificate_sha256)
    return data


def drawable(text: str) -> str:
    """
    Return a text without what has no shape: controls become spaces, hidden marks go.

    Marks that turn the direction of writing go too; they could make a name look like another.
    """
    kept = (
        " " if category in {"Cc", "Zl", "Zp"} else char
        for char in unicodedata.normalize("NFC", text)
        if (category := unicodedata.category(char)) not in {"Cf", "Cs", "Co", "Cn"}
    )
    return " ".join("".join(kept).split())


def _fields(shape: Paper | _Part, language: Language) -> dict[str, JSON]:
    return {field.name: _plain(getattr(shape, field.name), language) for field in fields(shape)}


def _plain(value: object, language: Language) -> JSON:
    """Return one value as JSON that a form can print as it is."""
    match value:
        case str():
            return drawable(str(value))
        case date():
            return plain_date(value)
        case Decimal():
            return number(value, language)
        case tuple():
            return [_plain(part, language) for part in value]
        case int() | None:
            return value
        case YearBalance() | Stage() | Agreement():
            return _fields(value, language)
    message = f"a paper cannot print {type(value).__name__}"
    raise TypeError(message)


def _groups(digits: str) -> list[JSON]:
    """Return a hash in groups that an eye can compare."""
    step = _LETTERS_PER_GROUP
    return [digits[start : start + step].lower() for start in range(0, len(digits), step)]
