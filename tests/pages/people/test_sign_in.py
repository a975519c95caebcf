"""Signing in and out, codes by mail, the language, the quick exit: whole requests."""

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from portal.people import services
from portal.people.models import User
from portal.vault.models import PersonKey
from tests.factories import PASSWORD, make_employee, make_user

pytestmark = pytest.mark.django_db
SIGN_IN = "/masuk/"


@pytest.fixture
def mails(monkeypatch):
    sent = []
    monkeypatch.setattr(services, "_account_mail", [lambda **mail: sent.append(mail)])
    return sent


def sign_in(client: Client, name: str, password: str = PASSWORD, **extra: str):
    return client.post(SIGN_IN, {"login": name, "password": password, **extra})


def code_in(mail: dict) -> str:
    return mail["body"].split("\n\n")[1].strip()


def test_an_address_signs_in_however_it_is_cased():
    user = make_user()
    client = Client()
    answer = sign_in(client, user.email.upper())
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(user.pk)


def test_a_nip_signs_in():
    user = make_employee().user
    user.nip = "199001012015031001"
    user.save()
    assert sign_in(Client(), "199001012015031001").status_code == 302


def test_a_wrong_password_is_answered_warmly_and_the_password_is_not_shown_again():
    page = sign_in(Client(), make_user().email, "salah-sekali-ini")
    text = page.content.decode()
    assert page.status_code == 200
    assert "salah-sekali-ini" not in text
    assert 'class="errsum"' in text


def test_somebody_signed_out_is_led_to_sign_in_and_back():
    client = Client()
    answer = client.get("/brankas/")
    assert answer.headers["Location"] == "/masuk/?next=/brankas/"
    answer = sign_in(client, make_user().email, next="/brankas/")
    assert answer.headers["Location"] == "/brankas/"


def test_a_foreign_page_to_come_back_to_is_ignored():
    answer = sign_in(Client(), make_user().email, next="https://elsewhere.test/")
    assert answer.headers["Location"] == "/"


def test_a_code_by_mail_signs_in(mails):
    user, client = make_user(), Client()
    answer = client.post("/akun/login/code/", {"email": user.email}, follow=True)
    assert answer.redirect_chain[-1][0] == "/akun/login/code/confirm/"
    (mail,) = mails
    assert mail["address"] == user.email
    assert "konsel" not in (mail["subject"] + mail["body"]).lower()
    answer = client.post("/akun/login/code/confirm/", {"code": code_in(mail)})
    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)


def test_a_forgotten_password_is_replaced_by_code_and_old_sessions_end(mails):
    user, old, client = make_user(), Client(), Client()
    sign_in(old, user.email)
    assert old.get("/brankas/").status_code == 200
    client.post("/akun/password/reset/", {"email": user.email})
    answer = client.post("/akun/password/reset/confirm/", {"code": code_in(mails[0])})
    assert answer.headers["Location"] == "/akun/password/reset/complete/"
    new = "payung biru di beranda"
    answer = client.post(
        "/akun/password/reset/complete/", {"password1": new, "password2": new}, follow=True
    )
    assert answer.status_code == 200
    assert old.get("/brankas/").status_code == 302
    assert sign_in(Client(), user.email, new).status_code == 302
    assert sign_in(Client(), user.email).status_code == 200


def test_signing_out_asks_first_and_ends_the_session():
    client = Client()
    sign_in(client, make_user().email)
    assert client.get("/akun/logout/").status_code == 200
    assert client.post("/akun/logout/").headers["Location"] == SIGN_IN
    assert client.get("/brankas/").status_code == 302


def test_sign_up_does_not_exist_without_a_domain():
    assert Client().get("/akun/signup/").status_code == 404
    assert "signup" not in Client().get(SIGN_IN).content.decode()


def test_the_language_is_remembered_and_the_page_stays():
    client = Client()
    answer = client.post("/bahasa/", {"language": "en", "next": "/akun/aktivasi/"})
    assert answer.headers["Location"] == "/akun/aktivasi/"
    assert 'lang="en"' in client.get(SIGN_IN).content.decode()
    answer = client.post(
        "/bahasa/", {"language": "id"}, headers={"referer": "http://testserver/masuk/"}
    )
    assert answer.headers["Location"] == "/masuk/"
    assert 'lang="id"' in client.get(SIGN_IN).content.decode()


@pytest.mark.parametrize(
    "target", ["https://elsewhere.test/", "//elsewhere.test/", "javascript:x"]
)
def test_the_language_form_leads_nowhere_else(target):
    answer = Client().post("/bahasa/", {"language": "en", "next": target})
    assert answer.headers["Location"] == "/"


def test_an_unknown_language_changes_nothing():
    answer = Client().post("/bahasa/", {"language": "xx"})
    assert answer.status_code == 302
    assert not answer.cookies


@pytest.mark.parametrize("signed_in", [True, False])
def test_the_quick_exit_ends_the_session_and_never_fails(signed_in, settings):
    client = Client(enforce_csrf_checks=True)
    if signed_in:
        client.force_login(make_user())
    answer = client.post("/tutup/")
    assert (answer.status_code, answer.headers["Location"]) == (303, settings.EXIT_URL)
    assert client.get("/brankas/").status_code == 302
    assert Client().get("/tutup/").status_code == 405


def test_the_tries_at_one_name_are_limited():
    user, client = make_user(), Client()
    for _ in range(5):
        sign_in(client, user.email, "salah-sekali-ini")
    page = sign_in(client, user.email).content.decode()
    assert 'class="errsum"' in page
    cache.clear()
    assert sign_in(client, user.email).status_code == 302


@pytest.mark.parametrize(
    "path",
    [
        "/akun/inactive/", "/akun/password/reset/", "/akun/password/reset/done/",
        "/akun/login/code/", "/akun/aktivasi/", "/akun/3rdparty/login/cancelled/",
        "/akun/3rdparty/login/error/",
    ],
)  # fmt: skip
def test_pages_before_signing_in_carry_no_inline_script_or_style(path):
    page = Client().get(path)
    text = page.content.decode()
    assert page.status_code in {200, 401}
    assert "style=" not in text
    assert "<style" not in text
    assert "data:image" not in text


@pytest.mark.parametrize(
    "path",
    [
        "/akun/email/", "/akun/password/change/", "/akun/2fa/", "/akun/2fa/webauthn/",
        "/brankas/", "/brankas/buat/",
    ],
)  # fmt: skip
def test_account_pages_open_for_their_owner_and_for_nobody_else(path):
    client = Client()
    assert client.get(path).headers["Location"].startswith(SIGN_IN)
    client.force_login(make_user())
    assert client.get(path).status_code == 200


def test_a_private_address_is_added_by_code_and_the_work_address_stays(mails):
    user, client = make_user(), Client()
    sign_in(client, user.email)
    client.post("/akun/reauthenticate/", {"password": PASSWORD})
    answer = client.post("/akun/email/", {"action_add": "1", "email": "rina@surat.test"})
    assert answer.headers["Location"] == "/akun/confirm-email/"
    client.post("/akun/confirm-email/", {"code": code_in(mails[-1])})
    page = client.get("/akun/email/").content.decode()
    assert "rina@surat.test" in page
    for action in ("action_remove", "action_primary"):
        client.post("/akun/email/", {action: "1", "email": user.email})
        client.post("/akun/email/", {"action_primary": "1", "email": "rina@surat.test"})
    user.refresh_from_db()
    assert user.email in client.get("/akun/email/").content.decode()
    assert user.email.startswith("orang")
    client.post("/akun/email/", {"action_remove": "1", "email": "rina@surat.test"})
    assert "rina@surat.test" not in client.get("/akun/email/").content.decode()


def test_a_private_address_never_becomes_the_work_address_of_somebody_with_a_nip(mails):
    nip = "199001012015031001"
    user_id = services.create_user(
        actor=None, full_name="Yosef", nip=nip, password=PASSWORD, now=timezone.now()
    )
    client = Client()
    sign_in(client, nip)
    client.post("/akun/reauthenticate/", {"password": PASSWORD})
    client.post("/akun/email/", {"action_add": "1", "email": "yosef@surat.test"})
    client.post("/akun/confirm-email/", {"code": code_in(mails[-1])})
    assert User.objects.get(pk=user_id).email == ""
    address = EmailAddress.objects.get(user_id=user_id)
    assert (address.verified, address.primary) == (True, False)
    client.post("/akun/email/", {"action_remove": "1", "email": "yosef@surat.test"})
    assert not EmailAddress.objects.filter(user_id=user_id).exists()
    assert User.objects.get(pk=user_id).email == ""


def test_the_password_is_changed_and_only_this_browser_stays():
    user, here, there = make_user(), Client(), Client()
    sign_in(here, user.email)
    sign_in(there, user.email)
    new = "payung biru di beranda"
    answer = here.post(
        "/akun/password/change/",
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )
    assert answer.status_code == 302
    assert here.get("/brankas/").status_code == 200
    assert there.get("/brankas/").status_code == 302


@pytest.fixture
def with_domain(settings):
    settings.SIGNUP_DOMAIN = "instansi.test"
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"


def sign_up(client: Client, email: str):
    words = {"full_name": "Rina Contoh", "email": email}
    return client.post("/akun/signup/", {**words, "password1": PASSWORD, "password2": PASSWORD})


def test_sign_up_takes_the_organisations_domain_and_a_code(with_domain, mails):
    client = Client()
    assert "/akun/signup/" in client.get(SIGN_IN).content.decode()
    page = sign_up(client, "rina@elsewhere.test")
    assert "@instansi.test" in page.content.decode()
    assert not mails
    answer = sign_up(client, "Rina@Instansi.test")
    assert answer.headers["Location"] == "/akun/confirm-email/"
    assert client.get("/brankas/").status_code == 302
    client.post("/akun/confirm-email/", {"code": code_in(mails[0])})
    assert client.get("/brankas/").status_code == 200
    user = User.objects.get(email="rina@instansi.test")
    assert (user.nip, user.full_name) == (None, "Rina Contoh")
    assert PersonKey.objects.filter(user=user).exists()


def test_signing_up_with_a_known_address_tells_nobody(with_domain, mails):
    known = make_user()
    answer = sign_up(Client(), known.email)
    assert answer.headers["Location"] == "/akun/confirm-email/"
    assert mails[0]["address"] == known.email
    assert User.objects.filter(email=known.email).count() == 1
