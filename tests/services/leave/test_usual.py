"""How long an answer usually takes: real decisions of ten people at least, or no number."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from portal.calendars.choices import HolidayKind
from portal.calendars.models import Holiday
from portal.leave.choices import (
    DecisionState,
    Outcome,
    Reason,
    State,
    WayForward,
)
from portal.leave.models import Decision, LeaveRequest
from portal.leave.selectors.own import get_own
from tests.factories import NOW, make_employee
from tests.support.leave import open_room
from tests.support.leave_cases import sent
from tests.support.reviews import make_case

pytestmark = pytest.mark.django_db
UNKNOWN = "How long an answer usually takes cannot be said yet."
SENT_ON = date(2026, 11, 2)
"""A Monday."""
REASONS = {"reason": Reason.UNIT_FULL, "ways_forward": [WayForward.OTHER_DATES]}


def usual(number: int) -> str:
    return f"An answer usually takes {number} working days (median of the last 90 days)."


def answered(room, *, days: int, who=None, outcome=Outcome.GRANT, code="CT-PNS", **decision):
    """Write down that somebody was answered so many calendar days after she asked."""
    who = who or make_employee("rekan", agency=room.agency, unit=room.unit)
    row = make_case(room, employee=who, code=code, state=State.CLOSED)
    LeaveRequest.objects.filter(pk=row.pk).update(sent_on=SENT_ON)
    signed = datetime.combine(SENT_ON, NOW.timetz()) + timedelta(days=days)
    return Decision.objects.create(
        request=row,
        **{
            "round": 1, "outcome": outcome, "state": DecisionState.FINAL,
            "first_day": row.first_day, "last_day": row.last_day,
            "decided_by_id": room.official.user_id,
            "decided_at": signed, "final_at": signed,
            **({} if outcome == Outcome.GRANT else REASONS), **decision,
        },
    )  # fmt: skip


def words(room, row, now=NOW) -> str:
    with translation.override("en"):
        return get_own(actor=room.asker, request_id=row.pk, now=now).expected_words


def test_ten_decisions_of_ten_people_make_a_number(room):
    row = sent(room)
    for days in (1, 1, 2, 2, 3, 3, 3, 4, 4):
        answered(room, days=days)
    assert words(room, row).startswith(UNKNOWN)
    answered(room, days=4)
    assert words(room, row).startswith(usual(3))


def test_ten_decisions_about_nine_people_make_none(room):
    row = sent(room)
    people = [make_employee("rekan", agency=room.agency, unit=room.unit) for _ in range(9)]
    for who in (*people, people[0]):
        answered(room, days=2, who=who)
    assert words(room, row).startswith(UNKNOWN)


@pytest.mark.parametrize(
    "left_out",
    [
        {"state": DecisionState.PENDING},
        {"state": DecisionState.UNDONE},
        {"outcome": Outcome.RETURN},
        {"round": 2},
        {"decided_at": NOW - timedelta(days=91)},
    ],
)
def test_what_is_no_answer_of_these_ninety_days_does_not_count(room, left_out):
    row = sent(room)
    for _number in range(9):
        answered(room, days=2)
    answered(room, days=2, **left_out)
    assert words(room, row).startswith(UNKNOWN)


def test_another_agency_counts_for_itself(room):
    row, other = sent(room), open_room()
    for _number in range(10):
        answered(other, days=2)
    assert words(room, row).startswith(UNKNOWN)


def test_free_days_are_no_working_days(room):
    row = sent(room)
    for _number in range(10):
        answered(room, days=8)
    assert words(room, row).startswith(usual(6))
    Holiday.objects.create(day=date(2026, 11, 4), kind=HolidayKind.PUBLIC, name="Libur")
    assert words(room, row).startswith(usual(5))


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, "An answer usually comes on the same working day (median of the last 90 days)."),
        (1, "An answer usually takes 1 working day (median of the last 90 days)."),
    ],
)
def test_short_times_have_words_of_their_own(room, days, said):
    row = sent(room)
    for _number in range(10):
        answered(room, days=days)
    assert words(room, row).startswith(said)


def test_it_is_one_sentence_for_every_kind_at_every_step(room):
    for number in range(10):
        answered(room, days=number % 5, code=("CT-PNS", "CS")[number % 2])
    found = set()
    for code in ("CT-PNS", "CS"):
        row = sent(room, code=code)
        for state in (
            State.EVIDENCE_DUE, State.EVIDENCE_REVIEW, State.EVIDENCE_OVERDUE,
            State.CONSIDERATION, State.DECISION,
        ):  # fmt: skip
            LeaveRequest.objects.filter(pk=row.pk).update(state=state)
            found.add(words(room, row).partition(").")[0])
        row.claims.all().delete()
        LeaveRequest.objects.filter(pk=row.pk).update(state=State.WITHDRAWN)
        assert words(room, row) == ""
    assert found == {usual(2).removesuffix(").")}


def test_it_costs_the_same_however_many_were_decided(room):
    def cost() -> int:
        with CaptureQueriesContext(connection) as spent:
            words(room, row)
        return len(spent)

    row = sent(room)
    for number in range(10):
        answered(room, days=number)
    few = cost()
    for number in range(10):
        answered(room, days=number)
    assert cost() == few
