"""Holding a time and booking it: what is accepted, what is refused, what is written."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.http import Http404

from counselling import rules, services
from counselling.choices import AppointmentStatus, Mode, Refusal
from counselling.models import Appointment, Client, Consent
from counselling.services import BookingRefused, BookingRequest, clients
from portal.audit.models import ClientEvent
from portal.notifications.models import Notification
from portal.people.models import Employee, Unit
from portal.vault.services import open_with_passphrase
from portal.vault.unlock import OpenVault
from tests.factories import (
    MONDAY,
    NOW,
    PASSPHRASE,
    WEEK,
    account,
    add_counsellor,
    book,
    hold,
    make_client_account,
    make_employee,
    make_practice,
    wib,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def practice():
    return make_practice()


@pytest.fixture
def rina(practice):
    return make_client_account(practice)


def refusal_of(call) -> Refusal:
    with pytest.raises(BookingRefused) as refused:
        call()
    return refused.value.reason


def test_a_booking_is_sealed_recorded_and_told_to_both(practice, rina):
    appointment_id = book(
        practice, rina, wib(11), name="Rina", reach="0812", note="sulit tidur"
    )

    row = Appointment.objects.get(pk=appointment_id)
    assert (row.status, row.period.lower, row.rev) == ("BOOKED", wib(11), 0)
    assert row.period.upper == wib(11, 50)
    assert row.blocked.upper == wib(12)
    assert b"sulit tidur" not in row.sealed_request
    assert Consent.objects.filter(client=row.client, version=rules.CONSENT_VERSION).count() == 1
    assert ClientEvent.objects.filter(action="temu.booked", subject=str(row.pk)).count() == 1
    assert sorted(Notification.objects.values_list("notice", flat=True)) == [
        "temu.agenda_booked",
        "temu.booked",
    ]
    key = open_with_passphrase(user_id=practice.counsellor.user_id, passphrase=PASSPHRASE)
    opened = OpenVault(key).open(
        row.sealed_request, "counselling.Appointment", "sealed_request", str(row.pk)
    )
    assert json.loads(opened) == {"name": "Rina", "reach": "0812", "note": "sulit tidur"}


def test_booking_twice_changes_nothing(practice, rina):
    appointment_id = book(practice, rina, wib(11), note="satu")
    sealed = Appointment.objects.get(pk=appointment_id).sealed_request
    services.book_appointment(
        actor=rina,
        appointment_id=appointment_id,
        request=BookingRequest(note="dua", consent_version=rules.CONSENT_VERSION),
        now=NOW,
    )
    assert Appointment.objects.get(pk=appointment_id).sealed_request == sealed
    assert Notification.objects.count() == 2


def test_nothing_written_is_nothing_sealed(practice, rina):
    assert Appointment.objects.get(pk=book(practice, rina, wib(11))).sealed_request is None


@pytest.mark.parametrize(
    ("starts_at", "reason"),
    [
        (wib(8, 30), Refusal.TOO_SOON),
        (wib(9, 45), Refusal.TOO_SOON),
        (wib(10, 5), Refusal.SLOT_TAKEN),
        (wib(15, 15), Refusal.SLOT_TAKEN),
        (wib(20), Refusal.SLOT_TAKEN),
        (wib(7, day=MONDAY - WEEK), Refusal.TOO_SOON),
        (wib(10, day=MONDAY + 5 * timedelta(days=1)), Refusal.SLOT_TAKEN),
        (wib(10, day=MONDAY + 35 * timedelta(days=1)), Refusal.TOO_FAR),
    ],
    ids=["too soon", "inside notice", "off the grid", "past closing", "night", "past",
         "weekend", "too far"],
)  # fmt: skip
def test_a_forged_time_is_refused_and_nothing_stored(practice, rina, starts_at, reason):
    assert refusal_of(lambda: hold(practice, rina, starts_at)) is reason
    assert Appointment.objects.count() == 0


def test_the_last_start_still_ends_at_closing(practice, rina):
    # 16.00 is closing, a meeting takes 50 minutes, the grid is 15: the last start is 15.00.
    assert hold(practice, rina, wib(15))


def test_notice_exactly_met_is_enough(practice, rina):
    assert hold(practice, rina, wib(10))


def test_a_counsellor_of_another_service_is_refused(practice, rina):
    other = make_practice()
    assert (
        refusal_of(lambda: hold(practice, rina, wib(11), counsellor=other.counsellor))
        is Refusal.SLOT_GONE
    )
    assert refusal_of(lambda: hold(other, rina, wib(11))) is Refusal.SLOT_GONE
    assert Appointment.objects.count() == 0


def test_a_way_of_meeting_she_does_not_offer_is_refused(practice, rina):
    assert (
        refusal_of(lambda: hold(practice, rina, wib(11), mode=Mode.CHAT))
        is Refusal.MODE_NOT_OFFERED
    )


def test_a_counsellor_without_a_vault_cannot_be_booked(practice, rina):
    bare = add_counsellor(
        practice.agency, practice.head, [practice.service_id], with_vault=False, name="Bara"
    )
    assert (
        refusal_of(lambda: hold(practice, rina, wib(11), counsellor=bare)) is Refusal.SLOT_GONE
    )


def test_a_counsellor_whose_role_ended_cannot_be_booked(practice, rina):
    practice.counsellor.user.grants.update(ends_on=MONDAY)
    assert refusal_of(lambda: hold(practice, rina, wib(11))) is Refusal.SLOT_GONE


def test_conflict_of_interest_looks_like_no_time_free(practice):
    inside = add_counsellor(
        practice.agency, practice.head, [practice.service_id], external=False, name="Dalam"
    )
    colleague = account(make_employee("rekan", unit=inside.user.employee.unit))
    assert (
        refusal_of(lambda: hold(practice, colleague, wib(11), counsellor=inside))
        is Refusal.SLOT_GONE
    )
    superior = inside.user.employee
    report = account(make_employee("bawahan", agency=practice.agency, manager=superior))
    assert (
        refusal_of(lambda: hold(practice, report, wib(11), counsellor=inside))
        is Refusal.SLOT_GONE
    )


def test_a_new_hold_replaces_the_own_other_one(practice, rina):
    first = hold(practice, rina, wib(11))
    second = hold(practice, rina, wib(14))
    assert list(Appointment.objects.values_list("id", flat=True)) == [second]
    assert first != second


def test_a_refused_hold_keeps_the_one_before(practice, rina):
    first = hold(practice, rina, wib(11))
    refusal_of(lambda: hold(practice, rina, wib(20)))
    assert list(Appointment.objects.values_list("id", flat=True)) == [first]


def test_somebody_elses_hold_keeps_the_time_until_it_lapses(practice, rina):
    bram = make_client_account(practice)
    hold(practice, rina, wib(11))
    assert refusal_of(lambda: hold(practice, bram, wib(11))) is Refusal.SLOT_TAKEN
    late = NOW + rules.HOLD
    assert hold(practice, bram, wib(11), now=late)
    assert Appointment.objects.count() == 1


def test_a_lapsed_hold_cannot_be_booked(practice, rina):
    appointment_id = hold(practice, rina, wib(11))
    reason = refusal_of(
        lambda: services.book_appointment(
            actor=rina,
            appointment_id=appointment_id,
            request=BookingRequest(consent_version=rules.CONSENT_VERSION),
            now=NOW + rules.HOLD,
        )
    )
    assert reason is Refusal.HOLD_LAPSED


def test_somebody_elses_hold_is_a_404_like_a_random_id(practice, rina):
    appointment_id = hold(practice, rina, wib(11))
    bram = make_client_account(practice)
    for wanted in (appointment_id, uuid4()):
        with pytest.raises(Http404):
            services.book_appointment(
                actor=bram,
                appointment_id=wanted,
                request=BookingRequest(consent_version=rules.CONSENT_VERSION),
                now=NOW,
            )
    assert Appointment.objects.get().status == AppointmentStatus.HELD


def test_one_first_meeting_then_three(practice, rina):
    first = book(practice, rina, wib(11))
    assert refusal_of(lambda: hold(practice, rina, wib(14))) is Refusal.FIRST_FIRST
    services.note_attendance(
        actor=practice.actor,
        appointment_id=first,
        outcome=AppointmentStatus.FULFILLED,
        now=wib(12),
    )
    for days in (1, 2, 3):
        book(practice, rina, wib(11, day=MONDAY + timedelta(days=days)), now=wib(12))
    assert (
        refusal_of(
            lambda: hold(practice, rina, wib(11, day=MONDAY + timedelta(days=4)), now=wib(12))
        )
        is Refusal.TOO_MANY_OPEN
    )


def test_consent_to_an_older_text_is_not_enough(practice, rina):
    appointment_id = hold(practice, rina, wib(11))
    assert (
        refusal_of(
            lambda: services.book_appointment(
                actor=rina, appointment_id=appointment_id, request=BookingRequest(), now=NOW
            )
        )
        is Refusal.CONSENT_CHANGED
    )


def test_a_time_closed_meanwhile_is_not_booked(practice, rina):
    appointment_id = hold(practice, rina, wib(11))
    row = practice.counsellor.availabilities.get(weekday=1)
    services.remove_range(actor=practice.actor, range_id=row.pk, now=NOW)
    reason = refusal_of(
        lambda: services.book_appointment(
            actor=rina,
            appointment_id=appointment_id,
            request=BookingRequest(consent_version=rules.CONSENT_VERSION),
            now=NOW,
        )
    )
    assert reason is Refusal.SLOT_GONE


def test_checking_does_not_eat_up_the_notice(practice, rina):
    appointment_id = hold(practice, rina, wib(10), now=NOW)
    services.book_appointment(
        actor=rina,
        appointment_id=appointment_id,
        request=BookingRequest(consent_version=rules.CONSENT_VERSION),
        now=NOW + timedelta(minutes=9),
    )
    assert Appointment.objects.get().status == AppointmentStatus.BOOKED


def test_letting_a_hold_go_frees_the_time_and_leaves_a_booking(practice, rina):
    appointment_id = hold(practice, rina, wib(11))
    services.release_hold(actor=rina, appointment_id=appointment_id, now=NOW)
    assert Appointment.objects.count() == 0
    booked = book(practice, rina, wib(11))
    services.release_hold(actor=rina, appointment_id=booked, now=NOW)
    assert Appointment.objects.get().status == AppointmentStatus.BOOKED


@pytest.mark.parametrize("alias", ["Rina", "rina w", "R i n a", "198706252010121002", "contoh"])
def test_a_nickname_that_tells_is_refused_and_the_hold_stays(practice, alias):
    rina = account(make_employee("rina", agency=practice.agency, full_name="Rina Contoh"))
    appointment_id = hold(practice, rina, wib(11))
    with pytest.raises(services.AliasRefused) as refused:
        services.book_appointment(
            actor=rina,
            appointment_id=appointment_id,
            request=BookingRequest(alias=alias, consent_version=rules.CONSENT_VERSION),
            now=NOW,
        )
    assert refused.value.reason is Refusal.ALIAS_TELLS
    assert Appointment.objects.get().status == AppointmentStatus.HELD


def test_a_nickname_that_names_her_unit_is_refused(practice, rina):
    unit = Employee.objects.get(user_id=rina.user_id).unit
    Unit.objects.filter(pk=unit.pk).update(name="Balai Pelatihan")
    with pytest.raises(services.AliasRefused) as refused:
        book(practice, rina, wib(11), alias="balai-pelatihan 7")
    assert refused.value.reason is Refusal.ALIAS_TELLS


@pytest.mark.parametrize(
    "twin",
    ["KUNANG malam", "\u041aunang Mal\u0430m", "\u202eKunang\u200b Malam", "Kunang MaIam"],
)
def test_two_clients_never_share_a_nickname(practice, rina, twin):
    bram = make_client_account(practice)
    book(practice, rina, wib(11), alias="Kunang Malam")
    appointment_id = hold(practice, bram, wib(14))
    with pytest.raises(services.AliasRefused) as refused:
        services.book_appointment(
            actor=bram,
            appointment_id=appointment_id,
            request=BookingRequest(alias=twin, consent_version=rules.CONSENT_VERSION),
            now=NOW,
        )
    assert refused.value.reason is Refusal.ALIAS_TAKEN


def test_the_client_row_knows_its_month_only(practice, rina):
    hold(practice, rina, wib(11))
    client = Client.objects.get()
    assert client.created_month.day == 1
    assert str(rina.user_id).encode() not in bytes(client.contact)
    assert rina.user_id.bytes not in bytes(client.contact)


def test_the_hundredth_client_gets_a_nickname_in_as_few_questions(
    practice, django_assert_max_num_queries, monkeypatch
):
    # Three words stand for the whole list: what matters is that all of them are taken.
    monkeypatch.setattr(clients, "NICKNAMES", clients.NICKNAMES[:3])
    for _ in range(4):
        hold(practice, make_client_account(practice), wib(11))
        Appointment.objects.all().delete()
    late = make_client_account(practice)
    with django_assert_max_num_queries(6):
        clients._make(late, now=NOW)
    assert Client.objects.count() == 5
