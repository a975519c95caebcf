"""A phased return as somebody types it: up to four stages on one page."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.common.fields import DayField, capitals, choice_field, number_field
from portal.leave.choices import Place, Restriction
from portal.leave.rules.returns import PlanDraft, StageDraft
from portal.leave.selectors.returns import PlanPage

STAGES: Final = 4


class PlanForm(forms.Form):
    """Stages by their last day: each begins where the one before ended."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    starts_on = DayField(label=_("First day back"), ask=_("Choose the first day back."))
    restrictions = forms.MultipleChoiceField(
        label=_("What helps meanwhile"),
        choices=lambda: capitals(Restriction.choices),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    review_on = DayField(label=_("A day to look whether it fits"), required=False)

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - Django's own
        with_restrictions: bool = True,
        **options: Any,  # noqa: ANN401 - Django's own
    ) -> None:
        super().__init__(*args, **options)
        if not with_restrictions:
            del self.fields["restrictions"]
            del self.fields["review_on"]
        for number in range(1, STAGES + 1):
            first = number == 1
            self.fields[f"until_{number}"] = DayField(
                label=_("Until"), required=first, ask=_("Choose the last day of the stage.")
            )
            self.fields[f"percent_{number}"] = number_field(
                _("Percent of the usual hours"), least=10, most=100, required=first
            )
            self.fields[f"place_{number}"] = choice_field(
                pgettext_lazy("stage", "Place"),
                Place.choices,
                radio=False,
                required=False,
                initial=Place.OFFICE,
            )

    @classmethod
    def initial_of(cls, page: PlanPage) -> dict[str, Any]:
        """Return what to fill in: the plan as it stands, else three weeks by half to whole."""
        stages = [(one.last_day, one.percent, one.place) for one in page.stages] or [
            (page.earliest + timedelta(days=7 * weeks - 1), percent, Place.OFFICE)
            for weeks, percent in ((1, 50), (2, 60), (3, 80))
        ]
        filled: dict[str, Any] = {
            "version": page.version,
            "starts_on": page.stages[0].first_day if page.stages else page.earliest,
            "restrictions": [one.value for one in page.restrictions],
            "review_on": page.review_days[0] if page.review_days else None,
        }
        for number, (until, percent, place) in enumerate(stages[:STAGES], start=1):
            filled |= {
                f"until_{number}": until,
                f"percent_{number}": percent,
                f"place_{number}": place,
            }
        return filled

    def stage_fields(self) -> Iterator[tuple[int, Any, Any, Any]]:
        """Yield number and fields of each stage, for the page."""
        for number in range(1, STAGES + 1):
            yield (
                number,
                self[f"until_{number}"],
                self[f"percent_{number}"],
                self[f"place_{number}"],
            )

    def clean(self) -> dict[str, Any]:
        """Ask for the other half of a stage that was begun."""
        data = {**self.cleaned_data}
        for number in range(2, STAGES + 1):
            until, percent = data.get(f"until_{number}"), data.get(f"percent_{number}")
            if until and not percent and f"percent_{number}" not in self.errors:
                self.add_error(f"percent_{number}", _("Write how much of the usual hours."))
            if percent and not until and f"until_{number}" not in self.errors:
                self.add_error(f"until_{number}", _("Choose the last day of the stage."))
        return data

    def draft(self) -> PlanDraft:
        """Return the plan as proposed."""
        data = self.cleaned_data
        starts: date = data["starts_on"]
        stages = []
        for number in range(1, STAGES + 1):
            until = data.get(f"until_{number}")
            if not until:
                continue
            place = Place(data.get(f"place_{number}") or Place.OFFICE)
            stages.append(StageDraft(starts, until, data[f"percent_{number}"], place))
            starts = until + timedelta(days=1)
        review = data.get("review_on")
        return PlanDraft(
            stages=tuple(stages),
            restrictions=tuple(Restriction(one) for one in data.get("restrictions", ())),
            review_days=(review,) if review else (),
        )
