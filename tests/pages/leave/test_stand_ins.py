"""Whoever stands in for a superior: her page, the end at midnight, naming one and ending it."""

from datetime import timedelta

import pytest

from portal.leave.choices import DelegationKind
from portal.leave.models import Consideration, Delegation
from portal.leave.services.deadlines import advance_considerations
from tests.pages.counselling.conftest import text_of
from tests.support.clock import at
from tests.support.leave_team import (
    MONDAY,
    NOW,
    absent,
    browser_of,
    colleague,
    on,
    page_of,
    send,
    stands_in,
)

pytestmark = pytest.mark.django_db(transaction=True)
TUESDAY = MONDAY + timedelta(days=1)
AGREED = {"opinion": "AGREED"}


@pytest.fixture(autouse=True)
def _at_nine(_clock):
    with at(NOW):
        yield


@pytest.fixture
def manager(room):
    return browser_of(room.manager)


def test_whoever_stands_in_answers_in_her_place(room):
    acting = colleague(room)
    stands_in(room.manager, acting)
    row = send(room)
    browser = browser_of(acting)

    said = text_of(browser.get("/t/"))
    assert room.manager.user.full_name in said
    assert browser.post(page_of(row), AGREED)["Location"] == "/t/"
    assert Consideration.objects.get().acted_by == acting


def test_at_midnight_it_is_over(room):
    acting = colleague(room)
    stands_in(room.manager, acting)
    path = page_of(send(room))

    with at(on(MONDAY, 23) + timedelta(minutes=59)):
        browser = browser_of(acting)
        assert browser.get(path).status_code == 200
    with at(on(TUESDAY, 0)):
        assert browser.get(path).status_code == 404
        assert browser.post(path, AGREED).status_code == 404
        assert browser.get("/t/").status_code == 404


def test_whoever_stands_in_sees_the_team_and_no_other(room):
    acting = colleague(room)
    stands_in(room.manager, acting)
    absent(room, room.employee, MONDAY, MONDAY)
    absent(room, room.manager, MONDAY, MONDAY)

    said = text_of(browser_of(acting).get("/t/"))

    assert "Pegawai Contoh" in said
    rows = browser_of(acting).get("/t/").content.decode()
    assert rows.count("Atasan Contoh") == 1  # in "You stand in for", not among the absent


def test_the_substitute_gets_the_page_after_two_days(room):
    path = page_of(send(room))
    assert browser_of(room.director).get(path).status_code == 404

    wednesday = MONDAY + timedelta(days=2)
    advance_considerations(now=on(wednesday))

    with at(on(wednesday, 10)):
        assert browser_of(room.director).get(path).status_code == 200


def test_naming_a_stand_in_and_ending_it(room, manager):
    peer = colleague(room, "sejawat", manager=room.director)
    typed = {
        "stand_in": str(peer.pk), "kind": "PLH", "decree_number": "SPR-12/2026",
        "valid_from": "2026-11-23", "valid_until": "2026-11-24",
    }  # fmt: skip

    assert manager.post("/t/wakil/", typed)["Location"] == "/t/wakil/"
    row = Delegation.objects.get()
    assert (row.giver, row.stand_in, row.kind) == (room.manager, peer, DelegationKind.PLH)
    said = text_of(manager.get("/t/wakil/"))
    assert "Sejawat Contoh" in said
    assert "SPR-12/2026" in said

    again = manager.post("/t/wakil/", typed)
    assert again.status_code == 200
    assert 'class="errsum"' in again.content.decode()

    assert manager.post(f"/t/wakil/{row.pk}/akhiri/")["Location"] == "/t/wakil/"
    row.refresh_from_db()
    assert row.withdrawn_on == MONDAY


@pytest.mark.parametrize(
    "wrong",
    [
        {"stand_in": ""},
        {"stand_in": "seseorang"},
        {"kind": "BOSS"},
        {"decree_number": " "},
        {"decree_number": "x" * 121},
        {"valid_from": ""},
        {"valid_until": "2026-11-22"},
        {"valid_from": "2026-11-20", "valid_until": "2026-11-21"},
    ],
)
def test_a_stand_in_that_does_not_fit_comes_back_in_words(room, manager, wrong):
    peer = colleague(room, "sejawat", manager=room.director)
    typed = {
        "stand_in": str(peer.pk), "kind": "PLH", "decree_number": "SPR-12/2026",
        "valid_from": "2026-11-23", "valid_until": "2026-11-24",
    }  # fmt: skip

    answer = manager.post("/t/wakil/", typed | wrong)

    assert answer.status_code == 200
    assert 'class="err"' in answer.content.decode()
    assert not Delegation.objects.exists()


def test_a_stand_in_names_no_other_for_her(room):
    acting = colleague(room)
    stands_in(room.manager, acting)
    browser = browser_of(acting)

    assert browser.get("/t/wakil/").status_code == 200
    assert browser.post("/t/wakil/", {}).status_code == 404
    given = Delegation.objects.get()
    assert browser.post(f"/t/wakil/{given.pk}/akhiri/").status_code == 404
