"""Certificates and words come in: sealed to the right people, readable by nobody else."""

import hashlib
from datetime import date, timedelta

import pytest
from django.http import Http404

from portal.audit.models import ClientEvent, StaffEvent
from portal.leave.choices import Certificate, Refusal, State
from portal.leave.models import (
    CaseEvent,
    Consideration,
    Evidence,
    EvidenceKey,
    EvidenceOpening,
    EvidencePage,
    HealthDossier,
)
from portal.leave.services import evidence, opening
from portal.leave.services.desk import LeaveRefused, employee_locked
from portal.leave.services.opening import EvidenceUnreadable
from portal.notifications.models import Notification
from portal.papers.pages import CertificateRefused
from portal.people.choices import Role
from portal.people.models import Employee, RoleGrant, User
from portal.vault.services import abandon_vault
from tests.factories import MONDAY, NOW, account, grant, make_employee
from tests.support.leave import give_vault, vault_of
from tests.support.reviews import WORDS, hand_in, look, make_case, photo

pytestmark = pytest.mark.django_db(transaction=True)
A_DAY = timedelta(days=1)


@pytest.fixture
def row(room):
    """A request that waits for its certificate."""
    return make_case(room)


def dossier_of(row):
    return HealthDossier.objects.get(request=row)


def readers(row):
    return set(
        EvidenceKey.objects.filter(evidence__dossier__request=row).values_list(
            "reviewer_id", flat=True
        )
    )


def seal(row, words=WORDS):
    with employee_locked(employee_id=row.employee_id):
        return evidence.seal_words(dossier_of(row), words, now=NOW)


def open_page(reviewer, piece_id, *, vault=None, number=1, now=NOW):
    """Open a page with the reviewer's own vault, unless another is said."""
    return opening.open_page(
        actor=reviewer,
        vault=vault or vault_of(reviewer),
        evidence_id=piece_id,
        number=number,
        now=now,
    )


def told(notice):
    return Notification.objects.filter(notice=notice)


def test_a_certificate_becomes_one_piece_and_waits_for_a_reviewer(room, row):
    data = photo()

    piece_id = hand_in(row, room.asker, data)

    row.refresh_from_db()
    piece = Evidence.objects.get(pk=piece_id)
    assert row.state == State.EVIDENCE_REVIEW
    assert row.certificate == Certificate.NOW
    assert piece.sha256 == hashlib.sha256(data).hexdigest()
    assert (piece.pages, piece.is_words, piece.number) == (1, False, 1)
    assert readers(row) == {room.reviewer.user_id, room.other_reviewer.user_id}
    assert told("cuti.r_paper").count() == 2
    assert [event.role for event in CaseEvent.objects.filter(request=row)] == ["EMPLOYEE"]


def test_an_employees_own_deed_stands_in_no_audit_chain(room, row):
    hand_in(row, room.asker)

    assert not StaffEvent.objects.filter(action__startswith="leave.").exists()
    assert not ClientEvent.objects.exists()


def test_several_files_are_one_piece_and_their_hash_can_be_worked_out(room, row):
    first, second = photo("a"), photo("b")

    piece = Evidence.objects.get(pk=hand_in(row, room.asker, first, second))

    lines = "".join(f"{hashlib.sha256(one).hexdigest()}\n" for one in (first, second))
    assert piece.pages == 2
    assert piece.sha256 == hashlib.sha256(lines.encode()).hexdigest()


@pytest.mark.parametrize("count", [0, 11])
def test_no_file_and_too_many_are_handed_back(room, row, count):
    with pytest.raises(CertificateRefused):
        evidence.hand_in(actor=room.asker, request_id=row.pk, files=[photo()] * count, now=NOW)

    row.refresh_from_db()
    assert row.state == State.EVIDENCE_DUE


def test_a_file_that_is_no_picture_changes_nothing(room, row):
    with pytest.raises(CertificateRefused):
        hand_in(row, room.asker, b"MZ" + bytes(500))

    assert not Evidence.objects.exists()


def test_only_the_employee_hands_in(room, row):
    for other in (room.superior, room.hr, room.reviewer):
        with pytest.raises(Http404):
            hand_in(row, other)


@pytest.mark.parametrize("state", [State.GRANTED, State.WITHDRAWN, State.ATTESTED])
def test_nothing_is_handed_in_when_nobody_waits_for_it(room, state):
    row = make_case(room, state=state)

    with pytest.raises(LeaveRefused) as refused:
        hand_in(row, room.asker)

    assert refused.value.reason == Refusal.NOT_NOW


def test_what_came_back_from_the_decision_begins_a_new_round(room):
    row = make_case(room, state=State.RETURNED)

    hand_in(row, room.asker)

    row.refresh_from_db()
    assert (row.state, row.round) == (State.EVIDENCE_REVIEW, 2)


def test_nobody_with_another_part_in_the_case_gets_a_key(room, row):
    """The employee herself, her line, who is asked about it, and who holds a decree."""
    other = make_employee("penelaahtiga", agency=room.agency)
    Consideration.objects.create(
        request=row, asked=room.manager, stand_in=other, asked_on=MONDAY
    )
    everybody = (room.employee, room.manager, room.director, other)
    for person in everybody:
        grant(person.user, room.agency, Role.REVIEWER)
        give_vault(person.user_id)
    grant(User.objects.get(pk=room.official.user_id), room.agency, Role.REVIEWER)
    give_vault(room.official.user_id)

    hand_in(row, room.asker)

    assert readers(row) == {room.reviewer.user_id, room.other_reviewer.user_id}
    for person in everybody:
        with pytest.raises(Http404):
            opening.take_on(actor=account(person), request_id=row.pk, now=NOW)


def test_nobody_with_another_part_is_told_of_the_paper(room, row):
    """A manager who reviews others must not learn that one of hers handed something in."""
    grant(room.manager.user, room.agency, Role.REVIEWER)
    give_vault(room.manager.user_id)

    hand_in(row, room.asker)

    assert told("cuti.r_paper").count() == 2


def test_who_has_no_vault_or_no_role_any_more_gets_no_key(room, row):
    abandon_vault(user_id=room.reviewer.user_id)
    RoleGrant.objects.filter(user_id=room.other_reviewer.user_id).update(ends_on=MONDAY)

    with pytest.raises(LeaveRefused) as refused:
        hand_in(row, room.asker)

    row.refresh_from_db()
    assert refused.value.reason == Refusal.NO_REVIEWER
    assert row.state == State.EVIDENCE_DUE
    assert not Evidence.objects.exists()


def test_a_reviewer_may_come_from_another_agency(room, row):
    shared = make_employee("penelaahtamu")
    grant(shared.user, room.agency, Role.REVIEWER)
    give_vault(shared.user_id)

    hand_in(row, room.asker)
    look(row, account(shared))

    assert dossier_of(row).reviewer_id == shared.user_id


def test_a_reviewer_opens_the_page_and_the_employee_reads_it(room, row):
    hand_in(row, room.asker)

    look(row, room.reviewer)

    seen = EvidenceOpening.objects.get()
    assert (seen.reviewer_id, seen.on_day) == (room.reviewer.user_id, MONDAY)
    assert told("cuti.opened").count() == 1
    events = StaffEvent.objects.filter(action__startswith="leave.").order_by("sequence")
    actions = events.values_list("action", flat=True)
    assert list(actions) == ["leave.taken_on", "leave.evidence_opened"]


def test_several_pages_on_one_day_are_one_opening_and_one_word(room, row):
    hand_in(row, room.asker, photo("a"), photo("b"))
    look(row, room.reviewer)
    look(row, room.reviewer)

    assert EvidenceOpening.objects.count() == 1
    assert told("cuti.opened").count() == 1
    open_page(room.reviewer, Evidence.objects.get().pk, now=NOW + A_DAY)
    assert EvidenceOpening.objects.count() == 2
    assert told("cuti.opened").count() == 2


def test_what_comes_out_is_a_picture_without_its_past(room, row):
    hand_in(row, room.asker, photo("ZX-KEJIWAAN-91"))
    opening.take_on(actor=room.reviewer, request_id=row.pk, now=NOW)

    page = open_page(room.reviewer, Evidence.objects.get().pk)

    assert page.startswith(b"\xff\xd8\xff")
    assert b"ZX-KEJIWAAN" not in page


def test_before_taking_it_on_nobody_opens_a_page(room, row):
    piece = hand_in(row, room.asker)

    with pytest.raises(Http404):
        open_page(room.reviewer, piece)

    assert not EvidenceOpening.objects.exists()


def test_what_a_colleague_has_taken_on_is_hers(room, row):
    piece = hand_in(row, room.asker)
    look(row, room.reviewer)

    with pytest.raises(LeaveRefused) as refused:
        opening.take_on(actor=room.other_reviewer, request_id=row.pk, now=NOW)
    with pytest.raises(Http404):
        open_page(room.other_reviewer, piece)

    assert refused.value.reason == Refusal.TAKEN_ON


def test_somebody_elses_key_does_not_open_it(room, row):
    """A row that was moved from one reviewer to another stays closed."""
    piece = hand_in(row, room.asker)
    opening.take_on(actor=room.reviewer, request_id=row.pk, now=NOW)

    with pytest.raises(EvidenceUnreadable):
        open_page(room.reviewer, piece, vault=vault_of(room.other_reviewer))


def test_a_page_moved_to_another_place_does_not_open(room, row):
    hand_in(row, room.asker, photo("a"), photo("b"))
    opening.take_on(actor=room.reviewer, request_id=row.pk, now=NOW)
    first, second = EvidencePage.objects.order_by("number")
    first_sealed = first.sealed
    EvidencePage.objects.filter(pk=second.pk).update(sealed=first_sealed)

    with pytest.raises(EvidenceUnreadable):
        open_page(room.reviewer, first.evidence_id, number=2)


def test_after_the_verdict_or_a_withdrawal_nobody_opens_it_any_more(room, row):
    piece = hand_in(row, room.asker)
    look(row, room.reviewer)
    type(row).objects.filter(pk=row.pk).update(state=State.WITHDRAWN)

    with pytest.raises(Http404):
        open_page(room.reviewer, piece)


def test_words_are_sealed_and_read_by_who_looks_after_the_case(room, row):
    piece = seal(row, f"  {WORDS}  ")
    hand_in(row, room.asker)
    opening.take_on(actor=room.reviewer, request_id=row.pk, now=NOW)

    read = opening.open_words(
        actor=room.reviewer, vault=vault_of(room.reviewer), evidence_id=piece, now=NOW
    )

    assert read == WORDS
    assert EvidenceOpening.objects.filter(evidence=piece).exists()


def test_no_words_are_no_piece(room, row):
    assert seal(row, " \n ") is None
    assert not Evidence.objects.exists()


def test_words_nobody_could_read_are_not_stored(room, row):
    RoleGrant.objects.filter(role=Role.REVIEWER).update(ends_on=date(2026, 1, 1))

    with pytest.raises(LeaveRefused) as refused:
        seal(row)

    assert refused.value.reason == Refusal.NO_REVIEWER


def test_giving_a_case_back_leaves_no_key_behind(room, row):
    hand_in(row, room.asker)
    look(row, room.reviewer)

    opening.give_back(actor=room.reviewer, request_id=row.pk, now=NOW)

    assert readers(row) == {room.other_reviewer.user_id}
    look(row, room.other_reviewer)
    assert dossier_of(row).reviewer_id == room.other_reviewer.user_id
    with pytest.raises(Http404):
        opening.take_on(actor=room.reviewer, request_id=row.pk, now=NOW)


def test_a_second_paper_goes_to_whoever_looks_after_the_case(room, row):
    hand_in(row, room.asker)
    look(row, room.reviewer)
    before = told("cuti.r_paper").count()

    hand_in(row, room.asker, photo("b"))

    assert dossier_of(row).reviewer_id == room.reviewer.user_id
    assert told("cuti.r_paper").count() == before + 1


def test_a_paper_for_a_reviewer_who_left_is_free_for_the_others(room, row):
    hand_in(row, room.asker)
    look(row, room.reviewer)
    RoleGrant.objects.filter(user_id=room.reviewer.user_id).update(ends_on=MONDAY)

    hand_in(row, room.asker, photo("b"))

    assert dossier_of(row).reviewer_id is None


def test_a_new_superior_does_not_read_what_was_sealed_to_her_before(room, row):
    hand_in(row, room.asker)
    person = Employee.objects.get(user_id=room.reviewer.user_id)
    Employee.objects.filter(pk=row.employee_id).update(manager=person)

    with pytest.raises(Http404):
        opening.take_on(actor=room.reviewer, request_id=row.pk, now=NOW)


def test_nothing_about_a_piece_is_in_its_repr(room, row):
    piece = evidence._Piece(leaves=[WORDS.encode()])

    assert "ZX" not in repr(piece)


@pytest.mark.parametrize("part", ["herself", "manager", "asked"])
def test_even_a_key_opens_no_case_one_has_another_part_in(room, row, part):
    """Somebody writes a key row for her, or her part came later than the key."""
    piece = hand_in(row, room.asker)
    other = make_employee("penelaahtiga", agency=room.agency)
    person = {"herself": room.employee, "manager": room.manager, "asked": other}[part]
    Consideration.objects.create(request=row, asked=other, asked_on=MONDAY)
    grant(person.user, room.agency, Role.REVIEWER)
    key = EvidenceKey.objects.filter(evidence=piece).first()
    EvidenceKey.objects.create(
        evidence_id=piece, reviewer_id=person.user_id, sealed_key=key.sealed_key
    )

    with pytest.raises(Http404):
        opening.take_on(actor=account(person), request_id=row.pk, now=NOW)
