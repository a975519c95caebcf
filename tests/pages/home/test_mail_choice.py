"""Where neutral mails go is chosen on the settings page, for meetings and for an agenda."""

import pytest
from allauth.account.models import EmailAddress

from counselling.notices import CLIENT, COUNSELLOR
from portal.notifications.selectors import address_choice
from tests.factories import make_practice, make_user

pytestmark = pytest.mark.django_db
PRIVATE = "milik.sendiri@kotak.test"


def with_private_address(user):
    EmailAddress.objects.create(user=user, email=PRIVATE, verified=True)
    return user


def choice(user, namespace=CLIENT):
    return address_choice(namespace=namespace, user_id=user.pk)


def test_without_a_private_address_the_page_leads_to_one(client):
    client.force_login(make_user())
    page = client.get("/saya/atur/").content.decode()
    assert "/saya/atur/kabar/" not in page
    assert "/akun/" in page


def test_an_address_is_chosen_shown_masked_and_left_again(client):
    user = with_private_address(make_user())
    client.force_login(user)
    masked = "m•••@kotak.test"
    assert client.post("/saya/atur/kabar/", {"address": masked}).status_code == 303
    assert choice(user) == masked
    assert PRIVATE not in client.get("/saya/atur/").content.decode()
    client.post("/saya/atur/kabar/", {"address": ""})
    assert choice(user) is None


def test_a_foreign_address_is_no_choice(client):
    user = with_private_address(make_user())
    client.force_login(user)
    answer = client.post("/saya/atur/kabar/", {"address": "x•••@orang-lain.test"})
    assert answer.status_code == 200
    assert choice(user) is None


def test_a_counsellors_choice_serves_her_agenda_too(client, settings):
    settings.REQUIRE_STAFF_MFA = False
    user = with_private_address(make_practice().counsellor.user)
    client.force_login(user)
    client.post("/saya/atur/kabar/", {"address": "m•••@kotak.test"})
    assert choice(user, COUNSELLOR) == choice(user, CLIENT) == "m•••@kotak.test"
