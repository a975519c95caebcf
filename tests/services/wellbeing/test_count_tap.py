"""A tap is one more in a month's number, and nothing else anywhere."""

from datetime import UTC, date, datetime

import pytest
from django.apps import apps

from portal.wellbeing.models import TapCount
from portal.wellbeing.services import count_tap

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def _rows() -> dict[str, int]:
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


@pytest.mark.django_db
def test_taps_of_a_month_are_one_number():
    for _ in range(3):
        count_tap(now=NOW)
    count_tap(now=datetime(2026, 11, 30, 17, 30, tzinfo=UTC))  # 1 December in Jakarta
    months = dict(TapCount.objects.values_list("month", "taps"))
    assert months == {date(2026, 11, 1): 3, date(2026, 12, 1): 1}


@pytest.mark.django_db
def test_a_tap_leaves_no_other_row():
    count_tap(now=NOW)
    before = _rows()
    count_tap(now=NOW)
    assert _rows() == before
    assert {field.name for field in TapCount._meta.fields} == {"id", "month", "taps"}
