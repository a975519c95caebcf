"""Times carry their zone and days are words, in both languages."""

from datetime import UTC, datetime

import pytest
from django.utils import translation

from portal.common import wording

MONDAY_10_WIB = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
MONDAY_1050_WIB = datetime(2026, 11, 23, 3, 50, tzinfo=UTC)
JAKARTA, JAYAPURA = "Asia/Jakarta", "Asia/Jayapura"


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("Asia/Jakarta", "10.00 WIB"),
        ("Asia/Pontianak", "10.00 WIB"),
        ("Asia/Makassar", "11.00 WITA"),
        ("Asia/Jayapura", "12.00 WIT"),
        ("Europe/Amsterdam", "04.00 CET"),
        ("Asia/Dubai", "07.00 UTC+4"),
        (None, "10.00 WIB"),
    ],
)
def test_a_time_is_one_string_with_its_zone(zone, shown):
    for language in ("id", "en"):
        with translation.override(language):
            assert wording.clock(MONDAY_10_WIB, zone) == shown


def test_early_hours_have_a_leading_zero():
    with translation.override("id"):
        assert wording.clock(datetime(2026, 11, 23, 2, 5, tzinfo=UTC), JAKARTA) == "09.05 WIB"


def test_a_period_names_its_zone_once():
    with translation.override("id"):
        shown = wording.span(MONDAY_10_WIB, MONDAY_1050_WIB, JAYAPURA)
    assert shown == "12.00\N{EN DASH}12.50 WIT"


@pytest.mark.parametrize(("language", "shown"), [("id", "Senin"), ("en", "Monday")])
def test_days_in_words(language, shown):
    with translation.override(language):
        assert wording.day(MONDAY_10_WIB, JAKARTA) == f"{shown} 23 November"
        assert wording.long_day(MONDAY_10_WIB, JAKARTA) == f"{shown} 23 November 2026"
        assert wording.plain_date(MONDAY_10_WIB, JAKARTA) == "23 November 2026"


def test_the_day_is_that_of_the_zone():
    late = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)  # 23.30 WIB, 01.30 WIT of the 24th
    with translation.override("en"):
        assert wording.day(late, JAKARTA) == "Monday 23 November"
        assert wording.day(late, JAYAPURA) == "Tuesday 24 November"


def test_zones_without_a_name_are_counted():
    names = {
        zone: wording.zone_name(MONDAY_10_WIB, zone)
        for zone in ("Asia/Tokyo", "Asia/Singapore", "Asia/Kathmandu", "America/Sao_Paulo")
    }
    assert list(names.values()) == ["JST", "UTC+8", "UTC+5.45", "UTC-3"]


def test_two_zones_are_named_only_where_the_clocks_differ():
    with translation.override("en"):
        both = wording.zones(MONDAY_10_WIB, JAKARTA, JAYAPURA, "for the counsellor")
        assert both == "10.00 WIB (12.00 WIT for the counsellor)"
        assert wording.zones(MONDAY_10_WIB, JAKARTA, "Asia/Pontianak", "for her") == "10.00 WIB"
        assert wording.zones(MONDAY_10_WIB, JAKARTA, "") == "10.00 WIB"
        assert wording.other_clock(MONDAY_10_WIB, JAKARTA, JAYAPURA) == "(12.00 WIT)"


def test_nothing_is_written_for_nothing():
    words = (wording.clock, wording.day, wording.long_day, wording.plain_date)
    assert [write(None, JAKARTA) for write in words] == [""] * 4
