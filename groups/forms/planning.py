"""What a facilitator types about when and where: a series, one meeting, what changes in it."""

from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from groups.choices import HolidayPolicy, Rhythm, Way
from groups.forms.fields import minutes_between, minutes_field, ways_field
from groups.services.following import FollowingPlan
from groups.services.series import SeriesPlan
from portal.common.fields import CHOOSE, ClockField, DayField, choice_field, number_field
from portal.common.forms import TextField

ROOM_MAX: Final = 100
DIRECTIONS_MAX: Final = 300
_ASK_DAY: Final = _("Choose a day.")
_ASK_TIME: Final = _("Write when it begins.")
_TODAY_ON: Final = _("That lies in the past. Choose a day from today on.")


class SeriesForm(forms.Form):
    """When a group meets, again and again, on the clock of its own zone."""

    rhythm = choice_field(_("How often"), Rhythm.choices, initial=Rhythm.WEEKLY)
    starts_on = DayField(label=_("First day"), ask=_ASK_DAY)
    at = ClockField(label=_("Begins at"), ask=_ASK_TIME)
    duration_minutes = minutes_field()
    ways = ways_field()
    holiday_policy = choice_field(
        _("When it falls on a holiday"), HolidayPolicy.choices, initial=HolidayPolicy.ASK
    )
    until_on = DayField(
        label=_("Last day"),
        required=False,
        help_text=_("Empty means: until you change it."),
    )
    count = number_field(_("Or after so many meetings"), least=1, most=200, required=False)

    def __init__(self, *args: Any, today: date, **options: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **options)
        self.today = today

    def clean_starts_on(self) -> date:
        """Begin from today on."""
        day: date = self.cleaned_data["starts_on"]
        if day < self.today:
            raise forms.ValidationError(_TODAY_ON)
        return day

    def clean(self) -> dict[str, Any]:
        """Take one end, not two, and none before the beginning."""
        data: dict[str, Any] = {**self.cleaned_data, **(super().clean() or {})}
        first, last = data.get("starts_on"), data.get("until_on")
        if first and last and last < first:
            self.add_error(
                "until_on", _("The last day lies before the first. Choose a later one.")
            )
        elif last and data.get("count"):
            self.add_error("count", _("Choose one of the two: a last day, or a number."))
        return data

    def series(self) -> SeriesPlan:
        """Return what was typed in the words of the service."""
        data = self.cleaned_data
        return SeriesPlan(
            rhythm=Rhythm(data["rhythm"]),
            starts_on=data["starts_on"],
            at=data["at"],
            duration_minutes=data["duration_minutes"],
            until_on=data["until_on"],
            count=data["count"],
            ways=[Way(way) for way in data["ways"]],
            holiday_policy=HolidayPolicy(data["holiday_policy"]),
        )


class MeetingForm(forms.Form):
    """One meeting beside the series."""

    day = DayField(label=_("Day"), ask=_ASK_DAY)
    at = ClockField(label=_("Begins at"), ask=_ASK_TIME)
    duration_minutes = minutes_field()
    ways = ways_field()


class MoveForm(forms.Form):
    """Another time for one meeting; ``rev`` is the state the page was made from."""

    day = DayField(label=_("Day"), ask=_ASK_DAY)
    at = ClockField(label=_("Begins at"), ask=_ASK_TIME)
    duration_minutes = minutes_field()
    rev = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    @staticmethod
    def initial_of(
        starts_at: datetime, ends_at: datetime, zone: str, rev: int
    ) -> dict[str, Any]:
        """Return what the form shows of a meeting."""
        here = starts_at.astimezone(ZoneInfo(zone))
        return {
            "day": here.date(),
            "at": here.time(),
            "duration_minutes": minutes_between(starts_at, ends_at),
            "rev": rev,
        }


class PlaceForm(forms.Form):
    """Another room or way for one meeting."""

    ways = ways_field()
    room = TextField(
        label=_("Room"),
        longest=ROOM_MAX,
        required=False,
        help_text=_("Empty means: as the group usually does."),
    )
    directions = TextField(
        label=_("How to get there"),
        longest=DIRECTIONS_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    rev = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class FollowingForm(forms.Form):
    """This meeting and all later ones of its series."""

    weekday = forms.TypedChoiceField(
        label=_("Day of the week"),
        coerce=int,
        choices=[(number, name) for number, name in WEEKDAYS.items()],
        error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
    )
    at = ClockField(label=_("Begins at"), ask=_ASK_TIME)
    duration_minutes = minutes_field()
    ways = ways_field()
    room = TextField(
        label=_("Room"),
        longest=ROOM_MAX,
        required=False,
        help_text=_("Empty means: as the group usually does."),
    )
    directions = TextField(
        label=_("How to get there"),
        longest=DIRECTIONS_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def following(self) -> FollowingPlan:
        """Return what was typed in the words of the service."""
        data = self.cleaned_data
        return FollowingPlan(
            weekday=data["weekday"],
            at=data["at"],
            duration_minutes=data["duration_minutes"],
            ways=[Way(way) for way in data["ways"]],
            room=data["room"],
            directions=data["directions"],
        )


class VersionForm(forms.Form):
    """The state of the series a button was made from."""

    version = forms.IntegerField(min_value=0)
