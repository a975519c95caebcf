"""The single sign-on of the organisation, from the button to the page."""

import json
import time
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from portal.people import services
from portal.people.choices import Role
from portal.people.models import User
from tests.factories import grant, make_agency, make_user

pytestmark = pytest.mark.django_db
ISSUER = "https://sso.instansi.test"


class Provider:
    """Answers like a provider and says about the person what the test tells it."""

    def __init__(self) -> None:
        self.claims: dict = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def get(self, url, **_):
        if url.endswith("openid-configuration"):
            return Answer(
                {
                    "issuer": ISSUER,
                    "authorization_endpoint": f"{ISSUER}/authorize",
                    "token_endpoint": f"{ISSUER}/token",
                    "userinfo_endpoint": f"{ISSUER}/userinfo",
                    "jwks_uri": f"{ISSUER}/keys",
                }
            )
        return Answer({key: value for key, value in self.claims.items() if key != "amr"})

    def request(self, _method, _url, **_):
        now = int(time.time())
        token = jwt.encode(
            {**self.claims, "iss": ISSUER, "aud": "teduh", "iat": now, "exp": now + 60},
            "x" * 32,
            algorithm="HS256",
        )
        return Answer({"access_token": "a", "token_type": "Bearer", "id_token": token})

    post = request


class Answer:
    status_code = 200
    headers = {"content-type": "application/json"}

    def __init__(self, content) -> None:
        self.content_json = content
        self.text = json.dumps(content)

    def json(self):
        return self.content_json

    def raise_for_status(self):
        return None


@pytest.fixture
def provider(settings, monkeypatch):
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "sso", "name": "SSO Instansi", "client_id": "teduh",
                    "secret": "x", "settings": {"server_url": ISSUER},
                }
            ],
        }
    }  # fmt: skip
    provider = Provider()
    monkeypatch.setattr(DefaultSocialAccountAdapter, "get_requests_session", lambda _: provider)
    return provider


def come_back(client: Client, provider: Provider, **claims):
    provider.claims = {"sub": "u-1", "email_verified": True, "name": "Nama Klaim", **claims}
    answer = client.post("/akun/oidc/sso/login/")
    assert answer.headers["Location"].startswith(f"{ISSUER}/authorize")
    state = parse_qs(urlsplit(answer.headers["Location"]).query)["state"][0]
    return client.get("/akun/oidc/sso/login/callback/", {"state": state, "code": "c"})


def test_somebody_who_is_here_signs_in_and_no_claim_is_kept(provider):
    user, client = make_user(), Client()
    assert (
        come_back(client, provider, email=user.email, phone="0812").headers["Location"] == "/"
    )
    assert client.get("/brankas/").status_code == 200
    kept = SocialAccount.objects.get(user=user)
    assert kept.extra_data == {}
    assert (kept.last_login.year, kept.date_joined.year) == (2000, 2000)
    user.refresh_from_db()
    assert user.full_name != "Nama Klaim"
    again = Client()
    come_back(again, provider, email=user.email, phone="0812")
    assert again.get("/brankas/").status_code == 200
    kept.refresh_from_db()
    assert (kept.extra_data, kept.last_login.year) == ({}, 2000)


@pytest.mark.parametrize(
    "claims", [{"email": "siapa@instansi.test"}, {"email_verified": False}]
)
def test_nobody_becomes_an_account_by_a_claim(provider, claims):
    user, client = make_user(), Client()
    before = User.objects.count()
    page = come_back(client, provider, **{"email": user.email, **claims})
    assert client.get("/brankas/").status_code == 302
    assert page.status_code in {200, 302}
    assert User.objects.count() == before
    assert not SocialAccount.objects.exists()


def test_a_closed_account_stays_closed(provider):
    from django.utils import timezone

    user, client = make_user(), Client()
    services.deactivate_user(actor=None, user_id=user.pk, now=timezone.now())
    come_back(client, provider, email=user.email)
    assert client.get("/brankas/").status_code == 302


@pytest.mark.parametrize(("amr", "status"), [(["pwd", "mfa"], 200), (["pwd"], 302)])
def test_staff_come_in_when_the_single_sign_on_asked_for_a_second_factor(provider, amr, status):
    user, client = make_user(), Client()
    grant(user, make_agency(), Role.HEAD)
    come_back(client, provider, email=user.email, amr=amr)
    assert client.get("/brankas/").status_code == status
