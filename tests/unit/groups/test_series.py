"""Recurrence in wall time, without a database."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from groups.choices import ClockNote, Rhythm
from groups.rules import series as rules

BERLIN = "Europe/Berlin"
JAYAPURA = "Asia/Jayapura"


def pattern(first, at, *, rhythm=Rhythm.WEEKLY, zone=BERLIN, minutes=90, until_on=None):
    return rules.Pattern(
        rule=rules.make_rule(rhythm, first),
        starts_on=first,
        at=at,
        zone=zone,
        minutes=minutes,
        until_on=until_on,
    )


def wall(slot, zone=BERLIN):
    return slot.starts_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def days(plan, count):
    return [slot.day for slot in islice(rules.slots(plan, last=date.max), count)]


# --- the clock -----------------------------------------------------------------------------


@pytest.mark.parametrize("first", [date(2026, 3, 13), date(2026, 10, 9)])
def test_weekly_in_berlin_stays_at_its_wall_time_across_a_change_of_clocks(first):
    found = list(rules.slots(pattern(first, time(18)), last=first + timedelta(weeks=6)))
    assert {wall(slot).time() for slot in found} == {time(18)}
    assert len({slot.starts_at.astimezone(UTC).hour for slot in found}) == 2
    assert {slot.ends_at - slot.starts_at for slot in found} == {timedelta(minutes=90)}
    assert {slot.clock_note for slot in found} == {ClockNote.NONE}


def test_half_past_two_in_the_gap_is_one_meeting_moved_on_and_noted():
    found = list(rules.slots(pattern(date(2026, 3, 22), time(2, 30)), last=date(2026, 4, 5)))
    assert [slot.day for slot in found] == [date(2026, 3, d) for d in (22, 29)] + [
        date(2026, 4, 5)
    ]
    assert [wall(slot).time() for slot in found] == [time(2, 30), time(3, 30), time(2, 30)]
    assert [slot.clock_note for slot in found] == ["", ClockNote.GAP, ""]
    assert found[1].slot_key == "2026-03-29T02:30"


def test_half_past_two_in_the_fold_is_one_meeting_the_first():
    found = list(rules.slots(pattern(date(2026, 10, 18), time(2, 30)), last=date(2026, 11, 1)))
    assert [slot.day.day for slot in found] == [18, 25, 1]
    # Summer time still: 02.30 is shown at 00.30 and again at 01.30 UTC.
    assert found[1].starts_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert found[1].clock_note == ClockNote.NONE


# --- the days ------------------------------------------------------------------------------


def test_every_second_week_keeps_its_weeks_over_the_end_of_a_year():
    plan = pattern(date(2026, 12, 18), time(8), rhythm=Rhythm.FORTNIGHTLY)
    assert days(plan, 3) == [date(2026, 12, 18), date(2027, 1, 1), date(2027, 1, 15)]
    keys = [slot.period_key for slot in islice(rules.slots(plan, last=date.max), 3)]
    assert keys == ["2026-W51#1", "2026-W53#1", "2027-W02#1"]


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (date(2026, 11, 27), [date(2026, 11, 27), date(2026, 12, 25), date(2027, 1, 22)]),
        (date(2026, 1, 30), [date(2026, 1, 30), date(2026, 2, 27), date(2026, 3, 27)]),
        (date(2026, 11, 3), [date(2026, 11, 3), date(2026, 12, 1), date(2027, 1, 5)]),
    ],
)
def test_every_month_on_the_same_weekday_and_the_fifth_is_the_last(first, expected):
    assert days(pattern(first, time(8), rhythm=Rhythm.MONTHLY), 3) == expected


def test_a_number_of_meetings_becomes_a_last_day():
    plan = pattern(date(2026, 11, 27), time(8))
    assert rules.last_day(plan, count=8) == date(2027, 1, 15)
    assert rules.last_day(plan, count=None) is None
    short = pattern(date(2026, 11, 27), time(8), until_on=date(2026, 12, 10))
    assert rules.last_day(short, count=8) == date(2026, 12, 4)


@pytest.mark.parametrize("rhythm", list(Rhythm))
@pytest.mark.parametrize("first", [date(2026, 11, 27), date(2026, 11, 30), date(2026, 5, 31)])
def test_a_rule_tells_what_it_was_made_of(rhythm, first):
    rule = rules.make_rule(rhythm, first)
    assert rules.rhythm_of(rule) == rhythm
    assert rules.weekday_of(rule) == first.weekday()
    assert rules.weekday_of(rules.on_weekday(rule, 3)) == 3
    assert rules.on_weekday(rule, None) == rule
    assert (rules.nth_of(rule) == 0) == (rhythm != Rhythm.MONTHLY)


# --- what replaces what --------------------------------------------------------------------


def turned(old, first, at, *, since, rhythm=Rhythm.WEEKLY):
    slot = rules.slot_of(old, since)
    new = pattern(slot.day, at, rhythm=rhythm)
    rule = rules.on_weekday(new.rule, first)
    return rules.replacing(old, rules.Pattern(rule, slot.day, at, BERLIN, 90), since=slot)


@pytest.mark.parametrize("weekday", range(7))
def test_a_series_on_another_weekday_has_as_many_meetings_left(weekday):
    old = pattern(date(2026, 11, 27), time(8), until_on=date(2027, 1, 21))
    new = turned(old, weekday, time(10), since="2026-W51#1")
    assert len(days(new, 100)) == 5
    assert new.starts_on.isocalendar()[:2] == (2026, 51)


def test_rows_and_slots_pair_by_their_week_and_not_by_position():
    old = pattern(date(2026, 11, 27), time(8))
    new = turned(old, 3, time(10), since="2026-W51#1")
    found = rules.pair(["2027-W01#1", "2026-W51#1", "2026-W53#1"], new)
    assert {key: slot.day for key, slot in found.items()} == {
        "2026-W51#1": date(2026, 12, 17),
        "2026-W53#1": date(2026, 12, 31),
        "2027-W01#1": date(2027, 1, 7),
    }


def test_weeks_that_a_new_rhythm_leaves_out_pair_with_nothing():
    old = pattern(date(2026, 11, 27), time(8))
    new = turned(old, 4, time(8), since="2026-W50#1", rhythm=Rhythm.FORTNIGHTLY)
    found = rules.pair(["2026-W50#1", "2026-W51#1", "2026-W52#1"], new)
    assert set(found) == {"2026-W50#1", "2026-W52#1"}


def test_a_month_pairs_with_the_same_month():
    old = pattern(date(2026, 11, 27), time(8), rhythm=Rhythm.MONTHLY)
    slot = rules.slot_of(old, "2026-12#1")
    new = rules.replacing(
        old,
        rules.Pattern(rules.on_weekday(old.rule, 3), slot.day, time(10), BERLIN, 90),
        since=slot,
    )
    assert days(new, 2) == [date(2026, 12, 24), date(2027, 1, 28)]
    assert rules.slot_of(new, "2026-12#1").day == date(2026, 12, 24)
    assert rules.slot_of(new, "2026-11#1") is None


def test_two_meetings_a_week_are_told_apart_wherever_a_series_begins():
    twice = "FREQ=WEEKLY;BYDAY=MO,TH"
    whole = rules.Pattern(twice, date(2026, 11, 23), time(8), BERLIN, 90)
    late = rules.Pattern(twice, date(2026, 11, 26), time(8), BERLIN, 90)
    assert rules.slot_of(whole, "2026-W48#2").day == date(2026, 11, 26)
    assert next(iter(rules.slots(late, last=date.max))).period_key == "2026-W48#2"


def test_the_first_week_of_a_year_may_belong_to_the_year_before():
    plan = pattern(date(2027, 1, 1), time(8))
    slot = next(iter(rules.slots(plan, last=date.max)))
    assert slot.period_key == "2026-W53#1"
    assert rules.slot_of(plan, "2026-W53#1") == slot
