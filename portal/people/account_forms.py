"""
The forms of django-allauth in the words of the house.

Same fields, same decisions; labels and refusals say what to do, and no placeholder vanishes
while somebody types.
"""

from typing import TYPE_CHECKING, Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Words = dict[str, tuple["StrOrPromise", "StrOrPromise"]]

_NAME = (_("NIP or e-mail"), _("Write your NIP or your e-mail."))
_PASSWORD = (_("Password"), _("Write your password."))
_NEW = (_("New password"), _("Write a new password."))
_AGAIN = (_("The same password again"), _("Write the new password once more."))
_EMAIL = (_("E-mail address"), _("Write an address, for example name@example.org."))
_CODE = (_("Code"), _("Write the code."))
_PASSWORD_HINT = _("At least 10 characters. A few words in a row are easy to keep.")


class Warm(forms.Form):
    """Sets labels and refusals of fields that allauth makes."""

    words: Words = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if name in self.words:
                field.label, field.error_messages["required"] = self.words[name]
                field.error_messages["invalid"] = field.error_messages["required"]
            if name == "password1":
                field.help_text = _PASSWORD_HINT
            if name in {"password", "oldpassword"}:
                field.help_text = ""
            if name in {"login", "code", "email"}:
                field.widget.attrs.update(spellcheck="false", autocapitalize="none")


class LoginForm(Warm, account.LoginForm):  # type: ignore[misc]  # allauth is untyped
    """Sign in."""

    words = {"login": _NAME, "password": _PASSWORD}

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class SignupForm(Warm, account.SignupForm):  # type: ignore[misc]  # allauth is untyped
    """Sign up with a work address, where the organisation allows it."""

    full_name = forms.CharField(max_length=200)
    field_order = ("full_name", "email", "password1", "password2")
    words = {
        "full_name": (_("Your name"), _("Write your name.")),
        "email": (_("Work e-mail"), _("Write your work e-mail.")),
        "password1": (_("A password of your own"), _("Write a password.")),
        "password2": _AGAIN,
    }


class AddEmailForm(Warm, account.AddEmailForm):  # type: ignore[misc]  # allauth is untyped
    """Add a private address."""

    words = {"email": (_("Private e-mail"), _EMAIL[1])}


class ChangePasswordForm(Warm, account.ChangePasswordForm):  # type: ignore[misc]  # untyped
    """Change the password."""

    words = {
        "oldpassword": (_("Your password now"), _("Write the password you have now.")),
        "password1": _NEW,
        "password2": _AGAIN,
    }


class SetPasswordForm(Warm, account.SetPasswordForm):  # type: ignore[misc]  # untyped
    """Set a first password."""

    words = {"password1": _NEW, "password2": _AGAIN}


class ResetPasswordForm(Warm, account.ResetPasswordForm):  # type: ignore[misc]  # untyped
    """Ask for a code to set a new password."""

    words = {"email": _EMAIL}


class ResetPasswordKeyForm(Warm, account.ResetPasswordKeyForm):  # type: ignore[misc]  # untyped
    """Set the new password."""

    words = {"password1": _NEW, "password2": _AGAIN}


class ReauthenticateForm(Warm, account.ReauthenticateForm):  # type: ignore[misc]  # untyped
    """Show once more that it is you."""

    words = {"password": _PASSWORD}


class RequestLoginCodeForm(Warm, account.RequestLoginCodeForm):  # type: ignore[misc]  # untyped
    """Ask for a code to sign in."""

    words = {"email": _EMAIL}


class ConfirmLoginCodeForm(Warm, account.ConfirmLoginCodeForm):  # type: ignore[misc]  # untyped
    """The code from the mail, to sign in."""

    words = {"code": _CODE}


class ConfirmEmailVerificationCodeForm(Warm, account.ConfirmEmailVerificationCodeForm):  # type: ignore[misc]  # untyped
    """The code from the mail, to confirm an address."""

    words = {"code": _CODE}


class ConfirmPasswordResetCodeForm(Warm, account.ConfirmPasswordResetCodeForm):  # type: ignore[misc]  # untyped
    """The code from the mail, to set a new password."""

    words = {"code": _CODE}


class AuthenticateForm(Warm, mfa.AuthenticateForm):  # type: ignore[misc]  # allauth is untyped
    """The second factor at sign-in."""

    words = {"code": (_("Code from your app, or a recovery code"), _("Write the code."))}


class ReauthenticateCodeForm(Warm, mfa.ReauthenticateForm):  # type: ignore[misc]  # untyped
    """The second factor once more."""

    words = {"code": (_("Code from your app, or a recovery code"), _("Write the code."))}


class ActivateTOTPForm(Warm, totp.ActivateTOTPForm):  # type: ignore[misc]  # untyped
    """The first code of a new app."""

    words = {"code": (_("Code from your app"), _("Write the six digits from your app."))}


class AddWebAuthnForm(Warm, webauthn.AddWebAuthnForm):  # type: ignore[misc]  # untyped
    """A new passkey."""

    words = {
        "name": (_("Name of this key"), _("Write a name.")),
        "passwordless": (_("Sign in with this key alone, without a password"), ""),
        "credential": ("", _("The key did not answer. Try once more.")),
    }


class EditWebAuthnForm(Warm, webauthn.EditWebAuthnForm):  # type: ignore[misc]  # untyped
    """Another name for a passkey."""

    words = {"name": (_("Name of this key"), _("Write a name."))}
