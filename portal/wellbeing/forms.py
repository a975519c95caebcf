"""The form of a help contact."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.wellbeing.choices import ContactKind


class ContactForm(forms.Form):
    """A contact as the head of the service types it; it needs a number or an address."""

    kind = forms.ChoiceField(
        label=_("When to call"),
        choices=ContactKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose when people call here")},
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        error_messages={"required": _("Write the name of the line")},
    )
    number = forms.CharField(
        label=_("Number as people read it"),
        max_length=40,
        required=False,
        help_text=_("For example: 119, then press 8"),
    )
    dial = forms.RegexField(
        label=_("Number the phone dials"),
        regex=r"^\+?[0-9*#,]+$",
        max_length=24,
        required=False,
        help_text=_("Digits only, with a comma for a pause: 119,8"),
        error_messages={"invalid": _("Write digits only, with a comma for a pause: 119,8")},
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    web = forms.URLField(
        label=_("Web address"),
        max_length=200,
        required=False,
        assume_scheme="https",
        error_messages={"invalid": _("Write an address that begins with https://")},
    )
    hours = forms.CharField(
        label=_("Hours"),
        max_length=80,
        required=False,
        help_text=_("For example: 08.00 to 20.00 WIB"),
    )
    region = forms.CharField(label=_("Where it works"), max_length=120, required=False)
    for_whom = forms.CharField(label=_("For whom"), max_length=160, required=False)
    waiting_note = forms.CharField(
        label=_("What to expect"),
        max_length=200,
        required=False,
        help_text=_("For example that the line is often busy"),
    )
    hours_en = forms.CharField(label=_("Hours (English)"), max_length=80, required=False)
    region_en = forms.CharField(
        label=_("Where it works (English)"), max_length=120, required=False
    )
    for_whom_en = forms.CharField(label=_("For whom (English)"), max_length=160, required=False)
    waiting_note_en = forms.CharField(
        label=_("What to expect (English)"), max_length=200, required=False
    )
    position = forms.IntegerField(
        label=_("Place in the list"),
        min_value=0,
        max_value=1000,
        initial=50,
        help_text=_("Small numbers stand first"),
        error_messages={"required": _("Write a number, for example 50")},
    )

    def clean_web(self) -> str:
        """Take only addresses that keep what a person reads to herself."""
        web: str = self.cleaned_data["web"]
        if web and not web.startswith("https://"):
            raise forms.ValidationError(_("Write an address that begins with https://"))
        return web

    def clean(self) -> dict[str, object]:
        """Ask for a way to reach the contact."""
        data = super().clean() or {}
        reachable = data.get("dial") or data.get("web") or {"dial", "web"} & set(self.errors)
        if not reachable:
            self.add_error("dial", _("Write a number to dial or a web address"))
        return data
