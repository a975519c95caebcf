"""The number in the menu counts what the inbox shows, at every step of a leave."""

import pytest

from portal.calendars.choices import HolidayKind
from portal.calendars.models import Holiday
from portal.leave.services import changes, endings, opening
from portal.leave.services.deadlines import advance_considerations
from portal.leave.services.recount import recount
from portal.notifications.selectors import count_unread, list_inbox
from tests.factories import NOW
from tests.support.leave import Room, open_room
from tests.support.leave_cases import (
    FIRST,
    LAST,
    attested,
    considered,
    granted,
    later,
    read,
    sent,
)
from tests.support.reviews import hand_in

pytestmark = pytest.mark.django_db(transaction=True)


def unlike(room: Room, *, days: int = 0) -> dict[str, tuple[int, int]]:
    """Return for whom the number in the menu differs from the unread lines of the page."""
    now = later(60 * 24 * days + 1)
    people = {
        "asker": room.asker, "superior": room.superior, "chief": room.chief, "hr": room.hr,
        "official": room.official, "reviewer": room.reviewer, "other": room.other_reviewer,
    }  # fmt: skip
    seen = {}
    for name, person in people.items():
        shown = list_inbox(user_id=person.user_id, zone="Asia/Jakarta", now=now)
        seen[name] = (
            count_unread(user_id=person.user_id, now=now),
            sum(not line.read for line in shown),
        )
    return {name: pair for name, pair in seen.items() if pair[0] != pair[1]}


def told(room: Room) -> int:
    """Return how many lines stand in all these inboxes."""
    return sum(
        count_unread(user_id=person.user_id, now=later(1))
        for person in (room.asker, room.superior, room.hr, room.official, room.reviewer)
    )


@pytest.mark.parametrize("code", ["CT-PNS", "CS"])
def test_from_the_request_to_its_cancelling(code):
    room = open_room()
    row = sent(room, code=code)
    assert told(room)
    assert not unlike(room)
    if code == "CS":
        hand_in(row, room.asker)
        assert count_unread(user_id=room.other_reviewer.user_id, now=later(1)) == 1
        opening.take_on(actor=room.reviewer, request_id=row.pk, now=NOW)
        assert count_unread(user_id=room.other_reviewer.user_id, now=later(1)) == 0
        assert not unlike(room)
        row = attested(read(row.pk), room.reviewer)
        assert not unlike(room)
    row = considered(read(row.pk))
    assert not unlike(room)
    assert count_unread(user_id=room.superior.user_id, now=later(1)) == 0
    row = granted(room, row)
    assert not unlike(room)
    changes.ask_cancel(actor=room.asker, request_id=row.pk, version=row.version, now=NOW)
    assert not unlike(room)


def test_while_nobody_answers():
    room = open_room()
    sent(room)
    for days in range(1, 12):
        advance_considerations(now=later(60 * 24 * days))
        assert not unlike(room, days=days), days


def test_what_was_said_before_the_last_change_is_counted_no_longer():
    room = open_room()
    row = granted(room, considered(sent(room)))
    for day in (FIRST, LAST):
        Holiday.objects.create(day=day, kind=HolidayKind.PUBLIC, name="Libur")
        assert recount(now=NOW) == 1
        assert not unlike(room), day
        row = read(row.pk)
        changes.ask_cancel(actor=room.asker, request_id=row.pk, version=row.version, now=NOW)
        row = read(row.pk)
        endings.keep(actor=room.official, request_id=row.pk, version=row.version, now=NOW)
        assert not unlike(room), day
