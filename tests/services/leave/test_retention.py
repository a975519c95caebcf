"""What goes by itself: papers after their time, cases of reviewers who have left."""

from datetime import timedelta

import pytest
from django.http import Http404

from portal.leave.choices import Issuer, State, Verdict
from portal.leave.models import (
    Attestation,
    CaseEvent,
    Evidence,
    EvidenceKey,
    EvidenceOpening,
    EvidencePage,
    HealthDossier,
    LeaveDesk,
    LeaveRequest,
)
from portal.leave.selectors.attested import attestation_pdf
from portal.leave.services import evidence, opening, retention
from portal.leave.services.attestations import Finding
from portal.leave.services.desk import employee_locked
from portal.notifications.models import Notification
from portal.people.models import RoleGrant, User
from portal.vault.services import abandon_vault
from tests.factories import MONDAY, NOW
from tests.support.leave import open_room
from tests.support.reviews import WORDS, attest, hand_in, look, make_case, photo

pytestmark = pytest.mark.django_db(transaction=True)
A_DAY = timedelta(days=1)
ENOUGH = Finding(verdict=Verdict.ENOUGH, issuer=Issuer.DOCTOR)


@pytest.fixture
def row(room):
    """An attested request with a paper and some words."""
    case = make_case(room)
    with employee_locked(employee_id=case.employee_id):
        evidence.seal_words(HealthDossier.objects.get(request=case), WORDS, now=NOW)
    hand_in(case, room.asker)
    look(case, room.reviewer)
    attest(case, room.reviewer, ENOUGH)
    return case


def end(row, state=State.CLOSED, closed_on=MONDAY):
    LeaveRequest.objects.filter(pk=row.pk).update(state=state, closed_on=closed_on)


def sweep(days):
    return retention.empty_dossiers(now=NOW + days * A_DAY)


def told(notice):
    return Notification.objects.filter(notice=notice).count()


@pytest.mark.parametrize("state", [State.RETURNED, State.EVIDENCE_OVERDUE])
def test_what_nobody_takes_up_again_does_not_lie_for_ever(row, state):
    LeaveRequest.objects.filter(pk=row.pk).update(state=state, closed_on=None)
    assert (sweep(90), sweep(91), sweep(92)) == (0, 1, 0)
    assert not EvidencePage.objects.exists()


def test_paper_and_keys_go_and_the_attestation_stays(room, row):
    end(row)
    pdf = attestation_pdf(actor=room.hr, request_id=row.pk)

    assert sweep(90) == 0
    assert EvidencePage.objects.count() == 2
    assert sweep(91) == 1

    assert not EvidencePage.objects.exists()
    assert not EvidenceKey.objects.exists()
    assert HealthDossier.objects.get(request=row).emptied_on == MONDAY + 91 * A_DAY
    assert Evidence.objects.count() == 2
    assert Evidence.objects.get(is_words=False).sha256
    assert EvidenceOpening.objects.exists()
    assert attestation_pdf(actor=room.hr, request_id=row.pk) == pdf
    assert Attestation.objects.get(stands=True).sha256


def test_a_second_sweep_changes_nothing(row):
    end(row)
    sweep(91)

    assert sweep(120) == 0
    assert HealthDossier.objects.get(request=row).emptied_on == MONDAY + 91 * A_DAY


def test_the_agency_says_how_long(room, row):
    end(row)
    LeaveDesk.objects.update(retention_days=5)

    assert sweep(5) == 0
    assert sweep(6) == 1


@pytest.mark.parametrize(
    "state", [State.WITHDRAWN, State.REFUSED, State.REVOKED, State.SUPERSEDED, State.ATTESTED]
)
def test_whatever_has_ended_is_emptied_even_if_nobody_wrote_when(row, state):
    end(row, state, closed_on=None)

    assert sweep(90) == 0
    assert sweep(91) == 1


@pytest.mark.parametrize(
    "state", [State.EVIDENCE_REVIEW, State.EVIDENCE_DUE, State.DECISION, State.GRANTED]
)
def test_nothing_goes_while_a_request_is_on_its_way(row, state):
    end(row, state, closed_on=None)

    assert sweep(4000) == 0


def test_the_day_is_the_employees(room):
    far = open_room(zone="Asia/Jayapura")
    row = make_case(far)
    hand_in(row, far.asker)
    end(row)
    night = NOW.replace(hour=15, minute=30)  # past midnight in Jayapura alone

    assert retention.empty_dossiers(now=night + 90 * A_DAY) == 1


# A reviewer who leaves.


@pytest.fixture
def waiting(room):
    """A request that a reviewer looks after."""
    case = make_case(room)
    hand_in(case, room.asker)
    look(case, room.reviewer)
    return case


def leave_role(actor):
    RoleGrant.objects.filter(user_id=actor.user_id).update(ends_on=MONDAY)


def close_account(actor):
    User.objects.filter(pk=actor.user_id).update(is_active=False)


def lose_vault(actor):
    abandon_vault(user_id=actor.user_id)


@pytest.mark.parametrize("go", [leave_role, close_account, lose_vault])
def test_the_case_of_a_reviewer_who_left_goes_back_to_the_others(room, waiting, go):
    go(room.reviewer)
    before = told("cuti.r_paper")

    assert retention.return_cases(now=NOW) == 1
    assert retention.return_cases(now=NOW) == 0

    assert told("cuti.r_paper") == before + 1
    look(waiting, room.other_reviewer)
    attest(waiting, room.other_reviewer, ENOUGH)


def test_who_left_opens_nothing_and_judges_nothing(room, waiting):
    leave_role(room.reviewer)

    with pytest.raises(Http404):
        look(waiting, room.reviewer)
    with pytest.raises(Http404):
        attest(waiting, room.reviewer, ENOUGH)


def test_with_nobody_left_the_paper_is_asked_for_again(room, waiting):
    leave_role(room.reviewer)
    leave_role(room.other_reviewer)

    assert retention.return_cases(now=NOW) == 1
    assert retention.return_cases(now=NOW) == 0

    waiting.refresh_from_db()
    assert waiting.state == State.EVIDENCE_DUE
    assert waiting.evidence_due_on >= MONDAY + 7 * A_DAY
    assert told("cuti.needs_more") == 1
    assert CaseEvent.objects.filter(request=waiting, role="HOUSE").count() == 1


def test_a_reviewer_who_became_her_superior_loses_the_case(room, waiting):
    type(room.employee).objects.filter(pk=room.employee.pk).update(
        manager=type(room.employee).objects.get(user_id=room.reviewer.user_id)
    )

    assert retention.return_cases(now=NOW) == 1

    assert HealthDossier.objects.get(request=waiting).reviewer_id is None


def test_nothing_happens_to_a_case_in_good_hands(room, waiting):
    assert retention.return_cases(now=NOW) == 0
    assert HealthDossier.objects.get(request=waiting).reviewer_id == room.reviewer.user_id


def test_given_back_without_a_colleague_the_paper_is_asked_for_again(room):
    leave_role(room.other_reviewer)
    row = make_case(room)
    hand_in(row, room.asker)
    look(row, room.reviewer)
    opening.give_back(actor=room.reviewer, request_id=row.pk, now=NOW)

    retention.return_cases(now=NOW)

    row.refresh_from_db()
    assert row.state == State.EVIDENCE_DUE
    hand_in(row, room.asker, photo("b"))
    look(row, room.reviewer)
