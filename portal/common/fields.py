"""Form fields that rooms share: days, times, numbers, one of several."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

CHOOSE: Final = _("Choose one from the list.")
_TIMES: Final = ("%H:%M", "%H.%M", "%H:%M:%S")
_DATES: Final = ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%d %m %Y", "%d.%m.%Y")


class DayField(forms.DateField):
    """A day on the browser's own calendar, which speaks YYYY-MM-DD in every language."""

    def __init__(self, *, ask: "StrOrPromise" = "", **options: Any) -> None:  # noqa: ANN401 - Django's own options
        widget = forms.DateInput(format="%Y-%m-%d")
        widget.input_type = "date"
        wrong = _("Write a date, for instance 24 11 2026.")
        super().__init__(
            widget=widget,
            input_formats=list(_DATES),
            error_messages={"required": ask, "invalid": wrong},
            **options,
        )

    def clean(self, value: Any) -> date | None:  # noqa: ANN401 - whatever was typed
        """Leave out days a calendar cannot count past."""
        day: date | None = super().clean(value)
        if day and not 2000 <= day.year < 2100:
            raise ValidationError(_("Write a date in this century."))
        return day


class ClockField(forms.TimeField):
    """A time on the browser's own clock, which speaks HH:MM in every language."""

    def __init__(self, *, ask: "StrOrPromise" = "", **options: Any) -> None:  # noqa: ANN401 - Django's own options
        widget = forms.TimeInput(format="%H:%M")
        widget.input_type = "time"
        super().__init__(
            widget=widget,
            input_formats=list(_TIMES),
            error_messages={"required": ask, "invalid": _("Write a time like 09.00.")},
            **options,
        )


def number_field(
    label: "StrOrPromise",
    *,
    least: int,
    most: int,
    initial: int | None = None,
    hint: "StrOrPromise" = "",
    required: bool = True,
) -> forms.IntegerField:
    """Return a field for a whole number; every way to get it wrong is told the same way."""
    said = format_lazy(
        _("Write a whole number from {least} to {most}."), least=least, most=most
    )
    names = ("required", "invalid", "min_value", "max_value")
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=most,
        initial=initial,
        help_text=hint,
        required=required,
        error_messages=dict.fromkeys(names, said),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


def choice_field(
    label: "StrOrPromise",
    choices: Iterable[tuple[object, object]],
    *,
    ask: "StrOrPromise" = CHOOSE,
    radio: bool = True,
    **options: Any,  # noqa: ANN401 - Django's own options
) -> forms.ChoiceField:
    """Return a field to choose one of several, each beginning with a capital."""
    wanted = list(choices)
    return forms.ChoiceField(
        label=label,
        choices=lambda: capitals(wanted),
        widget=forms.RadioSelect if radio else forms.Select,
        error_messages={"required": ask, "invalid_choice": CHOOSE},
        **options,
    )


def capitals(choices: Iterable[tuple[object, object]]) -> list[tuple[object, object]]:
    """Begin every label with a capital, as on a line of its own."""
    return [(value, capfirst(str(label))) for value, label in choices]
