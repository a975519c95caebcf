"""Sessions: what the table shows, and when they end."""

import hashlib
from datetime import UTC, datetime

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.test import Client
from django.utils import timezone

from portal.people import services
from portal.people.choices import Role
from portal.people.models import BrowserSession
from portal.people.sessions import SessionStore
from tests.factories import PASSWORD, grant, make_agency, make_user

pytestmark = pytest.mark.django_db
START = datetime(2026, 11, 23, 1, 20, tzinfo=UTC)
INSIDE = "/brankas/"


def signed_in(user) -> Client:
    client = Client()
    client.post("/masuk/", {"login": user.email, "password": PASSWORD})
    return client


def is_in(client: Client) -> bool:
    return client.get(INSIDE).status_code == 200


def test_the_table_holds_a_hash_a_sealed_content_and_an_hour():
    user = make_user()
    with time_machine.travel(START, tick=False):
        client = signed_in(user)
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    (row,) = BrowserSession.objects.all()
    assert row.key_hash == hashlib.sha256(key.encode()).hexdigest()
    assert key.encode() not in bytes(row.sealed)
    assert str(user.pk).encode() not in bytes(row.sealed)
    assert row.expires_hour == datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


def test_rows_cannot_be_swapped():
    mine, other = make_user(), make_user()
    client, stranger = signed_in(mine), signed_in(other)
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    target = hashlib.sha256(stranger.cookies[settings.SESSION_COOKIE_NAME].value.encode())
    row = BrowserSession.objects.get(pk=hashlib.sha256(key.encode()).hexdigest())
    BrowserSession.objects.filter(pk=target.hexdigest()).update(sealed=bytes(row.sealed))
    assert not is_in(stranger)
    assert is_in(client)


def test_signing_in_changes_the_key():
    user, client = make_user(), Client()
    client.post("/akun/login/code/", {"email": "nobody@instansi.test"})
    before = client.cookies[settings.SESSION_COOKIE_NAME].value
    client.post("/akun/logout/")
    client.cookies[settings.SESSION_COOKIE_NAME] = before
    client.post("/masuk/", {"login": user.email, "password": PASSWORD})
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != before
    assert is_in(client)


@pytest.mark.parametrize(("minutes", "alive"), [(29, True), (31, False)])
def test_thirty_idle_minutes_end_it(minutes, alive):
    user = make_user()
    with time_machine.travel(START, tick=False) as clock:
        client = signed_in(user)
        clock.shift(60 * minutes)
        assert is_in(client) is alive


def test_each_visit_starts_the_idle_time_anew_and_twelve_hours_end_it_all_the_same():
    user = make_user()
    with time_machine.travel(START, tick=False) as clock:
        client = signed_in(user)
        for _ in range(35):
            clock.shift(20 * 60)
            assert is_in(client)
        clock.shift(21 * 60)
        assert not is_in(client)


def test_a_changed_password_does_not_prolong_the_twelve_hours():
    user = make_user()
    new = "payung biru di beranda"
    with time_machine.travel(START, tick=False) as clock:
        client = signed_in(user)
        for _ in range(34):
            clock.shift(20 * 60)
            assert is_in(client)
        client.post(
            "/akun/password/change/",
            {"oldpassword": PASSWORD, "password1": new, "password2": new},
        )
        assert is_in(client)
        clock.shift(20 * 60)
        assert is_in(client)
        clock.shift(21 * 60)
        assert not is_in(client)


def test_the_row_is_rewritten_at_most_once_a_minute(django_assert_max_num_queries):
    user = make_user()
    with time_machine.travel(START, tick=False) as clock:
        client = signed_in(user)
        is_in(client)
        row = BrowserSession.objects.get()
        clock.shift(50)
        is_in(client)
        assert BrowserSession.objects.get().sealed == row.sealed
        clock.shift(20)
        is_in(client)
        assert BrowserSession.objects.get().sealed != row.sealed


def test_losing_a_role_ends_every_session():
    user, agency = make_user(), make_agency()
    client = signed_in(user)
    granted = grant(user, agency, Role.DPO)
    services.end_role(actor=None, grant_id=granted.pk, now=timezone.now())
    assert not is_in(client)


def test_deactivation_ends_every_session_and_signing_in():
    user = make_user()
    client = signed_in(user)
    services.deactivate_user(actor=None, user_id=user.pk, now=timezone.now())
    assert not is_in(client)
    assert not is_in(signed_in(user))


def test_nothing_finer_than_a_hash_of_who_is_here_outlives_the_session():
    user = make_user()
    with time_machine.travel(START, tick=False) as clock:
        client = signed_in(user)
        clock.shift(31 * 60)
        is_in(client)
        assert not BrowserSession.objects.exists()
        signed_in(user)
        clock.shift(13 * 3600)
        SessionStore.clear_expired()
    assert not BrowserSession.objects.exists()


def test_the_session_holds_no_more_than_it_says():
    user = make_user()
    client = signed_in(user)
    assert set(client.session.keys()) <= {
        "_auth_user_id", "_auth_user_backend", "_auth_user_hash", "_session_expiry",
        "account_authentication_methods", "account_authentication_methods_user",
    }  # fmt: skip


def test_a_session_deleted_meanwhile_is_not_written_back():
    store = SessionStore()
    store["x"] = 1
    store.save()
    BrowserSession.objects.all().delete()
    with pytest.raises(UpdateError):
        store.save()


def test_no_sign_in_leaves_an_instant_beside_a_name():
    assert "last_login" not in {field.name for field in make_user()._meta.get_fields()}
