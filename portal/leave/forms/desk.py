"""What officials and HR type about one request: an outcome in fixed words, a day, a press."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.common.fields import DayField, capitals, choice_field
from portal.leave.choices import Outcome, Reason, RevokeReason, WayForward
from portal.leave.forms.versions import VersionForm
from portal.leave.rules.deciding import Ruling

GRANTING: Final = (Outcome.GRANT, Outcome.AMEND)
REASONS: Final = {
    Outcome.AMEND: (
        Reason.EVIDENCE_COVERS_LESS,
        Reason.RULE_LIMIT,
        Reason.UNIT_FULL,
        Reason.URGENT_DUTY,
    ),
    Outcome.DEFER: (Reason.UNIT_FULL, Reason.URGENT_DUTY),
    Outcome.RETURN: (Reason.INCOMPLETE, Reason.EVIDENCE_COVERS_LESS, Reason.RULE_LIMIT),
    Outcome.REFUSE: (Reason.RULE_LIMIT, Reason.UNIT_FULL, Reason.URGENT_DUTY),
}
"""Which reasons go with an outcome; the first are the likely ones."""
WAYS: Final = {
    Outcome.AMEND: (WayForward.SECOND_LOOK, WayForward.ADD_EVIDENCE, WayForward.OTHER_DATES),
    Outcome.DEFER: (WayForward.OTHER_DATES, WayForward.PART, WayForward.OTHER_TYPE),
    Outcome.RETURN: (WayForward.ADD_EVIDENCE, WayForward.SECOND_LOOK, WayForward.OTHER_DATES),
    Outcome.REFUSE: (WayForward.OTHER_TYPE, WayForward.OTHER_DATES, WayForward.PART),
}
"""Which ways forward go with an outcome."""
_WAY: Final = _("Choose at least one thing that can be done instead.")
_DATES_OF_AMEND: Final = _("Choose days within those asked for.")


class OtherwiseForm(VersionForm):
    """
    Something else than the grant that was asked for: why, and what can be done instead.

    Reasons and ways are those that go with the outcome. For a grant of other dates the dates
    are asked first; elsewhere dates can be suggested and may stay empty.
    """

    first_day = DayField(label=_("First day granted"), ask=_("Choose the first day."))
    last_day = DayField(label=_("Last day granted"), ask=_("Choose the last day."))
    reason = choice_field(_("The reason the employee reads"), (), ask=_("Choose the reason."))
    ways = forms.MultipleChoiceField(
        label=_("What the employee can do"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _WAY, "invalid_choice": _WAY},
    )
    other_first = DayField(label=_("Suggested instead: first day"), required=False)
    other_last = DayField(label=_("Suggested instead: last day"), required=False)

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - Django's own
        outcome: Outcome,
        asked: tuple[date, date],
        has_evidence: bool,
        **options: Any,  # noqa: ANN401 - Django's own
    ) -> None:
        super().__init__(*args, **options)
        self.outcome, self.asked = outcome, asked
        unwanted = () if has_evidence else (Reason.EVIDENCE_COVERS_LESS, WayForward.SECOND_LOOK)
        self._choose("reason", [one for one in REASONS[outcome] if one not in unwanted])
        self._choose("ways", [one for one in WAYS[outcome] if one not in unwanted])
        unasked = ("other_first", "other_last") if self.is_amend else ("first_day", "last_day")
        for name in unasked:
            del self.fields[name]

    @property
    def is_amend(self) -> bool:
        """Say whether other dates are granted."""
        return self.outcome == Outcome.AMEND

    def _choose(self, name: str, wanted: Sequence[Reason | WayForward]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = capitals([(one.value, one.label) for one in wanted])

    def clean(self) -> dict[str, Any]:
        """Keep granted days within those asked for, and suggested ones in their order."""
        data: dict[str, Any] = {**self.cleaned_data, **(super().clean() or {})}
        names = ("first_day", "last_day") if self.is_amend else ("other_first", "other_last")
        first, last = (data.get(name) for name in names)
        if first and last and last < first:
            self.add_error(names[1], _("The last day lies before the first. Look again."))
        elif self.is_amend and first and last:
            self._within(first, last)
        elif bool(first) != bool(last) and not self.errors:
            missing = names[1] if first else names[0]
            self.add_error(missing, _("Write both days, or leave both empty."))
        return data

    def _within(self, first: date, last: date) -> None:
        if first < self.asked[0]:
            self.add_error("first_day", _DATES_OF_AMEND)
        if last > self.asked[1]:
            self.add_error("last_day", _DATES_OF_AMEND)
        if (first, last) == self.asked:
            self.add_error(
                "last_day", _("These are the days asked for. Grant them on the page before.")
            )

    def ruling(self) -> Ruling:
        """Return what was chosen in the words of the service."""
        data = self.cleaned_data
        return Ruling(
            outcome=self.outcome,
            first_day=data.get("first_day") or self.asked[0],
            last_day=data.get("last_day") or self.asked[1],
            reason=Reason(data["reason"]),
            ways_forward=tuple(WayForward(way) for way in data["ways"]),
            other_first=data.get("other_first"),
            other_last=data.get("other_last"),
        )


class RecallForm(VersionForm):
    """From which day on somebody is back at work."""

    back_on = DayField(
        label=_("First day back at work"), ask=_("Choose the first day back at work.")
    )


class RevocationForm(VersionForm):
    """Why granted leave is taken back."""

    reason = choice_field(
        _("Why it is revoked"), RevokeReason.choices, ask=_("Choose one of the two.")
    )


class SearchForm(forms.Form):
    """A part of a name, a work mail or a NIP; sent by post, so that no address carries it."""

    words = forms.CharField(
        label=_("Name, work e-mail or NIP"),
        min_length=3,
        max_length=100,
        error_messages={
            "required": _("Write at least three letters."),
            "min_length": _("Write at least three letters."),
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class MonthForm(forms.Form):
    """A month of a year, for a file."""

    month = forms.RegexField(
        label=_("Month"),
        regex=r"^20\d\d-(0[1-9]|1[0-2])$",
        error_messages={
            "required": _("Choose a month."),
            "invalid": _("Write a month like 2026-11."),
        },
        widget=forms.TextInput(attrs={"type": "month", "placeholder": "2026-11"}),
    )

    def first_day(self) -> date:
        """Return the first day of the month."""
        year, month = self.cleaned_data["month"].split("-")
        return date(int(year), int(month), 1)


class PeriodForm(forms.Form):
    """From one day to another, and in which form."""

    CSV, JSON = "csv", "json"
    first = DayField(label=_("From"), ask=_("Choose the first day."))
    last = DayField(label=_("Until"), ask=_("Choose the last day."))
    kind = choice_field(_("As"), ((CSV, "CSV"), (JSON, "JSON")), initial=CSV)

    def clean(self) -> dict[str, Any]:
        """Keep the days in their order, and within a year."""
        data: dict[str, Any] = {**self.cleaned_data, **(super().clean() or {})}
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day lies before the first. Look again."))
        elif first and last and (last - first).days > 366:
            self.add_error("last", _("At most a year fits into one file. Choose fewer days."))
        return data
