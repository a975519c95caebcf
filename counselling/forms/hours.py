"""A counsellor's diary and hours, in the wall time of her own zone."""

from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.calendars.rules import read_instant
from portal.common.fields import ClockField, DayField

DAY_MINUTES: Final = 24 * 60


class BackForm(forms.Form):
    """Which day of the diary a button stood on; without one it stood on the meeting's page."""

    day = forms.DateField(required=False, input_formats=["%Y-%m-%d"])

    def clean_day(self) -> date | None:
        """Leave out days that no diary shows."""
        day: date | None = self.cleaned_data["day"]
        return day if day and 2000 <= day.year < 2100 else None


class StretchForm(forms.Form):
    """An open stretch of a day, closed by one button in the diary."""

    starts_at = forms.CharField(max_length=40)
    ends_at = forms.CharField(max_length=40)

    def clean_starts_at(self) -> datetime:
        """Read the instant."""
        return _instant(self.cleaned_data["starts_at"])

    def clean_ends_at(self) -> datetime:
        """Read the instant."""
        return _instant(self.cleaned_data["ends_at"])


def _instant(text: str) -> datetime:
    try:
        return read_instant(text)
    except ValueError as error:
        raise ValidationError(
            _("This time is not known. Look at the day once more.")
        ) from error


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


class RangeForm(forms.Form):
    """One weekly range; several a day are several of these."""

    weekday = forms.TypedChoiceField(
        label=_("Day"),
        coerce=int,
        choices=[(number + 1, name) for number, name in WEEKDAYS.items()],
        error_messages={
            "required": _("Choose a day."),
            "invalid_choice": _("Choose a day from the list."),
        },
    )
    starts = ClockField(label=pgettext_lazy("hours", "From"), ask=_("Write when it begins."))
    ends = ClockField(
        label=pgettext_lazy("hours", "Until"),
        ask=_("Write when it ends."),
        help_text=_("00.00 means midnight at the end of the day."),
    )
    valid_from = DayField(
        label=_("From which day on"), ask=_("Write from which day on this holds.")
    )
    last_day = DayField(
        label=_("Last day"), required=False, help_text=_("Empty means: until changed.")
    )

    def clean(self) -> dict[str, Any]:
        """Say where an end lies before its beginning."""
        data = {**self.cleaned_data}
        starts, ends = data.get("starts"), data.get("ends")
        if (
            starts is not None
            and ends is not None
            and self._ends_minute(ends) <= _minute(starts)
        ):
            self.add_error("ends", _("The end lies before the beginning. Choose a later end."))
        first, last = data.get("valid_from"), data.get("last_day")
        if first and last and last < first:
            self.add_error(
                "last_day", _("The last day lies before the first. Choose a later one.")
            )
        return data

    @staticmethod
    def _ends_minute(ends: time) -> int:
        return _minute(ends) or DAY_MINUTES

    def as_range(self) -> dict[str, Any]:
        """Return the range in the words of the service: minutes of a day, days half-open."""
        data, last = self.cleaned_data, self.cleaned_data["last_day"]
        return {
            "weekday": data["weekday"],
            "starts_minute": _minute(data["starts"]),
            "ends_minute": self._ends_minute(data["ends"]),
            "valid_from": data["valid_from"],
            "valid_until": last + timedelta(days=1) if last else None,
        }


class PeriodForm(forms.Form):
    """A dated closing or opening in a counsellor's own wall time; without times, whole days."""

    day = DayField(label=_("Day"), ask=_("Write the day."))
    last_day = DayField(
        label=_("Until which day"), required=False, help_text=_("Empty means: the same day.")
    )
    starts = ClockField(
        label=pgettext_lazy("hours", "From"),
        required=False,
        help_text=_("Both times empty means: the whole day."),
    )
    ends = ClockField(label=pgettext_lazy("hours", "Until"), required=False)

    def clean(self) -> dict[str, Any]:
        """Say where an end lies before its beginning."""
        data = {**self.cleaned_data}
        if "day" not in data or {"last_day", "starts", "ends"} & set(self.errors):
            return data
        starts, ends = self._edges(data)
        if ends <= starts:
            name = (
                "last_day"
                if data.get("last_day") and data["last_day"] < data["day"]
                else "ends"
            )
            self.add_error(name, _("The end lies before the beginning. Choose a later end."))
        return data

    @staticmethod
    def _edges(data: dict[str, Any]) -> tuple[datetime, datetime]:
        last = data["last_day"] or data["day"]
        starts = datetime.combine(data["day"], data["starts"] or time.min)
        if data["ends"] is None or data["ends"] == time.min:
            return starts, datetime.combine(last + timedelta(days=1), time.min)
        return starts, datetime.combine(last, data["ends"])

    def period(self, *, zone: str) -> tuple[datetime, datetime]:
        """Return the instants of the period on the clock of a zone, half-open."""
        here = ZoneInfo(zone)
        starts, ends = self._edges(self.cleaned_data)
        return starts.replace(tzinfo=here), ends.replace(tzinfo=here)
