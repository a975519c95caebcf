"""What the head of the service sets up, and what the numbers may say."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.http import Http404

from counselling import selectors, services, statistics
from counselling.choices import Hindrance, Mode, Refusal, Sex
from counselling.models import Availability, Counsellor, Service
from counselling.services import offering
from portal.audit.models import StaffEvent
from portal.calendars.choices import HolidayKind
from portal.calendars.models import Holiday
from portal.people import services as people
from portal.people.choices import Role
from portal.people.models import RoleGrant
from portal.vault import services as vault
from tests.factories import (
    MONDAY,
    NOW,
    add_counsellor,
    book,
    grant,
    hold,
    make_agency,
    make_client_account,
    make_employee,
    make_practice,
    make_user,
    wib,
)

pytestmark = pytest.mark.django_db
PROFILE = services.CounsellorProfile(
    display_name="Dewi", zone="Asia/Jakarta", sex=Sex.WOMAN, modes=(Mode.PHONE,)
)


@pytest.fixture
def practice():
    return make_practice()


@pytest.fixture
def foreign():
    """The head of another agency's service."""
    return make_practice()


def deeds() -> list[str]:
    return list(StaffEvent.objects.order_by("sequence").values_list("action", flat=True))


def the_row(practice, now=NOW) -> selectors.OfferedCounsellor:
    return selectors.read_offered_counsellor(
        actor=practice.head, counsellor_id=practice.counsellor.pk, now=now
    )


def hindrances(practice, now=NOW) -> set[Hindrance]:
    return set(the_row(practice, now).hindrances)


# --- services ------------------------------------------------------------------------------


def test_two_services_of_one_agency_have_two_names(practice, foreign):
    terms = services.ServiceTerms(name="Temu")
    with pytest.raises(services.OfferRefused) as refused:
        services.add_service(actor=practice.head, terms=terms, now=NOW)
    assert refused.value.reason == Refusal.SERVICE_NAME_TAKEN
    other = services.add_service(
        actor=practice.head, terms=replace(terms, name="Singkat"), now=NOW
    )
    with pytest.raises(services.OfferRefused):
        services.change_service(actor=practice.head, service_id=other, terms=terms, now=NOW)
    assert Service.objects.get(pk=other).name == "Singkat"
    # The two practices share no list: both have a "Temu".
    assert Service.objects.filter(name="Temu").count() == 2


def test_a_retired_service_is_offered_no_longer_and_comes_back(practice):
    rina = make_client_account(practice)
    booked = book(practice, rina, wib(13))
    for _ in range(2):
        services.retire_service(actor=practice.head, service_id=practice.service_id, now=NOW)
    assert selectors.list_free_times(actor=rina, now=NOW) == []
    assert selectors.get_ticket(actor=rina, appointment_id=booked, now=NOW).can_change
    assert hindrances(practice) == {Hindrance.NO_SERVICE}
    services.restore_service(actor=practice.head, service_id=practice.service_id, now=NOW)
    assert selectors.list_free_times(actor=rina, now=NOW)
    assert [deed for deed in deeds() if deed.startswith("service.re")] == [
        "service.retired",
        "service.restored",
    ]


def test_the_first_service_is_the_one_people_are_shown(practice):
    short = services.add_service(
        actor=practice.head,
        terms=services.ServiceTerms(name="Singkat", position=5),
        now=NOW,
    )
    rows = selectors.list_offered_services(actor=practice.head)
    assert [(row.name, row.is_first, row.counsellors) for row in rows] == [
        ("Temu", True, 1),
        ("Singkat", False, 0),
    ]
    services.retire_service(actor=practice.head, service_id=practice.service_id, now=NOW)
    rows = selectors.list_offered_services(actor=practice.head)
    assert (rows[0].id, rows[0].is_first) == (short, True)
    services.retire_service(actor=practice.head, service_id=short, now=NOW)
    assert not any(row.is_first for row in selectors.list_offered_services(actor=practice.head))


@pytest.mark.parametrize("deed", [services.retire_service, services.restore_service])
def test_a_service_of_another_agency_is_nowhere(practice, foreign, deed):
    for service_id in (foreign.service_id, uuid4()):
        with pytest.raises(Http404):
            deed(actor=practice.head, service_id=service_id, now=NOW)
        with pytest.raises(Http404):
            selectors.get_offered_service(actor=practice.head, service_id=service_id)
    assert Service.objects.get(pk=foreign.service_id).is_active


# --- counsellors ---------------------------------------------------------------------------


def test_nothing_hinders_somebody_who_can_be_booked(practice):
    row = the_row(practice)
    assert row.hindrances == ()
    assert row.is_outside
    assert row.service_names == ("Temu",)


def test_a_new_counsellor_shows_everything_that_is_still_missing(practice):
    user = make_employee("dewi", agency=practice.agency).user
    services.add_counsellor(
        actor=practice.head, user_id=user.pk, profile=PROFILE, service_ids=[], now=NOW
    )
    row = next(
        one
        for one in selectors.list_offered_counsellors(actor=practice.head, now=NOW)
        if one.name == "Dewi"
    )
    assert set(row.hindrances) == {
        Hindrance.NO_ROLE, Hindrance.NO_VAULT, Hindrance.NO_HOURS, Hindrance.NO_SERVICE,
    }  # fmt: skip
    assert not row.is_outside
    counts = selectors.count_offer(actor=practice.head, now=NOW)
    assert (counts.counsellors, counts.hindered, counts.services) == (2, 1, 1)


def test_each_hindrance_is_named_when_it_stands_alone(practice):
    counsellor, user = practice.counsellor, practice.counsellor.user
    Counsellor.objects.filter(pk=counsellor.pk).update(is_active=False)
    assert hindrances(practice) == {Hindrance.PAUSED}
    Counsellor.objects.filter(pk=counsellor.pk).update(is_active=True, modes=[Mode.CHAT])
    Service.objects.update(modes=[Mode.PHONE])
    assert hindrances(practice) == {Hindrance.NO_WAY}
    Counsellor.objects.filter(pk=counsellor.pk).update(modes=[Mode.PHONE])
    Availability.objects.update(valid_until=MONDAY)
    assert hindrances(practice) == {Hindrance.NO_HOURS}
    services.open_period(actor=practice.actor, starts_at=wib(13), ends_at=wib(15), now=NOW)
    assert hindrances(practice) == set()
    vault.abandon_vault(user_id=user.pk)
    assert hindrances(practice) == {Hindrance.NO_VAULT}
    vault.make_vault(user_id=user.pk, passphrase="payung teduh sekali", now=NOW)
    RoleGrant.objects.filter(user=user).update(ends_on=MONDAY)
    assert hindrances(practice) == {Hindrance.NO_ROLE}
    people.deactivate_user(actor=None, user_id=user.pk, now=NOW)
    assert hindrances(practice) == {Hindrance.NO_ROLE, Hindrance.ACCOUNT_CLOSED}


def test_hindrances_and_the_times_say_the_same(practice):
    rina = make_client_account(practice)
    assert selectors.list_free_times(actor=rina, now=NOW)
    assert not hindrances(practice)
    RoleGrant.objects.filter(role=Role.COUNSELLOR).update(ends_on=MONDAY - timedelta(days=9))
    assert not selectors.list_free_times(actor=rina, now=NOW)
    assert hindrances(practice)


def test_an_account_is_a_counsellor_once(practice):
    with pytest.raises(services.OfferRefused) as refused:
        services.add_counsellor(
            actor=practice.head, user_id=practice.counsellor.user_id, profile=PROFILE,
            service_ids=[], now=NOW,
        )  # fmt: skip
    assert refused.value.reason == Refusal.COUNSELLOR_ALREADY


def test_the_promises_that_are_put_into_words_exist():
    """Two heads at once meet the database; its names must be the ones we know."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint WHERE contype = 'u'")
        assert set(offering._TAKEN) <= {row[0] for row in cursor.fetchall()}


def test_a_closed_account_becomes_no_counsellor(practice):
    user = make_employee("dewi", agency=practice.agency).user
    people.deactivate_user(actor=None, user_id=user.pk, now=NOW)
    with pytest.raises(services.OfferRefused) as refused:
        services.add_counsellor(
            actor=practice.head, user_id=user.pk, profile=PROFILE, service_ids=[], now=NOW
        )
    assert refused.value.reason == Refusal.NO_SUCH_ACCOUNT


def test_a_counsellor_of_another_agency_is_nowhere(practice, foreign):
    foreign_id = foreign.counsellor.pk
    with pytest.raises(Http404):
        selectors.read_offered_counsellor(
            actor=practice.head, counsellor_id=foreign_id, now=NOW
        )
    with pytest.raises(Http404):
        services.change_counsellor(
            actor=practice.head, counsellor_id=foreign_id, profile=PROFILE,
            service_ids=[practice.service_id], now=NOW,
        )  # fmt: skip
    with pytest.raises(Http404):
        services.change_counsellor(
            actor=practice.head, counsellor_id=practice.counsellor.pk, profile=PROFILE,
            service_ids=[foreign.service_id], now=NOW,
        )  # fmt: skip


def test_a_counsellor_shared_by_two_agencies_keeps_both(practice, foreign):
    shared = foreign.counsellor
    grant(shared.user, practice.agency, Role.COUNSELLOR)
    row = selectors.read_offered_counsellor(
        actor=practice.head, counsellor_id=shared.pk, now=NOW
    )
    assert row.hindrances == (Hindrance.NO_SERVICE,)
    services.change_counsellor(
        actor=practice.head, counsellor_id=shared.pk, profile=PROFILE,
        service_ids=[practice.service_id], now=NOW,
    )  # fmt: skip
    assert set(shared.services.values_list("id", flat=True)) == {
        practice.service_id,
        foreign.service_id,
    }
    services.change_counsellor(
        actor=practice.head, counsellor_id=shared.pk, profile=PROFILE, service_ids=[], now=NOW
    )
    assert list(shared.services.values_list("id", flat=True)) == [foreign.service_id]
    # One line each, however many services join the tables.
    names = [row.id for row in selectors.list_offered_counsellors(actor=foreign.head, now=NOW)]
    assert names.count(shared.pk) == 1


def test_an_account_is_found_by_its_work_address_or_nip(practice, foreign):
    own = make_employee("dewi", agency=practice.agency).user
    outside = make_user("luar")
    elsewhere = make_employee("jauh", agency=foreign.agency).user
    own.nip = "198803122011012001"
    own.save(update_fields=["nip"])

    def find(login):
        return selectors.find_account(actor=practice.head, login=login, now=NOW)

    assert find(f" {own.email.upper()} ") == own.pk
    assert find("19880312 201101 2 001") == own.pk
    assert find(outside.email) == outside.pk
    assert find(elsewhere.email) is None
    assert find("siapa@instansi.test") is None
    grant(elsewhere, practice.agency, Role.COUNSELLOR)
    assert find(elsewhere.email) == elsewhere.pk
    people.deactivate_user(actor=None, user_id=own.pk, now=NOW)
    assert find(own.email) is None


def test_nobody_but_the_head_sets_anything_up(practice):
    for person in (practice.actor, make_client_account(practice)):
        for read in (selectors.list_offered_counsellors, selectors.count_offer):
            with pytest.raises(Http404):
                read(actor=person, now=NOW)
        with pytest.raises(Http404):
            selectors.list_offered_services(actor=person)
        with pytest.raises(Http404):
            selectors.find_account(actor=person, login="x", now=NOW)
        with pytest.raises(Http404):
            services.add_service(
                actor=person, terms=services.ServiceTerms(name="Lain"), now=NOW
            )


# --- numbers -------------------------------------------------------------------------------


def weeks_of(practice, now=NOW) -> list[statistics.WeekCapacity]:
    return statistics.capacity(agency_id=practice.agency.pk, now=now)


def test_whole_weeks_with_the_hours_of_everybody_who_can_be_booked(practice):
    add_counsellor(practice.agency, practice.head, [practice.service_id], name="Dewi")
    add_counsellor(
        practice.agency, practice.head, [practice.service_id], name="Beni", with_vault=False
    )
    weeks = weeks_of(practice)
    # Monday: exactly two weeks; 35 hours of two people, the third has no vault.
    assert [(week.week_starts_on, week.offered_hours) for week in weeks] == [
        (MONDAY, 70),
        (MONDAY + timedelta(days=7), 70),
    ]
    assert {week.booked_minutes for week in weeks} == {None}


def test_the_weeks_do_not_roll_with_the_day(practice):
    monday, sunday = weeks_of(practice), weeks_of(practice, NOW + timedelta(days=6))
    assert len(monday) == 2
    assert [week.week_starts_on for week in sunday] == [
        MONDAY + timedelta(days=7 * step) for step in range(3)
    ]
    assert sunday[:2] == monday


def test_closings_holidays_and_extra_hours_count(practice):
    Holiday.objects.create(day=MONDAY, agency=None, kind=HolidayKind.PUBLIC, name="Hari Uji")
    services.close_period(
        actor=practice.actor, starts_at=wib(9, day=date(2026, 11, 24)),
        ends_at=wib(12, day=date(2026, 11, 24)), now=NOW,
    )  # fmt: skip
    services.open_period(
        actor=practice.actor, starts_at=wib(10, day=date(2026, 11, 28)),
        ends_at=wib(14, day=date(2026, 11, 28)), now=NOW,
    )  # fmt: skip
    # Overlapping ranges of a day are one.
    services.add_range(
        actor=practice.actor, weekday=3, starts_minute=9 * 60, ends_minute=17 * 60,
        valid_from=date(2020, 1, 1), valid_until=None, now=NOW,
    )  # fmt: skip
    assert [week.offered_hours for week in weeks_of(practice)] == [35 - 7 - 3 + 4 + 1, 36]


def test_hours_in_another_zone_fall_into_the_week_of_the_agency():
    # Monday 00.00 to 02.00 in Jayapura is Sunday evening in Jakarta.
    practice = make_practice(hours=[(1, 0, 120)], zone="Asia/Jayapura")
    assert [week.offered_hours for week in weeks_of(practice)] == [2, 2]
    later = weeks_of(practice, wib(8, day=date(2026, 11, 29)))
    assert later[0].week_starts_on == MONDAY


def test_fewer_than_ten_meetings_have_no_number():
    practice = make_practice(hours=[(day, 0, 1440) for day in range(1, 8)])
    for number in range(12):
        client = make_client_account(practice)
        if number == 11:
            hold(practice, client, wib(20))
            continue
        made = book(practice, client, wib(11 + number % 5, day=MONDAY + timedelta(number // 5)))
        if number == 10:
            services.cancel_appointment(actor=client, appointment_id=made, now=NOW)
        # Ten meetings of 50 minutes are 500 minutes; rounded to five hours that is ten.
        expected = None if number < 9 else 600
        assert weeks_of(practice)[0].booked_minutes == expected
    assert weeks_of(practice)[1].booked_minutes is None


def test_an_agency_without_anything_has_empty_weeks():
    agency = make_agency(zone="Asia/Jayapura")
    weeks = statistics.capacity(
        agency_id=agency.pk, now=datetime(2026, 11, 29, 16, 0, tzinfo=UTC)
    )
    # Sunday 23.00 in Jakarta is Monday in Jayapura.
    assert weeks[0].week_starts_on == date(2026, 11, 30)
    assert [week.offered_minutes for week in weeks] == [0, 0]
