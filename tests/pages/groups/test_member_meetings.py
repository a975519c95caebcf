"""One meeting of a circle, for a member: her place, the door, a quiet word, her calendar."""

import re
from datetime import timedelta

import pytest
from icalendar import Calendar

from groups.choices import GroupKind, Mark, PlaceState, SignalKind, Way
from groups.models import Attendance, MeetingSignal, Place
from groups.services import enrolment, meetings, setup
from portal.people.models import User
from tests.factories import NOW, account, make_agency, make_employee
from tests.pages.counselling.conftest import sign_in, text_of
from tests.support.clock import at, follow_the_clock
from tests.support.groups import (
    enrolment_of,
    join,
    make_circle,
    make_member_account,
    meetings_of,
    plan_series,
)

LINK = re.compile(r'href="(https://temu\.instansi\.test/[^"]+)"([^>]*)>')


@pytest.fixture(autouse=True)
def _clock(monkeypatch, settings, db):
    settings.REQUIRE_STAFF_MFA = False
    follow_the_clock(monkeypatch)
    with at(NOW):
        yield


def gathering(**options):
    """Make a circle that meets every Monday at three, from today on, and a member."""
    circle = make_circle(**options)
    plan_series(circle, starts_on=NOW.date(), at=NOW.time().replace(hour=15))
    return circle, join(circle)


def browser_of(actor):
    return sign_in(User.objects.get(pk=actor.user_id))


def path_of(meeting) -> str:
    return f"/lingkar/pertemuan/{meeting.pk}/"


def title_of(page) -> str:
    return page.content.decode().split("<title>")[1].split("</title>")[0]


# ---- when and where


def test_the_page_says_when_where_and_that_listening_is_fine(db):
    circle, rina = gathering(name="Lingkar Kenanga", topic="Kerja tanpa henti")
    first = meetings_of(circle)[0]

    page = browser_of(rina).get(path_of(first))
    html, text = page.content.decode(), text_of(page)

    assert html.count("<h1") == 1
    assert "15.00\N{EN DASH}16.30 WIB" in text
    assert "Ruang Melati" in text
    assert html.count("<li>", html.index('<ol class="line">')) >= 7
    assert "Rina" not in text
    assert "Kenanga" not in title_of(page)
    assert "Kerja" not in title_of(page)
    assert "temu.instansi.test" not in html


def test_the_circles_clock_stands_beside_ones_own(db):
    circle = make_circle(zone="Asia/Jayapura")
    plan_series(circle, starts_on=NOW.date(), at=NOW.time().replace(hour=18))
    rina = join(circle)

    text = text_of(browser_of(rina).get(path_of(meetings_of(circle)[0])))

    assert "16.00\N{EN DASH}17.30 WIB" in text
    assert "(18.00 WIT" in text


def test_the_link_stands_on_no_page_but_the_one_that_is_asked_for(db):
    circle, rina = gathering(ways=[Way.ONLINE])
    first = meetings_of(circle)[0]
    with at(first.period.lower - timedelta(minutes=10)):
        browser = browser_of(rina)
        browser.post(f"{path_of(first)}masuk/", {"agreement": "1"})
        for path in (
            "/",
            "/saya/",
            "/lingkar/",
            f"/lingkar/{circle.group.pk}/",
            path_of(first),
        ):
            assert "temu.instansi.test" not in browser.get(path).content.decode()


def test_a_cancelled_meeting_says_so_and_leads_on(db):
    circle, rina = gathering()
    first = meetings_of(circle)[0]
    meetings.cancel_meeting(actor=circle.lead, meeting_id=first.pk, now=NOW)

    page = browser_of(rina).get(path_of(first))
    html = page.content.decode()

    assert f'href="/lingkar/{circle.group.pk}/"' in html
    assert 'href="/temu/"' in html
    assert "/izin/" not in html
    assert "/masuk/" not in html
    assert "/kalender/" in html


def test_a_meeting_that_is_over_leads_to_the_next(db):
    circle, rina = gathering()
    first = meetings_of(circle)[0]
    with at(first.period.upper + timedelta(minutes=1)):
        html = browser_of(rina).get(path_of(first)).content.decode()

    assert "/izin/" not in html
    assert f'href="/lingkar/{circle.group.pk}/"' in html


@pytest.mark.parametrize(
    "deed", ["", "tempat", "lepas", "tetap", "izin", "datang", "masuk", "isyarat", "kalender"]
)
@pytest.mark.parametrize("who", ["beside", "outside", "left"])
def test_a_meeting_is_a_members_alone(db, deed, who):
    circle, rina = gathering()
    first = meetings_of(circle)[0]
    stranger = {
        "beside": lambda: make_member_account(circle),
        "outside": lambda: account(make_employee("lain", agency=make_agency())),
        "left": lambda: rina,
    }[who]()
    if who == "left":
        enrolment.leave_circle(actor=rina, group_id=circle.group.pk, now=NOW)
    browser = browser_of(stranger)

    if not deed:
        assert browser.get(path_of(first)).status_code == 404
    else:
        sent = {"way": "ROOM", "agreement": "1", "kind": "PASS", "word": "agenda"}
        assert browser.post(f"{path_of(first)}{deed}/", sent).status_code == 404


# ---- one's place


def test_not_coming_needs_no_reason_and_can_be_taken_back(db):
    circle, rina = gathering()
    first = meetings_of(circle)[0]
    browser = browser_of(rina)
    html = browser.get(path_of(first)).content.decode()
    assert re.search(r"<details>\s*<summary>[^<]+</summary>\s*<form[^>]*/izin/", html)

    assert browser.post(f"{path_of(first)}izin/")["Location"] == path_of(first)
    assert Attendance.objects.get().mark == Mark.EXCUSED
    html = browser.get(path_of(first)).content.decode()
    assert "/datang/" in html
    assert "/izin/" not in html

    browser.post(f"{path_of(first)}datang/")
    assert not Attendance.objects.exists()


def test_an_open_circle_gives_places_meeting_by_meeting(db):
    circle, rina = gathering(kind=GroupKind.OPEN, ways=[Way.ROOM, Way.ONLINE], capacity=1)
    first = meetings_of(circle)[0]
    browser = browser_of(rina)
    html = browser.get(path_of(first)).content.decode()
    assert len(re.findall(r'name="way" value="(?:ROOM|ONLINE)"', html)) == 2

    answer = browser.post(f"{path_of(first)}tempat/", {"way": "ONLINE"}, follow=True)
    assert Place.objects.get().state == PlaceState.TAKEN
    assert Place.objects.get().pool.way == Way.ONLINE
    assert "/lepas/" in answer.content.decode()
    assert "/tempat/" not in answer.content.decode()

    bram = join(circle, make_member_account(circle))
    page = browser_of(bram).post(f"{path_of(first)}tempat/", {"way": "ONLINE"}, follow=True)
    assert enrolment_of(circle, bram).places.get().state == PlaceState.WAITING
    assert "/lepas/" in page.content.decode()

    browser.post(f"{path_of(first)}lepas/")
    html = browser_of(bram).get(path_of(first)).content.decode()
    assert "/ambil/" in html
    (take,) = re.findall(r'action="(/lingkar/tempat/[^"]+/ambil/)"', html)
    answer = browser_of(bram).post(take, {"meeting": str(first.pk)})
    assert answer["Location"] == path_of(first)
    assert enrolment_of(circle, bram).places.get().state == PlaceState.TAKEN


def test_a_meeting_that_moved_asks_whether_it_still_suits(db):
    circle, rina = gathering(kind=GroupKind.OPEN)
    first = meetings_of(circle)[0]
    browser = browser_of(rina)
    browser.post(f"{path_of(first)}tempat/", {"way": "ROOM"})
    Place.objects.update(asks_again=True)
    html = browser.get(path_of(first)).content.decode()
    assert "/tetap/" in html

    browser.post(f"{path_of(first)}tetap/")
    assert not Place.objects.get().asks_again
    assert "/tetap/" not in browser.get(path_of(first)).content.decode()


# ---- the door


def test_the_door_opens_a_quarter_of_an_hour_before(db):
    circle, rina = gathering(ways=[Way.ONLINE])
    first = meetings_of(circle)[0]
    starts = first.period.lower
    with at(starts - timedelta(minutes=16)):
        page = browser_of(rina).get(path_of(first))
        assert "/masuk/" not in page.content.decode()
        assert "14.45 WIB" in text_of(page)
        early = browser_of(rina).post(f"{path_of(first)}masuk/", {"agreement": "1"})
        assert early.status_code == 404
    with at(starts - timedelta(minutes=14)):
        browser = browser_of(rina)
        html = browser.get(path_of(first)).content.decode()
        assert 'name="agreement" value="1"' in html
        page = browser.post(f"{path_of(first)}masuk/", {"agreement": "1"})
    html = page.content.decode()
    ((link, rest),) = LINK.findall(html)
    assert 'rel="noreferrer noopener"' in rest
    assert link.startswith("https://temu.instansi.test/")
    assert "no-store" in page["Cache-Control"]
    assert page["Referrer-Policy"] == "no-referrer"
    assert "Rina" not in text_of(page)
    assert page.context["entry"].alias in text_of(page)


def test_coming_in_needs_the_agreement_as_it_is_now(db):
    circle, rina = gathering(ways=[Way.ONLINE])
    first = meetings_of(circle)[0]
    setup.publish_agreement(
        actor=circle.lead, group_id=circle.group.pk, text_id="Bunyi yang baru.",
        text_en="The new words.", now=NOW,
    )  # fmt: skip
    with at(first.period.lower):
        browser = browser_of(rina)
        page = browser.post(f"{path_of(first)}masuk/", {"agreement": "1"}, follow=True)
        assert not LINK.search(page.content.decode())
        assert "Bunyi yang baru." in page.content.decode()
        assert 'name="agreement" value="2"' in page.content.decode()
        page = browser.post(f"{path_of(first)}masuk/", {"agreement": "2"})
        assert LINK.search(page.content.decode())
    assert enrolment_of(circle, rina).agreement_version == 2


def test_a_quiet_word_is_given_changed_and_taken_back(db):
    circle, rina = gathering()
    first = meetings_of(circle)[0]
    assert "/isyarat/" not in browser_of(rina).get(path_of(first)).content.decode()
    with at(first.period.lower + timedelta(minutes=5)):
        browser = browser_of(rina)
        html = browser.get(path_of(first)).content.decode()
        for kind in SignalKind.values:
            assert f'name="kind" value="{kind}"' in html
        for kind in SignalKind.values:
            html = browser.post(
                f"{path_of(first)}isyarat/", {"kind": kind}, follow=True
            ).content.decode()
            assert f'value="{kind}" aria-current="true"' in html
            assert MeetingSignal.objects.get().kind == kind
        assert 'href="/bantuan/"' in html.split("<main")[1]
        browser.post(f"{path_of(first)}isyarat/", {"kind": ""})
    assert not MeetingSignal.objects.exists()


# ---- the calendar


def test_the_calendar_file_tells_nothing(db):
    circle, rina = gathering(name="Lingkar Kenanga", topic="Kerja tanpa henti")
    first = meetings_of(circle)[0]
    path = f"{path_of(first)}kalender/"
    browser = browser_of(rina)

    answer = browser.post(path, {"word": "agenda"})
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")

    assert set(event) == {
        "UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "CLASS", "SEQUENCE", "STATUS",
    }  # fmt: skip
    assert str(event["SUMMARY"]) == "Agenda"
    assert event.decoded("DTSTART") == first.period.lower
    for told in ("Kenanga", "Kerja", str(first.pk), str(circle.group.pk), "ingkar"):
        assert told not in answer.content.decode()
    bram = join(circle, make_member_account(circle))
    other = browser_of(bram).post(path, {"word": "agenda"}).content
    assert Calendar.from_ical(other).walk("VEVENT")[0]["UID"] != event["UID"]
    wrong = browser.post(path, {"word": "own", "title": ""})
    assert wrong.status_code == 200
    assert 'class="errsum"' in wrong.content.decode()
    meetings.cancel_meeting(actor=circle.lead, meeting_id=first.pk, now=NOW)
    (gone,) = Calendar.from_ical(browser.post(path, {"word": "agenda"}).content).walk("VEVENT")
    assert str(gone["STATUS"]) == "CANCELLED"
    assert gone["UID"] == event["UID"]
    assert int(gone["SEQUENCE"]) > int(event["SEQUENCE"])
