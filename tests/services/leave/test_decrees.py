"""Decrees: who enters them, whom they name, how they end."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404

from portal.audit.models import StaffEvent
from portal.leave.choices import Family, Refusal
from portal.leave.models import Decree
from portal.leave.services.decrees import (
    DecreeTerms,
    enter_decree,
    possible_holders,
    withdraw_decree,
)
from portal.leave.services.desk import LeaveRefused
from portal.people.choices import Role
from tests.factories import NOW, account, grant, make_employee, make_unit
from tests.support.leave import open_room

pytestmark = pytest.mark.django_db(transaction=True)


def terms(room, **changes):
    return DecreeTerms(**{
        "number": "KEP-9/2026",
        "issued_on": date(2026, 11, 2),
        "holder_id": room.official.user_id,
        "office": "Kepala Biro SDM",
        "valid_from": date(2026, 12, 1),
        "valid_until": date(2026, 12, 31),
        **changes,
    })  # fmt: skip


def refused(room, **changes):
    with pytest.raises(LeaveRefused) as caught:
        enter_decree(actor=room.hr, terms=terms(room, **changes), now=NOW)
    return caught.value.reason


def test_hr_enters_what_was_written(room):
    unit = make_unit(room.agency)
    kept = terms(room, unit_id=unit.pk, families=(Family.SICK,), is_ppk=True)
    row = Decree.objects.get(pk=enter_decree(actor=room.hr, terms=kept, now=NOW))
    assert (row.unit, row.families, row.is_ppk) == (unit, ["SICK"], True)
    assert (row.entered_by_id, row.holder_id) == (room.hr.user_id, room.official.user_id)
    deed = StaffEvent.objects.get(action="leave.decree_entered")
    assert (deed.subject, deed.role) == (str(row.pk), "HR")


def test_nobody_enters_one_that_names_herself(room):
    assert refused(room, holder_id=room.hr.user_id) == Refusal.OWN_DECREE
    with pytest.raises(IntegrityError, match="entered_by_another"), transaction.atomic():
        Decree.objects.update(entered_by=room.official.user_id)


def test_only_hr_enters_and_withdraws(room):
    for actor in (room.official, room.asker, room.superior, room.reviewer):
        with pytest.raises(Http404):
            enter_decree(actor=actor, terms=terms(room), now=NOW)
        with pytest.raises(Http404):
            withdraw_decree(actor=actor, decree_id=room.decree.pk, now=NOW)
    with pytest.raises(Http404):
        withdraw_decree(actor=open_room().hr, decree_id=room.decree.pk, now=NOW)


def test_holder_and_unit_belong_to_the_agency(room):
    stranger = open_room()
    for changes in (
        {"holder_id": stranger.official.user_id},
        {"holder_id": room.employee.user_id},
        {"unit_id": stranger.unit.pk},
    ):
        with pytest.raises(Http404):
            enter_decree(actor=room.hr, terms=terms(room, **changes), now=NOW)


def test_an_hr_officer_can_hold_one_that_a_colleague_enters(room):
    colleague = make_employee("kepegawaiandua", agency=room.agency)
    grant(colleague.user, room.agency, Role.HR)
    enter_decree(
        actor=account(colleague), terms=terms(room, holder_id=room.hr.user_id), now=NOW
    )
    holders = possible_holders(agency_id=room.agency.pk, today=date(2026, 11, 23))
    assert holders == {room.hr.user_id, room.official.user_id, colleague.user_id}


def test_it_does_not_end_before_it_starts(room):
    why = refused(room, valid_until=date(2026, 11, 30))
    assert why == Refusal.ENDS_BEFORE_START


def test_the_same_one_is_there_once(room):
    enter_decree(actor=room.hr, terms=terms(room), now=NOW)
    assert refused(room) == Refusal.DATES_TAKEN
    assert refused(room, valid_from=date(2026, 12, 31), valid_until=None) == Refusal.DATES_TAKEN
    enter_decree(
        actor=room.hr, terms=terms(room, valid_from=date(2027, 1, 1), valid_until=None), now=NOW
    )


def test_withdrawn_once(room):
    for _ in range(2):
        withdraw_decree(actor=room.hr, decree_id=room.decree.pk, now=NOW)
    room.decree.refresh_from_db()
    assert room.decree.withdrawn_on == date(2026, 11, 23)
    assert StaffEvent.objects.filter(action="leave.decree_withdrawn").count() == 1
    enter_decree(actor=room.hr, terms=terms(room, number="KEP-7/2026"), now=NOW)
