"""What somebody answers when she asks for leave, hands something in, or comes back earlier."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, Final
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.common.fields import CHOOSE, DayField, choice_field, number_field
from portal.common.forms import WRITTEN, TextField
from portal.leave.choices import Certificate, Part, Purpose
from portal.leave.forms.versions import VersionForm
from portal.leave.rules.spans import next_monday
from portal.leave.selectors.spans import Wish
from portal.leave.services.details import Details
from portal.leave.services.requests import LeaveAsk

WORDS_MAX: Final = 1000
ADDRESS_MAX: Final = 200
PHONE_MAX: Final = 40
MOST_DAYS: Final = 400
_WORDS_WITH_PAPER: Final = _(
    "Without a certificate no doctor reads this. Leave it out, or say that a certificate comes."
)


class Start(TextChoices):
    """From when."""

    TODAY = "TODAY", _("Today")
    TOMORROW = "TOMORROW", _("Tomorrow")
    MONDAY = "MONDAY", _("Next Monday")
    OTHER = "OTHER", _("Another day")


class Length(TextChoices):
    """How long."""

    ONE = "ONE", _("1 day")
    THREE = "THREE", _("3 days")
    WEEK = "WEEK", _("1 week")
    DAYS = "DAYS", _("A number of days")
    UNTIL = "UNTIL", _("Until a day")


class AskForm(forms.Form):
    """
    Two answers and what is known of a certificate; everything else can stay as it is.

    The same form is shown, checked and sent: what was typed travels in hidden fields over the
    check page and is stored nowhere before it is sent.
    """

    start = choice_field(_("From when?"), Start.choices, initial=Start.TOMORROW)
    start_day = DayField(label=_("Another day"), required=False)
    length = choice_field(_("How long?"), Length.choices, initial=Length.ONE)
    length_days = number_field(_("A number of days"), least=1, most=MOST_DAYS, required=False)
    until_day = DayField(label=_("Until a day"), required=False)
    certificate = choice_field(
        _("Is there a doctor's certificate?"),
        Certificate.choices,
        ask=_("Say whether there is a certificate; “there is none” is an answer too."),
    )
    words = TextField(
        label=_("A few words for the doctor"),
        help_text=_("Sealed when you send it: the medical reviewer alone can open it."),
        longest=WORDS_MAX,
        lines=True,
        required=False,
        widget=forms.Textarea(attrs={**WRITTEN, "rows": 4}),
    )
    code = forms.ChoiceField(label=_("Kind of leave"), required=False)
    purpose = choice_field(
        _("What for"), Purpose.choices, radio=False, required=False, initial=Purpose.NONE
    )
    part = choice_field(
        _("Whole or half days"), Part.choices, radio=False, required=False, initial=Part.FULL
    )
    address = TextField(
        label=_("Address during leave"),
        help_text=_("The form of the civil service asks for it."),
        longest=ADDRESS_MAX,
        required=False,
        widget=forms.TextInput(attrs=WRITTEN),
    )
    phone = TextField(
        label=pgettext_lazy("leave", "Telephone"),
        longest=PHONE_MAX,
        required=False,
        widget=forms.TextInput(attrs={**WRITTEN, "inputmode": "tel"}),
    )
    is_abroad = forms.BooleanField(label=_("I spend it abroad"), required=False)
    leave_out_manager = forms.BooleanField(
        label=_("Do not send this to my line manager"),
        help_text=_(
            "You need not say why. The next superior is asked instead; your manager learns the "
            "dates once they are granted."
        ),
        required=False,
    )
    key = forms.UUIDField(widget=forms.HiddenInput)
    continues = forms.UUIDField(required=False, widget=forms.HiddenInput)
    supersedes = forms.UUIDField(required=False, widget=forms.HiddenInput)
    again = forms.UUIDField(required=False, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - Django's own
        kinds: Sequence[tuple[str, str]],
        today: date,
        **options: Any,  # noqa: ANN401 - Django's own
    ) -> None:
        options.setdefault("initial", {})
        options["initial"] = {"key": uuid4(), **options["initial"]}
        super().__init__(*args, **options)
        self.today = today
        by_answer = ("", _("As the certificate says"))
        self.fields["code"].choices = [by_answer, *kinds]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["code"].error_messages["invalid_choice"] = CHOOSE

    @property
    def opens_more(self) -> bool:
        """Say whether something stands in the folded part, so that the page shows it open."""
        names = ("code", "purpose", "part", "address", "phone", "is_abroad")
        usual = {"", None, False, Purpose.NONE, Part.FULL, "NONE", "FULL"}
        return any(self[name].errors or self[name].value() not in usual for name in names)

    def clean(self) -> dict[str, Any]:
        """Ask for the day or the number that an answer needs."""
        data = {**self.cleaned_data}
        needs = (
            ("start", Start.OTHER, "start_day", _("Choose the first day.")),
            ("length", Length.DAYS, "length_days", _("Write how many days.")),
            ("length", Length.UNTIL, "until_day", _("Choose the last day.")),
        )
        for name, value, field, sentence in needs:
            if data.get(name) == value and not data.get(field) and field not in self.errors:
                self.add_error(field, sentence)
        if data.get("words") and data.get("certificate") == Certificate.NONE:
            self.add_error("words", _WORDS_WITH_PAPER)
        first, last = self._first_day(data), data.get("until_day")
        if data.get("length") == Length.UNTIL and first and last and last < first:
            self.add_error("until_day", _("The last day lies before the first. Look again."))
        return data

    def _first_day(self, data: dict[str, Any]) -> date | None:
        start = data.get("start")
        if start == Start.OTHER:
            return data.get("start_day")
        return (
            {
                Start.TODAY: self.today,
                Start.TOMORROW: self.today + timedelta(days=1),
                Start.MONDAY: next_monday(self.today),
            }.get(Start(start))
            if start
            else None
        )

    def wish(self) -> Wish:
        """
        Return the two answers.

        :raises ValidationError: if there is no first day; a valid form has one.
        """
        data = self.cleaned_data
        first = self._first_day(data)
        if first is None:
            raise ValidationError(_("Choose the first day."))
        days = {Length.ONE: 1, Length.THREE: 3, Length.DAYS: data["length_days"] or 1}
        last = {
            Length.WEEK: first + timedelta(days=6),
            Length.UNTIL: data["until_day"],
        }
        length = Length(data["length"])
        return Wish(
            first_day=first,
            days=days.get(length, 0),
            last_day=last.get(length),
            certificate=Certificate(data["certificate"]),
            code=data["code"],
        )

    def ask(self, span: tuple[date, date]) -> LeaveAsk:
        """Return the application for the days that were found for it."""
        data = self.cleaned_data
        return LeaveAsk(
            first_day=span[0],
            last_day=span[1],
            part=Part(data["part"] or Part.FULL),
            certificate=Certificate(data["certificate"]),
            code=data["code"],
            details=Details(
                purpose=Purpose(data["purpose"] or Purpose.NONE),
                address=data["address"],
                phone=data["phone"],
                leave_out_manager=data["leave_out_manager"],
            ),
            is_abroad=data["is_abroad"],
            words=data["words"],
            continues=data["continues"],
            supersedes=data["supersedes"],
            key=data["key"],
        )

    def typed(self) -> Iterator[tuple[str, str]]:
        """Yield everything that was typed, for the hidden fields of the check page."""
        for name in self.fields:
            value = self.data.get(self.add_prefix(name))
            if value is not None:
                yield name, str(value)


class EarlyReturnForm(VersionForm):
    """The last day of leave somebody still wants."""

    last_day = DayField(label=_("Last day of leave"), ask=_("Choose the last day of leave."))
