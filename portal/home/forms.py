"""What a person sets for this browser."""

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from counselling.selectors import MailChoice
from portal.home.choices import Theme


class MailForm(forms.Form):
    """Where neutral mails go: the portal alone, or a private address, shown masked."""

    def __init__(self, choice: MailChoice, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"address": choice.chosen or ""})
        self._behind = {masked: email for email, masked in choice.addresses}
        shown = [(masked, masked) for masked in self._behind]
        self.fields["address"] = forms.ChoiceField(
            label=_("Remind me through"),
            choices=[("", _("The portal alone")), *shown],
            required=False,
            widget=forms.RadioSelect,
            error_messages={"invalid_choice": _("Choose one of the addresses shown.")},
        )

    def clean_address(self) -> str:
        """Return the address behind the masked one, empty for the portal."""
        return self._behind.get(self.cleaned_data["address"], "")


class BrowserForm(forms.Form):
    """Theme and discreet mode: two cookies, nothing on the server."""

    theme = forms.ChoiceField(
        label=_("Brightness"), choices=Theme.choices, required=False, widget=forms.RadioSelect
    )
    discreet = forms.BooleanField(
        label=_("Blur names, and the whole page while I look elsewhere"), required=False
    )
