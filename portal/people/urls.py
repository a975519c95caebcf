"""
Addresses of accounts.

Of django-allauth only the routes that this house has restyled are declared, by their own names.
Sign-up is a missing page unless the organisation named its mail domain.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount import views as social
from allauth.socialaccount.providers.openid_connect import views as openid
from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path

from portal.people.views import accounts, vault

_ALLAUTH = [
    path("akun/inactive/", account.account_inactive, name="account_inactive"),
    path("akun/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("akun/confirm-email/", account.email_verification_sent,
         name="account_email_verification_sent"),
    path("akun/password/change/", account.password_change, name="account_change_password"),
    path("akun/password/set/", account.password_set, name="account_set_password"),
    path("akun/password/reset/", account.password_reset, name="account_reset_password"),
    path("akun/password/reset/confirm/", account.confirm_password_reset_code,
         name="account_confirm_password_reset_code"),
    path("akun/password/reset/complete/", account.complete_password_reset,
         name="account_complete_password_reset"),
    path("akun/password/reset/done/", account.password_reset_from_key_done,
         name="account_password_reset_completed"),
    path("akun/login/code/", account.request_login_code, name="account_request_login_code"),
    path("akun/login/code/confirm/", account.confirm_login_code,
         name="account_confirm_login_code"),
    path("akun/2fa/", mfa.index, name="mfa_index"),
    path("akun/2fa/authenticate/", mfa.authenticate, name="mfa_authenticate"),
    path("akun/2fa/reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("akun/2fa/totp/activate/", totp.activate_totp, name="mfa_activate_totp"),
    path("akun/2fa/totp/deactivate/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("akun/2fa/recovery-codes/", recovery.view_recovery_codes,
         name="mfa_view_recovery_codes"),
    path("akun/2fa/recovery-codes/generate/", recovery.generate_recovery_codes,
         name="mfa_generate_recovery_codes"),
    path("akun/2fa/webauthn/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("akun/2fa/webauthn/add/", webauthn.add_webauthn, name="mfa_add_webauthn"),
    path("akun/2fa/webauthn/reauthenticate/", webauthn.reauthenticate_webauthn,
         name="mfa_reauthenticate_webauthn"),
    path("akun/2fa/webauthn/login/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("akun/2fa/webauthn/keys/<int:pk>/remove/", webauthn.remove_webauthn,
         name="mfa_remove_webauthn"),
    path("akun/2fa/webauthn/keys/<int:pk>/edit/", webauthn.edit_webauthn,
         name="mfa_edit_webauthn"),
    path("akun/oidc/<slug:provider_id>/login/", openid.login, name="openid_connect_login"),
    path("akun/oidc/<slug:provider_id>/login/callback/", openid.callback,
         name="openid_connect_callback"),
    path("akun/3rdparty/login/cancelled/", social.login_cancelled,
         name="socialaccount_login_cancelled"),
    path("akun/3rdparty/login/error/", login_not_required(social.login_error),
         name="socialaccount_login_error"),
    path("akun/3rdparty/signup/", social.signup, name="socialaccount_signup"),
]  # fmt: skip
_OURS: list[URLPattern | URLResolver] = [
    path("bahasa/", accounts.language, name="language"),
    path("tutup/", accounts.leave, name="exit"),
    path("akun/aktivasi/", accounts.activation, name="activation"),
    path("brankas/", vault.home, name="vault"),
    path("brankas/buat/", vault.make, name="vault-make"),
    path("brankas/buka/", vault.unlock, name="vault-unlock"),
    path("brankas/kunci/", vault.lock, name="vault-lock"),
    path("brankas/ubah/", vault.change, name="vault-change"),
    path("brankas/pulih/", vault.recover, name="vault-recover"),
    path("brankas/ulang/", vault.abandon, name="vault-abandon"),
    path("a/", include("portal.people.urls_admin")),
]

urlpatterns = [
    *_ALLAUTH,
    path("akun/logout/", accounts.logout, name="account_logout"),
    path("akun/email/", accounts.email, name="account_email"),
    path("akun/signup/", accounts.signup, name="account_signup"),
    path("masuk/", accounts.sign_in, name="account_login"),
    path("", include((_OURS, "people"))),
]

THIRD_PARTY_ROUTES = {
    "account_inactive": "allauth: says that an account is closed; shows nobody",
    "account_reauthenticate": "allauth: password once more; signed in only",
    "account_email_verification_sent": "allauth: code for an address; bound to the session",
    "account_change_password": "allauth: own password; signed in only",
    "account_set_password": "allauth: own first password; signed in and proved again only",
    "account_reset_password": "allauth: asks for a code; the same answer for every address",
    "account_confirm_password_reset_code": "allauth: code; bound to the session, few tries",
    "account_complete_password_reset": "allauth: new password; after the code only",
    "account_password_reset_completed": "allauth: says that it is done; shows nobody",
    "account_request_login_code": "allauth: asks for a code; the same answer for every address",
    "account_confirm_login_code": "allauth: code; bound to the session, few tries",
    "mfa_index": "allauth: own second factors; signed in only",
    "mfa_authenticate": "allauth: second factor at sign-in; bound to the session, few tries",
    "mfa_reauthenticate": "allauth: second factor once more; signed in only",
    "mfa_activate_totp": "allauth: own app; signed in and proved again only",
    "mfa_deactivate_totp": "allauth: own app; signed in and proved again only",
    "mfa_view_recovery_codes": "allauth: own codes, shown once",
    "mfa_generate_recovery_codes": "allauth: own codes; signed in and proved again only",
    "mfa_list_webauthn": "allauth: own passkeys; signed in only",
    "mfa_add_webauthn": "allauth: own passkey; signed in and proved again only",
    "mfa_reauthenticate_webauthn": "allauth: own passkey once more; signed in only",
    "mfa_login_webauthn": "allauth: sign in by passkey; limited by connection",
    "mfa_remove_webauthn": "allauth: own passkey, found among own rows only",
    "mfa_edit_webauthn": "allauth: own passkey, found among own rows only",
    "openid_connect_login": "allauth: leads to the single sign-on; 404 where there is none",
    "openid_connect_callback": "allauth: comes back from it; state bound to the session",
    "socialaccount_login_cancelled": "allauth: says that sign-in was left; shows nobody",
    "socialaccount_login_error": "allauth: says that sign-in did not work; shows nobody",
    "socialaccount_signup": "allauth: leads to sign-in; no account is made from a claim",
}
"""Reviewed routes of other people's code, without a policy of ours, and why they may exist."""
