"""Calendars: days and a word, the same for every kind; an address taken back is gone."""

import re
from datetime import date, timedelta

import pytest
from django.http import Http404
from django.utils import translation
from icalendar import Calendar

from portal.leave.choices import Action, FeedKind, Part, State
from portal.leave.models import CalendarAddress, CaseEvent, LeaveDay, LeaveRequest, LeaveType
from portal.leave.selectors.feeds import KEEP, feed, list_feeds, request_file
from portal.leave.services.calendars import make_address, remove_address
from portal.people.models import Employee, User
from tests.factories import account, make_employee
from tests.support.leave_team import MONDAY, NOW, absent, stands_in

pytestmark = pytest.mark.django_db

FIRST, LAST = date(2026, 12, 14), date(2026, 12, 16)
PROPERTIES = {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "CLASS", "TRANSP", "SEQUENCE",
              "STATUS"}  # fmt: skip


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def note(row: LeaveRequest, action: Action, state: State, on_day: date = MONDAY) -> None:
    """Write down that something happened to a request."""
    CaseEvent.objects.create(
        request=row, number=row.events.count() + 1, action=action, state=state, role="OFFICIAL",
        on_day=on_day,
    )  # fmt: skip


def granted(room, employee=None, first=FIRST, last=LAST, code="CT-PNS", **more) -> LeaveRequest:
    """Let somebody have granted leave of a kind."""
    row = absent(room, employee or room.employee, first, last, **more)
    kind = LeaveType.objects.get(agency=room.agency, code=code)
    LeaveRequest.objects.filter(pk=row.pk).update(leave_type=kind)
    note(row, Action.GRANT, State.GRANTED)
    return row


def end(row: LeaveRequest, action: Action, state: State, on_day: date = MONDAY, **more) -> None:
    LeaveRequest.objects.filter(pk=row.pk).update(state=state, **more)
    if state not in (State.RECALLED, State.ENDED_EARLY):
        LeaveRequest.objects.filter(pk=row.pk).update(closed_on=on_day)
    note(row, action, state, on_day)


def read(room, who=None, kind=FeedKind.UNDER_ME, now=NOW) -> bytes:
    """Return a fresh calendar of somebody, the manager's unless said."""
    token = make_address(actor=who or room.superior, kind=kind, now=now)
    found = feed(token=token, now=now)
    assert found is not None
    return found


def events(file: bytes) -> list:
    return list(Calendar.from_ical(file).walk("VEVENT"))


def words(file: bytes) -> list[tuple]:
    """Return what somebody sees of a calendar."""
    return [
        (str(one["SUMMARY"]), one.decoded("DTSTART"), one.decoded("DTEND"), str(one["STATUS"]))
        for one in events(file)
    ]


def test_a_manager_sees_name_and_days_and_nothing_else(room):
    row = granted(room, code="CS")
    file = read(room)
    name = row.employee.user.full_name
    assert words(file) == [(f"{name} on leave", FIRST, LAST + timedelta(days=1), "CONFIRMED")]
    (one,) = events(file)
    assert set(one) == PROPERTIES
    assert b"DTSTART;VALUE=DATE:20261214\r\n" in file
    assert b"CLASS:PRIVATE" in file
    assert row.pk.hex not in file.decode()
    assert str(row.pk) not in file.decode()
    assert str(row.employee_id) not in file.decode()


def test_her_own_calendar_names_nobody(room):
    granted(room)
    file = read(room, room.asker, FeedKind.OWN)
    assert words(file) == [("Leave", FIRST, LAST + timedelta(days=1), "CONFIRMED")]
    assert room.employee.user.full_name not in file.decode()


@pytest.mark.parametrize("kind", FeedKind)
def test_sick_and_annual_leave_of_equal_dates_are_equal_bytes(room, kind):
    files = []
    for code in ("CS", "CT-PNS"):
        row = granted(room, code=code)
        if code == "CS":
            LeaveRequest.objects.filter(pk=row.pk).update(
                is_provisional=True, pay_bands=[["2026-11-23", "B2"]]
            )
        else:
            # Days counted anew after a change of holidays: kinds in working days only.
            LeaveRequest.objects.filter(pk=row.pk).update(rev=3, version=9)
            LeaveDay.objects.filter(request=row).update(active=False)
            note(row, Action.RECOUNT, State.GRANTED, MONDAY + timedelta(days=3))
        who = room.asker if kind == FeedKind.OWN else room.superior
        files.append(re.sub(rb"UID:.*\r\n", b"UID\r\n", read(room, who, kind)))
        LeaveDay.objects.filter(request=row).delete()
        LeaveRequest.objects.filter(pk=row.pk).update(state=State.WITHDRAWN)
    assert files[0] == files[1]


def test_the_same_facts_are_the_same_bytes(room):
    granted(room)
    token = make_address(actor=room.superior, kind=FeedKind.UNDER_ME, now=NOW)
    later = NOW + timedelta(days=5)
    assert feed(token=token, now=NOW) == feed(token=token, now=later)


def test_an_earlier_end_keeps_the_uid_and_raises_the_sequence(room):
    row = granted(room)
    (before,) = events(read(room))
    LeaveDay.objects.filter(request=row, day=LAST).update(active=False)
    end(row, Action.END_EARLY, State.ENDED_EARLY, last_day=LAST - timedelta(days=1))
    (after,) = events(read(room))
    assert (after["UID"], after.decoded("DTEND")) == (before["UID"], LAST)
    assert int(after["SEQUENCE"]) == int(before["SEQUENCE"]) + 1
    assert after["STATUS"] == "CONFIRMED"


@pytest.mark.parametrize(
    ("action", "state"),
    [
        (Action.CANCEL, State.CANCELLED),
        (Action.REVOKE, State.REVOKED),
        (Action.SUPERSEDE, State.SUPERSEDED),
    ],
)
def test_what_was_taken_back_says_so_for_ninety_days(room, action, state):
    row = granted(room)
    (before,) = events(read(room))
    end(row, action, state)
    (after,) = events(read(room))
    assert (after["UID"], after["STATUS"]) == (before["UID"], "CANCELLED")
    assert int(after["SEQUENCE"]) == 1
    assert len(events(read(room, now=NOW + KEEP))) == 1
    assert events(read(room, now=NOW + KEEP + timedelta(days=1))) == []


def test_a_recall_that_took_every_day_is_a_cancellation(room):
    row = granted(room)
    LeaveDay.objects.filter(request=row).update(active=False)
    end(row, Action.RECALL, State.RECALLED, last_day=FIRST)
    assert [one["STATUS"] for one in events(read(room))] == ["CANCELLED"]


def test_leave_that_is_long_over_goes(room):
    granted(room, first=MONDAY - KEEP - timedelta(days=3), last=MONDAY - KEEP)
    assert len(events(read(room))) == 1
    assert events(read(room, now=NOW + timedelta(days=1))) == []


@pytest.mark.parametrize(
    "state", [State.DECISION, State.EVIDENCE_REVIEW, State.REFUSED, State.WITHDRAWN]
)
def test_what_nobody_has_granted_is_in_no_calendar(room, state):
    absent(room, room.employee, FIRST, LAST, state=state)
    assert events(read(room)) == []
    assert events(read(room, room.asker, FeedKind.OWN)) == []


def test_leave_that_another_system_decides_is_in_no_calendar(room):
    row = granted(room)
    LeaveRequest.objects.filter(pk=row.pk).update(desk_only=True)
    assert events(read(room)) == []


def test_half_days_are_said(room):
    granted(room, first=FIRST, last=FIRST, part=Part.MORNING)
    ((title, *_rest),) = words(read(room, room.asker, FeedKind.OWN))
    assert title == "Leave (Mornings)"


# --- whose ---------------------------------------------------------------------------------


def test_only_direct_reports_are_in_it(room):
    other = make_employee("rekan", agency=room.agency, unit=room.unit, manager=room.director)
    for person in (room.employee, room.manager, other):
        granted(room, person)
    assert len(events(read(room))) == 1
    assert len(events(read(room, room.chief))) == 2


def test_those_she_stands_in_for_are_not_in_it(room):
    stands_in(room.director, room.manager, last=None)
    other = make_employee("rekan", agency=room.agency, unit=room.unit, manager=room.director)
    granted(room, other)
    assert events(read(room)) == []


def test_whoever_leads_nobody_any_more_reads_an_empty_calendar(room):
    granted(room)
    token = make_address(actor=room.superior, kind=FeedKind.UNDER_ME, now=NOW)
    Employee.objects.filter(pk=room.employee.pk).update(manager=room.director)
    assert events(feed(token=token, now=NOW)) == []


def test_whoever_has_left_reads_nothing(room):
    token = make_address(actor=room.superior, kind=FeedKind.UNDER_ME, now=NOW)
    User.objects.filter(pk=room.manager.user_id).update(is_active=False)
    assert feed(token=token, now=NOW) is None


def test_nobody_gets_a_calendar_that_is_not_open_to_her(room, django_user_model):
    with pytest.raises(Http404):
        make_address(actor=room.asker, kind=FeedKind.UNDER_ME, now=NOW)
    outsider = django_user_model.objects.create(email="luar@demo.test", full_name="Luar")
    with pytest.raises(Http404):
        make_address(actor=account(outsider), kind=FeedKind.OWN, now=NOW)
    with pytest.raises(Http404):
        list_feeds(actor=account(outsider))
    assert [row.kind for row in list_feeds(actor=room.asker)] == [FeedKind.OWN]
    assert [row.kind for row in list_feeds(actor=room.superior)] == list(FeedKind)


# --- the address ---------------------------------------------------------------------------


def test_an_address_lies_in_no_table(room):
    token = make_address(actor=room.asker, kind=FeedKind.OWN, now=NOW)
    (row,) = CalendarAddress.objects.values()
    assert token not in str(row)
    assert token.encode() not in bytes(row["token_tag"]) + bytes(row["sealed_token"])
    assert list_feeds(actor=room.asker)[0].url.endswith(f"/kal/{token}.ics")
    assert token not in repr(list_feeds(actor=room.asker))


def test_a_new_address_ends_the_old_one(room):
    old = make_address(actor=room.asker, kind=FeedKind.OWN, now=NOW)
    new = make_address(actor=room.asker, kind=FeedKind.OWN, now=NOW)
    assert feed(token=old, now=NOW) is None
    assert feed(token=new, now=NOW) is not None
    assert CalendarAddress.objects.count() == 1


def test_an_address_taken_back_is_gone_and_the_other_stays(room):
    own = make_address(actor=room.superior, kind=FeedKind.OWN, now=NOW)
    others = make_address(actor=room.superior, kind=FeedKind.UNDER_ME, now=NOW)
    assert remove_address(actor=room.superior, kind=FeedKind.UNDER_ME)
    assert not remove_address(actor=room.superior, kind=FeedKind.UNDER_ME)
    assert feed(token=others, now=NOW) is None
    assert feed(token=own, now=NOW) is not None


def test_an_address_costs_the_same_however_much_is_in_it(room, django_assert_num_queries):
    token = make_address(actor=room.superior, kind=FeedKind.UNDER_ME, now=NOW)
    for number in range(6):
        day = FIRST + timedelta(days=7 * number)
        granted(room, first=day, last=day)
    with django_assert_num_queries(3):
        assert len(events(feed(token=token, now=NOW))) == 6


# --- one leave as a file -------------------------------------------------------------------


def test_one_leave_is_a_file_of_its_own(room):
    row = granted(room)
    file = request_file(actor=room.asker, request_id=row.pk, now=NOW)
    assert words(file) == [("Leave", FIRST, LAST + timedelta(days=1), "CONFIRMED")]
    assert b"METHOD:PUBLISH" in file
    assert b"REFRESH" not in file
    # The same entry as in her own calendar, so that it does not stand there twice.
    assert events(file)[0]["UID"] == events(read(room, room.asker, FeedKind.OWN))[0]["UID"]
    end(row, Action.CANCEL, State.CANCELLED)
    assert b"METHOD:CANCEL" in request_file(actor=room.asker, request_id=row.pk, now=NOW)


def test_a_file_is_for_whose_leave_it_is(room):
    row = granted(room)
    later = FIRST + timedelta(days=14)
    waiting = absent(room, room.employee, later, later, state=State.DECISION)
    for actor, request_id in (
        (room.superior, row.pk), (room.hr, row.pk), (room.asker, waiting.pk),
    ):  # fmt: skip
        with pytest.raises(Http404):
            request_file(actor=actor, request_id=request_id, now=NOW)


def test_a_calendar_of_hers_and_of_her_manager_share_no_word(room):
    granted(room)
    own, led = read(room, room.asker, FeedKind.OWN), read(room)
    assert events(own)[0]["UID"] != events(led)[0]["UID"]
