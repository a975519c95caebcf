"""A second look: another reviewer, once, and what happens where there is none."""

import pytest
from django.http import Http404

from portal.leave.choices import Refusal, State
from portal.leave.models import Attestation, HealthDossier, LeaveRequest
from portal.leave.selectors.own import get_own
from portal.leave.services import attestations, opening
from portal.leave.services.desk import LeaveRefused
from portal.people.choices import Role
from portal.people.models import RoleGrant
from tests.factories import NOW, account, grant, make_employee
from tests.support.leave import give_vault
from tests.support.reviews import (
    ENOUGH,
    FIRST,
    SHORT,
    attest,
    hand_in,
    look,
    opened_case,
    part,
    photo,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def row(room):
    """A request whose certificate a reviewer has opened."""
    return opened_case(room)


def fresh(row):
    return LeaveRequest.objects.get(pk=row.pk)


def own_page(room, row):
    return get_own(actor=room.asker, request_id=row.pk, now=NOW)


def second_look(room, row):
    return attestations.second_look(actor=room.asker, request_id=row.pk, now=NOW)


def test_another_reviewer_looks_again_and_the_first_does_not(room, row):
    attest(row, room.reviewer, SHORT)

    assert second_look(room, row) is True

    assert fresh(row).state == State.EVIDENCE_REVIEW
    with pytest.raises(Http404):
        opening.take_on(actor=room.reviewer, request_id=row.pk, now=NOW)
    look(row, room.other_reviewer)
    attest(row, room.other_reviewer, ENOUGH)
    assert Attestation.objects.get(stands=True).reviewer_id == room.other_reviewer.user_id


def test_a_second_look_is_taken_once(room, row):
    attest(row, room.reviewer, SHORT)
    second_look(room, row)
    look(row, room.other_reviewer)
    attest(row, room.other_reviewer, SHORT)
    shown = own_page(room, row)
    assert (shown.asks_paper_again, len(shown.missing_labels)) == (False, 2)

    with pytest.raises(LeaveRefused) as refused:
        second_look(room, row)

    assert refused.value.reason == Refusal.NO_SECOND_REVIEWER


def test_without_another_key_the_paper_is_handed_in_again_to_somebody_else(room, row):
    RoleGrant.objects.filter(user_id=room.other_reviewer.user_id).delete()
    late = make_employee("penelaahbaru", agency=room.agency)
    grant(late.user, room.agency, Role.REVIEWER)
    give_vault(late.user_id)
    attest(row, room.reviewer, SHORT)

    assert second_look(room, row) is False

    assert fresh(row).state == State.EVIDENCE_DUE
    shown = own_page(room, row)
    assert (shown.asks_paper_again, shown.waits_for_paper) == (True, True)
    assert (shown.missing_labels, shown.can_second_look) == ((), False)
    hand_in(row, room.asker, photo("b"))
    assert not own_page(room, row).asks_paper_again
    look(row, account(late))
    with pytest.raises(Http404):
        opening.take_on(actor=room.reviewer, request_id=row.pk, now=NOW)


def test_without_a_second_reviewer_nothing_is_lost(room, row):
    RoleGrant.objects.filter(user_id=room.other_reviewer.user_id).delete()
    attest(row, room.reviewer, SHORT)

    with pytest.raises(LeaveRefused) as refused:
        second_look(room, row)

    assert refused.value.reason == Refusal.NO_SECOND_REVIEWER
    assert HealthDossier.objects.get(request=row).not_again_id is None
    hand_in(row, room.asker, photo("b"))
    look(row, room.reviewer)
    attest(row, room.reviewer, ENOUGH)


def test_a_second_look_needs_a_verdict_and_is_the_employees(room, row):
    with pytest.raises(LeaveRefused) as refused:
        second_look(room, row)
    assert refused.value.reason == Refusal.NOT_NOW
    with pytest.raises(Http404):
        attestations.second_look(actor=room.hr, request_id=row.pk, now=NOW)


def test_a_second_look_after_it_came_back_begins_a_round(room, row):
    attest(row, room.reviewer, part(FIRST, FIRST))
    LeaveRequest.objects.filter(pk=row.pk).update(state=State.RETURNED)

    assert second_look(room, row) is True

    assert (fresh(row).state, fresh(row).round) == (State.EVIDENCE_REVIEW, 2)
