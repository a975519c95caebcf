"""A quarter is counted once, in people, when it has settled; later edits change nothing."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from groups.choices import CancelReason, EnrolmentState, GroupKind, Mark, MeetingStatus, Way
from groups.models import Attendance, Enrolment, Meeting, QuarterTable, SupportGroup
from groups.statistics import SETTLED_AFTER, freeze, list_quarters, quarter_of
from portal.grants import ROLE, apply_grants
from portal.vault.services import seal_field, seal_to_notifier, tag
from tests.factories import make_agency, wib

pytestmark = pytest.mark.django_db

AFTER_Q4 = datetime(2026, 12, 31, 17, tzinfo=UTC) + SETTLED_AFTER
"""Midnight of new year in Jakarta, and fifteen days."""


def make_group(agency, name: str) -> SupportGroup:
    """Make a bare group: who leads it does not count here."""
    return SupportGroup.objects.create(
        agency=agency, name=name, topic="Tidur", kind=GroupKind.CLOSED, zone="Asia/Jakarta",
        ways=[Way.ROOM],
    )  # fmt: skip


def met(group: SupportGroup, starts_at: datetime, **columns) -> Meeting:
    """Let a group meet."""
    return Meeting.objects.create(
        group=group, period=DateTimeTZRange(starts_at, starts_at + timedelta(minutes=90)),
        zone="Asia/Jakarta", ways=[Way.ROOM], **columns,
    )  # fmt: skip


def members(group: SupportGroup, count: int) -> list[Enrolment]:
    """Let more people of nobody's name belong to a group."""
    found = []
    first = group.enrolments.count()
    for number in range(first, first + count):
        row = Enrolment(
            group=group, member_tag=tag("somebody", uuid4()),
            contact=seal_to_notifier(b"x", "test"),
            alias_tag=tag("test", group.pk, str(number)),
            state=EnrolmentState.ACTIVE, agreement_version=1, joined_month=date(2026, 10, 1),
        )  # fmt: skip
        seal_field(row, "alias", f"Awan {number}")
        row.save(force_insert=True)
        found.append(row)
    return found


def came(meeting: Meeting, people: list[Enrolment], mark: Mark = Mark.PRESENT) -> None:
    """Mark people at a meeting."""
    for row in people:
        Attendance.objects.create(meeting=meeting, enrolment=row, mark=mark)


@pytest.fixture
def agency():
    return make_agency()


def circle_with(agency, name: str, people: int) -> tuple[Meeting, list[Enrolment]]:
    group = make_group(agency, name)
    meeting, rows = met(group, wib(9)), members(group, people)
    came(meeting, rows)
    return meeting, rows


def test_people_count_once_however_often_they_came(agency):
    meeting, rows = circle_with(agency, "Kenanga", 12)
    again = met(meeting.group, wib(9) + timedelta(days=7))
    came(again, rows[:6], Mark.LATE)
    came(again, rows[6:9], Mark.LEFT_EARLY)
    freeze(now=AFTER_Q4)
    (quarter,) = list_quarters(agency_id=agency.pk)
    assert (quarter.year, quarter.number, quarter.frozen_on) == (2026, 4, date(2027, 1, 16))
    (row,) = quarter.circles
    assert (row.name, row.meetings, row.people) == ("Kenanga", 2, 10)
    assert (quarter.total.circles, quarter.total.meetings, quarter.total.people) == (1, 2, 10)
    assert quarter.others is None


def test_absent_excused_cancelled_and_next_year_do_not_count(agency):
    meeting, _ = circle_with(agency, "Kenanga", 10)
    extra = members(meeting.group, 20)
    came(meeting, extra[:5], Mark.ABSENT)
    came(meeting, extra[5:10], Mark.EXCUSED)
    off = met(
        meeting.group, wib(13), status=MeetingStatus.CANCELLED, cancel_reason=CancelReason.GATE
    )
    came(off, extra[10:15])
    came(met(meeting.group, wib(9, day=date(2027, 1, 1))), extra[15:])
    freeze(now=AFTER_Q4)
    (quarter,) = list_quarters(agency_id=agency.pk)
    assert [(row.meetings, row.people) for row in quarter.circles] == [(1, 10)]


def test_nine_are_hidden_and_another_circle_with_them(agency):
    circle_with(agency, "Kenanga", 9)
    circle_with(agency, "Melati", 30)
    circle_with(agency, "Seruni", 21)
    freeze(now=AFTER_Q4)
    (quarter,) = list_quarters(agency_id=agency.pk)
    assert [(row.name, row.people) for row in quarter.circles] == [("Melati", 30)]
    assert (quarter.others.circles, quarter.others.meetings, quarter.others.people) == (
        2,
        2,
        30,
    )
    assert quarter.total.people == 60
    assert "Seruni" not in str(QuarterTable.objects.get().rows)


def test_nine_alone_show_no_number_at_all(agency):
    circle_with(agency, "Kenanga", 9)
    freeze(now=AFTER_Q4)
    (quarter,) = list_quarters(agency_id=agency.pk)
    assert quarter.circles == ()
    assert quarter.others.people is None
    assert quarter.total.people is None


def test_a_quarter_waits_until_attendance_is_settled(agency):
    circle_with(agency, "Kenanga", 12)
    assert freeze(now=AFTER_Q4 - timedelta(seconds=1)) == 0
    assert list_quarters(agency_id=agency.pk) == []
    assert freeze(now=AFTER_Q4) == 1


def test_the_border_of_a_quarter_is_midnight_of_the_agency():
    agency = make_agency(zone="Asia/Jayapura")
    group = make_group(agency, "Kenanga")
    rows = members(group, 20)
    # 23.30 in Jayapura on the last day of September, and half an hour later.
    came(met(group, datetime(2026, 9, 30, 14, 30, tzinfo=UTC)), rows[:10])
    came(met(group, datetime(2026, 9, 30, 15, 0, tzinfo=UTC)), rows)
    freeze(now=AFTER_Q4)
    newest, oldest = list_quarters(agency_id=agency.pk)
    assert [(q.number, q.total.people) for q in (newest, oldest)] == [(4, 20), (3, 10)]


def test_late_edits_change_nothing(agency):
    meeting, rows = circle_with(agency, "Kenanga", 14)
    freeze(now=AFTER_Q4)
    before = list_quarters(agency_id=agency.pk)
    Attendance.objects.filter(enrolment__in=rows[:6]).delete()
    came(meeting, members(meeting.group, 40))
    circle_with(agency, "Melati", 30)
    assert freeze(now=AFTER_Q4 + timedelta(days=40)) == 0
    assert list_quarters(agency_id=agency.pk) == before


def test_somebody_who_came_late_makes_no_second_release_to_subtract(agency):
    """Nine came by the day of freezing, ten a day later: no page ever says so."""
    meeting, _ = circle_with(agency, "Kenanga", 14)
    freeze(now=AFTER_Q4)
    came(meeting, members(meeting.group, 1))
    for days in (1, 30, 60):
        freeze(now=AFTER_Q4 + timedelta(days=days))
        (quarter,) = list_quarters(agency_id=agency.pk)
        assert quarter.total.people == 15
    assert QuarterTable.objects.filter(agency=agency).count() == 1


def test_every_quarter_that_was_missed_is_made_up_for(agency):
    group = make_group(agency, "Kenanga")
    rows = members(group, 12)
    came(met(group, wib(9, day=date(2026, 2, 2))), rows)
    assert freeze(now=AFTER_Q4) == 4
    quarters = list_quarters(agency_id=agency.pk)
    assert [q.number for q in quarters] == [4, 3, 2, 1]
    # A quarter without a meeting is an empty table, not a gap to fill later.
    assert [q.total.circles for q in quarters] == [0, 0, 0, 1]


def test_an_agency_sees_its_own_numbers_only(agency):
    circle_with(agency, "Kenanga", 12)
    other = make_agency("Lain")
    circle_with(other, "Melati", 40)
    assert freeze(now=AFTER_Q4) == 2
    (quarter,) = list_quarters(agency_id=agency.pk)
    assert quarter.total.people == 10


def test_the_running_house_cannot_change_a_table(agency):
    circle_with(agency, "Kenanga", 12)
    freeze(now=AFTER_Q4)
    apply_grants()
    for statement in (
        "UPDATE groups_quartertable SET rows = '{}'",
        "DELETE FROM groups_quartertable",
    ):
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {ROLE}")
            with pytest.raises(DatabaseError) as refusal, transaction.atomic():
                cursor.execute(statement)
            cursor.execute("RESET ROLE")
        assert refusal.value.__cause__.sqlstate == "42501"


def test_the_running_house_can_make_one(agency):
    circle_with(agency, "Kenanga", 12)
    apply_grants()
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {ROLE}")
        assert freeze(now=AFTER_Q4) == 1
        cursor.execute("RESET ROLE")


@pytest.mark.parametrize(
    ("day", "quarter"),
    [
        (date(2026, 1, 1), "2026Q1"),
        (date(2026, 3, 31), "2026Q1"),
        (date(2026, 4, 1), "2026Q2"),
        (date(2026, 12, 31), "2026Q4"),
    ],
)
def test_days_belong_to_quarters(day, quarter):
    assert quarter_of(day) == quarter
