"""Moving, cancelling, falling ill, attendance, leaving: what happens to a booked time."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.http import Http404

from counselling import selectors, services
from counselling.choices import AppointmentStatus, CancelledBy, Mode, Refusal
from counselling.models import Appointment, AvailabilityException
from counselling.services import BookingRefused, BookingRequest
from portal.audit.models import ClientEvent, StaffEvent
from portal.notifications.models import Notification
from portal.people.models import Employee, User
from tests.factories import (
    MONDAY,
    NOW,
    add_counsellor,
    book,
    hold,
    make_client_account,
    make_practice,
    wib,
)

pytestmark = pytest.mark.django_db
TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def practice():
    return make_practice()


@pytest.fixture
def rina(practice):
    return make_client_account(practice)


def move(practice, actor, appointment_id, starts_at, *, counsellor=None, request=None, now=NOW):
    services.reschedule_appointment(
        actor=actor,
        appointment_id=appointment_id,
        counsellor_id=(counsellor or practice.counsellor).pk,
        service_id=practice.service_id,
        starts_at=starts_at,
        mode="",
        request=request,
        now=now,
    )


def refusal_of(call) -> Refusal:
    with pytest.raises(BookingRefused) as refused:
        call()
    return refused.value.reason


def news_of(*, actor, now):
    own = selectors.list_own_appointments(actor=actor, now=now)
    return [row for row in own.cancelled if row.news]


def told() -> list[str]:
    return sorted(Notification.objects.values_list("notice", flat=True))


def test_a_move_keeps_the_meeting_and_its_sealed_words(practice, rina):
    appointment_id = book(practice, rina, wib(11), note="rahasia")
    sealed = Appointment.objects.get().sealed_request
    move(practice, rina, appointment_id, wib(14))
    row = Appointment.objects.get()
    assert (row.pk, row.period.lower, row.rev, row.sealed_request) == (
        appointment_id, wib(14), 1, sealed,
    )  # fmt: skip
    assert "temu.moved" in told()
    assert "temu.agenda_moved" in told()
    assert ClientEvent.objects.filter(action="temu.moved").count() == 1


def test_a_move_by_one_grid_step_may_overlap_the_old_time(practice, rina):
    appointment_id = book(practice, rina, wib(11))
    move(practice, rina, appointment_id, wib(11, 15))
    assert Appointment.objects.get().period.lower == wib(11, 15)


def test_a_move_into_a_taken_time_leaves_the_meeting_as_it_was(practice, rina):
    bram = make_client_account(practice)
    book(practice, bram, wib(14))
    appointment_id = book(practice, rina, wib(11))
    assert (
        refusal_of(lambda: move(practice, rina, appointment_id, wib(14))) is Refusal.SLOT_TAKEN
    )
    row = Appointment.objects.get(pk=appointment_id)
    assert (row.period.lower, row.rev, row.status) == (wib(11), 0, "BOOKED")


def test_a_move_to_another_counsellor_asks_for_the_words_again(practice, rina):
    other = add_counsellor(practice.agency, practice.head, [practice.service_id], name="Dewi")
    appointment_id = book(practice, rina, wib(11), note="untuk Sari saja")
    go = lambda request: move(  # noqa: E731
        practice, rina, appointment_id, wib(14), counsellor=other, request=request
    )
    assert refusal_of(lambda: go(None)) is Refusal.NOTE_NEEDED
    assert Appointment.objects.get().counsellor == practice.counsellor
    go(BookingRequest())
    row = Appointment.objects.get()
    assert (row.counsellor, row.sealed_request) == (other, None)
    with pytest.raises(Http404):
        selectors.get_agenda_appointment(
            actor=practice.actor, appointment_id=appointment_id, now=NOW
        )


def test_a_move_frees_the_old_time(practice, rina):
    bram = make_client_account(practice)
    appointment_id = book(practice, rina, wib(11))
    move(practice, rina, appointment_id, wib(14))
    assert hold(practice, bram, wib(11))


def test_an_old_form_after_a_move_never_makes_a_second_meeting(practice, rina):
    appointment_id = book(practice, rina, wib(11))
    move(practice, rina, appointment_id, wib(14))
    move(practice, rina, appointment_id, wib(15))
    assert Appointment.objects.count() == 1


def test_cancelling_frees_the_time_deletes_the_words_and_withdraws_what_waits(practice, rina):
    appointment_id = book(practice, rina, wib(11), note="rahasia")
    services.cancel_appointment(actor=rina, appointment_id=appointment_id, now=NOW)
    row = Appointment.objects.get()
    assert (row.status, row.cancelled_by, row.sealed_request) == ("CANCELLED", "CLIENT", None)
    assert told() == ["temu.agenda_cancelled", "temu.cancelled"]
    assert hold(practice, make_client_account(practice), wib(11))


def test_cancelling_twice_changes_nothing(practice, rina):
    appointment_id = book(practice, rina, wib(11))
    for _ in range(2):
        services.cancel_appointment(actor=rina, appointment_id=appointment_id, now=NOW)
    assert ClientEvent.objects.filter(action="temu.cancelled").count() == 1


def test_nothing_is_cancelled_or_moved_after_it_began(practice, rina):
    appointment_id = book(practice, rina, wib(11))
    late = wib(11)
    assert (
        refusal_of(
            lambda: services.cancel_appointment(
                actor=rina, appointment_id=appointment_id, now=late
            )
        )
        is Refusal.ALREADY_STARTED
    )
    assert (
        refusal_of(lambda: move(practice, rina, appointment_id, wib(14), now=late))
        is Refusal.ALREADY_STARTED
    )


def test_a_cancelled_meeting_never_comes_back(practice, rina):
    appointment_id = book(practice, rina, wib(11))
    services.cancel_appointment(actor=rina, appointment_id=appointment_id, now=NOW)
    assert refusal_of(lambda: move(practice, rina, appointment_id, wib(14))) is Refusal.NOT_OPEN
    assert (
        refusal_of(
            lambda: services.book_appointment(
                actor=rina,
                appointment_id=appointment_id,
                request=BookingRequest(consent_version=1),
                now=NOW,
            )
        )
        is Refusal.NOT_OPEN
    )


DEEDS = {
    "cancel": lambda practice, actor, wanted: services.cancel_appointment(
        actor=actor, appointment_id=wanted, now=NOW
    ),
    "move": lambda practice, actor, wanted: move(practice, actor, wanted, wib(14)),
    "release": lambda practice, actor, wanted: services.release_hold(
        actor=actor, appointment_id=wanted, now=NOW
    ),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_a_stranger_meets_a_404(practice, rina, deed):
    appointment_id = book(practice, rina, wib(11))
    stranger = make_client_account(practice)
    for wanted in (appointment_id, uuid4()):
        with pytest.raises(Http404):
            DEEDS[deed](practice, stranger, wanted)
    assert Appointment.objects.get().status == "BOOKED"


def test_ill_today_cancels_the_rest_of_the_day_tells_all_and_closes_it(practice, rina):
    bram, budi = make_client_account(practice), make_client_account(practice)
    began = book(practice, bram, wib(10))
    today = book(practice, rina, wib(14))
    tomorrow = book(practice, budi, wib(14, day=TUESDAY))
    held = hold(practice, make_client_account(practice), wib(15), now=wib(10, 30))
    assert services.call_in_ill(actor=practice.actor, now=wib(10, 35)) == 1
    statuses = dict(Appointment.objects.values_list("id", "status"))
    assert statuses[began] == statuses[tomorrow] == "BOOKED"
    assert statuses[today] == "CANCELLED"
    assert held not in statuses
    assert "temu.called_off" in told()
    (news,) = news_of(actor=rina, now=wib(10, 36))
    assert (news.id, news.news) == (today, True)
    assert news_of(actor=bram, now=wib(10, 36)) == []
    free = selectors.list_free_times(actor=rina, now=wib(10, 36), days=1)
    assert free == []
    assert AvailabilityException.objects.get().period.upper == wib(0, day=TUESDAY)


def test_news_is_waved_off_once(practice, rina):
    book(practice, rina, wib(14))
    services.call_in_ill(actor=practice.actor, now=NOW)
    services.mark_cancel_seen(actor=rina, now=NOW)
    assert news_of(actor=rina, now=NOW) == []


def note(practice, appointment_id, outcome, now):
    services.note_attendance(
        actor=practice.actor, appointment_id=appointment_id, outcome=outcome, now=now
    )


def test_missed_only_after_start_and_grace_and_correctable(practice, rina):
    appointment_id = book(practice, rina, wib(11))
    missed, came = AppointmentStatus.NO_SHOW, AppointmentStatus.FULFILLED
    assert (
        refusal_of(lambda: note(practice, appointment_id, missed, wib(11, 9)))
        is Refusal.NOT_YET
    )
    note(practice, appointment_id, missed, wib(11, 10))
    note(practice, appointment_id, came, wib(12))
    note(practice, appointment_id, came, wib(12))
    assert Appointment.objects.get().status == came
    assert StaffEvent.objects.filter(action__startswith="attendance.").count() == 2
    late = wib(12) + timedelta(days=15)
    assert refusal_of(lambda: note(practice, appointment_id, missed, late)) is Refusal.NOT_OPEN


def test_attended_may_be_noted_on_its_day_and_not_before(practice, rina):
    appointment_id = book(practice, rina, wib(11, day=TUESDAY))
    came = AppointmentStatus.FULFILLED
    assert refusal_of(lambda: note(practice, appointment_id, came, NOW)) is Refusal.NOT_YET
    note(practice, appointment_id, came, wib(0, 1, day=TUESDAY))
    # Its time stays claimed: the note can be taken back.
    assert (
        refusal_of(
            lambda: hold(practice, make_client_account(practice), wib(11, day=TUESDAY))
        )
        is Refusal.SLOT_TAKEN
    )  # fmt: skip
    note(practice, appointment_id, AppointmentStatus.BOOKED, wib(0, 2, day=TUESDAY))
    assert Appointment.objects.get().status == "BOOKED"


def test_another_counsellor_can_note_nothing(practice, rina):
    appointment_id = book(practice, rina, wib(11))
    other = make_practice()
    with pytest.raises(Http404):
        note(other, appointment_id, AppointmentStatus.FULFILLED, wib(12))


def test_a_closed_account_takes_its_meetings_back_kindly(practice, rina):
    book(practice, rina, wib(14))
    User.objects.filter(pk=rina.user_id).update(is_active=False)
    services.tidy(now=NOW)
    row = Appointment.objects.get()
    assert (row.status, row.cancelled_by) == ("CANCELLED", CancelledBy.CLIENT)
    assert told() == ["temu.agenda_cancelled"]


def test_a_counsellor_who_left_leaves_nobody_waiting(practice, rina):
    book(practice, rina, wib(14))
    User.objects.filter(pk=practice.counsellor.user_id).update(is_active=False)
    services.tidy(now=NOW)
    assert Appointment.objects.get().cancelled_by == CancelledBy.COUNSELLOR
    assert "temu.called_off" in told()


def test_tidying_deletes_lapsed_holds_and_only_those(practice, rina):
    hold(practice, rina, wib(11))
    assert services.tidy(now=NOW) == 0
    assert services.tidy(now=NOW + timedelta(minutes=10)) == 1
    assert Appointment.objects.count() == 0


def test_closing_a_time_lets_go_of_holds_and_keeps_bookings(practice, rina):
    bram = make_client_account(practice)
    booked = book(practice, rina, wib(11))
    hold(practice, bram, wib(14))
    services.close_period(actor=practice.actor, starts_at=wib(9), ends_at=wib(16), now=NOW)
    assert list(Appointment.objects.values_list("id", flat=True)) == [booked]
    assert refusal_of(lambda: hold(practice, bram, wib(14))) is Refusal.SLOT_TAKEN
    services.undo_schedule(actor=practice.actor, now=NOW)
    assert hold(practice, bram, wib(14))


def test_every_change_of_hours_can_be_taken_back(practice):
    actor = practice.actor
    before = selectors.get_schedule(actor=actor, now=NOW)
    monday = practice.counsellor.availabilities.get(weekday=1)
    services.remove_range(actor=actor, range_id=monday.pk, now=NOW)
    services.add_range(
        actor=actor, weekday=6, starts_minute=540, ends_minute=600, valid_from=MONDAY,
        valid_until=None, now=NOW + timedelta(seconds=1),
    )  # fmt: skip
    services.open_period(
        actor=actor, starts_at=wib(18), ends_at=wib(19), now=NOW + timedelta(seconds=2)
    )
    extra = AvailabilityException.objects.get()
    services.remove_exception(
        actor=actor, exception_id=extra.pk, now=NOW + timedelta(seconds=3)
    )
    for _ in range(4):
        services.undo_schedule(actor=actor, now=NOW)
    after = selectors.get_schedule(actor=actor, now=NOW)
    assert (after.days, after.exceptions) == (before.days, before.exceptions)
    practice.counsellor.revisions.all().delete()
    with pytest.raises(services.ScheduleRefused):
        services.undo_schedule(actor=actor, now=NOW)


@pytest.mark.parametrize("mode", [Mode.PHONE, Mode.IN_PERSON])
def test_the_ticket_says_where(practice, rina, mode):
    appointment_id = hold(practice, rina, wib(11), mode=mode)
    services.book_appointment(
        actor=rina,
        appointment_id=appointment_id,
        request=BookingRequest(consent_version=1),
        now=NOW,
    )
    ticket = selectors.get_ticket(actor=rina, appointment_id=appointment_id, now=NOW)
    assert (ticket.phone, ticket.room) == (
        ("021 555 0100", "") if mode == Mode.PHONE else ("", "Ruang Melati")
    )


def test_a_counsellor_who_came_close_is_pointed_out_on_the_ticket(practice, rina):
    appointment_id = book(practice, rina, wib(11))

    def ticket():
        return selectors.get_ticket(actor=rina, appointment_id=appointment_id, now=NOW)

    assert ticket().too_close is False
    unit = Employee.objects.get(user_id=rina.user_id).unit
    Employee.objects.create(user=practice.counsellor.user, agency=practice.agency, unit=unit)
    assert ticket().too_close is True
