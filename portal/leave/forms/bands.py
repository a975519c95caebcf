"""The bands of the performance allowance as HR types them: a few rows on one page."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.common.fields import DayField, choice_field, number_field
from portal.common.forms import TextField
from portal.common.wording import plain_date
from portal.leave.choices import BandFlaw, Care
from portal.leave.forms.rules import ASK_BASIS, say_where
from portal.leave.rules.bands import Band, Rates, find_flaws
from portal.leave.selectors.kept_bands import FamilyBands, percent

ROWS: Final = 6
_PARTS: Final = ("code", "care", "from", "until", "percent")
_WRONG_RATE: Final = (
    "invalid", "min_value", "max_value", "max_digits", "max_decimal_places", "max_whole_digits",
)  # fmt: skip
_AT: Final = {
    BandFlaw.PERCENT: "percent",
    BandFlaw.NO_DAY: "from",
    BandFlaw.ENDS_BEFORE: "until",
    BandFlaw.NOT_FROM_ONE: "from",
    BandFlaw.GAP: "from",
    BandFlaw.OVERLAP: "from",
    BandFlaw.TWO_RATES: "code",
    BandFlaw.TAKEN: "code",
}
"""At which part of its row a flaw is said."""


class PercentField(forms.DecimalField):
    """A rate in per cent, with a comma or a point, with or without the sign."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - Django's own options
        super().__init__(
            max_digits=5,
            decimal_places=2,
            min_value=Decimal(0),
            max_value=Decimal(100),
            widget=forms.TextInput(attrs={"inputmode": "decimal"}),
            error_messages=dict.fromkeys(_WRONG_RATE, BandFlaw.PERCENT.label),
            **options,
        )

    def to_python(self, value: object) -> Any:  # noqa: ANN401 - the stubs take it for a whole number
        """Read a comma as a point."""
        typed = str(value or "").replace("%", "").replace(",", ".").strip()
        return super().to_python(typed)


class BandsForm(forms.Form):
    """
    All bands of one family from a day on; a row that is empty is none.

    Filled in with what a change starts from. ``rates`` are what codes stand for already.
    """

    valid_from = DayField(
        label=gettext_lazy("Valid from"), ask=gettext_lazy("Choose from which day on.")
    )
    legal_basis = TextField(
        label=gettext_lazy("Legal basis"), longest=300, error_messages={"required": ASK_BASIS}
    )

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - Django's own
        page: FamilyBands,
        rates: Rates,
        **options: Any,  # noqa: ANN401 - Django's own
    ) -> None:
        super().__init__(*args, **options)
        self._since, self._rates = page.since, rates
        self._bands: dict[int, Band] = {}
        start = page.newest
        self.numbers = range(1, max(ROWS, len(start.bands) if start else 0) + 1)
        for number in self.numbers:
            self._add_row(number)
        if start is None:
            return
        self.initial["legal_basis"] = start.legal_basis
        if page.coming:
            self.initial["valid_from"] = start.valid_from
        for number, band in enumerate(start.bands, start=1):
            typed = (
                band.code, band.care, band.from_day, band.until_day, percent(band.percent_a_day)
            )  # fmt: skip
            parts = zip(_PARTS, typed, strict=True)
            self.initial.update({f"{part}_{number}": value for part, value in parts})

    def _add_row(self, number: int) -> None:
        self.fields[f"code_{number}"] = TextField(
            label=gettext_lazy("Code for payroll"), longest=8, required=False
        )
        self.fields[f"care_{number}"] = choice_field(
            gettext_lazy("Kind of care"), Care.choices, radio=False, required=False
        )
        self.fields[f"from_{number}"] = number_field(
            gettext_lazy("From day"), least=1, most=9999, required=False
        )
        self.fields[f"until_{number}"] = number_field(
            gettext_lazy("Until day"), least=1, most=9999, required=False
        )
        self.fields[f"percent_{number}"] = PercentField(
            label=gettext_lazy("Per cent a day"), required=False
        )

    def band_rows(
        self,
    ) -> Iterator[tuple[int, list[list[forms.BoundField]], forms.BoundField]]:
        """Yield number and fields of each row, for the page: by twos, then the kind of care."""
        for number in self.numbers:
            by_twos = (("code", "percent"), ("from", "until"))
            pairs = [[self[f"{part}_{number}"] for part in pair] for pair in by_twos]
            yield number, pairs, self[f"care_{number}"]

    def bands(self) -> list[Band]:
        """Return what was typed, in its order."""
        return list(self._bands.values())

    def clean_valid_from(self) -> date:
        """Take a day after the one since which bands are in force."""
        day: date = self.cleaned_data["valid_from"]
        if self._since is not None and day <= self._since:
            raise forms.ValidationError(
                _("Bands are in force since %(day)s already. Choose a later day.")
                % {"day": plain_date(self._since)}
            )
        return day

    def clean(self) -> dict[str, Any]:
        """Put the rows together; whatever keeps them from being a rule is said at its row."""
        data = {**self.cleaned_data}
        for number in self.numbers:
            self._read_row(number, data)
        rows = {f"{part}_{number}": number for number in self.numbers for part in _PARTS}
        if not set(rows) & set(self.errors):
            self._look_at_all()
        for name, number in rows.items():
            say_where(self, name, _("Band %(number)s") % {"number": number})
        return data

    def _look_at_all(self) -> None:
        if not self._bands:
            self.add_error(
                "code_1", _("Write one band at least. With 0 per cent nothing is taken off.")
            )
        at = list(self._bands)
        for place, flaw in find_flaws(self.bands(), rates=self._rates):
            self.add_error(f"{_AT[flaw]}_{at[place]}", str(flaw.label))

    def _read_row(self, number: int, data: dict[str, Any]) -> None:
        row = {part: data.get(f"{part}_{number}") for part in _PARTS}
        wrong = {part for part in _PARTS if f"{part}_{number}" in self.errors}
        typed = [row[part] for part in _PARTS if part != "care"]
        if not wrong and all(one in (None, "") for one in typed):
            return
        for part, sentence in (
            ("code", _("Write the code payroll learns, for instance S1.")),
            ("from", str(BandFlaw.NO_DAY.label)),
            ("percent", str(BandFlaw.PERCENT.label)),
        ):
            if row[part] in (None, "") and part not in wrong:
                self.add_error(f"{part}_{number}", sentence)
                wrong.add(part)
        if not wrong:
            self._bands[number] = Band(
                code=str(row["code"]),
                percent_a_day=row["percent"] or Decimal(0),
                care=Care(row["care"] or Care.ANY),
                from_day=row["from"] or 0,
                until_day=row["until"],
            )
