"""What HR types about working time and somebody's days."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from portal.common.fields import CHOOSE, DayField, choice_field, number_field
from portal.common.forms import TextField
from portal.leave.choices import EntryKind, PatternKind
from portal.leave.forms.rules import ASK_BASIS, ASK_FROM, IN_ORDER, Choices, DatedForm, offer

MINUTES: Final = 60
YEARS_BEFORE: Final = 2
"""Days live in their own year and two more."""
BY_HAND: Final = (EntryKind.ADJUST, EntryKind.CARRY, EntryKind.DEFER_CARRY)
"""What somebody can enter into the ledger."""


class WeekForm(DatedForm):
    """On which days is worked, and for how long in all."""

    unit = choice_field(_("Whose week"), (), radio=False, required=False)
    kind = choice_field(_("Which week"), PatternKind.choices, initial=PatternKind.USUAL)
    days = forms.TypedMultipleChoiceField(
        label=_("Days worked"),
        coerce=int,
        choices=lambda: [(number + 1, str(name)) for number, name in WEEKDAYS.items()],
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Tick at least one day."),
            "invalid_choice": CHOOSE,
        },
    )
    hours = number_field(_("Hours a week"), least=1, most=84, initial=37)
    minutes = number_field(_("and minutes"), least=0, most=59, initial=30)
    valid_from = DayField(label=_("First day"), ask=ASK_FROM)
    valid_until = DayField(
        label=_("Last day"),
        required=False,
        help_text=_("Empty means: until another one begins. A week in Ramadan has a last day."),
    )
    legal_basis = TextField(label=_("Legal basis"), longest=300, required=False)

    def __init__(self, *args: Any, units: Choices | None, **options: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **options)
        if units is None:
            del self.fields["unit"]
        else:
            offer(self, "unit", [("", _("The whole agency")), *units])

    def clean(self) -> dict[str, Any]:
        """Ask a week in Ramadan for its last day."""
        data = super().clean()
        is_ramadan = data.get("kind") == PatternKind.RAMADAN
        if is_ramadan and not data.get("valid_until") and "valid_until" not in self.errors:
            self.add_error("valid_until", _("Choose the last day of Ramadan."))
        return data

    def week(self) -> dict[str, Any]:
        """Return what was typed in the words of the service."""
        data = self.cleaned_data
        unit = data.get("unit")
        return {
            "unit_id": UUID(unit) if unit else None,
            "kind": PatternKind(data["kind"]),
            "days": data["days"],
            "weekly_minutes": data["hours"] * MINUTES + data["minutes"],
            "valid_from": data["valid_from"],
            "valid_until": data["valid_until"],
            "legal_basis": data["legal_basis"],
        }


class WeekEndForm(forms.Form):
    """The last day a week holds."""

    last_day = DayField(label=_("Last day it holds"), ask=_("Choose the last day."))


class JointYearForm(forms.Form):
    """Whether the joint leave of a year is taken off the annual leave."""

    KEPT, DEDUCTED = "0", "1"
    year = number_field(_("Year"), least=2020, most=2099)
    deducts = choice_field(
        _("Joint leave of this year"),
        ((KEPT, _("costs no annual leave")), (DEDUCTED, _("is taken off the annual leave"))),
        ask=_("Choose one of the two."),
    )
    legal_basis = TextField(
        label=_("Legal basis"), longest=300, error_messages={"required": ASK_BASIS}
    )


class CorrectionForm(forms.Form):
    """
    More or fewer days in an account, and in which words of the ledger.

    ``key`` is the form's own: the same form sent twice is one line.
    """

    MORE, FEWER = "more", "fewer"
    code = choice_field(_("Which account"), (), radio=False)
    year = forms.TypedChoiceField(label=_("Leave year"), coerce=int)
    source_year = forms.TypedChoiceField(
        label=_("Earned in"),
        coerce=int,
        help_text=_("The leave year itself, or one of the two before."),
    )
    way = choice_field(
        _("Change"),
        ((MORE, _("more days")), (FEWER, _("fewer days"))),
        ask=_("Choose one of the two."),
    )
    quantity = forms.DecimalField(
        label=_("Days"),
        min_value=Decimal("0.5"),
        max_value=Decimal(366),
        max_digits=5,
        decimal_places=2,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            _("Write how many days, for instance 2 or 0.5."),
        ),
    )
    why = choice_field(
        _("What it is"),
        [(one.value, one.label) for one in BY_HAND],
        initial=EntryKind.ADJUST.value,
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - Django's own
        codes: Sequence[tuple[str, str]],
        years: Sequence[int],
        **options: Any,  # noqa: ANN401 - Django's own
    ) -> None:
        super().__init__(*args, **options)
        offer(self, "code", codes)
        offer(self, "year", [(year, year) for year in years])
        earned = range(min(years) - YEARS_BEFORE, max(years) + 1)
        offer(self, "source_year", [(year, year) for year in earned])

    def clean_quantity(self) -> Decimal:
        """Take whole and half days."""
        quantity: Decimal = self.cleaned_data["quantity"]
        if quantity % Decimal("0.5"):
            raise forms.ValidationError(_("Whole and half days can be entered."))
        return quantity

    def clean(self) -> dict[str, Any]:
        """Take days from their own year or the two before; only a correction takes some off."""
        data: dict[str, Any] = {**self.cleaned_data, **(super().clean() or {})}
        year, source = data.get("year"), data.get("source_year")
        if year and source and not year - YEARS_BEFORE <= source <= year:
            self.add_error(
                "source_year", _("Choose the leave year itself, or one of the two before.")
            )
        if data.get("way") == self.FEWER and data.get("why") not in {None, EntryKind.ADJUST}:
            self.add_error("why", _("Days are taken off by a correction. Choose that one."))
        return data

    def signed(self) -> Decimal:
        """Return the days with their sign."""
        quantity: Decimal = self.cleaned_data["quantity"]
        return quantity if self.cleaned_data["way"] == self.MORE else -quantity


class ServiceForm(forms.Form):
    """Since when somebody serves, and until when her contract runs."""

    started_on = DayField(label=_("Serves since"), ask=_("Choose the first day of service."))
    contract_until = DayField(
        label=_("Contract until"),
        required=False,
        help_text=_("For contracts with an end; otherwise it stays empty."),
    )

    def clean(self) -> dict[str, Any]:
        """Keep the days in their order."""
        data: dict[str, Any] = {**self.cleaned_data, **(super().clean() or {})}
        first, last = data.get("started_on"), data.get("contract_until")
        if first and last and last < first:
            self.add_error("contract_until", IN_ORDER)
        return data


class JointDutyForm(forms.Form):
    """A day of joint leave that somebody worked."""

    day = DayField(label=_("Day worked"), ask=_("Choose the day."))
