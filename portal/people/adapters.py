"""
How this house bends django-allauth: what it says, what it stores, whom it mails.

Facts are from the installed source (65.21): it sends inside the request, keeps TOTP secrets in
clear unless `encrypt` is overridden, labels an authenticator with the sign-in name, and stores
the claims of a single sign-on before any hook but `populate_user` runs.
"""

import base64
from datetime import UTC, datetime
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from allauth.account.stages import EmailVerificationStage
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.people.callers import caller_of
from portal.people.models import User
from portal.people.services import send_account_mail
from portal.vault.services import make_dummy_keys, open_row_text, seal_row

_WRONG_NAME_OR_PASSWORD = _(
    "Name or password do not match yet. Try once more, at your own pace."
)
_WRONG_CODE = _("This code does not match yet. Look at it once more, digit by digit.")
_LATER = _("That was many tries in a short time. Come back in a few minutes.")
_MFA_SECRET = "people.mfa-secret"  # noqa: S105 - the name of a context, not a secret
ONE_SUBJECT = "Ada pembaruan di %(brand)s / Update in %(brand)s"
"""The subject of every mail of the house, so that a mailbox shows no difference."""
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_STRONG_AMR = frozenset({"mfa"})
# Source: RFC 8176; only "mfa" promises several factors, "otp" may have been the only one.


class WorkAddressStage(EmailVerificationStage):  # type: ignore[misc]  # allauth is untyped
    """
    Confirming the address at sign-in; somebody known by her NIP alone has none and goes on.

    Codes for addresses need allauth's setting "mandatory", which would shut her out.
    """

    def handle(self) -> tuple[Any, bool]:
        """Pass whoever has no work address."""
        if self.login.user is not None and not self.login.user.email:
            return None, True
        answer: tuple[Any, bool] = super().handle()
        return answer


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """Sign-in, codes and addresses."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _WRONG_NAME_OR_PASSWORD,
        "cannot_remove_primary_email": _(
            "Your work address stays; the portal knows you by it."
        ),
        "duplicate_email": _("This address is already here."),
        "email_password_mismatch": _WRONG_NAME_OR_PASSWORD,
        "username_password_mismatch": _WRONG_NAME_OR_PASSWORD,
        "invalid_login": _WRONG_NAME_OR_PASSWORD,
        "email_taken": _("This address cannot be added here. Another one is fine."),
        "enter_current_password": _("The password you have now does not match yet."),
        "incorrect_code": _WRONG_CODE,
        "incorrect_password": _("This password does not match yet."),
        "invalid_or_expired_key": _WRONG_CODE,
        "invalid_password_reset": _("This code is over. Ask for a new one, it comes at once."),
        "max_email_addresses": _("There is room for %d addresses. Remove one first."),
        "too_many_login_attempts": _LATER,
        "unknown_email": _WRONG_CODE,
        "same_as_current": _("This is what you have already. Choose another one."),
        "rate_limited": _LATER,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's face
        """Let nobody sign up by herself unless the organisation named its mail domain."""
        return bool(settings.SIGNUP_DOMAIN)

    def clean_email(self, email: str) -> str:
        """
        Return the address in lower case; at sign-up only the organisation's domain may come.

        :raises ValidationError: if another domain signs up.
        """
        match = self.request.resolver_match if self.request else None
        signing_up = match is not None and match.url_name == "account_signup"
        lower = email.strip().lower()
        if signing_up and lower.rpartition("@")[2] != settings.SIGNUP_DOMAIN:
            raise ValidationError(
                gettext("Use your work address, ending in @%(domain)s.")
                % {"domain": settings.SIGNUP_DOMAIN}
            )
        return lower

    def save_user(
        self,
        request: HttpRequest,  # noqa: ARG002 - allauth's face
        user: User,
        form: Any,  # noqa: ANN401 - one of allauth's forms
        commit: bool = True,  # noqa: FBT001, FBT002 - allauth's face
    ) -> User:
        """Make the account of somebody who signed up: no NIP, a name, a key row like all."""
        words = form.cleaned_data
        user.nip = None
        user.email = words["email"]
        user.full_name = words.get("full_name", "").strip()
        user.set_password(words["password1"])
        if commit:
            with transaction.atomic():
                user.save()
                make_dummy_keys(user_ids=[user.pk])
        return user

    def populate_username(self, request: HttpRequest, user: User) -> None:
        """Make up no NIP."""

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """
        Confirm an address without letting a private one become the work address.

        allauth makes the first confirmed address the account's own, which is what somebody who
        signs in by NIP alone would find her private address turned into.
        """
        of_person = User.objects.filter(pk=email_address.user_id)
        with transaction.atomic():
            work = of_person.values_list("email", flat=True).get()
            confirmed: bool = super().confirm_email(request, email_address)
            if confirmed and email_address.email.lower() != work.lower():
                EmailAddress.objects.filter(pk=email_address.pk).update(primary=False)
                of_person.update(email=work)
                email_address.primary = False
                email_address.user.email = work
        return confirmed

    def get_login_stages(self) -> list[str]:
        """Ask only people who have a work address to have confirmed one."""
        stages: list[str] = super().get_login_stages()
        theirs = f"{EmailVerificationStage.__module__}.{EmailVerificationStage.__name__}"
        ours = f"{WorkAddressStage.__module__}.{WorkAddressStage.__name__}"
        return [ours if stage == theirs else stage for stage in stages]

    def can_delete_email(self, email_address: EmailAddress) -> bool:
        """Keep the work address; everything else is the person's to remove."""
        is_work = email_address.email.lower() == email_address.user.email.lower()
        return not is_work and not email_address.primary

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the word of the day for this connection, never its address."""
        return caller_of(request.META, today=timezone.localdate())

    def get_http_user_agent(self, request: HttpRequest) -> str:  # noqa: ARG002 - allauth's face
        """Know no browser."""
        return ""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """
        Hand a code to the room that sends; nothing leaves inside the request.

        All of them carry the one subject of the house.
        """
        body = render_to_string(
            f"{template_prefix}_message.txt", {**context, "brand": settings.BRAND}
        )
        send_account_mail(
            address=email,
            subject=ONE_SUBJECT % {"brand": settings.BRAND},
            body=body.strip() + "\n",
            now=timezone.now(),  # noqa: TID251 - called by allauth's views, which pass no clock
        )

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002
        """Come back to the page of the password."""
        return reverse("account_change_password")


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth is untyped
    """
    Second factors.

    Secrets are sealed under the row key. allauth does not say whose secret it is, so the seal
    is bound to its purpose only, not to the row.
    """

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "add_email_blocked": _("Remove the second factor first, then add the address."),
        "cannot_delete_authenticator": _("The second factor of this account stays on."),
        "cannot_generate_recovery_codes": _("Set up an app or a passkey first."),
        "incorrect_code": _WRONG_CODE,
        "unverified_email": _(
            "Confirm or remove the address that still waits, then come back."
        ),
    }

    def encrypt(self, text: str) -> str:
        """Seal a TOTP secret or a recovery seed."""
        return base64.b64encode(seal_row(text, _MFA_SECRET)).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        """Open what ``encrypt`` made."""
        return open_row_text(base64.b64decode(encrypted_text), _MFA_SECRET)

    def get_totp_label(self, user: User) -> str:  # noqa: ARG002 - that is the point
        """Return a label that carries nobody into a phone's backup."""
        return settings.BRAND

    def get_totp_issuer(self) -> str:
        """Return the neutral name of the portal."""
        return settings.BRAND

    def build_totp_svg(self, url: str) -> str:
        """
        Return the QR code as SVG to stand inside the page, dark on white in every theme.

        allauth's own way, a data: address, is blocked. Nothing in it was typed by anybody.
        """
        svg: str = super().build_totp_svg(url)
        head, body = svg[svg.index("<svg") :].split(">", 1)
        return SafeString(f'{head}><rect width="100%" height="100%" fill="#fff"/>{body}')

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return the site's host and neutral name, as the browser shows it."""
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return {**entity, "name": settings.BRAND}

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        """Return a handle without name, NIP or address: passkeys are copied into clouds."""
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return {**entity, "display_name": settings.BRAND, "name": settings.BRAND}

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002
        """Return the next number as a name."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Key %(number)d") % {"number": number}

    def send_notification_mail(self, *args: object, **kwargs: object) -> None:
        """Send nothing: a mail about a second factor tells when somebody was here."""


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # untyped
    """
    Single sign-on of the organisation: it says who somebody is, and nothing it says is kept.

    It signs in people who are here already, found by their verified work address; it makes no
    accounts.
    """

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:  # noqa: ARG002
        """Make no account from a claim."""
        return False

    def populate_user(
        self,
        request: HttpRequest,  # noqa: ARG002 - allauth's face
        sociallogin: SocialLogin,
        data: object,  # noqa: ARG002 - allauth's face
    ) -> User:
        """Drop the claims before allauth can store them; remember a second factor."""
        claims = sociallogin.account.extra_data or {}
        methods = (claims.get("id_token") or {}).get("amr") or claims.get("amr") or ()
        sociallogin.asked_second_factor = bool(_STRONG_AMR & set(methods))
        sociallogin.account.extra_data = {}
        user: User = sociallogin.user
        return user

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Note a second factor that the single sign-on asked for, for this session."""
        if sociallogin.is_existing and getattr(sociallogin, "asked_second_factor", False):
            record_authentication(request, sociallogin.user, method="sso-mfa")

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: object) -> str:  # noqa: ARG002
        """Come back to the account pages."""
        return reverse("account_email")


def blur_authenticator(*, authenticator: Authenticator, **_: object) -> None:
    """Keep the month a second factor was set up, and no trace of its last use beside a name."""
    day = authenticator.created_at.astimezone(UTC)
    Authenticator.objects.filter(pk=authenticator.pk).update(
        last_used_at=None,
        created_at=day.replace(day=1, hour=0, minute=0, second=0, microsecond=0),
    )


def blur_social_account(*, sociallogin: SocialLogin, **_: object) -> None:
    """Keep no instant of a single sign-on beside a name."""
    SocialAccount.objects.filter(pk=sociallogin.account.pk).update(
        last_login=_LONG_AGO, date_joined=_LONG_AGO
    )


def reseal_second_factors() -> int:
    """Carry secrets of second factors over to the newest row key; return how many rows."""
    adapter, done = MFAAdapter(), 0
    for row in Authenticator.objects.order_by("pk").iterator():
        names = [name for name in ("secret", "seed") if name in row.data]
        fresh = {name: adapter.encrypt(adapter.decrypt(row.data[name])) for name in names}
        if fresh:
            before = row.data
            done += Authenticator.objects.filter(pk=row.pk, data=before).update(
                data={**before, **fresh}
            )
    return done
