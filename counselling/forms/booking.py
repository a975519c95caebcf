"""Booking a meeting: what one may write, under which nickname, where news goes."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.common.fields import capitals
from portal.common.forms import MAIL_TELLS, WRITTEN, Addresses, TextField
from portal.people.rules import ALIAS_MAX

NOTE_MAX: Final = 2000
REACH_MAX: Final = 200
NAME_MAX: Final = 100
_NICKNAME: Final = {**WRITTEN, "autocapitalize": "none"}


class WrittenForm(forms.Form):
    """What one may leave for the counsellor; all of it can stay empty."""

    name = TextField(
        label=_("What shall your counsellor call you?"),
        help_text=_("Your own name, or none at all."),
        longest=NAME_MAX,
        required=False,
        widget=forms.TextInput(attrs=WRITTEN),
    )
    reach = TextField(
        label=_("How can you be reached if the line breaks?"),
        help_text=_("For instance a private number, and when it is safe to call."),
        longest=REACH_MAX,
        required=False,
        widget=forms.TextInput(attrs=WRITTEN),
    )
    note = TextField(
        label=_("What would you like to say beforehand?"),
        help_text=_("One sentence is enough. You can also say it when you meet."),
        longest=NOTE_MAX,
        lines=True,
        required=False,
        widget=forms.Textarea(attrs={**WRITTEN, "rows": 5}),
    )

    @property
    def has_writing(self) -> bool:
        """Say whether something stands in a field, so that the page shows it unfolded."""
        return any(
            self[name].value() or self[name].errors for name in ("name", "reach", "note")
        )


class CarriedForm(WrittenForm):
    """What was already written when a time fell through, taken along to the next one."""

    alias = TextField(longest=ALIAS_MAX, required=False)

    def carried(self) -> dict[str, str]:
        """Return what was written, also where it is too long: the next page says so."""
        self.is_valid()
        raw = {name: str(self.data.get(name, "")) for name in self.fields}
        kept = {name: str(self.cleaned_data.get(name, raw[name])) for name in raw}
        return {name: text for name, text in kept.items() if text.strip()}


class BookForm(WrittenForm):
    """The check page: every field has an answer already, or can stay empty."""

    field_order = ("alias", "mode", "address", "name", "reach", "note", "consent")
    alias = TextField(
        label=_("Nickname"),
        help_text=_("Your counsellor sees this instead of your name. A made-up one is good."),
        longest=ALIAS_MAX,
        required=False,
        widget=forms.TextInput(attrs=_NICKNAME),
    )
    mode = forms.ChoiceField(
        label=_("How would you like to meet?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose a way of meeting."),
            "invalid_choice": _("Choose one of the ways of meeting."),
        },
    )
    address = forms.ChoiceField(
        label=_("Remind me through"),
        help_text=MAIL_TELLS,
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Choose one of the addresses shown.")},
    )
    consent = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)
    kept = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - Django's own
        modes: Sequence[tuple[str, str]],
        addresses: Sequence[tuple[str, str]],
        **options: Any,  # noqa: ANN401 - Django's own
    ) -> None:
        super().__init__(*args, **options)
        self.chooses_mode = len(modes) > 1
        if self.chooses_mode:
            self.fields["mode"].choices = capitals(modes)  # type: ignore[attr-defined]  # a ChoiceField
        else:
            del self.fields["mode"]
        self.addresses = Addresses(addresses)
        if addresses:
            self.fields["address"].choices = self.addresses.choices  # type: ignore[attr-defined]  # as above
        else:
            del self.fields["address"]

    def clean_address(self) -> str:
        """Return the address behind the masked one, empty for the portal alone."""
        return self.addresses.behind(self.cleaned_data["address"])

    def clean_consent(self) -> int:
        """Return the version of the words that stood on the page, 0 where none did."""
        version: str = self.cleaned_data["consent"]
        return int(version) if version.isascii() and version.isdigit() else 0
