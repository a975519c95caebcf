"""Who stands in, entered by whom, and for how long."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.http import Http404

from portal.audit.models import StaffEvent
from portal.leave.choices import DelegationKind, Refusal
from portal.leave.models import Delegation
from portal.leave.selectors.stand_ins import get_stand_ins
from portal.leave.services.delegations import delegate, end_delegation
from portal.leave.services.desk import LeaveRefused
from tests.factories import account, make_employee
from tests.support.leave import open_room
from tests.support.leave_team import MONDAY, NOW, colleague, on, open_question, send

pytestmark = pytest.mark.django_db(transaction=True)
TUESDAY = MONDAY + timedelta(days=1)
SUNDAY = MONDAY - timedelta(days=1)


def name(actor, stand_in, *, first=MONDAY, last=MONDAY, now=NOW, **more):
    return delegate(
        actor=actor,
        stand_in_id=stand_in.pk,
        kind=DelegationKind.PLH,
        decree_number=" SPR-1/2026 ",
        valid_from=first,
        valid_until=last,
        now=now,
        **more,
    )


def leading(actor):
    return replace(actor, leads=True)


def test_a_superior_names_her_stand_in_and_it_is_written_down(room):
    acting = colleague(room)

    row = Delegation.objects.get(pk=name(room.superior, acting))

    assert (row.giver, row.stand_in) == (room.manager, acting)
    assert row.decree_number == "SPR-1/2026"
    assert StaffEvent.objects.filter(action="leave.delegate").count() == 1
    assert open_question(send(room)).stand_in == acting


def test_hr_enters_one_for_anybody_of_the_agency(room):
    row = Delegation.objects.get(
        pk=name(room.hr, colleague(room), giver_id=room.manager.pk, last=None)
    )

    assert (row.giver, row.entered_by_id) == (room.manager, room.hr.user_id)


def test_nobody_else_does(room):
    elsewhere = open_room()
    for actor in (room.official, room.superior, elsewhere.hr, room.asker):
        with pytest.raises(Http404):
            name(actor, colleague(room), giver_id=room.director.pk)


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (TUESDAY, MONDAY, Refusal.ENDS_BEFORE_START),
        (SUNDAY, SUNDAY, Refusal.PAST_DATES),
    ],
)
def test_dates_in_order_and_not_past(room, first, last, said):
    with pytest.raises(LeaveRefused) as refused:
        name(room.superior, colleague(room), first=first, last=last)
    assert refused.value.reason == said


def test_one_at_a_time(room):
    name(room.superior, colleague(room), last=TUESDAY)

    with pytest.raises(LeaveRefused) as refused:
        name(room.superior, colleague(room), first=TUESDAY, last=TUESDAY)
    assert refused.value.reason == Refusal.DATES_TAKEN


def test_after_one_was_ended_there_is_room_for_another(room):
    first = name(room.superior, colleague(room))
    end_delegation(actor=room.superior, delegation_id=first, now=NOW)

    assert name(room.superior, colleague(room))


def test_a_circle_is_refused_however_long(room):
    one, two = colleague(room, "satu"), colleague(room, "dua")
    name(room.superior, one)
    name(account(one), two)

    with pytest.raises(LeaveRefused) as refused:
        name(account(two), room.manager)
    assert refused.value.reason == Refusal.DELEGATION_CIRCLE
    assert name(account(two), room.manager, first=TUESDAY, last=TUESDAY)


@pytest.mark.parametrize("who", ["herself", "departed", "stranger"])
def test_only_a_colleague_stands_in(room, who):
    person = {"herself": room.manager, "departed": colleague(room), "stranger": None}[who]
    if who == "departed":
        person.user.is_active = False
        person.user.save()
    person = person or make_employee("asing")

    with pytest.raises(LeaveRefused) as refused:
        name(room.superior, person)
    assert refused.value.reason == Refusal.NO_SUCH_COLLEAGUE


def test_ending_it_ends_it_at_once_and_twice_is_as_once(room):
    given = name(room.superior, colleague(room), last=TUESDAY)

    end_delegation(actor=room.superior, delegation_id=given, now=NOW)
    end_delegation(actor=room.superior, delegation_id=given, now=on(TUESDAY))

    assert Delegation.objects.get().withdrawn_on == MONDAY
    assert StaffEvent.objects.filter(action="leave.end_delegation").count() == 1
    assert open_question(send(room)).stand_in is None


def test_somebody_elses_is_not_found(room):
    given = name(room.superior, colleague(room))

    for actor in (room.asker, room.official, open_room().hr):
        with pytest.raises(Http404):
            end_delegation(actor=actor, delegation_id=given, now=NOW)
    end_delegation(actor=room.hr, delegation_id=given, now=NOW)


def test_the_page_shows_now_and_to_come_from_both_sides(room):
    acting = colleague(room)
    name(room.superior, acting)
    name(room.superior, acting, first=TUESDAY, last=TUESDAY)

    mine = get_stand_ins(actor=room.superior, now=NOW)
    hers = get_stand_ins(actor=account(acting), now=NOW)
    later = get_stand_ins(actor=leading(room.superior), now=on(TUESDAY + timedelta(days=1)))

    assert [row.is_now for row in mine.given] == [True, False]
    assert {row.giver for row in hers.taken} == {room.manager.user.full_name}
    assert (later.given, later.taken) == ((), ())
    with pytest.raises(Http404):
        get_stand_ins(actor=account(acting), now=on(TUESDAY + timedelta(days=1)))


def test_the_list_names_reports_peers_and_superiors(room):
    peer = make_employee("sejawat", agency=room.agency, unit=room.unit, manager=room.director)
    make_employee("jauh", agency=room.agency, unit=room.unit)

    page = get_stand_ins(actor=leading(room.superior), now=NOW)

    assert {one for one, _name in page.colleagues} == {
        peer.pk, room.employee.pk, room.director.pk
    }  # fmt: skip
