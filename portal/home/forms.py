"""What a person sets for this browser."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.home.choices import Theme


class BrowserForm(forms.Form):
    """Theme and discreet mode: two cookies, nothing on the server."""

    theme = forms.ChoiceField(
        label=_("Brightness"), choices=Theme.choices, required=False, widget=forms.RadioSelect
    )
    discreet = forms.BooleanField(
        label=_("Blur names, and the whole page while I look elsewhere"), required=False
    )
