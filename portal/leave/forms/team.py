"""What a superior ticks and types: her consideration, and who stands in for her."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.common.fields import CHOOSE, DayField, choice_field
from portal.common.forms import TextField
from portal.leave.choices import DelegationKind, Opinion, Reason

DECREE_MAX: Final = 120
REASONS: Final = (Reason.UNIT_FULL, Reason.URGENT_DUTY)
"""What can speak against dates: the work of the unit, and nothing about anybody."""


class ConsiderForm(forms.Form):
    """The four boxes of the form, the same for every kind of leave."""

    opinion = choice_field(
        _("Your answer"), Opinion.choices, ask=_("Choose one of the four answers.")
    )
    reason = choice_field(
        _("What of the work speaks against these dates"),
        [(one.value, one.label) for one in REASONS],
        required=False,
        help_text=_("Only where you do not simply agree."),
    )
    other_first = DayField(
        label=_("From, if other dates would suit better"),
        required=False,
    )
    other_last = DayField(
        label=_("Up to and including"),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """Ask for what belongs to the answer, and leave out what does not."""
        data = {**self.cleaned_data}
        opinion = data.get("opinion")
        if opinion == Opinion.AGREED:
            return data | {"reason": "", "other_first": None, "other_last": None}
        if opinion and not data.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Choose what speaks against these dates."))
        if opinion == Opinion.CHANGED:
            self._clean_dates(data)
            return data
        return data | {"other_first": None, "other_last": None}

    def _clean_dates(self, data: dict[str, Any]) -> None:
        first, last = data.get("other_first"), data.get("other_last")
        if first is None and "other_first" not in self.errors:
            self.add_error("other_first", _("Write the first day that would suit."))
        if last is None and "other_last" not in self.errors:
            self.add_error("other_last", _("Write the last day that would suit."))
        if first and last and last < first:
            self.add_error("other_last", _("Write a last day on or after the first."))


class StandInForm(forms.Form):
    """Who stands in, in what right, and from when to when."""

    stand_in = forms.ChoiceField(
        label=_("Who stands in"),
        error_messages={
            "required": _("Choose who stands in for you."),
            "invalid_choice": CHOOSE,
        },
    )
    kind = choice_field(_("In what right"), DelegationKind.choices)
    decree_number = TextField(
        label=_("Number of the decree or order"),
        longest=DECREE_MAX,
        error_messages={"required": _("Write the number, for instance SPR-12/2026.")},
    )
    valid_from = DayField(label=_("From"), ask=_("Write the first day."))
    valid_until = DayField(label=_("Up to and including"), ask=_("Write the last day."))

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - Django's own
        colleagues: Sequence[tuple[UUID, str]],
        today: date,
        **options: Any,  # noqa: ANN401 - Django's own
    ) -> None:
        super().__init__(*args, **options)
        self.today = today
        self.fields["stand_in"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", _("Choose a colleague")),
            *((str(one), name) for one, name in colleagues),
        ]

    def clean_stand_in(self) -> UUID:
        """Return the employee behind the choice."""
        return UUID(self.cleaned_data["stand_in"])

    def clean(self) -> dict[str, Any]:
        """Keep the days in order, and not all of them past."""
        data = {**self.cleaned_data}
        first, last = data.get("valid_from"), data.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", _("Write a last day on or after the first."))
        elif last and last < self.today:
            self.add_error("valid_until", _("Write today or a later day."))
        return data
