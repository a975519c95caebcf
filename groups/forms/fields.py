"""Fields that several forms of this room share: lengths, numbers of seats, ways of meeting."""

from datetime import datetime
from typing import Final

from django import forms
from django.utils.translation import gettext_lazy as _

from groups.choices import Way
from portal.common.fields import CHOOSE, capitals, number_field

SEATS_MAX: Final = 500


def minutes_field(initial: int | None = 90) -> forms.IntegerField:
    """Return the field for how long a meeting lasts."""
    return number_field(_("Length in minutes"), least=15, most=480, initial=initial)


def ways_field() -> forms.MultipleChoiceField:
    """Return the boxes for the ways of meeting."""
    return forms.MultipleChoiceField(
        label=_("Ways of meeting"),
        choices=lambda: capitals(Way.choices),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Tick at least one way of meeting."),
            "invalid_choice": CHOOSE,
        },
    )


def minutes_between(starts_at: datetime, ends_at: datetime) -> int:
    """Return the length of a meeting in minutes."""
    return int((ends_at - starts_at).total_seconds()) // 60
