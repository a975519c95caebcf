"""
Leave in the throw-away agency: a team through the services, everybody else's in bulk.

What is opened page by page belongs to the team. The others fill the desk's queue and the
tables; their sealed columns have the right length and open to nobody.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import uuid4

from portal.leave.choices import Action, Certificate, ConsiderationState, State
from portal.leave.models import CaseEvent, Consideration, LeaveDay, LeaveRequest, LeaveType
from portal.leave.services import decisions, evidence
from portal.leave.services.details import WHOLE_BYTES
from portal.people.choices import Employment
from portal.people.models import Agency, Employee, User
from portal.vault.services import make_dummy_keys, seal_row
from tests.factories import account, make_employee, make_unit
from tests.support.leave import Room, open_room
from tests.support.leave_cases import considered, decide, sent
from tests.support.leave_life import photo
from tests.support.leave_team import absent

TEAM = 20
"""People under the one superior whose page is measured."""
ASKED, READY, HANDED_IN = 4, 6, 3
PAST_OWN = 10
UNIT = 25
EACH = 10
"""Requests of everybody in the mass: the last waits, the one before is to come."""
QUEUED_ONE_IN = 10
"""Of those that wait every tenth waits at the desk, the others for their superior."""
LONG = 3
"""Days of one leave."""


@dataclass
class Rest:
    """The team, the pages that are opened, and how many people fill the tables."""

    room: Room
    pages: dict[str, tuple[str, str]]
    people: int = 0

    def users(self) -> dict[str, User]:
        """Return who opens the pages."""
        official, reviewer = (
            User.objects.get(pk=one.user_id) for one in (self.room.official, self.room.reviewer)
        )
        return {
            "resting": self.room.employee.user, "superior": self.room.manager.user,
            "official": official, "reviewer": reviewer,
        }  # fmt: skip


def found_rest(agency: Agency, *, today: date, now: datetime) -> Rest:
    """Open leave in an agency, and let a team ask, hand in, wait and rest."""
    room = open_room(agency=agency)
    monday = today + timedelta(days=14 - today.weekday())
    team = [make_employee("tim", unit=room.unit, manager=room.manager) for _ in range(TEAM)]
    Employee.objects.filter(pk__in=[one.pk for one in team]).update(employment=Employment.PNS)
    for number in range(PAST_OWN):
        day = today - timedelta(days=30 * (number + 1))
        absent(room, room.employee, day, day, state=State.CLOSED)
    for one in team:
        absent(room, one, monday + timedelta(days=70), monday + timedelta(days=72))
    for one in team[:ASKED]:
        sent(room, employee=one, first=monday, last=monday, now=now)
    ready = [
        considered(sent(room, employee=one, first=monday, last=monday, now=now), now=now)
        for one in team[ASKED : ASKED + READY]
    ]
    for one in team[-HANDED_IN:]:
        row = sent(room, employee=one, code="CS", first=monday, last=monday, now=now)
        evidence.hand_in(
            actor=account(one), request_id=row.pk, files=[photo("dr. Sari")], now=now
        )
    under_way = sent(room, first=monday + timedelta(days=7), last=monday + timedelta(days=8),
                     now=now)  # fmt: skip
    granted = considered(sent(room, first=monday, last=monday + timedelta(days=2), now=now),
                         now=now)  # fmt: skip
    decisions.sign_now(actor=room.official, decision_id=decide(room, granted, now=now), now=now)
    return Rest(room, {
        "own leave": ("resting", "/cuti/"),
        "asking for leave": ("resting", "/cuti/baru/"),
        "a leave under way": ("resting", f"/cuti/{under_way.pk}/"),
        "a granted leave": ("resting", f"/cuti/{granted.pk}/"),
        "HR queue": ("official", "/h/"),
        "a case at the desk": ("official", f"/h/{ready[0].pk}/"),
        "superior's page": ("superior", "/t/"),
        "reviewer's list": ("reviewer", "/m/"),
    })  # fmt: skip


def grow_rest(rest: Rest, *, requests: int, today: date) -> None:
    """Let more people of the same agency have asked, until there are so many requests."""
    missing = requests - LeaveRequest.objects.count()
    kind = LeaveType.objects.get(agency=rest.room.agency, code="CT-PNS")
    sealed = seal_row(" " * WHOLE_BYTES, "bench")
    for _ in range(-(-max(0, missing) // (UNIT * EACH))):
        head, people = _unit(rest)
        rows = [
            row
            for number, one in enumerate(people)
            for row in _requests(kind, one, number, sealed, today)
        ]
        LeaveRequest.objects.bulk_create(rows)
        LeaveDay.objects.bulk_create([day for row in rows for day in _days(row)])
        CaseEvent.objects.bulk_create([event for row in rows for event in _events(row)])
        Consideration.objects.bulk_create([_question(row, head) for row in rows])


def _unit(rest: Rest) -> tuple[Employee, list[Employee]]:
    """Add a unit of the agency; return its head and the people under her."""
    agency, unit = rest.room.agency, make_unit(rest.room.agency)
    users = [
        User(email=f"cuti{n}@instansi.test", full_name=f"Pegawai Cuti {n}", password="!")
        for n in range(rest.people, rest.people + UNIT + 1)
    ]
    rest.people += len(users)
    User.objects.bulk_create(users)
    make_dummy_keys(user_ids=[user.pk for user in users])
    head, *others = (
        Employee(user=user, agency=agency, unit=unit, employment=Employment.PNS)
        for user in users
    )
    head.save()
    for one in others:
        one.manager = head
    Employee.objects.bulk_create(others)
    return head, others


def _requests(
    kind: LeaveType, one: Employee, place: int, sealed: bytes, today: date
) -> Iterator[LeaveRequest]:
    """Yield leave of eight past months, one that is granted, and one that waits."""
    waiting = State.CONSIDERATION if place % QUEUED_ONE_IN else State.DECISION
    states = [State.CLOSED] * (EACH - 2) + [State.GRANTED, waiting]
    for number, state in enumerate(states):
        first = today + timedelta(days=30 * (number - EACH + 2) + place % 7 + 1)
        yield LeaveRequest(
            employee=one, agency_id=one.agency_id, leave_type=kind, key=uuid4(),
            first_day=first, last_day=first + timedelta(days=LONG - 1), days=LONG, state=state,
            certificate=Certificate.NONE, sent_on=min(today, first) - timedelta(days=1),
            sealed_details=sealed,
        )  # fmt: skip


def _days(row: LeaveRequest) -> Iterator[LeaveDay]:
    for number in range(LONG):
        yield LeaveDay(
            request=row, employee=row.employee, day=row.first_day + timedelta(days=number),
            slots=(1, 3), quantity=1,
        )  # fmt: skip


def _events(row: LeaveRequest) -> Sequence[CaseEvent]:
    steps = [(Action.SUBMIT, State.CONSIDERATION)]
    if row.state != State.CONSIDERATION:
        steps.append((Action.CONSIDER, State.DECISION))
    return [
        CaseEvent(request=row, number=number, action=action, state=state, role="OWNER",
                  on_day=row.sent_on)
        for number, (action, state) in enumerate(steps, start=1)
    ]  # fmt: skip


def _question(row: LeaveRequest, superior: Employee) -> Consideration:
    if row.state == State.CONSIDERATION:
        return Consideration(request=row, asked=superior, asked_on=row.sent_on)
    return Consideration(
        request=row, asked=superior, asked_on=row.sent_on, state=ConsiderationState.GIVEN,
        opinion="AGREED", acted_by=superior, answered_on=row.sent_on,
    )  # fmt: skip
