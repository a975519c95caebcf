"""What people type into the account and vault pages; nothing here decides who may."""

from typing import TYPE_CHECKING

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_QUIET = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}


def _passphrase(label: "StrOrPromise", **extra: object) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={**_QUIET, **extra}),
        error_messages={"required": _("Write the passphrase of your vault.")},
    )


class UnlockForm(forms.Form):
    """The passphrase of one's own vault."""

    passphrase = _passphrase(_("Passphrase of your vault"), autofocus=True)


class NewPassphraseForm(forms.Form):
    """A new passphrase, twice."""

    passphrase = _passphrase(_("New passphrase"))
    again = _passphrase(_("The same passphrase again"))

    def clean_again(self) -> str:
        """Compare both."""
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("passphrase", again):
            raise ValidationError(_("The two passphrases differ. Write the same one twice."))
        return again


class ChangePassphraseForm(NewPassphraseForm):
    """The present passphrase and a new one."""

    field_order = ("current", "passphrase", "again")
    current = _passphrase(_("Your passphrase now"))


class RecoverForm(NewPassphraseForm):
    """The recovery code from the paper, and a new passphrase."""

    field_order = ("code", "passphrase", "again")
    code = forms.CharField(
        label=_("Recovery code"),
        max_length=200,
        widget=forms.TextInput(attrs=_QUIET),
        error_messages={"required": _("Write the recovery code from your paper.")},
    )


class TypeBackForm(forms.Form):
    """The recovery code, typed back from the paper."""

    code = forms.CharField(
        label=_("Type the code back from your paper"),
        max_length=200,
        widget=forms.TextInput(attrs=_QUIET),
        error_messages={"required": _("Type the code back from your paper.")},
    )


class AbandonForm(forms.Form):
    """A few words typed on purpose, before a vault is given up."""

    words = forms.CharField(
        label=_("Type the words to go on"),
        max_length=60,
        widget=forms.TextInput(attrs=_QUIET),
        error_messages={"required": _("Type the words, or leave the vault as it is.")},
    )
    said = _("let it go")
    """What has to be typed, in the language of the page."""

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]  # Django's own
        self.fields["words"].help_text = _("“%(words)s”, without the marks.") % {
            "words": self.said
        }

    def clean_words(self) -> str:
        """Compare them, however they are cased or spaced."""
        words: str = " ".join(self.cleaned_data["words"].split()).strip("“”\"'").casefold()
        if words != str(self.said).casefold():
            raise ValidationError(
                _("These are other words. Type “%(words)s”, or leave the vault as it is.")
                % {"words": self.said}
            )
        return words


class ActivationForm(forms.Form):
    """A sign-in name, the code from the printed slip and a password of one's own."""

    login = forms.CharField(
        label=_("Your NIP or e-mail"),
        max_length=254,
        widget=forms.TextInput(attrs={**_QUIET, "autocomplete": "username"}),
        error_messages={"required": _("Write your NIP or your e-mail.")},
    )
    code = forms.CharField(
        label=_("Code on your slip"),
        max_length=60,
        widget=forms.TextInput(attrs=_QUIET),
        error_messages={"required": _("Write the code from your slip.")},
    )
    password = forms.CharField(
        label=_("A password of your own"),
        max_length=200,
        strip=False,
        help_text=_("At least 10 characters. A few words in a row are easy to keep."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("Write a password.")},
    )
    again = forms.CharField(
        label=_("The same password again"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("Write the password once more.")},
    )

    def clean_password(self) -> str:
        """Ask the password rules; they do not know the account, so that it cannot be probed."""
        password: str = self.cleaned_data["password"]
        password_validation.validate_password(password)
        return password

    def clean_again(self) -> str:
        """Compare both."""
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("password", again):
            raise ValidationError(_("The two passwords differ. Write the same one twice."))
        return again


class LanguageForm(forms.Form):
    """A language and the page to come back to."""

    language = forms.CharField(max_length=10)
    next = forms.CharField(max_length=500, required=False)
