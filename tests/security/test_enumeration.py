"""Nobody learns from the sign-in pages who has an account."""

import re
from datetime import UTC, datetime

import pytest
from django.core.cache import cache
from django.test import Client

from portal.common.redis import client as redis
from portal.people import services
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def mails(monkeypatch):
    sent = []
    monkeypatch.setattr(services, "_account_mail", [lambda **mail: sent.append(mail)])
    return sent


def seen(answer, *names: str) -> tuple[int, str, str]:
    """Return what a person sees, without what differs on every page."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())
    for name in names:
        text = text.replace(name, "NAME")
    return answer.status_code, answer.headers.get("Location", ""), text


@pytest.fixture
def known():
    return make_user()


NOBODY = "siapa9999@instansi.test"


def test_a_wrong_password_looks_like_an_unknown_name(known):
    closed = make_user()
    services.deactivate_user(actor=None, user_id=closed.pk, now=NOW)
    answers = []
    for name in (known.email, NOBODY, closed.email):
        cache.clear()
        answers.append(
            seen(Client().post("/masuk/", {"login": name, "password": "salah-sekali"}), name)
        )
    assert answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize("page", ["/akun/password/reset/", "/akun/login/code/"])
def test_asking_for_a_code_looks_the_same(known, mails, page):
    answers = []
    for name in (known.email, NOBODY):
        client = Client()
        answers.append(seen(client.post(page, {"email": name}), name))
        answers.append(seen(client.get(answers[-1][1]), name))
        answers.append(seen(client.post(answers[-2][1], {"code": "AAAAAA"}), name))
    assert answers[:3] == answers[3:]
    assert {mail["address"] for mail in mails} == {known.email, NOBODY}
    assert len({mail["subject"] for mail in mails}) == 1


def test_a_slip_says_the_same_of_a_wrong_code_and_of_nobody(known):
    services.make_slip(actor=None, user_id=known.pk, now=NOW)
    without = make_user()
    words = {"code": "AAAA-BBBB-CCCC-DDDD", "password": PASSWORD, "again": PASSWORD}
    answers = [
        seen(Client().post("/akun/aktivasi/", {**words, "login": name}), name)
        for name in (known.email, NOBODY, without.email)
    ]
    assert answers[0] == answers[1] == answers[2]


def test_a_missing_page_and_a_forbidden_one_are_the_same():
    client = Client()
    client.force_login(make_user())
    missing, forbidden = client.get("/a/tidak-ada/"), client.get("/a/peran/")
    assert missing.status_code == forbidden.status_code == 404
    assert seen(missing)[2].replace("/a/tidak-ada/", "X") == seen(forbidden)[2].replace(
        "/a/peran/", "X"
    )


def test_redis_learns_no_address_no_browser_and_no_name(known):
    client = Client(REMOTE_ADDR="203.0.113.7", HTTP_USER_AGENT="Peramban/1")
    client.post("/masuk/", {"login": known.email, "password": "salah-sekali"})
    client.post("/masuk/", {"login": known.email, "password": PASSWORD})
    client.post("/akun/reauthenticate/", {"password": PASSWORD})
    held = b" ".join(
        name + b"=" + (redis().get(name) or b"") for name in redis().keys("*cache*")
    )
    assert held
    for word in ("203.0.113", "Peramban", known.email, str(known.pk), known.pk.hex):
        assert word.encode() not in held
