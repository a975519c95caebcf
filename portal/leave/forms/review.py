"""The verdict of a medical reviewer: two choices and a button."""

from collections.abc import Iterator
from typing import Any, Final

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.common.fields import CHOOSE, DayField, capitals, choice_field
from portal.common.wording import day
from portal.leave.choices import Care, Issuer, Missing, Verdict
from portal.leave.rules.attesting import Finding
from portal.leave.selectors.reviews import IssuerRow, ReviewPage

_ASK_DAY: Final = gettext_lazy("Choose the days the certificate is enough for.")


class VerdictForm(forms.Form):
    """What the reviewer found; which of it counts follows from the first answer."""

    verdict = choice_field(
        gettext_lazy("What do you pass on?"),
        Verdict.choices,
        ask=gettext_lazy("Choose what you pass on."),
    )
    issuer = choice_field(
        gettext_lazy("Who signed it?"),
        Issuer.choices,
        required=False,
    )
    covers_from = DayField(label=gettext_lazy("Sufficient from"), ask=_ASK_DAY, required=False)
    covers_until = DayField(
        label=gettext_lazy("Sufficient until"), ask=_ASK_DAY, required=False
    )
    missing = forms.MultipleChoiceField(
        label=gettext_lazy("What is missing?"),
        choices=lambda: capitals(Missing.choices),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": CHOOSE},
    )
    care = choice_field(
        gettext_lazy("What does payroll distinguish?"),
        Care.choices,
        required=False,
        help_text=gettext_lazy(
            "It becomes a code of the payroll rule at once; the answer itself is not kept."
        ),
    )
    piece = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, page: ReviewPage, **options: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **options)
        self.initial = {
            "covers_from": page.row.first_day,
            "care": Care.ANY,
            "issuer": _usual(page),
        }
        self.fields["issuer"].choices = list(_issuer_choices(page))  # type: ignore[attr-defined]  # a ChoiceField
        if not page.asks_for_care:
            del self.fields["care"]

    def clean(self) -> dict[str, Any]:
        """Ask for what the chosen verdict needs, and for nothing else."""
        data = {**self.cleaned_data}
        verdict = data.get("verdict")
        if verdict == Verdict.NOT_ENOUGH:
            if not data.get("missing") and "missing" not in self.errors:
                self.add_error("missing", _("Tick what is missing."))
            self._forget("covers_from", "covers_until", "issuer", "care")
            return data
        if verdict and not data.get("issuer") and "issuer" not in self.errors:
            self.add_error("issuer", _("Choose who signed it."))
        if verdict == Verdict.ENOUGH:
            self._forget("covers_from", "covers_until")
        if verdict == Verdict.PARTLY:
            for name in ("covers_from", "covers_until"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, str(_ASK_DAY))
        return data

    def _forget(self, *names: str) -> None:
        """Let answers that the verdict does not ask for be what they are."""
        for name in names:
            self.errors.pop(name, None)

    def finding(self) -> Finding:
        """Return what was found, without the answers its verdict does not ask for."""
        data = self.cleaned_data
        verdict = Verdict(data["verdict"])
        piece = data.get("piece") or 0
        if verdict == Verdict.NOT_ENOUGH:
            return Finding(verdict=verdict, missing=tuple(data["missing"]), piece=piece)
        is_part = verdict == Verdict.PARTLY
        return Finding(
            verdict=verdict,
            covers_from=data["covers_from"] if is_part else None,
            covers_until=data["covers_until"] if is_part else None,
            issuer=Issuer(data["issuer"]),
            care=Care(data.get("care") or Care.ANY),
            piece=piece,
        )


def _usual(page: ReviewPage) -> Issuer | None:
    """Return the first class of issuer if it is enough for everything; else she chooses."""
    first = next(iter(page.issuers), None)
    return first.issuer if first is not None and first.is_enough else None


def _issuer_choices(page: ReviewPage) -> Iterator[tuple[str, str]]:
    for row in page.issuers:
        yield row.issuer.value, f"{capfirst(str(row.issuer.label))} · {_reach(row)}"


def _reach(row: IssuerRow) -> str:
    if row.is_enough:
        return _("enough for all dates")
    if row.until is None:
        return _("not enough under the rule")
    return _("enough until %(day)s") % {"day": day(row.until)}
