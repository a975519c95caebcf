"""What leaves the house of a verdict: the paper, its code, the export for another system."""

import functools

import pytest
from django.http import Http404
from django.utils import translation

from portal.audit.models import StaffEvent
from portal.leave.choices import State
from portal.leave.models import Attestation, Evidence, LeaveRequest
from portal.leave.selectors.attested import (
    attestation_pdf,
    attested_csv,
    attested_json,
    list_attested,
)
from portal.leave.selectors.letters import check_letter
from portal.leave.services import attestations
from portal.people.models import Employee, User
from tests.factories import MONDAY, NOW, account, make_employee
from tests.support.leave import PNS_NIP, open_room
from tests.support.leave_life import words_in
from tests.support.reviews import ENOUGH, SHORT, attest, hand_in, look, opened_case, photo

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def row(room):
    """A request whose certificate a reviewer has opened."""
    return opened_case(room)


def test_the_export_has_what_the_other_system_needs_and_nothing_more(room, row):
    User.objects.filter(pk=row.employee.user_id).update(nip=PNS_NIP)
    attest(row, room.reviewer, ENOUGH)

    rows = list_attested(actor=room.hr, first=MONDAY, last=MONDAY)

    text = attested_csv(rows).decode()
    head, line = text.splitlines()
    assert head == "number,nip,verdict,covers_from,covers_until,attested_on,sha256,valid"
    sha256 = Evidence.objects.get().sha256
    assert line == (
        f"1/SKV/2026,{PNS_NIP},ENOUGH,2026-11-23,2026-11-27,2026-11-23,{sha256},yes"
    )
    assert PNS_NIP in attested_json(rows).decode()
    for word in (room.employee.user.full_name, "DOCTOR", "CS", "MISC"):
        assert word not in text
    assert PNS_NIP not in repr(rows)


def test_the_export_is_hrs_and_says_what_counts_no_longer(room, row):
    attest(row, room.reviewer, ENOUGH)
    LeaveRequest.objects.filter(pk=row.pk).update(state=State.REVOKED)

    (only,) = list_attested(actor=room.hr, first=MONDAY, last=MONDAY)

    assert not only.is_valid
    for other in (room.official, room.reviewer, room.superior, room.asker):
        with pytest.raises(Http404):
            list_attested(actor=other, first=MONDAY, last=MONDAY)
    assert list_attested(actor=open_room().hr, first=MONDAY, last=MONDAY) == []


def test_taking_the_attestations_out_is_recorded(room, row):
    attest(row, room.reviewer, ENOUGH)

    for as_json in (True, False):
        body = attestations.export_attested(
            actor=room.hr, first=MONDAY, last=MONDAY, as_json=as_json, now=NOW
        )
        assert b"1/SKV/2026" in body

    assert StaffEvent.objects.filter(action="leave.attested_exported").count() == 2


def test_a_number_that_looks_like_a_formula_is_none(room, row):
    attest(row, room.reviewer, ENOUGH)
    Attestation.objects.update(number="=1+1")

    rows = list_attested(actor=room.hr, first=MONDAY, last=MONDAY)

    assert attested_csv(rows).decode().splitlines()[1].startswith("'=1+1,")


def test_the_paper_is_no_managers_and_no_strangers(room, row):
    attest(row, room.reviewer, ENOUGH)

    for other in (room.superior, room.reviewer, account(make_employee()), open_room().hr):
        with pytest.raises(Http404):
            attestation_pdf(actor=other, request_id=row.pk)


@pytest.fixture
def codes(monkeypatch):
    """The codes on the papers of this test, in order; no table holds them."""
    made = []
    real = attestations.new_code

    def seen():
        made.append(real())
        return made[-1]

    monkeypatch.setattr(attestations, "new_code", seen)
    return made


def listed(room):
    """Return what HR's list says of each attestation: its number, and whether it is valid."""
    rows = list_attested(actor=room.hr, first=MONDAY, last=MONDAY)
    return {row.number: row.is_valid for row in rows}


def test_the_code_on_the_paper_tells_number_and_validity(room, row, codes):
    attest(row, room.reviewer, ENOUGH)

    check = check_letter(token=codes[0].token)
    assert (check.number, check.is_valid) == ("1/SKV/2026", True)
    assert check_letter(token="anything") is None


@pytest.mark.parametrize("state", State)
def test_a_checked_certificate_stays_checked_however_the_request_ends(room, row, codes, state):
    """List and check page agree; only leave revoked for a mistake or fraud differs."""
    attest(row, room.reviewer, ENOUGH)
    LeaveRequest.objects.filter(pk=row.pk).update(state=state)

    valid = state != State.REVOKED
    assert check_letter(token=codes[0].token).is_valid is valid
    assert listed(room) == {"1/SKV/2026": valid}


def test_a_newer_verdict_takes_the_place_of_an_older_paper(room, row, codes):
    attest(row, room.reviewer, ENOUGH)
    LeaveRequest.objects.filter(pk=row.pk).update(state=State.RETURNED)
    hand_in(row, room.asker, photo("b"))
    assert check_letter(token=codes[0].token).is_valid
    assert listed(room) == {"1/SKV/2026": True}
    look(row, room.reviewer)
    attest(row, room.reviewer, ENOUGH)

    checks = [check_letter(token=code.token) for code in codes]
    assert [(one.number, one.is_valid) for one in checks] == [
        ("1/SKV/2026", False),
        ("2/SKV/2026", True),
    ]
    assert listed(room) == {one.number: one.is_valid for one in checks}


def test_a_paper_stays_valid_while_somebody_looks_again(room, row, codes):
    """It goes with the next verdict, enough or not, and comes back with none."""
    attest(row, room.reviewer, ENOUGH)
    LeaveRequest.objects.filter(pk=row.pk).update(state=State.RETURNED)
    attestations.second_look(actor=room.asker, request_id=row.pk, now=NOW)
    check = functools.partial(check_letter, token=codes[0].token)

    assert not Attestation.objects.filter(request=row, stands=True).exists()
    assert check().is_valid
    assert attestation_pdf(actor=room.asker, request_id=row.pk).startswith(b"%PDF")

    look(row, room.other_reviewer)
    attest(row, room.other_reviewer, SHORT)
    assert not check().is_valid
    with pytest.raises(Http404):
        attestation_pdf(actor=room.asker, request_id=row.pk)
    hand_in(row, room.asker, photo("b"))
    assert not check().is_valid


def test_the_paper_says_dates_and_verdict_in_the_language_of_the_office(room, row):
    with translation.override("en"):
        attest(row, room.reviewer, ENOUGH)

    text = words_in(attestation_pdf(actor=room.asker, request_id=row.pk))
    assert room.employee.user.full_name in text
    assert "ZX-KEJIWAAN" not in text
    person = Employee.objects.get(user_id=room.reviewer.user_id)
    assert person.user.full_name not in text
