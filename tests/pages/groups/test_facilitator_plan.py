"""The plan of a group: series, single meetings, what changes, and three minutes to undo it."""

import re
from datetime import date, time

import pytest

from groups.choices import HolidayPolicy, MeetingStatus
from groups.models import PlanChange
from groups.services import meetings
from portal.calendars.choices import HolidayKind
from portal.calendars.models import Holiday
from portal.people.models import User
from tests.factories import MONDAY, NOW
from tests.pages.counselling.conftest import sign_in, text_of
from tests.support.clock import at, follow_the_clock
from tests.support.groups import make_circle, meetings_of, plan_series


@pytest.fixture(autouse=True)
def _clock(monkeypatch, settings, db):
    settings.REQUIRE_STAFF_MFA = False
    follow_the_clock(monkeypatch)
    with at(NOW):
        yield


@pytest.fixture
def circle(db):
    """A circle that meets on four Mondays at 15.00."""
    circle = make_circle(name="Lingkar Kenanga")
    plan_series(circle, starts_on=MONDAY, at=time(15, 0), meetings=4)
    return circle


@pytest.fixture
def browser(circle):
    """Its lead, at a browser."""
    return sign_in(User.objects.get(pk=circle.lead.user_id))


def path_of(meeting, deed: str) -> str:
    """Return an address of a meeting."""
    return f"/f/pertemuan/{meeting.pk}/{deed}/"


def moved(meeting, **typed) -> dict[str, str]:
    """Return the form that moves a meeting to Tuesday, 16.00."""
    sent = {"day": "2026-12-01", "at": "16:00", "duration_minutes": "90", "rev": "0"}
    return {f"pindah-{name}": value for name, value in {**sent, **typed}.items()}


def test_the_plan_is_a_list_with_a_change_for_each(circle, browser):
    html = browser.get(f"/f/{circle.group.pk}/rencana/").content.decode()

    for meeting in meetings_of(circle):
        assert path_of(meeting, "ubah") in html


def test_a_move_says_what_members_will_be_told_and_can_be_undone(circle, browser):
    meeting = meetings_of(circle)[1]
    before = meeting.period

    answer = browser.post(path_of(meeting, "ubah"), moved(meeting))
    page = browser.get(answer["Location"])
    undo = re.search(r'action="(/f/perubahan/[0-9a-f-]+/urungkan/)"', page.content.decode())

    assert "08.03 WIB" in text_of(page)
    assert meetings_of(circle)[1].period != before
    assert undo is not None
    back = browser.post(undo[1], {"group": str(circle.group.pk)})
    assert back["Location"] == f"/f/{circle.group.pk}/rencana/"
    assert meetings_of(circle)[1].period == before


def test_of_two_editors_the_second_sees_how_it_stands_now_and_keeps_her_choice(circle, browser):
    meeting = meetings_of(circle)[1]
    meetings.move_meeting(
        actor=circle.co,
        meeting_id=meeting.pk,
        day=date(2026, 12, 2),
        at=time(9, 0),
        duration_minutes=60,
        rev=0,
        now=NOW,
    )

    answer = browser.post(path_of(meeting, "ubah"), moved(meeting))
    html = answer.content.decode()

    assert answer.status_code == 200
    assert "09.00\u201310.00 WIB" in text_of(answer)
    assert 'value="2026-12-01"' in html
    fresh = re.search(r'name="pindah-rev" value="(\d+)"', html)
    assert fresh is not None
    again = browser.post(path_of(meeting, "ubah"), moved(meeting, rev=fresh[1]))
    assert again.status_code == 302


def test_this_and_the_following_move_together(circle, browser):
    rows = meetings_of(circle)
    html = browser.get(path_of(rows[2], "ubah")).content.decode()
    version = re.search(r'name="berikutnya-version" value="(\d+)"', html)
    assert version is not None
    sent = {"weekday": "3", "at": "10:00", "duration_minutes": "90", "ways": ["ROOM"],
            "version": version[1], "room": "", "directions": ""}  # fmt: skip

    answer = browser.post(
        path_of(rows[2], "berikutnya"),
        {f"berikutnya-{name}": value for name, value in sent.items()},
    )

    after = meetings_of(circle)
    assert answer.status_code == 302
    assert [row.pk for row in after] == [row.pk for row in rows]
    assert [row.period for row in after[:2]] == [row.period for row in rows[:2]]
    assert after[2].period.lower.hour == 3


def test_another_room_for_one(circle, browser):
    meeting = meetings_of(circle)[1]
    sent = {"tempat-ways": ["ROOM"], "tempat-room": "Ruang Anggrek", "tempat-rev": "0"}

    assert browser.post(path_of(meeting, "tempat"), sent).status_code == 302

    assert meetings_of(circle)[1].room == "Ruang Anggrek"


def test_a_fault_leaves_its_form_open_with_what_was_typed(circle, browser):
    meeting = meetings_of(circle)[1]

    answer = browser.post(path_of(meeting, "ubah"), moved(meeting, at="kapan"))
    html = answer.content.decode()

    assert answer.status_code == 200
    assert 'value="kapan"' in html
    assert html.count("<details open>") == 1


def test_cancelled_and_back(circle, browser):
    meeting = meetings_of(circle)[1]

    browser.post(path_of(meeting, "batal"))
    assert meetings_of(circle)[1].status == MeetingStatus.CANCELLED
    html = browser.get(f"/f/{circle.group.pk}/rencana/").content.decode()
    assert path_of(meeting, "kembali") in html

    browser.post(path_of(meeting, "kembali"))
    assert meetings_of(circle)[1].status == MeetingStatus.PLANNED


def test_the_series_ends_here(circle, browser):
    rows = meetings_of(circle)
    html = browser.get(path_of(rows[2], "ubah")).content.decode()
    version = re.search(r'name="version" value="(\d+)"', html)
    assert version is not None

    browser.post(path_of(rows[2], "selesai"), {"version": version[1]})

    states = [row.status for row in meetings_of(circle)]
    assert states == ["PLANNED", "PLANNED", "CANCELLED", "CANCELLED"]


def test_a_series_and_a_meeting_are_added(circle, browser):
    path = f"/f/{circle.group.pk}/rencana/"
    sent = {"rhythm": "MONTHLY", "starts_on": "2026-12-04", "at": "09:00", "count": "3",
            "duration_minutes": "60", "ways": ["ROOM"], "holiday_policy": "KEEP"}  # fmt: skip
    assert browser.post(f"{path}rangkaian/", sent)["Location"] == path
    one = {"day": "2026-12-10", "at": "09:00", "duration_minutes": "60", "ways": ["ROOM"]}
    assert browser.post(f"{path}pertemuan/", one)["Location"] == path

    assert len(meetings_of(circle)) == 4 + 3 + 1


def test_the_past_is_refused_with_words_kept(circle, browser):
    path = f"/f/{circle.group.pk}/rencana/pertemuan/"
    one = {"day": "2026-11-20", "at": "09:00", "duration_minutes": "45", "ways": ["ROOM"]}

    html = browser.post(path, one).content.decode()

    assert "errsum" in html
    assert 'value="45"' in html


@pytest.mark.parametrize(("keep", "status"), [("1", "PLANNED"), ("0", "CANCELLED")])
def test_a_holiday_asks_and_is_answered(circle, browser, keep, status):
    Holiday.objects.create(
        day=date(2026, 12, 25), name="Hari Raya Natal", kind=HolidayKind.LOCAL
    )
    plan_series(
        circle,
        starts_on=date(2026, 12, 25),
        at=time(9, 0),
        meetings=1,
        holiday_policy=HolidayPolicy.ASK,
    )
    meeting = meetings_of(circle)[-1]
    path = f"/f/{circle.group.pk}/rencana/"
    assert path_of(meeting, "libur") in browser.get(path).content.decode()

    browser.post(path_of(meeting, "libur"), {"keep": keep})

    assert meetings_of(circle)[-1].status == status
    assert path_of(meeting, "libur") not in browser.get(path).content.decode()


def test_a_look_changes_nothing(circle, browser):
    meeting = meetings_of(circle)[1]

    for deed in ("berikutnya", "selesai", "tempat", "batal", "kembali", "libur"):
        assert browser.get(path_of(meeting, deed)).status_code == 405
    assert not PlanChange.objects.exists()


def test_another_facilitator_changes_none_of_it(circle):
    other = make_circle(agency=circle.agency, head=circle.head, name="Lingkar Lain")
    browser = sign_in(User.objects.get(pk=other.lead.user_id))
    meeting = meetings_of(circle)[1]

    assert browser.get(path_of(meeting, "ubah")).status_code == 404
    for deed in ("ubah", "berikutnya", "selesai", "tempat", "batal", "kembali", "libur"):
        answer = browser.post(path_of(meeting, deed), moved(meeting))
        assert answer.status_code == 404, deed
    assert not PlanChange.objects.exists()
