"""Where news about leave goes: the portal alone, or a private address somebody chose."""

import pytest
from allauth.account.models import EmailAddress
from django.http import Http404

from portal.leave import notices
from portal.leave.services.news import INBOXES, choose_news_address
from portal.notifications.models import AddressChoice
from portal.notifications.selectors import address_choice
from portal.people.models import User
from tests.factories import NOW
from tests.pages.counselling.conftest import sign_in
from tests.support.clock import at, follow_the_clock
from tests.support.leave import know_notices, open_room

OWN = "r.pribadi@kotak.test"


@pytest.fixture(autouse=True)
def _house(monkeypatch, settings, transactional_db):
    settings.REQUIRE_STAFF_MFA = False
    know_notices(monkeypatch)
    follow_the_clock(monkeypatch)
    with at(NOW):
        yield


@pytest.fixture
def room(transactional_db):
    return open_room()


@pytest.fixture
def rina(room):
    return sign_in(User.objects.get(pk=room.employee.user_id))


def give_address(room, email=OWN, *, verified=True):
    EmailAddress.objects.create(
        user_id=room.employee.user_id, email=email, verified=verified, primary=False
    )


def test_without_an_address_the_page_leads_to_one(rina):
    page = rina.get("/cuti/kabar/").content.decode()
    assert "/akun/email/" in page
    assert "/cuti/kabar/" in rina.get("/cuti/").content.decode()


def test_one_choice_for_all_of_leave_and_for_no_other_room(rina, room):
    give_address(room)
    page = rina.get("/cuti/kabar/").content.decode()
    assert OWN not in page
    masked = "r•••@kotak.test"
    assert masked in page
    assert rina.post("/cuti/kabar/", {"address": masked}).url == "/cuti/kabar/"
    user_id = room.employee.user_id
    assert {address_choice(namespace=one, user_id=user_id) for one in INBOXES} == {masked}
    assert AddressChoice.objects.count() == len(INBOXES)
    rina.post("/cuti/kabar/", {"address": ""})
    assert AddressChoice.objects.count() == 0


@pytest.mark.parametrize("sent", ["orang@lain.test", "x•••@lain.test"])
def test_a_foreign_address_is_no_choice(rina, room, sent):
    give_address(room)
    page = rina.post("/cuti/kabar/", {"address": sent})
    assert "errsum" in page.content.decode()
    assert AddressChoice.objects.count() == 0


def test_an_unproven_address_is_no_choice(room):
    give_address(room, verified=False)
    with pytest.raises(Http404):
        choose_news_address(actor=room.asker, address=OWN, now=NOW)
    assert address_choice(namespace=notices.OWN, user_id=room.employee.user_id) is None
