"""What a year brings and what goes on: the cases of the design, by the rule of the PNS."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from portal.leave.choices import EntryKind, Family, Unit
from portal.leave.rules.entitlement import Bucket, Terms, draw, plan_year
from portal.leave.rules.kinds import Kind
from portal.people.choices import Employment

ANNUAL = Kind(
    id=uuid4(), agency_id=uuid4(), code="CT", family=Family.ANNUAL,
    employments=(Employment.PNS,), name_id="Cuti", name_en="Leave", unit=Unit.WORKING_DAY,
    service_months=12, has_account=True, yearly=12, carry_one=6, carry_two=6,
    valid_from=date(2017, 1, 1), legal_basis="PP",
)  # fmt: skip


def plan(buckets=(), *, year=2026, kind=ANNUAL, **terms):
    wanted = {
        "kinds": dict.fromkeys(range(2015, 2030), kind),
        "since": None,
        "long_years": (),
        "today": date(year, 1, 1),
        **terms,
    }
    return plan_year(buckets, year=year, terms=Terms(**wanted))


def year_of(plan, year=2026):
    return {one.source_year: one.available for one in plan.of_year(year) if one.available}


def own(year, used=0, **more):
    return Bucket(
        year, year, Decimal(12 - used), granted=Decimal(12), used=Decimal(used), **more
    )


def test_a_first_year_brings_its_own_days():
    assert year_of(plan()) == {2026: 12}


def test_an_unused_year_makes_eighteen():
    assert year_of(plan([own(2025)])) == {2025: 6, 2026: 12}


def test_two_unused_years_make_twenty_four_and_a_third_no_more():
    assert year_of(plan([own(2024)])) == {2024: 6, 2025: 6, 2026: 12}
    assert year_of(plan([own(2023)])) == {2024: 6, 2025: 6, 2026: 12}


def test_one_day_two_years_ago_makes_eighteen():
    assert year_of(plan([own(2024, used=1)])) == {2025: 6, 2026: 12}


def test_one_day_last_year_makes_eighteen():
    before = plan([own(2024)], year=2025)
    touched = [
        replace(one, available=one.available - 1, used=Decimal(1))
        if (one.leave_year, one.source_year) == (2025, 2024)
        else one
        for one in before.buckets.values()
    ]
    assert year_of(plan(touched)) == {2025: 6, 2026: 12}


def test_what_is_left_goes_on_up_to_six_days():
    assert year_of(plan([own(2025, used=9)])) == {2025: 3, 2026: 12}
    assert year_of(plan([own(2025, used=12)])) == {2026: 12}


def test_deferred_days_go_on_whole_and_are_gone_the_year_after():
    deferred = [own(2025, deferred=Decimal(12))]
    now = plan(deferred)
    assert year_of(now) == {2025: 12, 2026: 12}
    assert {posting.kind for posting in now.postings} == {
        EntryKind.DEFER_CARRY,
        EntryKind.EXPIRE,
        EntryKind.GRANT,
    }
    after = plan(now.buckets.values(), year=2027)
    assert year_of(after, 2027) == {2026: 6, 2027: 12}


def test_a_part_deferred_goes_on_beside_six_of_the_rest():
    assert year_of(plan([own(2025, deferred=Decimal(3))])) == {2025: 9, 2026: 12}
    assert year_of(plan([own(2025, used=11, deferred=Decimal(5))])) == {2025: 1, 2026: 12}


def test_together_never_more_than_twenty_four():
    buckets = [
        own(2025, deferred=Decimal(12)),
        Bucket(2025, 2024, Decimal(6), carried=Decimal(6), deferred=Decimal(6)),
    ]
    assert sum(year_of(plan(buckets)).values()) == 24


def test_what_is_reserved_over_new_year_is_a_use_until_it_comes_back():
    held = [own(2024), Bucket(2025, 2025, Decimal(8), granted=Decimal(12), used=Decimal(4))]
    first = plan(held)
    assert year_of(first) == {2025: 6, 2026: 12}
    place = (2025, 2025)
    back = dict(first.buckets)
    back[place] = replace(back[place], available=Decimal(4), used=Decimal(0))
    again = plan(back.values(), today=date(2026, 1, 8))
    assert year_of(again) == {2024: 6, 2025: 6, 2026: 12}
    assert [(one.kind, one.quantity) for one in again.postings] == [
        (EntryKind.CARRY, 6),
        (EntryKind.EXPIRE, -4),
    ]


def test_done_again_nothing_is_due_and_done_late_the_same_is():
    first = plan([own(2024)])
    again = plan(first.buckets.values(), today=date(2026, 1, 4))
    assert again.postings == []
    late = plan([own(2024)], today=date(2026, 1, 4))
    assert late.postings == first.postings


def test_a_year_ahead_has_its_own_days_alone():
    ahead = plan([own(2026)], year=2027, today=date(2026, 12, 1))
    assert year_of(ahead, 2027) == {2027: 12}
    assert year_of(ahead, 2026) == {2026: 12}


def test_what_was_before_the_ledger_is_nobodys_guess():
    by_hand = [Bucket(2026, 2025, Decimal(4))]
    assert year_of(plan(by_hand)) == {2025: 4, 2026: 12}
    last_year_by_hand = [Bucket(2025, 2025, Decimal(9))]
    assert year_of(plan(last_year_by_hand)) == {2025: 6, 2026: 12}


def test_a_year_brings_its_days_once_the_service_is_long_enough_within_it():
    for since, days in (
        (date(2025, 12, 31), 12),
        (date(2026, 1, 1), 0),
        (date(2025, 3, 1), 12),
        (None, 12),
    ):
        assert sum(year_of(plan(since=since)).values()) == days


def test_a_shorter_service_recorded_later_strikes_off_what_is_left():
    granted = [own(2026, used=2)]
    late = plan(granted, since=date(2026, 5, 1), today=date(2026, 6, 1))
    assert year_of(late) == {}
    back = plan(late.buckets.values(), since=date(2020, 5, 1), today=date(2026, 6, 2))
    assert year_of(back) == {2026: 10}


def test_long_leave_closes_its_year_and_leaves_what_came_from_before():
    buckets = [own(2026, used=3), Bucket(2026, 2025, Decimal(2), carried=Decimal(2))]
    closed = plan(buckets, long_years=(2026,), today=date(2026, 7, 1))
    assert year_of(closed) == {2025: 2}
    assert not plan(closed.buckets.values(), long_years=(2026,)).postings
    after = plan(closed.buckets.values(), year=2027, long_years=(2026,))
    assert year_of(after, 2027) == {2027: 12}


def test_long_leave_that_does_not_take_place_opens_its_year_again():
    closed = plan([own(2026, used=3)], long_years=(2026,), today=date(2026, 7, 1))
    again = plan(closed.buckets.values(), today=date(2026, 8, 1))
    assert year_of(again) == {2026: 9}


def test_joint_leave_that_was_worked_stays_in_a_year_of_long_leave():
    credited = replace(own(2026), available=Decimal(15))
    assert year_of(plan([credited], long_years=(2026,))) == {2026: 3}


def test_the_days_of_the_first_year_are_brought_in_the_first_year_alone():
    kind = replace(ANNUAL, service_months=0, service_below=12, yearly=6)
    for since, days in ((date(2025, 5, 1), 6), (date(2024, 12, 1), 0), (None, 0)):
        assert sum(year_of(plan(kind=kind, since=since)).values()) == days


def test_a_kind_that_is_no_more_brings_nothing():
    assert year_of(plan([own(2025)], kinds={})) == {}


def test_the_oldest_bucket_comes_first_and_too_few_are_none():
    buckets = [Bucket(2026, 2026, Decimal(12)), Bucket(2026, 2024, Decimal("1.5"))]
    assert draw(buckets, Decimal(3)) == [
        ((2026, 2024), Decimal("1.5")),
        ((2026, 2026), Decimal("1.5")),
    ]
    assert draw(buckets, Decimal(14)) is None
    assert draw([], Decimal(0)) == []


@pytest.mark.parametrize("lost", [1, 2, 5])
def test_years_nobody_opened_are_caught_up(lost):
    found = plan([own(2020)], year=2020 + lost)
    assert sum(year_of(found, 2020 + lost).values()) == (
        18 if lost == 1 else 24 if lost < 4 else 12
    )
