"""Reviewers at one moment: one takes a case on, one verdict counts, no number is lost."""

from datetime import timedelta

import pytest

from portal.leave.choices import Issuer, Refusal, State, Verdict
from portal.leave.models import (
    Attestation,
    CaseEvent,
    Evidence,
    EvidenceOpening,
    HealthDossier,
)
from portal.leave.services import opening, retention
from portal.leave.services.attestations import Finding
from portal.leave.services.desk import LeaveRefused
from portal.notifications.models import Notification
from tests.concurrency.test_one_time_fifty_clients import race
from tests.factories import NOW, account, make_employee
from tests.support.leave import know_notices, open_room, vault_of
from tests.support.reviews import attest, hand_in, look, make_case, photo

pytestmark = pytest.mark.django_db(transaction=True)
ENOUGH = Finding(verdict=Verdict.ENOUGH, issuer=Issuer.DOCTOR)
A_DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _notices(monkeypatch):
    know_notices(monkeypatch)


@pytest.fixture
def room(db):
    """An agency that does leave here, and its people."""
    return open_room()


def refusals(results):
    return [one.reason for one in results if isinstance(one, LeaveRefused)]


def test_of_two_who_take_a_case_on_at_once_one_has_it(room):
    row = make_case(room)
    hand_in(row, room.asker)

    results = race(
        [
            lambda actor=actor: opening.take_on(actor=actor, request_id=row.pk, now=NOW)
            for actor in (room.reviewer, room.other_reviewer)
        ]
    )

    assert refusals(results) == [Refusal.TAKEN_ON]
    assert results.count(None) == 1
    assert HealthDossier.objects.get(request=row).reviewer_id is not None


def test_a_verdict_sent_several_times_at_once_is_one(room):
    row = make_case(room)
    hand_in(row, room.asker)
    look(row, room.reviewer)

    results = race([lambda: attest(row, room.reviewer, ENOUGH) for _ in range(6)])

    assert refusals(results) == [Refusal.NOT_NOW] * 5
    assert Attestation.objects.get().sequence == 1
    assert CaseEvent.objects.filter(request=row, action="ATTEST").count() == 1


def test_ten_verdicts_at_once_have_ten_numbers_in_a_row(room):
    rows = []
    for _ in range(10):
        person = make_employee("pegawai", agency=room.agency, unit=room.unit)
        row = make_case(room, employee=person)
        hand_in(row, account(person))
        look(row, room.reviewer)
        rows.append(row)

    results = race([lambda row=row: attest(row, room.reviewer, ENOUGH) for row in rows])

    assert not [one for one in results if isinstance(one, Exception)]
    sequences = Attestation.objects.order_by("sequence").values_list("sequence", flat=True)
    assert list(sequences) == list(range(1, 11))


def test_pages_that_load_at_once_are_one_opening_and_one_word(room):
    row = make_case(room)
    hand_in(row, room.asker, photo("a"), photo("b"), photo("c"))
    opening.take_on(actor=room.reviewer, request_id=row.pk, now=NOW)
    vault, piece = vault_of(room.reviewer), Evidence.objects.get()

    results = race(
        [
            lambda number=number: opening.open_page(
                actor=room.reviewer, vault=vault, evidence_id=piece.pk, number=number, now=NOW
            )
            for number in (1, 2, 3)
        ]
    )

    assert all(isinstance(one, bytes) for one in results)
    assert EvidenceOpening.objects.count() == 1
    assert Notification.objects.filter(notice="cuti.opened").count() == 1


def test_a_paper_and_a_verdict_at_once_never_mix(room):
    """Either the verdict is on the first paper and stands no longer, or the new one waits."""
    row = make_case(room)
    hand_in(row, room.asker)
    look(row, room.reviewer)
    short = Finding(verdict=Verdict.NOT_ENOUGH, missing=("DATES",), piece=1)

    race(
        [
            lambda: attest(row, room.reviewer, short),
            lambda: hand_in(row, room.asker, photo("b")),
        ]
    )

    row.refresh_from_db()
    assert row.state == State.EVIDENCE_REVIEW
    assert not Attestation.objects.filter(stands=True).exists()


def test_two_sweeps_at_once_empty_a_case_once(room):
    row = make_case(room)
    hand_in(row, room.asker)
    type(row).objects.filter(pk=row.pk).update(state=State.WITHDRAWN, closed_on=NOW.date())

    results = race([lambda: retention.empty_dossiers(now=NOW + 91 * A_DAY) for _ in range(2)])

    assert not [one for one in results if isinstance(one, Exception)]
    assert HealthDossier.objects.get(request=row).emptied_on is not None
