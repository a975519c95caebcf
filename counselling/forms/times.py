"""Choosing a time: the wishes, and the button that was pressed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from counselling.choices import Mode, PartOfDay, Sex
from counselling.selectors import CounsellorChoice, TimeFilter
from portal.calendars.rules import read_instant
from portal.common.fields import capitals

TOKEN_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class TimeChoice:
    """One pressed time; the services check it afresh."""

    counsellor_id: UUID
    service_id: UUID
    starts_at: datetime
    mode: str


class TimeForm(forms.Form):
    """The time somebody pressed."""

    time = forms.CharField(max_length=TOKEN_MAX)

    def clean_time(self) -> TimeChoice:
        """Read the token; whatever is not one of ours is a time that is not there."""
        try:
            counsellor, service, starts, mode = self.cleaned_data["time"].split("|")
            return TimeChoice(
                UUID(counsellor), UUID(service), read_instant(starts), Mode(mode).value
            )
        except ValueError as error:
            raise ValidationError("unknown time") from error


class TimeFilterForm(forms.Form):
    """What somebody wishes for in the list of times."""

    mode = forms.ChoiceField(label=_("Way of meeting"), required=False)
    part = forms.ChoiceField(label=_("Part of the day"), required=False)
    sex = forms.ChoiceField(label=_("Woman or man"), required=False)
    counsellor = forms.ChoiceField(label=_("Counsellor"), required=False)
    outside = forms.BooleanField(label=_("Somebody from outside my agency"), required=False)

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - Django's own
        counsellors: Sequence[CounsellorChoice],
        **options: Any,  # noqa: ANN401 - Django's own
    ) -> None:
        super().__init__(*args, **options)
        every = ("", pgettext_lazy("wish", "No preference"))
        self._offer("mode", [every, *capitals(Mode.choices)])
        self._offer("part", [every, *capitals(PartOfDay.choices)])
        self._offer("sex", [every, *capitals(Sex.choices)])
        names = [(str(one.id), one.name) for one in counsellors]
        self._offer("counsellor", [every, *names])

    def _offer(self, name: str, choices: Iterable[tuple[object, object]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = list(choices)
            field.error_messages["invalid_choice"] = _("Choose one from the list.")

    def as_stored(self) -> dict[str, str | bool]:
        """Return what the session keeps: the wishes that were made."""
        return {name: value for name, value in self.cleaned_data.items() if value}


def wanted_from(stored: object) -> TimeFilter:
    """Read wishes back from the session; whatever no longer fits is no wish."""
    if not isinstance(stored, dict):
        return TimeFilter()
    try:
        return TimeFilter(
            mode=Mode(stored["mode"]) if stored.get("mode") else None,
            sex=Sex(stored["sex"]) if stored.get("sex") else None,
            part=PartOfDay(stored["part"]) if stored.get("part") else None,
            outside=bool(stored.get("outside")),
            counsellor_id=UUID(stored["counsellor"]) if stored.get("counsellor") else None,
        )
    except (ValueError, TypeError, AttributeError):
        return TimeFilter()
