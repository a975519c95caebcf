"""Lengths in figures and words."""

from decimal import Decimal

import pytest

from portal.papers.choices import LengthUnit
from portal.papers.numerals import length_words


@pytest.mark.parametrize(
    ("amount", "unit", "indonesian", "english"),
    [
        ("1", "WORKING_DAYS", "1 (satu) hari kerja", "1 (one) working day"),
        ("1.00", "WORKING_DAYS", "1 (satu) hari kerja", "1 (one) working day"),
        ("0.5", "WORKING_DAYS", "0,5 (setengah) hari kerja", "0.5 (half) working days"),
        ("2.50", "WORKING_DAYS", "2,5 (dua setengah) hari kerja",
         "2.5 (two and a half) working days"),
        ("10", "CALENDAR_DAYS", "10 (sepuluh) hari kalender", "10 (ten) calendar days"),
        ("11", "CALENDAR_DAYS", "11 (sebelas) hari kalender", "11 (eleven) calendar days"),
        ("12", "WORKING_DAYS", "12 (dua belas) hari kerja", "12 (twelve) working days"),
        ("20", "MONTHS", "20 (dua puluh) bulan", "20 (twenty) months"),
        ("1", "MONTHS", "1 (satu) bulan", "1 (one) month"),
        ("24", "WORKING_DAYS", "24 (dua puluh empat) hari kerja",
         "24 (twenty-four) working days"),
        ("100", "CALENDAR_DAYS", "100 (seratus) hari kalender",
         "100 (one hundred) calendar days"),
        ("115", "CALENDAR_DAYS", "115 (seratus lima belas) hari kalender",
         "115 (one hundred and fifteen) calendar days"),
        ("365", "CALENDAR_DAYS", "365 (tiga ratus enam puluh lima) hari kalender",
         "365 (three hundred and sixty-five) calendar days"),
        ("1000", "CALENDAR_DAYS", "1000 hari kalender", "1000 calendar days"),
        ("1.25", "WORKING_DAYS", "1,25 hari kerja", "1.25 working days"),
    ],
)  # fmt: skip
def test_a_length_in_words(amount: str, unit: str, indonesian: str, english: str) -> None:
    said = {
        language: length_words(amount=Decimal(amount), unit=LengthUnit(unit), language=language)
        for language in ("id", "en")
    }
    assert said == {"id": indonesian, "en": english}
