"""Near days are words, icons are decoration unless they are named."""

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


def test_no_day_has_no_word():
    assert ui.day_word(None, JAKARTA) == ""


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
