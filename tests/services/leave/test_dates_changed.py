"""A granted change of granted leave, as the line manager and her calendar learn of it."""

import re
from datetime import date

import pytest
from django.utils import translation
from icalendar import Calendar

from portal.calendars.choices import HolidayKind
from portal.calendars.models import Holiday
from portal.leave import notices
from portal.leave.choices import FeedKind, State
from portal.leave.models import LeaveDay, LeaveRequest
from portal.leave.selectors.feeds import feed
from portal.leave.services import endings
from portal.leave.services.calendars import make_address
from portal.leave.services.changes import ask_cancel, ask_early_return
from portal.leave.services.recount import recount
from portal.leave.services.requests import withdraw
from portal.notifications import registry
from portal.notifications.models import Notification
from portal.notifications.services import inbox_tag
from tests.factories import NOW
from tests.support.leave_cases import granted, later, read, ready

pytestmark = pytest.mark.django_db(transaction=True)
FIRST, LAST = date(2026, 12, 10), date(2026, 12, 11)
KINDS = ("CT-PNS", "CS")


def told(room) -> list[tuple[str, object, int]]:
    """Return everything the line manager was ever told, in any order."""
    tag = inbox_tag(namespace=notices.MANAGER, user_id=room.manager.user_id)
    rows = Notification.objects.filter(recipient_tag=tag)
    return list(rows.values_list("notice", "subject_id", "rev"))


def inbox(room) -> list[registry.InboxLines]:
    """Return what of it is still true, as her inbox says it."""
    found = []
    for name, subject_id, rev in told(room):
        lines = registry.find_notice(name).many([(subject_id, rev)], "Asia/Jakarta", NOW)
        found += lines.values()
    return found


def changed(room, code: str) -> tuple[LeaveRequest, LeaveRequest]:
    """Let leave be granted and then moved; return it as it was, and what took its place."""
    old = granted(room, ready(room, code=code))
    new = ready(room, code=code, first=FIRST, last=LAST, supersedes=old.pk)
    new = granted(room, new, now=later(60))
    return read(old.pk), new


@pytest.mark.parametrize("code", KINDS)
def test_the_line_manager_reads_once_that_the_dates_have_changed(room, code):
    old = granted(room, ready(room, code=code))
    new = ready(room, code=code, first=FIRST, last=LAST, supersedes=old.pk)
    before = told(room)

    granted(room, new, now=later(60))

    assert read(old.pk).state == State.SUPERSEDED
    assert set(told(room)) - set(before) == {(notices.FOR_MANAGER_DATES, new.pk, 0)}
    with translation.override("en"):
        (only,) = inbox(room)
    assert only.title == (
        "The dates have changed: Pegawai Contoh is on leave, 10\N{EN DASH}11 December 2026"
    )


def test_it_reads_the_same_for_every_kind(room):
    words = []
    for code in KINDS:
        changed(room, code)
        with translation.override("id"):
            words.append([(one.title, one.body, one.url) for one in inbox(room)])
        Notification.objects.all().delete()
        LeaveDay.objects.all().delete()
        LeaveRequest.objects.update(state=State.WITHDRAWN)
    assert words[0] == words[1]


def test_the_old_days_leave_her_calendar(room):
    changed(room, "CT-PNS")
    token = make_address(actor=room.superior, kind=FeedKind.UNDER_ME, now=NOW)

    found = Calendar.from_ical(feed(token=token, now=later(61))).walk("VEVENT")

    assert [(one["STATUS"], one.decoded("DTSTART")) for one in found] == [
        ("CANCELLED", date(2026, 12, 7)),
        ("CONFIRMED", FIRST),
    ]


@pytest.mark.parametrize("code", KINDS)
def test_days_counted_anew_and_leave_that_stays_change_nothing_she_reads(room, code):
    """Days are counted anew for some kinds alone: her line must not go away with them."""
    row = granted(room, ready(room, code=code))
    before = inbox(room)
    Holiday.objects.create(day=date(2026, 12, 8), kind=HolidayKind.PUBLIC, name="Libur")
    assert recount(now=later(60)) == (code == "CT-PNS")
    assert inbox(room) == before
    row = read(row.pk)
    ask_cancel(actor=room.asker, request_id=row.pk, version=row.version, now=later(61))
    desk = {"actor": room.official, "request_id": row.pk, "now": later(62)}
    endings.keep(**desk, version=read(row.pk).version)
    assert inbox(room) == before
    row = read(row.pk)
    ask_early_return(
        actor=room.asker, request_id=row.pk, last_day=date(2026, 12, 7), version=row.version,
        now=later(63),
    )  # fmt: skip
    desk["now"] = later(64)
    endings.agree_early_return(**desk, version=read(row.pk).version)
    after = inbox(room)
    assert len(after) == len(before) == 1
    assert after != before


def test_a_change_that_is_not_granted_tells_her_nothing_new(room):
    old = granted(room, ready(room))
    with translation.override("en"):
        (before,) = inbox(room)
        new = ready(room, first=FIRST, last=LAST, supersedes=old.pk)
        withdraw(actor=room.asker, request_id=new.pk, version=new.version, now=NOW)
        assert inbox(room) == [before]
    assert re.match(r"Pegawai Contoh is on leave, 7", before.title)


def test_leave_that_ended_otherwise_meanwhile_was_not_replaced(room):
    old = granted(room, ready(room))
    new = ready(room, first=FIRST, last=LAST, supersedes=old.pk)
    LeaveRequest.objects.filter(pk=old.pk).update(state=State.RECALLED)
    granted(room, new, now=later(60))
    with translation.override("en"):
        titles = sorted(one.title for one in inbox(room))
    assert not any("changed" in title for title in titles)
    assert len(titles) == 2
