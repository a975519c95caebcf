"""Second factors: staff do not get in without one, and secrets are not in the table."""

import json
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.http import HttpRequest
from django.test import Client

from portal.people.adapters import MFAAdapter, SocialAccountAdapter, reseal_second_factors
from portal.people.choices import Role
from tests.factories import PASSWORD, grant, make_agency, make_user

pytestmark = pytest.mark.django_db
INSIDE = "/brankas/"


def code_for(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def sign_in(client: Client, user):
    return client.post("/masuk/", {"login": user.email, "password": PASSWORD}, follow=True)


def enrol(client: Client) -> str:
    """Set an app up like a person does and return its secret."""
    client.post("/akun/reauthenticate/", {"password": PASSWORD})
    secret = client.get("/akun/2fa/totp/activate/").context["form"].secret
    answer = client.post("/akun/2fa/totp/activate/", {"code": code_for(secret)})
    assert answer.status_code == 302
    return secret


@pytest.fixture
def counsellor():
    user = make_user("sari")
    grant(user, make_agency(), Role.COUNSELLOR)
    return user


@pytest.mark.parametrize("role", list(Role))
def test_every_staff_role_is_led_to_the_second_factor(role):
    user, client = make_user(), Client()
    grant(user, make_agency(), role)
    sign_in(client, user)
    assert client.get(INSIDE).headers["Location"] == "/akun/2fa/?next=%2Fbrankas%2F"
    assert client.post("/brankas/buka/").headers["Location"] == "/akun/2fa/"
    for page in ("/akun/email/", "/akun/2fa/", "/akun/logout/", "/akun/password/change/"):
        assert client.get(page).status_code == 200


def test_employees_need_none():
    client = Client()
    sign_in(client, make_user())
    assert client.get(INSIDE).status_code == 200


def test_the_setting_opens_the_demonstration(counsellor, settings):
    settings.REQUIRE_STAFF_MFA = False
    client = Client()
    sign_in(client, counsellor)
    assert client.get(INSIDE).status_code == 200


def test_setting_up_an_app_needs_proving_it_and_then_opens_the_pages(counsellor):
    client = Client()
    sign_in(client, counsellor)
    enrol(client)
    answer = client.get(INSIDE)
    assert answer.headers["Location"] == "/akun/2fa/reauthenticate/?next=%2Fbrankas%2F"
    codes = client.get("/akun/2fa/recovery-codes/").context["unused_codes"]
    answer = client.post("/akun/2fa/reauthenticate/", {"code": codes[0], "next": INSIDE})
    assert answer.headers["Location"] == INSIDE
    assert client.get(INSIDE).status_code == 200


def test_signing_in_with_the_app_opens_the_pages(counsellor):
    first, client = Client(), Client()
    sign_in(first, counsellor)
    secret = enrol(first)
    cache.clear()
    page = sign_in(client, counsellor)
    assert page.redirect_chain[-1][0] == "/akun/2fa/authenticate/"
    assert client.get(INSIDE).status_code == 302
    wrong = client.post("/akun/2fa/authenticate/", {"code": "000000"})
    assert "errsum" in wrong.content.decode()
    client.post("/akun/2fa/authenticate/", {"code": code_for(secret)})
    assert client.get(INSIDE).status_code == 200


def test_a_recovery_code_opens_once(counsellor):
    first = Client()
    sign_in(first, counsellor)
    enrol(first)
    codes = first.get("/akun/2fa/recovery-codes/").context["unused_codes"]
    assert len(codes) == 10
    again = first.get("/akun/2fa/recovery-codes/")
    assert codes[0] not in again.content.decode()
    for expected in (200, 302):
        cache.clear()
        client = Client()
        sign_in(client, counsellor)
        client.post("/akun/2fa/authenticate/", {"code": codes[0]})
        assert client.get(INSIDE).status_code == expected


def test_secrets_are_sealed_and_instants_are_blurred(
    counsellor, django_capture_on_commit_callbacks
):
    client = Client()
    sign_in(client, counsellor)
    with django_capture_on_commit_callbacks(execute=True):
        secret = enrol(client)
    rows = list(Authenticator.objects.all())
    assert {row.type for row in rows} == {"totp", "recovery_codes"}
    for row in rows:
        assert secret not in json.dumps(row.data)
        assert row.last_used_at is None
        assert (row.created_at.day, row.created_at.hour, row.created_at.second) == (1, 0, 0)
    totp = Authenticator.objects.get(type="totp")
    assert MFAAdapter().decrypt(totp.data["secret"]) == secret
    cache.clear()
    other = Client()
    sign_in(other, counsellor)
    other.post("/akun/2fa/authenticate/", {"code": code_for(secret)})
    assert set(Authenticator.objects.values_list("last_used_at", flat=True)) == {None}


def test_secrets_survive_a_new_row_key(counsellor):
    client = Client()
    sign_in(client, counsellor)
    secret = enrol(client)
    before = Authenticator.objects.get(type="totp").data["secret"]
    assert reseal_second_factors() == 2
    after = Authenticator.objects.get(type="totp").data["secret"]
    assert after != before
    assert MFAAdapter().decrypt(after) == secret


def test_the_picture_for_the_app_is_inline_and_names_nobody(counsellor, settings):
    counsellor.nip = "199001012015031001"
    counsellor.save()
    client = Client()
    sign_in(client, counsellor)
    client.post("/akun/reauthenticate/", {"password": PASSWORD})
    page = client.get("/akun/2fa/totp/activate/")
    text = page.content.decode()
    assert "<svg" in text
    assert "data:image" not in text
    assert "style=" not in text
    for name in (counsellor.nip, counsellor.email, counsellor.full_name.replace(" ", "%20")):
        assert name not in page.context["totp_url"]


def test_a_passkey_is_labelled_with_nobody(counsellor, settings):
    entity = MFAAdapter().get_public_key_credential_user_entity(counsellor)
    assert entity["name"] == entity["display_name"] == settings.BRAND
    assert counsellor.email.encode() not in entity["id"]


def test_passkey_pages_hand_their_options_over_without_running_anything_inline(counsellor):
    client = Client()
    sign_in(client, counsellor)
    client.post("/akun/reauthenticate/", {"password": PASSWORD})
    text = client.get("/akun/2fa/webauthn/add/").content.decode()
    assert 'type="application/json"' in text
    assert "passkey.js" in text
    options = Client().get("/akun/2fa/webauthn/login/", headers={"accept": "application/json"})
    assert "challenge" in options.json()["request_options"]["publicKey"]


class _SocialLogin:
    def __init__(self, user, claims):
        self.user, self.is_existing = user, True
        self.account = type("Account", (), {"extra_data": claims})()


@pytest.mark.parametrize(
    ("amr", "counts"), [(["pwd"], False), (["pwd", "mfa"], True), (None, False)]
)
def test_a_single_sign_on_counts_only_when_it_says_so_and_its_claims_are_dropped(
    counsellor, amr, counts
):
    from portal.people.sessions import SessionStore

    request = HttpRequest()
    request.session = SessionStore()
    claims = {"id_token": {"amr": amr, "name": "Sari"}, "userinfo": {"phone": "0812"}}
    login = _SocialLogin(counsellor, claims)
    adapter = SocialAccountAdapter(request)
    adapter.populate_user(request, login, {"name": "Sari"})
    assert login.account.extra_data == {}
    adapter.pre_social_login(request, login)
    methods = {r["method"] for r in request.session.get("account_authentication_methods", [])}
    assert ("sso-mfa" in methods) is counts


def test_the_single_sign_on_appears_when_it_is_named(settings):
    assert "/akun/oidc/sso/login/" not in Client().get("/masuk/").content.decode()
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "APPS": [
                {
                    "provider_id": "sso", "name": "SSO Instansi", "client_id": "teduh",
                    "secret": "x", "settings": {"server_url": "https://sso.instansi.test"},
                }
            ]
        }
    }  # fmt: skip
    text = Client().get("/masuk/").content.decode()
    assert "/akun/oidc/sso/login/" in text
    assert "SSO Instansi" in text
    assert Client().get("/akun/oidc/lain/login/").status_code == 404
