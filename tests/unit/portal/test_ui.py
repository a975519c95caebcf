"""Times carry their zone, days are words, icons are decoration unless they are named."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.template import Context, Engine
from django.utils import translation

from portal.templatetags import portal_ui as ui

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
        ("Asia/Dubai", "07.00 UTC+04"),
        (None, "10.00 WIB"),
    ],
)
def test_a_time_is_one_string_with_its_zone(zone, shown):
    for language in ("id", "en"):
        with translation.override(language):
            assert ui.clock(MONDAY_10_WIB, zone) == shown


def test_early_hours_have_a_leading_zero():
    with translation.override("id"):
        assert ui.clock(datetime(2026, 11, 23, 2, 5, tzinfo=UTC), JAKARTA) == "09.05 WIB"


def test_a_period_names_its_zone_once():
    with translation.override("id"):
        shown = ui.span(MONDAY_10_WIB, MONDAY_1050_WIB, JAYAPURA)
    assert shown == "12.00\N{EN DASH}12.50 WIT"


@pytest.mark.parametrize(("language", "shown"), [("id", "Senin"), ("en", "Monday")])
def test_days_in_words(language, shown):
    with translation.override(language):
        assert ui.day(MONDAY_10_WIB, JAKARTA) == f"{shown} 23 November"
        assert ui.long_day(MONDAY_10_WIB, JAKARTA) == f"{shown} 23 November 2026"
        assert ui.plain_date(MONDAY_10_WIB, JAKARTA) == "23 November 2026"


def test_the_day_is_that_of_the_zone():
    late = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)  # 23.30 WIB, 01.30 WIT of the 24th
    with translation.override("en"):
        assert ui.day(late, JAKARTA) == "Monday 23 November"
        assert ui.day(late, JAYAPURA) == "Tuesday 24 November"


@pytest.mark.parametrize(
    ("now", "zone", "shown"),
    [
        (datetime(2026, 11, 22, 20, 0, tzinfo=UTC), JAKARTA, "Today"),
        (datetime(2026, 11, 22, 10, 0, tzinfo=UTC), JAKARTA, "Tomorrow"),
        (datetime(2026, 11, 21, 10, 0, tzinfo=UTC), JAKARTA, "Monday 23 November"),
        (datetime(2026, 11, 22, 15, 30, tzinfo=UTC), JAYAPURA, "Today"),
    ],
)
def test_near_days_are_words(now, zone, shown):
    with time_machine.travel(now, tick=False), translation.override("en"):
        assert ui.day_word(MONDAY_10_WIB, zone) == shown


def test_two_zones_are_named_only_where_the_clocks_differ():
    with translation.override("en"):
        both = ui.zones(MONDAY_10_WIB, JAKARTA, JAYAPURA, "for the counsellor")
        assert both == "10.00 WIB (12.00 WIT for the counsellor)"
        assert ui.zones(MONDAY_10_WIB, JAKARTA, "Asia/Pontianak", "for her") == "10.00 WIB"
        assert ui.zones(MONDAY_10_WIB, JAKARTA, "") == "10.00 WIB"
        assert ui.other_clock(MONDAY_10_WIB, JAKARTA, JAYAPURA) == "(12.00 WIT)"


def test_nothing_is_written_for_nothing():
    assert [f(None, JAKARTA) for f in (ui.clock, ui.day, ui.long_day, ui.day_word)] == [""] * 4


def test_icons_are_decoration_unless_named():
    assert 'aria-hidden="true"' in ui.icon("lock")
    assert 'role="img" aria-label="&lt;b&gt;"' in ui.icon("lock", "<b>")


@pytest.mark.parametrize("name", sorted(ui.ICONS))
def test_every_icon_draws_one_path(name):
    drawn = ui.icon(name)
    assert drawn.count("<path") == 1
    assert "style=" not in drawn


def test_tags_work_in_a_template():
    engine = Engine(builtins=["portal.templatetags.portal_ui"])
    page = engine.from_string("{% span a b z %}|{{ a|clock:z }}|{% icon 'leaf' %}")
    with translation.override("id"):
        said = page.render(Context({"a": MONDAY_10_WIB, "b": MONDAY_1050_WIB, "z": JAKARTA}))
    assert said.startswith("10.00\N{EN DASH}10.50 WIB|10.00 WIB|<svg")
