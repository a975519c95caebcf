"""The form of a verdict: what it asks for, what it warns of, and that it is sent once."""

import re
from datetime import timedelta

import pytest

from portal.leave.choices import Missing, Verdict
from portal.leave.models import Attestation, Evidence
from portal.people.choices import Employment
from tests.factories import PASSPHRASE
from tests.pages.counselling.conftest import text_of
from tests.support.leave import open_room
from tests.support.review_pages import SEND, browser_of, images, look, path, take, unlock
from tests.support.reviews import FIRST, hand_in, make_case, photo

pytestmark = pytest.mark.django_db(transaction=True)
A_DAY = timedelta(days=1)


@pytest.fixture
def row(room):
    """A request whose certificate waits for a reviewer."""
    case = make_case(room)
    hand_in(case, room.asker)
    return case


@pytest.fixture
def reviewer(room, settings):
    """The reviewer at her browser, her vault open."""
    browser = browser_of(room.reviewer)
    unlock(browser, room.reviewer, settings)
    return browser


def test_taken_on_but_not_looked_at_it_gets_no_verdict(room, row, reviewer):
    take(reviewer, row)

    page = reviewer.post(path(row), SEND)

    assert "Look at the pages first" in text_of(page)
    assert not Attestation.objects.exists()


def test_a_verdict_sent_to_a_locked_vault_is_not_lost(room, row, reviewer, settings):
    look(reviewer, row)
    reviewer.post("/brankas/kunci/")
    chosen = {**SEND, "verdict": Verdict.NOT_ENOUGH, "missing": [Missing.DATES, Missing.LENGTH]}

    asked = reviewer.post(path(row), chosen)

    assert asked.status_code == 423
    assert not Attestation.objects.exists()
    kept = dict(re.findall(r'name="(kept-[a-z_]+)" value="([^"]*)"', asked.content.decode()))
    assert kept["kept-verdict"] == "NOT_ENOUGH"
    on = reviewer.post(
        "/brankas/buka/",
        {
            "passphrase": PASSPHRASE,
            "target": path(row),
            "kept-verdict": "NOT_ENOUGH",
            "kept-missing": ["DATES", "LENGTH"],
            "kept-piece": "1",
        },
    )
    fields = re.findall(r'type="hidden" name="([a-z]+)" value="([^"]*)"', on.content.decode())
    assert [value for name, value in fields if name == "missing"] == ["DATES", "LENGTH"]
    reviewer.post(path(row), chosen)
    assert set(Attestation.objects.get().missing) == {"DATES", "LENGTH"}


def test_the_form_asks_for_what_the_verdict_needs(room, row, reviewer):
    look(reviewer, row)

    for sent, asked in (
        ({}, "Choose what you pass on"),
        ({"verdict": "NOT_ENOUGH"}, "Tick what is missing"),
        ({"verdict": "ENOUGH"}, "Choose who signed it"),
        (
            {"verdict": "PARTLY", "issuer": "DOCTOR"},
            "Choose the days the certificate is enough for",
        ),
        (
            {
                "verdict": "PARTLY",
                "issuer": "DOCTOR",
                "covers_from": "2026-11-20",
                "covers_until": "2026-11-24",
            },
            "A verdict covers days of this request",
        ),
    ):
        page = reviewer.post(path(row), {**sent, "piece": 1})
        assert asked in text_of(page)
        assert "Fix:" in page.content.decode()
    assert not Attestation.objects.exists()


def test_not_enough_does_not_stumble_over_answers_it_does_not_need(room, row, reviewer):
    look(reviewer, row)

    reviewer.post(
        path(row),
        {"verdict": "NOT_ENOUGH", "missing": "DATES", "covers_from": "x", "piece": 1},
    )

    assert Attestation.objects.get().verdict == Verdict.NOT_ENOUGH


def test_enough_does_not_stumble_over_dates_it_does_not_need(room, row, reviewer):
    look(reviewer, row)

    reviewer.post(path(row), {**SEND, "covers_from": "x", "covers_until": "2150-01-01"})

    assert Attestation.objects.get().verdict == Verdict.ENOUGH


def test_the_page_warns_of_the_class_of_doctor_before_it_is_sent(reviewer, settings):
    room = open_room(employment=Employment.PPPK)
    row = make_case(room, code="CS-PPPK", first=FIRST, last=FIRST + 14 * A_DAY)
    hand_in(row, room.asker)
    browser = browser_of(room.reviewer)
    unlock(browser, room.reviewer, settings)

    page = look(browser, row)

    text = text_of(page)
    assert "Licensed doctor · enough until Sunday 6 December" in text
    assert "Government doctor · enough for all dates" in text
    assert "Midwife · not enough under the rule" in text
    assert not re.search(r'value="DOCTOR"[^>]*checked', page.content.decode())
    refused = text_of(browser.post(path(row), SEND))
    assert "the rule asks for a certificate of another kind of doctor" in refused
    part = {
        **SEND, "verdict": "PARTLY", "covers_from": "2026-11-23", "covers_until": "2026-12-06",
    }  # fmt: skip
    browser.post(path(row), part)
    assert Attestation.objects.get().verdict == Verdict.PARTLY


def test_a_newer_paper_comes_before_an_older_verdict(room, row, reviewer):
    look(reviewer, row)
    hand_in(row, room.asker, photo("b"))

    page = reviewer.post(path(row), SEND)

    assert "has changed meanwhile" in text_of(page)
    assert 'name="piece" value="2"' in page.content.decode()
    for address in images(page):
        reviewer.get(address)
    reviewer.post(path(row), {**SEND, "piece": 2})
    assert Attestation.objects.get().sha256 == Evidence.objects.get(number=2).sha256


def test_sent_twice_it_is_one_verdict_and_the_page_is_closed(room, row, reviewer):
    look(reviewer, row)
    reviewer.post(path(row), SEND)

    again = reviewer.post(path(row), SEND)

    assert "Your verdict: Sufficient" in text_of(again)
    assert Attestation.objects.count() == 1
    assert not images(again)
