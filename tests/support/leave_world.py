"""Leave at every step and everybody around it, for the world in which doors are tried."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.timezone import localdate

from portal.leave.choices import (
    MANAGER,
    REVIEWER,
    FeedKind,
    Issuer,
    Mode,
    Place,
    Profile,
    Verdict,
)
from portal.leave.models import (
    Consideration,
    Decree,
    Evidence,
    LeaveDesk,
    LeaveType,
    QuarterTable,
    WorkPattern,
)
from portal.leave.rules.returns import PlanDraft, StageDraft
from portal.leave.selectors.letters import letter_pdf
from portal.leave.services import attestations, decisions, evidence, opening, returns
from portal.leave.services.calendars import make_address
from portal.leave.services.quarters import freeze
from portal.people.choices import Employment, Role
from portal.people.models import Agency, Employee, User
from tests.factories import account, grant, make_agency, make_employee
from tests.support.groups import give_vault, vault_of
from tests.support.leave import SINCE, Room, add_rules
from tests.support.leave_cases import considered, decide, grants, read, sent
from tests.support.leave_life import code_in, photo
from tests.support.leave_team import absent, stands_in

LEAVE_PERSONS = ("chief", "deputy", "peer", "second", "undecreed", "stranger")
"""
Her manager's manager; who stands in for her manager today; somebody under the same manager; a
medical reviewer with a key to a case a colleague looks after; an official without a decree;
HR officer and official of another agency.
"""


@dataclass
class Rest:
    """The people around leave, and its rows by the names they have in addresses."""

    room: Room
    users: dict[str, User]
    rows: dict[str, object]
    special: dict[str, dict[str, object]]
    """Rows for addresses that need another one than the rest, by route."""


def build_rest(agency: Agency, users: dict[str, User], *, now: datetime) -> Rest:
    """
    Open the room in an agency and let *owner* ask, wait, rest and come back.

    ``users`` are the people of the world: owner, manager, hr, official and reviewer are needed.
    """
    room, more = _room(agency, users)
    add_rules(agency)
    _open(room)
    monday = _monday(now)
    delegation = stands_in(
        room.manager, Employee.objects.get(user=more["deputy"]),
        first=localdate(now) - timedelta(days=1), last=localdate(now) + timedelta(days=90),
    )  # fmt: skip
    granted, decision_id, plan_id = _granted(room, monday, now)
    waiting = sent(room, first=_day(monday, 14), last=_day(monday, 15), now=now)
    due = sent(room, code="CS", first=_day(monday, 21), last=_day(monday, 22), now=now)
    seen, evidence_id = _reviewed(room, _day(monday, 28), now)
    attested = _attested(room, _day(monday, 42), now)
    ready = considered(sent(room, first=_day(monday, 35), last=_day(monday, 35), now=now),
                       now=now)  # fmt: skip
    there: dict[str, object] = {"request_id": seen}
    own = make_address(actor=room.asker, kind=FeedKind.OWN, now=now)
    asked = Consideration.objects.get(request=waiting, state="OPEN")
    freeze(now=now + timedelta(days=400))
    table = QuarterTable.objects.filter(agency=agency).latest("quarter").quarter
    return Rest(
        room=room,
        users=more,
        rows={
            "request_id": granted,
            "decision_id": decision_id,
            "plan_id": plan_id,
            "evidence_id": evidence_id,
            "number": 1,
            "consideration_id": asked.pk,
            "delegation_id": delegation.pk,
            "decree_id": room.decree.pk,
            "pattern_id": WorkPattern.objects.get(agency=agency).pk,
            "employee_id": room.employee.pk,
            "leave_type_id": LeaveType.objects.get(agency=agency, code="CT-PNS").pk,
            "kind": "saya",
            "family": "sakit",
            "token": own,
        },
        special={
            "leave:certificate": {"request_id": due.pk},
            "leave:case": {"request_id": ready.pk},
            "leave:decide": {"request_id": ready.pk},
            "leave:desk-attestation": {"request_id": attested},
            "leave:numbers-file": {"year": table.year, "quarter": table.month // 3 + 1},
            "leave:review": there,
            "leave:review-take": there,
            "leave:review-release": there,
            "leave:check": {"token": code_in(letter_pdf(actor=room.asker, request_id=granted))},
        },
    )  # fmt: skip


def _room(agency: Agency, users: dict[str, User]) -> tuple[Room, dict[str, User]]:
    """Return the room of people who are there already, and the people who were missing."""
    manager, owner = (Employee.objects.get(user=users[name]) for name in ("manager", "owner"))
    chief = make_employee("pimpinan", agency=agency)
    Employee.objects.filter(pk=manager.pk).update(manager=chief)
    Employee.objects.filter(pk=owner.pk).update(employment=Employment.PNS)
    second = make_employee("penelaah", agency=agency).user
    undecreed = make_employee("pejabat", agency=agency).user
    elsewhere = make_agency("Badan Jauh")
    stranger = make_employee("jauh", agency=elsewhere).user
    for user, place, role in (
        (second, agency, Role.REVIEWER), (undecreed, agency, Role.OFFICIAL),
        (stranger, elsewhere, Role.HR), (stranger, elsewhere, Role.OFFICIAL),
    ):  # fmt: skip
        grant(user, place, role)
    for user in (users["reviewer"], second):
        give_vault(user.pk)
    peer = make_employee("sejawat", agency=agency, unit=owner.unit, manager=manager)
    decree = Decree.objects.create(
        agency=agency, number="KEP-7/2026", issued_on=SINCE, holder=users["official"],
        office="Kepala Biro SDM", entered_by=users["hr"], valid_from=SINCE,
    )  # fmt: skip
    manager.refresh_from_db()
    owner.refresh_from_db()
    room = Room(
        agency=agency, unit=owner.unit, employee=owner, manager=manager, director=chief,
        hr=account(users["hr"]), official=account(users["official"]),
        reviewer=account(users["reviewer"]), other_reviewer=account(second), decree=decree,
    )  # fmt: skip
    return room, {
        "chief": chief.user, "deputy": make_employee("wakil", agency=agency).user,
        "peer": peer.user, "second": second, "undecreed": undecreed, "stranger": stranger,
    }  # fmt: skip


def _open(room: Room) -> None:
    LeaveDesk.objects.create(
        agency=room.agency, mode=Mode.FULL, profile=Profile.ASN, all_sick_leave=True,
        reviewer_decree="KEP-1/2026", reviewer_decree_on=SINCE,
        retention_basis="Jadwal retensi arsip", place="Jakarta",
    )  # fmt: skip


def _monday(now: datetime) -> date:
    """Return a Monday one week ahead at least; the world has no holiday after it."""
    today = localdate(now)
    return today + timedelta(days=14 - today.weekday())


def _day(monday: date, days: int) -> date:
    return monday + timedelta(days=days)


def _granted(room: Room, monday: date, now: datetime) -> tuple[UUID, UUID, UUID]:
    """Grant leave, plan a way back from it, and let another decision take effect soon."""
    row = considered(sent(room, first=monday, last=_day(monday, 2), now=now), now=now)
    decision_id = decide(room, row, now=now)
    decisions.sign_now(actor=room.official, decision_id=decision_id, now=now)
    stage = StageDraft(_day(monday, 3), _day(monday, 9), 50, Place.OFFICE)
    plan_id = returns.propose_plan(
        actor=room.asker, request_id=row.pk, now=now,
        draft=PlanDraft(stages=(stage,), restrictions=(), review_days=()),
    )  # fmt: skip
    for actor, role in ((room.reviewer, REVIEWER), (room.superior, MANAGER)):
        returns.agree_plan(actor=actor, plan_id=plan_id, role=role, version=1, now=now)
    other = considered(
        sent(room, first=_day(monday, 7), last=_day(monday, 8), now=now), now=now
    )
    return row.pk, decide(room, other, grants(other), now=now), plan_id


def _reviewed(room: Room, first: date, now: datetime) -> tuple[UUID, UUID]:
    """Hand a certificate in and let a reviewer look after it; return request and piece."""
    row = sent(room, code="CS", first=first, last=_day(first, 2), now=now)
    piece = evidence.hand_in(
        actor=room.asker, request_id=row.pk, files=[photo("dr. Sari")], now=now
    )
    opening.take_on(actor=room.reviewer, request_id=row.pk, now=now)
    assert read(row.pk).state == "EVIDENCE_REVIEW"
    assert Evidence.objects.get(pk=piece).pages == 1
    return row.pk, piece


def _attested(room: Room, first: date, now: datetime) -> UUID:
    """Let a reviewer find a certificate enough."""
    request_id, piece = _reviewed(room, first, now)
    opening.open_page(
        actor=room.reviewer, vault=vault_of(room.reviewer), evidence_id=piece, number=1, now=now
    )
    finding = attestations.Finding(verdict=Verdict.ENOUGH, issuer=Issuer.DOCTOR)
    attestations.attest(actor=room.reviewer, request_id=request_id, ruling=finding, now=now)
    return request_id


def more_rest(room: Room, *, now: datetime, many: int) -> None:
    """
    Let many people under the same manager rest, ask, hand in and wait for a decision.

    And let the employee of the room herself look back on a few leaves more.
    """
    monday = _day(_monday(now), 56)
    for number in range(many):
        somebody = make_employee("banyak", unit=room.unit, manager=room.manager)
        Employee.objects.filter(pk=somebody.pk).update(employment=Employment.PNS)
        day = _day(monday, 7 * (number % 4))
        absent(room, somebody, localdate(now), _day(day, -7))
        sent(room, employee=somebody, first=day, last=day, now=now)
        handed = sent(room, employee=somebody, code="CS", first=_day(day, 1),
                      last=_day(day, 1), now=now)  # fmt: skip
        evidence.hand_in(
            actor=account(somebody), request_id=handed.pk, files=[photo("dr. Sari")], now=now
        )
        ready = considered(
            sent(room, employee=somebody, first=_day(day, 2), last=_day(day, 2), now=now),
            now=now,
        )
        if number % 3 == 0:
            decide(room, ready, now=now)
        stands_in(room.manager, somebody, first=day, last=day)
    for number in range(many // 4):
        day = _day(monday, 7 * number)
        absent(room, room.employee, day, day)
    freeze(now=now + timedelta(days=800))
