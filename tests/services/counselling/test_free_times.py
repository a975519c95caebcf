"""Free times by example: grids, buffers, breaks, zones, summer time, holidays, the sample."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from counselling import selectors, services
from counselling.choices import Mode, PartOfDay, Refusal, Sex
from counselling.models import Availability, Counsellor, Service
from counselling.selectors.free_times import Question, TimeFilter, find_starts
from counselling.services import BookingRefused
from portal.calendars.models import Holiday
from tests.factories import (
    MONDAY,
    NOW,
    account,
    add_counsellor,
    at,
    book,
    hold,
    make_client_account,
    make_employee,
    make_practice,
    wib,
)

pytestmark = pytest.mark.django_db
EARLY = datetime(2026, 1, 1, tzinfo=ZoneInfo("UTC"))


def starts(practice, *, day: date = MONDAY, zone="Asia/Jakarta", now=None, days=1) -> list[str]:
    """Return every start of a day as wall time of a zone, the sample left aside."""
    since = at(zone, 0, day=day)
    rows = find_starts(
        Question(
            service=Service.objects.get(pk=practice.service_id),
            counsellor_ids=tuple(Counsellor.objects.values_list("id", flat=True)),
            since=since,
            until=since + timedelta(days=days),
            now=now or since - timedelta(days=3),
            viewer_zone=zone,
        )
    )
    return [start.astimezone(ZoneInfo(zone)).strftime("%H.%M") for _, start in rows]


def one_day(*ranges: tuple[int, int], zone="Asia/Jakarta", **terms):
    """Make a practice open on Mondays in these ranges (hours)."""
    hours = [(1, int(a * 60), int(b * 60)) for a, b in ranges]
    return make_practice(hours=hours, zone=zone, buffer_after_minutes=0, **terms)


def test_hours_grid_and_length():
    # 09-12, 50 minutes on a 15-minute grid: 11.00 still fits, 11.15 would end at 12.05.
    assert starts(one_day((9, 12)))[0] == "09.00"
    assert starts(one_day((9, 12)))[-1] == "11.00"
    assert starts(one_day((9, 12), grid_minutes=10))[-1] == "11.10"


def test_nothing_spans_a_break():
    found = starts(one_day((8, 12), (13, 16), duration_minutes=90, grid_minutes=30))
    assert "10.30" in found
    assert "11.00" not in found
    assert "12.30" not in found
    assert found[-1] == "14.30"


def test_touching_and_overlapping_ranges_are_one():
    found = starts(one_day((9, 12), (11, 14), (14, 15)))
    assert found == sorted(set(found))
    assert {"11.15", "11.30", "13.30", "14.00"} <= set(found)
    assert found[-1] == "14.00"


def test_an_odd_opening_is_rounded_up_to_the_wall_clocks_grid():
    practice = one_day((9, 12))
    Availability.objects.update(starts_minute=9 * 60 + 7)
    assert starts(practice)[0] == "09.15"


def test_buffers_hold_whichever_came_first():
    practice = make_practice(
        hours=[(1, 540, 960)], buffer_before_minutes=5, buffer_after_minutes=10
    )
    book(practice, make_client_account(practice), wib(12), now=NOW)
    found = starts(practice, now=NOW)
    # The booked one blocks 11.55 to 13.00. After it a start needs five minutes before itself;
    # before it a meeting and its ten minutes after have to be over by 11.55.
    assert "13.00" not in found
    assert "13.15" in found
    assert "10.45" in found
    assert "11.00" not in found


def test_a_meeting_may_end_when_the_next_begins_if_nobody_wants_a_buffer():
    practice = one_day((9, 16), duration_minutes=45)
    book(practice, make_client_account(practice), wib(12), now=NOW)
    found = starts(practice, now=NOW)
    assert {"11.15", "12.45"} <= set(found)
    assert not {"11.30", "12.00", "12.30"} & set(found)


def test_the_horizons_last_day_is_complete():
    practice = make_practice(hours=[(d, 540, 960) for d in range(1, 8)], horizon_days=2)
    assert starts(practice, day=MONDAY + timedelta(days=2), now=NOW)[-1] == "15.00"
    assert starts(practice, day=MONDAY + timedelta(days=3), now=NOW) == []


def test_dated_validity():
    practice = one_day((9, 12))
    Availability.objects.update(valid_from=MONDAY + timedelta(days=1))
    assert starts(practice) == []
    assert starts(practice, day=MONDAY + timedelta(days=7)) != []
    Availability.objects.update(
        valid_from=date(2020, 1, 1), valid_until=MONDAY + timedelta(days=7)
    )
    assert starts(practice) != []
    assert starts(practice, day=MONDAY + timedelta(days=7)) == []


def test_no_hours_is_an_empty_list():
    assert starts(make_practice(hours=[])) == []


def test_an_exception_closes_and_another_opens():
    practice = one_day((9, 12))
    services.close_period(actor=practice.actor, starts_at=wib(10), ends_at=wib(11), now=EARLY)
    services.open_period(actor=practice.actor, starts_at=wib(20), ends_at=wib(21), now=EARLY)
    assert starts(practice) == ["09.00", "11.00", "20.00"]


@pytest.mark.parametrize("kind", ["PUBLIC", "JOINT_LEAVE"])
def test_a_holiday_closes_the_day_and_its_removal_opens_it(kind):
    practice = one_day((9, 12))
    row = Holiday.objects.create(day=MONDAY, name="Libur", kind=kind, status="CONFIRMED")
    assert starts(practice) == []
    row.status = "REMOVED"
    row.save()
    assert starts(practice) != []


def test_an_extra_opening_opens_a_holiday():
    practice = one_day((9, 12))
    Holiday.objects.create(day=MONDAY, name="Libur", kind="PUBLIC", status="CONFIRMED")
    services.open_period(actor=practice.actor, starts_at=wib(9), ends_at=wib(10), now=EARLY)
    assert starts(practice) == ["09.00"]


def test_a_local_holiday_closes_its_own_agency_only():
    practice = one_day((9, 12))
    inside = add_counsellor(
        practice.agency, practice.head, [practice.service_id], external=False,
        hours=[(1, 540, 720)], name="Dalam",
    )  # fmt: skip
    Holiday.objects.create(
        day=MONDAY, name="Hari jadi", kind="LOCAL", status="CONFIRMED", agency=practice.agency
    )
    rina = make_client_account(practice)
    found = selectors.list_free_times(actor=rina, now=at("UTC", 0, day=MONDAY), days=1)
    assert {row.counsellor_id for row in found} == {practice.counsellor.pk}
    assert inside.pk != practice.counsellor.pk


def test_one_instant_three_clocks():
    practice = one_day((9, 10), zone="Asia/Jayapura")
    assert starts(practice, zone="Asia/Jayapura") == ["09.00"]
    assert starts(practice, zone="Asia/Makassar") == ["08.00"]
    assert starts(practice, zone="Asia/Jakarta") == ["07.00"]
    assert starts(practice, zone="UTC") == ["00.00"]


def test_early_morning_in_jayapura_is_the_evening_before_in_utc():
    practice = one_day((7.5, 8.5), zone="Asia/Jayapura")
    assert starts(practice, zone="Asia/Jayapura") == ["07.30"]
    assert starts(practice, day=MONDAY - timedelta(days=1), zone="UTC") == ["22.30"]


@pytest.mark.parametrize("day", [date(2026, 10, 26), date(2026, 11, 2), date(2027, 3, 15)])
def test_summer_time_keeps_the_wall_clock(day):
    practice = one_day((9, 10), zone="America/New_York")
    assert starts(practice, day=day, zone="America/New_York") == ["09.00"]


def test_the_hour_that_spring_skips_is_not_offered():
    practice = make_practice(
        hours=[(7, 120, 240)], zone="America/New_York", buffer_after_minutes=0,
        duration_minutes=30,
    )  # fmt: skip
    found = starts(practice, day=date(2027, 3, 14), zone="America/New_York")
    assert found == ["03.00", "03.15", "03.30"]


def test_the_hour_that_autumn_repeats_is_offered_once():
    practice = make_practice(
        hours=[(7, 60, 120)], zone="America/New_York", buffer_after_minutes=0,
        duration_minutes=60,
    )  # fmt: skip
    found = starts(practice, day=date(2026, 11, 1), zone="America/New_York")
    assert found.count("01.00") == 1


def test_a_range_over_midnight_is_whole():
    practice = make_practice(
        hours=[(1, 23 * 60, 1440), (2, 0, 60)], buffer_after_minutes=0, duration_minutes=60
    )
    assert starts(practice, days=2) == ["23.00", "23.15", "23.30", "23.45", "00.00"]


def test_leap_day_and_turn_of_the_year():
    practice = make_practice(hours=[(d, 540, 600) for d in range(1, 8)])
    leap = date(2028, 2, 29)
    assert starts(practice, day=leap) == ["09.00"]
    assert starts(practice, day=date(2026, 12, 31), days=2) == ["09.00", "09.00"]


def test_the_sample_is_six_a_day_stable_and_another_for_the_next_person():
    practice = make_practice()
    rina, bram = make_client_account(practice), make_client_account(practice)

    def seen(actor, now=NOW):
        return [r.starts_at for r in selectors.list_free_times(actor=actor, now=now, days=14)]

    mine = seen(rina)
    by_day: dict[date, int] = {}
    for start in mine:
        day = start.astimezone(ZoneInfo("Asia/Jakarta")).date()
        by_day[day] = by_day.get(day, 0) + 1
    assert max(by_day.values()) == 6
    assert seen(rina) == mine
    assert seen(bram) != mine
    # A time that is not shown can be booked all the same.
    hidden = next(
        wib(hour, minute, day=MONDAY + timedelta(days=1))
        for hour in range(9, 15)
        for minute in (0, 15, 30, 45)
        if wib(hour, minute, day=MONDAY + timedelta(days=1)) not in mine
    )
    assert book(practice, rina, hidden)


def test_an_own_meeting_hides_the_times_it_overlaps():
    practice = make_practice()
    other = add_counsellor(practice.agency, practice.head, [practice.service_id], name="Dewi")
    rina = make_client_account(practice)
    book(practice, rina, wib(11))
    shown = selectors.list_free_times(
        actor=rina, now=NOW, days=1, wanted=TimeFilter(counsellor_id=other.pk), per_day=99
    )
    assert shown
    for row in shown:
        assert row.ends_at <= wib(11) or row.starts_at >= wib(11, 50)


def test_an_own_hold_does_not_hide_its_time():
    practice = make_practice()
    rina = make_client_account(practice)
    hold(practice, rina, wib(11))
    shown = selectors.list_free_times(actor=rina, now=NOW, days=1, per_day=99)
    assert wib(11) in [row.starts_at for row in shown]


def test_wishes():
    practice = make_practice()
    man = add_counsellor(
        practice.agency, practice.head, [practice.service_id], external=False, name="Bagus",
        modes=[Mode.VIDEO],
    )  # fmt: skip
    Counsellor.objects.filter(pk=man.pk).update(sex=Sex.MAN)
    rina = make_client_account(practice)

    def names(**wish):
        rows = selectors.list_free_times(
            actor=rina, now=NOW, days=2, wanted=TimeFilter(**wish), per_day=99
        )
        return {row.counsellor_name for row in rows}

    assert names() == {"Sari", "Bagus"}
    assert names(sex=Sex.MAN) == {"Bagus"}
    assert names(mode=Mode.VIDEO) == {"Bagus"}
    assert names(outside=True) == {"Sari"}
    assert names(counsellor_id=man.pk) == {"Bagus"}
    morning = selectors.list_free_times(
        actor=rina, now=NOW, days=2, wanted=TimeFilter(part=PartOfDay.MORNING), per_day=99
    )
    assert {row.starts_at.astimezone(ZoneInfo("Asia/Jakarta")).hour for row in morning} <= {
        9,
        10,
    }


def test_somebody_of_no_agency_is_offered_nothing():
    practice = make_practice()
    assert selectors.list_free_times(actor=practice.actor, now=NOW) == []


def test_hours_changed_after_the_page_was_loaded():
    practice = make_practice()
    rina = make_client_account(practice)
    token = selectors.nearest_times(actor=rina, now=NOW)[0]
    Availability.objects.all().delete()
    with pytest.raises(BookingRefused) as refused:
        hold(practice, rina, token.starts_at)
    assert refused.value.reason is Refusal.SLOT_TAKEN


def test_a_zone_change_of_the_viewer_moves_the_display_and_not_the_meeting():
    practice = make_practice()
    employee = make_employee("yosef", agency=practice.agency, zone="Asia/Jakarta")
    appointment_id = book(practice, account(employee), wib(11))
    employee.zone = "Asia/Jayapura"
    employee.save()
    ticket = selectors.get_ticket(
        actor=account(employee), appointment_id=appointment_id, now=NOW
    )
    assert ticket.starts_at == wib(11)


def test_overlaps_never_reach_the_table_by_any_way():
    practice = make_practice()
    rina = make_client_account(practice)
    book(practice, rina, wib(11))
    from django.db import IntegrityError

    from counselling.models import Appointment

    row = Appointment.objects.get()
    twin = {f.name: getattr(row, f.name) for f in row._meta.fields if f.name != "id"}
    twin["period"] = DateTimeTZRange(wib(11, 30), wib(12, 20))
    twin["blocked"] = DateTimeTZRange(wib(11, 30), wib(12, 30))
    with pytest.raises(IntegrityError):
        Appointment.objects.create(**twin)
