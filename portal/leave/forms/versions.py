"""Which version of a request or a plan somebody had before her when she pressed."""

from django import forms


class VersionForm(forms.Form):
    """A press on a page that showed one version of something."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def shown(self) -> int:
        """Return the version of the page; 0, which nothing has, where the page named none."""
        return int(self.cleaned_data["version"]) if self.is_valid() else 0
