"""A facilitator's first page: today, her word for a meeting, stand-ins, her circles."""

from datetime import time, timedelta

import pytest

from groups.choices import DutyState
from groups.models import Duty
from groups.services import rota
from portal.people.models import User
from tests.factories import MONDAY, NOW, make_employee
from tests.pages.counselling.conftest import sign_in, text_of
from tests.support.clock import at, follow_the_clock
from tests.support.groups import (
    join,
    make_circle,
    make_facilitator,
    make_head,
    meetings_of,
    plan_series,
)


@pytest.fixture(autouse=True)
def _clock(monkeypatch, settings, db):
    settings.REQUIRE_STAFF_MFA = False
    follow_the_clock(monkeypatch)
    with at(NOW):
        yield


@pytest.fixture
def circle(db):
    """A circle that meets today at 15.00 and a week later."""
    circle = make_circle(name="Lingkar Kenanga", topic="Kerja tanpa henti")
    plan_series(circle, starts_on=MONDAY, at=time(15, 0), meetings=2)
    return circle


def browser_of(actor):
    """Return a browser in which somebody is signed in."""
    return sign_in(User.objects.get(pk=actor.user_id))


def word_of(circle, actor, meeting) -> str:
    """Return a facilitator's word for a meeting."""
    return Duty.objects.get(meeting=meeting, facilitator=circle.facilitator(actor)).state


def test_today_comes_first_with_its_readiness_in_words(circle):
    join(circle, alias="Langit")

    page = browser_of(circle.lead).get("/f/")
    text = text_of(page)

    assert page.status_code == 200
    assert text.index("15.00\u201316.30 WIB") < text.index("30 November")
    assert "Lingkar Kenanga" in text
    assert "Langit" not in text
    assert "Kenanga" not in page.content.decode().split("</title>")[0]


def test_five_coming_meetings_lie_open_and_the_later_ones_are_folded(circle):
    def shown():
        """Return her buttons for all that comes, for what lies open, for what is folded."""
        page = browser_of(circle.lead).get("/f/").content.decode().split("<main")[1]
        lying_open, _, rest = page.partition("<details")
        coming = [f"/f/pertemuan/{row.pk}/siap/" for row in meetings_of(circle)[1:]]
        parts = (lying_open, rest.partition("</details>")[0])
        return coming, *([path for path in coming if path in part] for part in parts)

    plan_series(circle, starts_on=MONDAY + timedelta(days=1), at=time(9), meetings=4)
    coming, lying_open, folded = shown()
    assert (lying_open, folded) == (coming, [])

    plan_series(circle, starts_on=MONDAY + timedelta(days=2), at=time(9), meetings=4)
    coming, lying_open, folded = shown()
    assert (len(coming), lying_open, folded) == (9, coming[:5], coming[5:])


def test_one_tap_says_that_she_is_there_and_one_that_she_looks_for_somebody(circle):
    browser = browser_of(circle.lead)
    meeting = meetings_of(circle)[0]

    assert browser.post(f"/f/pertemuan/{meeting.pk}/siap/")["Location"] == "/f/"
    assert word_of(circle, circle.lead, meeting) == DutyState.CONFIRMED

    there = browser.post(f"/f/pertemuan/{meeting.pk}/tukar/", {"here": "meeting"})
    assert there["Location"] == f"/f/pertemuan/{meeting.pk}/"
    assert word_of(circle, circle.lead, meeting) == DutyState.SWAP_WANTED

    browser.post(f"/f/pertemuan/{meeting.pk}/kosong/")
    assert word_of(circle, circle.lead, meeting) == DutyState.VACATED


def test_a_wanted_stand_in_is_shown_to_others_who_may_take_over_once(circle):
    meeting = meetings_of(circle)[0]
    rota.confirm_duty(actor=circle.co, meeting_id=meeting.pk, now=NOW)
    rota.want_swap(actor=circle.lead, meeting_id=meeting.pk, now=NOW)
    other = make_facilitator(circle.agency, circle.head, name="Wulan")
    late = make_facilitator(circle.agency, circle.head, name="Bima")
    path = f"/f/pertemuan/{meeting.pk}/gantikan/"

    browser = browser_of(other)
    assert path in browser.get("/f/").content.decode()
    browser.post(path)
    assert word_of(circle, other, meeting) == DutyState.CONFIRMED

    second = browser_of(late)
    answer = second.post(path, follow=True)
    assert answer.status_code == 200
    assert not Duty.objects.filter(facilitator=circle.facilitator(late)).exists()


def test_an_empty_desk_offers_a_beginning(db):
    circle = make_circle()
    newcomer = make_facilitator(circle.agency, circle.head, name="Wulan")

    html = browser_of(newcomer).get("/f/").content.decode()

    assert 'class="empty"' in html
    assert "/f/baru/" in html


def test_nobody_else_finds_the_desk(circle):
    employee = sign_in(make_employee("rina", agency=circle.agency).user)
    head = browser_of(make_head(circle.agency))

    assert employee.get("/f/").status_code == 404
    assert head.get("/f/").status_code == 404


def test_a_look_changes_nothing(circle):
    meeting = meetings_of(circle)[0]
    browser = browser_of(circle.lead)

    for deed in ("siap", "tukar", "gantikan", "kosong"):
        assert browser.get(f"/f/pertemuan/{meeting.pk}/{deed}/").status_code == 405
    assert word_of(circle, circle.lead, meeting) == DutyState.PROPOSED


def test_the_word_for_a_past_meeting_is_refused_kindly(circle):
    meeting = meetings_of(circle)[0]
    with at(NOW + timedelta(hours=20)):
        browser = browser_of(circle.lead)
        answer = browser.post(f"/f/pertemuan/{meeting.pk}/siap/", follow=True)

    assert answer.status_code == 200
    assert 'class="notice info"' in answer.content.decode()
