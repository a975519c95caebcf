"""The verdict: who gives it, what it says, by which doctor, and what payroll learns of it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.http import Http404

from portal.audit.models import StaffEvent
from portal.leave.choices import (
    Care,
    Family,
    Issuer,
    Missing,
    Purpose,
    Refusal,
    Slots,
    State,
    Unit,
    Verdict,
)
from portal.leave.models import (
    Attestation,
    CaseEvent,
    Consideration,
    Evidence,
    LeaveDay,
    LeaveRequest,
    LeaveType,
    PayBand,
)
from portal.leave.selectors.attested import attestation_pdf
from portal.leave.services import opening
from portal.leave.services.attestations import Finding
from portal.leave.services.desk import LeaveRefused
from portal.leave.services.details import Details, seal_details
from portal.leave.services.settling import is_evidenced
from portal.notifications.models import Notification
from portal.people.choices import Employment
from tests.factories import MONDAY, NOW
from tests.support.leave import open_room
from tests.support.leave_life import words_in
from tests.support.reviews import (
    ENOUGH,
    FIRST,
    LAST,
    SHORT,
    attest,
    hand_in,
    look,
    make_case,
    opened_case,
    part,
    photo,
)

pytestmark = pytest.mark.django_db(transaction=True)
A_DAY = timedelta(days=1)


@pytest.fixture
def row(room):
    """A request whose certificate a reviewer has opened."""
    return opened_case(room)


def refusal_of(row, reviewer, finding):
    with pytest.raises(LeaveRefused) as refused:
        attest(row, reviewer, finding)
    return refused.value.reason


def fresh(row):
    return LeaveRequest.objects.get(pk=row.pk)


def told(notice):
    return Notification.objects.filter(notice=notice).count()


def contract_room():
    return open_room(employment=Employment.PPPK)


def test_enough_covers_all_days_and_gets_a_number_and_a_paper(room, row):
    attest(row, room.reviewer, ENOUGH)

    verdict = Attestation.objects.get()
    assert (verdict.covers_from, verdict.covers_until) == (FIRST, LAST)
    assert verdict.sha256 == Evidence.objects.get().sha256
    assert (verdict.sequence, verdict.number) == (1, "1/SKV/2026")
    assert fresh(row).state == State.DECISION
    pdf = attestation_pdf(actor=room.asker, request_id=row.pk)
    assert pdf.startswith(b"%PDF")
    assert pdf == attestation_pdf(actor=room.hr, request_id=row.pk)
    assert told("cuti.h_ready") == 2
    assert StaffEvent.objects.filter(action="leave.attested", subject=str(row.pk)).exists()


def test_with_a_superior_who_has_not_answered_it_waits_for_her(room, row):
    Consideration.objects.create(request=row, asked=room.manager, asked_on=MONDAY)

    attest(row, room.reviewer, ENOUGH)

    assert fresh(row).state == State.CONSIDERATION
    assert told("cuti.h_ready") == 0


def test_an_attestation_beside_another_system_is_the_end(room):
    row = opened_case(room, desk_only=True)

    attest(row, room.reviewer, ENOUGH)

    assert (fresh(row).state, fresh(row).closed_on) == (State.ATTESTED, MONDAY)
    assert told("cuti.ended") == 1
    assert told("cuti.h_ready") == 2


def test_part_of_the_dates_is_kept_as_such(room, row):
    attest(row, room.reviewer, part(FIRST, FIRST + 2 * A_DAY))

    verdict = Attestation.objects.get()
    assert verdict.verdict == Verdict.PARTLY
    assert (verdict.covers_from, verdict.covers_until) == (FIRST, FIRST + 2 * A_DAY)
    assert verdict.number


def test_part_that_is_everything_is_enough(room, row):
    attest(row, room.reviewer, part(FIRST, LAST))

    assert Attestation.objects.get().verdict == Verdict.ENOUGH


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (None, None),
        (FIRST, None),
        (FIRST - A_DAY, LAST),
        (FIRST, LAST + A_DAY),
        (LAST, FIRST),
    ],
)
def test_a_verdict_covers_days_of_the_request_alone(room, row, first, last):
    assert refusal_of(row, room.reviewer, part(first, last)) == Refusal.DATES_OF_REQUEST
    assert not Attestation.objects.exists()


def test_not_yet_enough_says_what_is_missing_and_gives_time(room):
    row = opened_case(room, evidence_due_on=MONDAY)

    attest(row, room.reviewer, SHORT)

    verdict = Attestation.objects.get()
    assert set(verdict.missing) == {Missing.DATES, Missing.SIGNATURE}
    assert (verdict.number, verdict.issuer, verdict.covers_from) == ("", "", None)
    assert fresh(row).state == State.EVIDENCE_DUE
    assert fresh(row).evidence_due_on == MONDAY + 7 * A_DAY
    assert told("cuti.needs_more") == 1
    with pytest.raises(Http404):
        attestation_pdf(actor=room.asker, request_id=row.pk)


def test_not_yet_enough_without_a_word_is_not_sent(room, row):
    finding = Finding(verdict=Verdict.NOT_ENOUGH)

    assert refusal_of(row, room.reviewer, finding) == Refusal.SAY_WHAT_IS_MISSING


def test_asked_twice_she_is_told_twice(room, row):
    attest(row, room.reviewer, SHORT)
    assert told("cuti.needs_more") == 1
    hand_in(row, room.asker, photo("b"))
    assert told("cuti.needs_more") == 0  # nothing is needed of her now
    look(row, room.reviewer)
    attest(row, room.reviewer, SHORT)

    assert told("cuti.needs_more") == 1
    assert Attestation.objects.filter(stands=True).count() == 1


def test_a_new_paper_takes_the_place_of_the_old_verdict(room, row):
    attest(row, room.reviewer, SHORT)

    hand_in(row, room.asker, photo("b"))

    assert not Attestation.objects.filter(stands=True).exists()
    look(row, room.reviewer)
    attest(row, room.reviewer, ENOUGH)
    newest = Evidence.objects.order_by("-number").first()
    assert Attestation.objects.get(stands=True).sha256 == newest.sha256


def test_while_a_paper_is_looked_at_anew_an_answer_does_not_carry_it_to_the_decision(room, row):
    """The old verdict must not count for the new paper."""
    attest(row, room.reviewer, ENOUGH)
    LeaveRequest.objects.filter(pk=row.pk).update(state=State.RETURNED)
    hand_in(row, room.asker, photo("b"))

    assert not is_evidenced(fresh(row))


@pytest.mark.parametrize(
    "state", [State.EVIDENCE_DUE, State.DECISION, State.WITHDRAWN, State.ATTESTED]
)
def test_no_verdict_where_none_is_waited_for(room, row, state):
    LeaveRequest.objects.filter(pk=row.pk).update(state=state)

    assert refusal_of(row, room.reviewer, ENOUGH) == Refusal.NOT_NOW


def test_the_same_verdict_twice_is_one(room, row):
    attest(row, room.reviewer, ENOUGH)

    assert refusal_of(row, room.reviewer, ENOUGH) == Refusal.NOT_NOW
    assert Attestation.objects.count() == 1


def test_a_verdict_on_an_older_paper_is_not_sent(room, row):
    hand_in(row, room.asker, photo("b"))
    look(row, room.reviewer)
    finding = Finding(verdict=Verdict.ENOUGH, issuer=Issuer.DOCTOR, piece=1)

    assert refusal_of(row, room.reviewer, finding) == Refusal.STALE


def test_nobody_judges_what_she_has_not_seen(room):
    row = make_case(room)
    hand_in(row, room.asker)
    assert refusal_of(row, room.reviewer, ENOUGH) == Refusal.LOOK_FIRST

    opening.take_on(actor=room.reviewer, request_id=row.pk, now=NOW)
    assert refusal_of(row, room.reviewer, ENOUGH) == Refusal.LOOK_FIRST


def test_a_colleague_a_manager_and_hr_give_no_verdict(room, row):
    for other in (room.other_reviewer, room.superior, room.hr, room.official, room.asker):
        with pytest.raises(Http404):
            attest(row, other, ENOUGH)


# The class of issuer, by the calendar days of the whole episode.


def test_fourteen_days_of_a_contract_employee_need_any_doctor():
    room = contract_room()
    row = opened_case(room, code="CS-PPPK", first=date(2026, 3, 16), last=date(2026, 3, 29))

    attest(row, room.reviewer, ENOUGH)

    assert Attestation.objects.get().verdict == Verdict.ENOUGH


def test_fifteen_days_need_a_government_doctor_and_there_is_a_way_on():
    room = contract_room()
    row = opened_case(room, code="CS-PPPK", first=date(2026, 3, 16), last=date(2026, 3, 30))

    assert refusal_of(row, room.reviewer, ENOUGH) == Refusal.OTHER_ISSUER
    whole = part(date(2026, 3, 16), date(2026, 3, 30))
    assert refusal_of(row, room.reviewer, whole) == Refusal.OTHER_ISSUER
    attest(row, room.reviewer, part(date(2026, 3, 16), date(2026, 3, 29)))
    assert Attestation.objects.get().verdict == Verdict.PARTLY


def test_a_government_doctor_is_enough_for_fifteen_days():
    room = contract_room()
    row = opened_case(room, code="CS-PPPK", first=date(2026, 3, 16), last=date(2026, 3, 30))

    attest(row, room.reviewer, Finding(verdict=Verdict.ENOUGH, issuer=Issuer.GOVERNMENT))

    assert Attestation.objects.get().issuer == Issuer.GOVERNMENT


def claim(row):
    day = row.first_day
    while day <= row.last_day:
        LeaveDay.objects.create(
            request=row,
            employee=row.employee,
            day=day,
            slots=(int(Slots.MORNING), int(Slots.END)),
            quantity=Decimal(1),
        )
        day += A_DAY


@pytest.mark.parametrize(
    ("before_last", "refused"),
    [(date(2026, 3, 27), True), (date(2026, 3, 12), False)],
)
def test_sick_days_before_a_free_weekend_belong_to_the_episode(before_last, refused):
    """Friday and Monday are one episode; a day that was worked begins a new one."""
    room = contract_room()
    earlier = make_case(
        room,
        code="CS-PPPK",
        first=before_last - 11 * A_DAY,
        last=before_last,
        state=State.GRANTED,
    )
    claim(earlier)
    row = opened_case(room, code="CS-PPPK", first=date(2026, 3, 30), last=date(2026, 4, 2))

    if refused:
        assert refusal_of(row, room.reviewer, ENOUGH) == Refusal.OTHER_ISSUER
    else:
        attest(row, room.reviewer, ENOUGH)


@pytest.mark.parametrize("days", [15, 30, 200])
def test_a_civil_servants_certificate_is_any_doctors(room, days):
    row = opened_case(room, first=date(2026, 3, 2), last=date(2026, 3, 1) + days * A_DAY)

    attest(row, room.reviewer, ENOUGH)

    assert fresh(row).state == State.DECISION


def test_no_class_of_issuer_is_not_enough(room, row):
    assert refusal_of(row, room.reviewer, Finding(verdict=Verdict.ENOUGH)) == (
        Refusal.OTHER_ISSUER
    )


def test_a_midwife_is_enough_where_the_rule_bends_for_the_purpose(room):
    LeaveType.objects.create(
        agency=room.agency,
        code="CS-MISC",
        family=Family.SICK,
        employments=[Employment.PNS, Employment.PPPK],
        name_id="Cuti sakit",
        name_en="Sick leave",
        unit=Unit.CALENDAR_DAY,
        purpose=Purpose.MISCARRIAGE,
        evidence=[{"from_day": 1, "issuers": [Issuer.DOCTOR, Issuer.MIDWIFE]}],
        valid_from=date(2020, 1, 1),
        legal_basis="BKN 7/2021",
    )
    row = opened_case(room)
    midwife = Finding(verdict=Verdict.ENOUGH, issuer=Issuer.MIDWIFE)
    assert refusal_of(row, room.reviewer, midwife) == Refusal.OTHER_ISSUER
    seal_details(row, Details(purpose=Purpose.MISCARRIAGE))
    LeaveRequest.objects.filter(pk=row.pk).update(sealed_details=row.sealed_details)

    attest(row, room.reviewer, midwife)

    pdf = attestation_pdf(actor=room.hr, request_id=row.pk)
    assert "bidan" not in words_in(pdf).lower()


# Payroll learns a code and nothing else.


def test_care_becomes_a_band_code_and_is_kept_nowhere(room, row):
    for code, care in (("A", Care.ANY), ("B", Care.INPATIENT)):
        PayBand.objects.create(
            agency=room.agency,
            family=Family.SICK,
            code=code,
            care=care,
            percent_a_day=Decimal(1),
            valid_from=date(2020, 1, 1),
            legal_basis="Permen",
        )

    finding = Finding(verdict=Verdict.ENOUGH, issuer=Issuer.DOCTOR, care=Care.INPATIENT)
    attest(row, room.reviewer, finding)

    assert fresh(row).pay_bands == [[row.first_day.isoformat(), "B"]]
    columns = {field.name for field in Attestation._meta.get_fields()}
    assert "care" not in columns
    assert "INPATIENT" not in repr(finding)


def test_each_step_is_written_by_part_and_day(room, row):
    attest(row, room.reviewer, ENOUGH)

    steps = CaseEvent.objects.filter(request=row).order_by("number")
    assert [(one.action, one.role) for one in steps] == [
        ("HAND_IN", "EMPLOYEE"),
        ("ATTEST", "REVIEWER"),
    ]
