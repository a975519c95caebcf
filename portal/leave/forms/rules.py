"""What HR types about the rules: who decides, who stands in, kinds, weeks, the room itself."""

from collections.abc import Iterator, Sequence
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.common.fields import CHOOSE, DayField, capitals, choice_field, number_field
from portal.common.forms import TextField
from portal.leave.choices import (
    DelegationKind,
    Family,
    Issuer,
    ManagerSees,
    Mode,
    Profile,
)
from portal.leave.rules.kinds import EvidenceStep, Kind
from portal.leave.services.decrees import DecreeTerms

IN_ORDER: Final = _("The last day lies before the first. Look again.")
ASK_FROM: Final = _("Choose the first day.")
ASK_BASIS: Final = _("Write which rule says so, for instance PP 11/2017.")
_NUMBER: Final = _("Write the number of the decree.")
_EMPTY_MEANS: Final = _("Empty means: until further notice.")
_LOGIN: Final = {"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}
STEPS: Final = 3
"""Steps of evidence that a page has room for; more where a kind has more."""
Choices = Sequence[tuple[UUID, str]]


class DatedForm(forms.Form):
    """Something with a first and a last day."""

    def clean(self) -> dict[str, Any]:
        """Keep the days in their order."""
        data: dict[str, Any] = {**self.cleaned_data, **(super().clean() or {})}
        first, last = data.get("valid_from"), data.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", IN_ORDER)
        return data


def offer(form: forms.Form, name: str, choices: Sequence[tuple[object, object]]) -> None:
    """Let a field of a form offer these choices."""
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = [(str(value), label) for value, label in choices]


def say_where(form: forms.Form, name: str, where: str) -> None:
    """Let what is said of a field begin with its row; elsewhere it would be one of several."""
    if name in form.errors:
        words = [f"{where}: {said}" for said in form.errors[name]]
        form.errors[name] = form.error_class(words, renderer=form.renderer)


class DecreeForm(DatedForm):
    """A written delegation of the right to decide, as it stands on paper."""

    holder = choice_field(
        _("Who may decide"), (), ask=_("Choose somebody from the list."), radio=False
    )
    office = TextField(
        label=_("Signs as"),
        longest=200,
        help_text=_("The office that stands under a letter, for instance Head of the Bureau."),
        error_messages={"required": _("Write the office.")},
    )
    number = TextField(
        label=_("Number of the decree"), longest=120, error_messages={"required": _NUMBER}
    )
    issued_on = DayField(label=_("Issued on"), ask=_("Choose the day it was issued."))
    unit = choice_field(_("For which unit"), (), radio=False, required=False)
    families = forms.MultipleChoiceField(
        label=_("For which kinds"),
        choices=lambda: capitals(Family.choices),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked means: every kind."),
        error_messages={"invalid_choice": CHOOSE},
    )
    is_ppk = forms.BooleanField(
        label=_("This is the appointing official (PPK)"),
        required=False,
        help_text=_("Some kinds, and leave abroad, are decided by the PPK alone."),
    )
    valid_from = DayField(label=_("Valid from"), ask=ASK_FROM)
    valid_until = DayField(
        label=_("Last day it is valid"), required=False, help_text=_EMPTY_MEANS
    )

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - Django's own
        holders: Choices,
        units: Choices,
        **options: Any,  # noqa: ANN401 - Django's own
    ) -> None:
        super().__init__(*args, **options)
        offer(self, "holder", [("", _("Choose somebody")), *holders])
        offer(self, "unit", [("", _("The whole agency")), *units])

    def terms(self) -> DecreeTerms:
        """Return what was typed in the words of the service."""
        data = self.cleaned_data
        return DecreeTerms(
            number=data["number"],
            issued_on=data["issued_on"],
            holder_id=UUID(data["holder"]),
            office=data["office"],
            valid_from=data["valid_from"],
            valid_until=data["valid_until"],
            unit_id=UUID(data["unit"]) if data["unit"] else None,
            families=tuple(Family(one) for one in data["families"]),
            is_ppk=data["is_ppk"],
        )


class DelegationForm(DatedForm):
    """Somebody stands in for a superior for a time."""

    giver = TextField(
        label=_("For whom: work e-mail or NIP"),
        longest=254,
        widget=forms.TextInput(attrs=_LOGIN),
        error_messages={"required": _("Write a work e-mail or a NIP.")},
    )
    stand_in = TextField(
        label=_("Who stands in: work e-mail or NIP"),
        longest=254,
        widget=forms.TextInput(attrs=_LOGIN),
        error_messages={"required": _("Write a work e-mail or a NIP.")},
    )
    kind = choice_field(_("In what right"), DelegationKind.choices)
    decree_number = TextField(
        label=_("Number of the decree"), longest=120, error_messages={"required": _NUMBER}
    )
    valid_from = DayField(label=_("First day"), ask=ASK_FROM)
    valid_until = DayField(label=_("Last day"), required=False, help_text=_EMPTY_MEANS)


class RuleVersionForm(forms.Form):
    """
    A changed rule from a day on; what was sent before keeps the version it has.

    Filled in with the version before, steps of evidence too: a step that is empty is none.

    Asks for nothing the law rules out: sick leave is not refused, deferred or recalled, and the
    civil service knows no half days.
    """

    valid_from = DayField(label=_("Valid from"), ask=_("Choose from which day on."))
    legal_basis = TextField(
        label=_("Legal basis"), longest=300, error_messages={"required": ASK_BASIS}
    )
    yearly = number_field(_("Days a year"), least=0, most=366, required=False)
    carry_one = number_field(
        _("Days of last year that go on"), least=0, most=366, required=False
    )
    carry_two = number_field(
        _("Further days if neither year was touched"), least=0, most=366, required=False
    )
    most = number_field(_("At most so many days at a time"), least=1, most=999, required=False)
    most_months = number_field(_("At most so many months"), least=1, most=60, required=False)
    service_months = number_field(
        _("Opens after so many months of service"), least=0, most=600, required=False
    )
    evidence_within = number_field(
        _("Days until the certificate is due"), least=0, most=366, required=False
    )
    half_days = forms.BooleanField(label=_("Half days are possible"), required=False)
    can_refuse = forms.BooleanField(label=_("It can be not granted"), required=False)
    can_defer = forms.BooleanField(label=_("It can be deferred"), required=False)
    can_recall = forms.BooleanField(label=_("Somebody can be recalled from it"), required=False)
    manager_sees = choice_field(
        _("What the line manager learns"), ManagerSees.choices, initial=ManagerSees.DATES
    )

    NUMBERS: Final = (
        "yearly", "carry_one", "carry_two", "service_months", "evidence_within",
    )  # fmt: skip
    LIMITS: Final = ("most", "most_months")
    FLAGS: Final = ("half_days", "can_refuse", "can_defer", "can_recall")

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - Django's own
        kind: Kind,
        profile: Profile,
        **options: Any,  # noqa: ANN401 - Django's own
    ) -> None:
        super().__init__(*args, **options)
        is_sick = kind.family == Family.SICK
        self._is_sick = is_sick
        self._steps: dict[int, EvidenceStep] = {}
        asks_evidence = bool(kind.evidence) or not kind.has_account
        rows = max(STEPS, len(kind.evidence)) if asks_evidence else 0
        self.numbers = range(1, rows + 1)
        for number in self.numbers:
            self._add_step(number)
        for number, step in enumerate(kind.evidence, start=1):
            self.initial[f"from_{number}"] = step.from_day
            self.initial[f"issuers_{number}"] = [one.value for one in step.issuers]
        unasked = [
            *(() if kind.has_account else ("yearly", "carry_one", "carry_two")),
            *(() if asks_evidence else ("evidence_within",)),
            *(("can_refuse", "can_defer", "can_recall") if is_sick else ()),
            *(("half_days",) if profile == Profile.ASN else ()),
        ]
        for name in unasked:
            del self.fields[name]

    def _add_step(self, number: int) -> None:
        self.fields[f"from_{number}"] = number_field(
            _("From day"), least=1, most=9999, required=False
        )
        self.fields[f"issuers_{number}"] = forms.MultipleChoiceField(
            label=_("Who may issue it"),
            choices=lambda: capitals(Issuer.choices),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            error_messages={"invalid_choice": CHOOSE},
        )

    def plain_fields(self) -> Iterator[forms.BoundField]:
        """Yield the fields without the steps of evidence, for the page."""
        steps = {name for number in self.numbers for name in _step_names(number)}
        yield from (self[name] for name in self.fields if name not in steps)

    def step_rows(self) -> Iterator[tuple[int, list[forms.BoundField]]]:
        """Yield number and fields of each step of evidence, for the page."""
        for number in self.numbers:
            yield number, [self[name] for name in _step_names(number)]

    def clean(self) -> dict[str, Any]:
        """Put the steps of evidence together; what does not fit is said at its step."""
        data = {**self.cleaned_data}
        for number in self.numbers:
            self._read_step(number, data)
        rows = {name: number for number in self.numbers for name in _step_names(number)}
        if self._is_sick and not self._steps and not set(rows) & set(self.errors):
            self.add_error(
                "from_1", _("Sick leave rests on a certificate. Write one step at least.")
            )
        for name, number in rows.items():
            say_where(self, name, gettext("Step %(number)s") % {"number": number})
        if self._steps and not data.get("evidence_within") and "evidence_within" in data:
            self.add_error("evidence_within", _("Write how many days there are to hand it in."))
        return data

    def _read_step(self, number: int, data: dict[str, Any]) -> None:
        day_name, issuers_name = _step_names(number)
        day, issuers = data.get(day_name), data.get(issuers_name)
        if day_name in self.errors or issuers_name in self.errors or not (day or issuers):
            return
        if not day:
            self.add_error(day_name, _("Write from which day of the leave on it is needed."))
        elif not issuers:
            self.add_error(issuers_name, _("Choose who may issue it."))
        elif any(step.from_day == day for step in self._steps.values()):
            self.add_error(day_name, _("Another step begins on this day. Choose another day."))
        else:
            self._steps[number] = EvidenceStep(day, tuple(Issuer(one) for one in issuers))

    def changes(self) -> dict[str, Any]:
        """Return what the new version says, by the names of the rule."""
        data = self.cleaned_data
        said: dict[str, Any] = {name: data[name] or 0 for name in self.NUMBERS if name in data}
        said |= {name: data[name] for name in self.LIMITS}
        said |= {name: data[name] for name in self.FLAGS if name in data}
        if self.numbers:
            in_order = sorted(self._steps.values(), key=lambda step: step.from_day)
            said["evidence"] = tuple(in_order)
        return said | {"manager_sees": ManagerSees(data["manager_sees"])}


def _step_names(number: int) -> tuple[str, str]:
    return f"from_{number}", f"issuers_{number}"


_CONDITIONS: Final = {
    "all_sick_leave": _(
        "The room opens once all sick leave passes through it. Until then: off."
    ),
    "reviewer_decree": _("The room opens with this decree. Write its number."),
    "reviewer_decree_on": _("Choose the day it was issued."),
    "retention_basis": ASK_BASIS,
    "place": _("Write the town, for instance Jakarta."),
}
"""Without these nothing opens, and what to do about each."""


class RoomForm(forms.Form):
    """
    What the agency does here; nothing opens before its conditions are filled in.

    ``stands`` is the profile whose rules are in use: it stays.
    """

    all_sick_leave = forms.BooleanField(
        label=_("All sick leave of the agency passes through this room"),
        required=False,
        help_text=_(
            "If only some of it did, using the room would tell something about whoever does."
        ),
    )
    reviewer_decree = TextField(
        label=_("Decree that makes the medical reviewer receive certificates"),
        longest=120,
        required=False,
        help_text=_("Its number. Without it, certificates belong to the superior."),
    )
    reviewer_decree_on = DayField(label=_("Issued on"), required=False)
    mode = choice_field(_("What is done here"), Mode.choices)
    profile = choice_field(
        _("Which rules it starts from"),
        Profile.choices,
        required=False,
    )
    hr_decides = forms.BooleanField(
        label=_("HR decides without a decree"),
        required=False,
        help_text=_("For companies. In the civil service somebody decides under a decree."),
    )
    retention_days = number_field(
        _("Days a certificate is kept after its request is closed"), least=1, most=3660
    )
    retention_basis = TextField(
        label=_("By which retention schedule"),
        longest=200,
        required=False,
    )
    number_template = TextField(
        label=_("Number of a letter"),
        longest=80,
        help_text=_("{no} is the running number, {kind} the kind of letter, {year} the year."),
        error_messages={"required": _("Write how a number looks, for instance {no}/{year}.")},
    )
    place = TextField(
        label=_("Place that stands on a letter"),
        longest=80,
        required=False,
    )

    def clean_number_template(self) -> str:
        """Take a template that carries the running number, and nothing unknown."""
        template: str = self.cleaned_data["number_template"]
        try:
            said = template.format(no=1, kind="", year=2026)
        except (KeyError, IndexError, ValueError) as error:
            raise forms.ValidationError(
                _("Use {no}, {kind} and {year}, and no other word in braces.")
            ) from error
        if "{no}" not in template or not said:
            raise forms.ValidationError(
                _("A number needs {no}, so that no two letters have the same.")
            )
        return template

    def __init__(self, *args: Any, stands: Profile | None, **options: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **options)
        self.stands = stands
        if stands is not None:
            del self.fields["profile"]
        if stands == Profile.ASN:
            del self.fields["hr_decides"]

    def clean(self) -> dict[str, Any]:
        """Open the room for all sick leave under a decree, or not at all."""
        data: dict[str, Any] = {**self.cleaned_data, **(super().clean() or {})}
        data["profile"] = self.stands or data.get("profile") or Profile.ASN
        if data.get("mode") in {Mode.ATTESTATION, Mode.FULL}:
            for name, sentence in _CONDITIONS.items():
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, sentence)
        if data.get("hr_decides") and data["profile"] == Profile.ASN:
            self.add_error(
                "hr_decides", _("In the civil service somebody decides under a decree.")
            )
        return data
