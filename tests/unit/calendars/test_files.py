"""Calendar files tell a time and a word, and open in any calendar."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from portal.calendars.files import DaysEntry, neutral_days, neutral_ics

STARTS = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Asia/Jakarta"))
NOW = datetime(2026, 11, 20, 3, 4, 5, 678, tzinfo=UTC)


def make(**changes):
    entry = {
        "uid": "u1",
        "starts_at": STARTS,
        "ends_at": STARTS + timedelta(minutes=50),
        "title": "Agenda",
        "sequence": 0,
        "cancelled": False,
        "now": NOW,
    }
    return neutral_ics(**{**entry, **changes})


def only_event(file: bytes):
    (event,) = Calendar.from_ical(file).walk("VEVENT")
    return event


def test_holds_the_time_and_the_word_and_nothing_else():
    event = only_event(make(title="Janji"))

    assert set(event.keys()) == {
        "UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "CLASS", "SEQUENCE", "STATUS",
    }  # fmt: skip
    assert str(event["SUMMARY"]) == "Janji"
    assert str(event["CLASS"]) == "PRIVATE"
    assert event.decoded("DTSTART") == STARTS
    assert event.decoded("DTEND") - event.decoded("DTSTART") == timedelta(minutes=50)


def test_times_stand_in_utc_so_that_no_zone_is_told():
    text = make().decode()

    assert "DTSTART:20261123T030000Z" in text
    assert "DTSTAMP:20261120T030405Z" in text
    assert "TZID" not in text
    assert "VTIMEZONE" not in text


@pytest.mark.parametrize(
    "title",
    [
        "Agenda\r\nLOCATION:Ruang Melati",
        "Agenda\nATTENDEE:mailto:a@b.id",
        "Agenda\x00\u2028DESCRIPTION:x\u202e",
        "koma, titik; garis \\ dua: " + "panjang " * 40,
        "日本 ☂ بحث",
    ],
)
def test_a_title_stays_one_title(title):
    file = make(title=title)
    event = only_event(file)

    assert {"LOCATION", "ATTENDEE", "DESCRIPTION"}.isdisjoint(event.keys())
    assert all(len(line) <= 75 for line in file.split(b"\r\n"))
    assert "\n" not in str(event["SUMMARY"])
    assert str(event["SUMMARY"]).split()[0] == title.split()[0].split("\x00")[0]


def test_taking_back_carries_the_same_uid_and_a_higher_sequence():
    file = make(sequence=3, cancelled=True)

    assert Calendar.from_ical(file)["METHOD"] == "CANCEL"
    event = only_event(file)
    assert str(event["STATUS"]) == "CANCELLED"
    assert event["SEQUENCE"] == 3
    assert str(event["UID"]) == "u1"


def test_naive_or_empty_times_are_refused():
    with pytest.raises(ValueError, match="aware"):
        make(starts_at=STARTS.replace(tzinfo=None))
    with pytest.raises(ValueError, match="after"):
        make(ends_at=STARTS)


# --- whole days ----------------------------------------------------------------------------


def days(**changes) -> DaysEntry:
    entry = {
        "uid": "u1", "title": "Cuti", "first_day": date(2026, 11, 23),
        "last_day": date(2026, 11, 25), "stamped_on": date(2026, 11, 20),
    }  # fmt: skip
    return DaysEntry(**{**entry, **changes})


def test_days_end_before_the_first_free_one_and_belong_to_no_clock():
    file = neutral_days([days()], is_feed=False)

    assert b"DTSTART;VALUE=DATE:20261123\r\n" in file
    assert b"DTEND;VALUE=DATE:20261126\r\n" in file
    assert b"DTSTAMP:20261120T000000Z\r\n" in file
    assert set(only_event(file).keys()) == {
        "UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "CLASS", "TRANSP", "SEQUENCE",
        "STATUS",
    }  # fmt: skip


def test_one_day_is_a_day():
    file = neutral_days([days(last_day=date(2026, 11, 23))], is_feed=False)
    assert b"DTEND;VALUE=DATE:20261124\r\n" in file


def test_a_feed_says_when_to_look_again_and_keeps_what_was_cancelled():
    file = neutral_days([days(cancelled=True, sequence=2), days(uid="u2")], is_feed=True)

    assert b"METHOD:PUBLISH" in file
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT6H" in file
    assert b"X-PUBLISHED-TTL:PT6H" in file
    states = [str(one["STATUS"]) for one in Calendar.from_ical(file).walk("VEVENT")]
    assert states == ["CANCELLED", "CONFIRMED"]


def test_an_empty_feed_is_a_calendar_all_the_same():
    calendar = Calendar.from_ical(neutral_days([], is_feed=True))
    assert calendar["VERSION"] == "2.0"
    assert calendar.walk("VEVENT") == []


def test_a_title_stays_on_its_line():
    file = neutral_days([days(title="Cuti\r\nLOCATION:rumah")], is_feed=True)
    assert "LOCATION" not in only_event(file)


def test_days_that_end_before_they_start_are_refused():
    with pytest.raises(ValueError, match="after they start"):
        neutral_days([days(last_day=date(2026, 11, 22))], is_feed=True)
