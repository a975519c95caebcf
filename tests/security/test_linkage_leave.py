"""
Nothing leads from somebody's leave to her counsellor or to her nickname.

A leave is a record under a name; a client and an enrolment are none. People live through days
in which they ask for leave, hand certificates in, book, join and choose one private address for
all of it, often in one visit. Then every exit is laid side by side (`tests.support.joins`), the
order of rows beside it, and each way that the design forbids is planted, one at a time.
"""

import base64
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache

from counselling.models import Appointment
from portal.audit.models import ClientEvent
from portal.common.redis import client as redis
from portal.leave.choices import State
from portal.leave.models import CalendarAddress, EvidencePage, LeaveRequest, Letter
from portal.leave.notices import OWN
from portal.notifications.models import AddressChoice, Notification
from portal.notifications.policies import inbox_tag
from portal.people.models import User
from tests.factories import NOW, make_employee, make_unit
from tests.support.circle_story import SEED
from tests.support.clock import at, follow_the_clock
from tests.support.exits import Record, written_log
from tests.support.groups import give_vault, make_circle
from tests.support.joins import Token, half_names, pairs, tokens_of, ways
from tests.support.leave import open_room
from tests.support.leave_life import photo
from tests.support.leave_story import PEOPLE, Story, live, owners
from tests.support.walks import open_practice


@pytest.fixture
def story(db, settings, tmp_path, monkeypatch):
    """Live through the days and return everything that can be stolen of them."""
    random.seed(SEED)
    print(f"seed {SEED}")
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    follow_the_clock(monkeypatch)
    redis().flushdb()
    practice = open_practice()
    with at(NOW - timedelta(days=1)):
        room = open_room(agency=practice.agency)
        circle = make_circle(agency=practice.agency, head=practice.head, capacity=5)
        give_vault(circle.lead.user_id)
    units = [make_unit(practice.agency, zone=f"Asia/{z}") for z in ("Jakarta", "Makassar")]
    people = []
    for number in range(PEOPLE):
        user = make_employee(
            "orang", agency=practice.agency, unit=random.choice(units), manager=room.manager
        ).user
        User.objects.filter(pk=user.pk).update(
            nip=f"19900101201501{number:04d}",
            full_name=f"Nama{number:02d} Keluarga{number:02d}",
        )
        user.refresh_from_db()
        people.append(user)
    cache.clear()
    with written_log() as log:
        told = Story(practice, room, circle, people, log, tmp_path, photo("dr. Sari"))
        live(told, NOW)
        yield told
    redis().flushdb()


# --- ways that the design forbids, planted one at a time ------------------------------------


@dataclass
class Victim:
    """Somebody with a leave, a client record and a nickname, as only the key can tell."""

    user: str
    employee: str
    email: str
    request: str
    leave_tag: bytes
    client: str
    client_tag: bytes
    appointment: str
    enrolment: str


def _row(where: str, **parts: object) -> Record:
    return Record(
        where,
        tuple(
            (name, value if isinstance(value, bytes) else str(value).encode())
            for name, value in parts.items()
        ),
    )


_CLOCK = re.compile(rb"\d{4}-\d\d-\d\d[ T]\d\d:\d\d")
BOX = b"\x02" + bytes(range(100, 228))
"""A box that two rows would have in common."""

LEAKS: dict[str, Callable[[Victim], list[Record]]] = {
    "one inbox tag for leave and counselling": lambda v: [
        _row("notifications_notification", id=uuid4(), recipient_tag=v.client_tag,
             subject_id=v.request)
    ],
    "news of a client under the tag of leave": lambda v: [
        _row("notifications_notification", id=uuid4(), recipient_tag=v.leave_tag,
             subject_id=v.appointment)
    ],
    "a client on a request": lambda v: [
        _row("leave_leaverequest", id=v.request, client_id=v.client)
    ],
    "a request on an appointment": lambda v: [
        _row("counselling_appointment", id=v.appointment, leave_id=v.request)
    ],
    "an enrolment on a dossier": lambda v: [
        _row("leave_healthdossier", id=uuid4(), request_id=v.request, circle=v.enrolment)
    ],
    "a leave in the record of clients' deeds": lambda v: [
        _row("audit_clientevent", handle=v.client, subject=v.request)
    ],
    "a client in the record of deeds on leave": lambda v: [
        _row("audit_staffevent", action="leave.decided", subject=v.request,
             reason=f"also {v.client}")
    ],
    "clocks of the same second": lambda v: [
        _row("leave_caseevent", request_id=v.request, at="2026-11-25 03:14:15.1+00"),
        _row("counselling_appointment", id=v.appointment, made_at="2026-11-25 10:14:15+07"),
    ],
    "a mailbox chosen once for two rooms": lambda v: [
        _row("notifications_addresschoice", id=uuid4(), tag=v.leave_tag, address=BOX),
        _row("notifications_addresschoice", id=uuid4(), tag=v.client_tag, address=BOX),
    ],
    "a private address in the open beside a client": lambda v: [
        _row("notifications_addresschoice", id=uuid4(), tag=v.client_tag, address=v.email)
    ],
    "a delivery that says on which leave she is": lambda v: [
        _row("notifications_delivery", id=uuid4(), notification_id=v.client,
             reason=f"on leave {v.request}")
    ],
    "a calendar that mixes both": lambda v: [
        _row("leave_calendaraddress", id=uuid4(), owner_id=v.user, also=v.appointment)
    ],
    "a key of a form used in two rooms": lambda v: [
        _row("leave_leaverequest", id=v.request, key=v.appointment)
    ],
    "a mail about both": lambda v: [
        _row("mail", To=v.email, body=f"/cuti/{v.request}/ /temu/{v.appointment}/")
    ],
    "a log line with both": lambda v: [
        _row("log", line=f"2026-11-25 10:00:01,001 INFO teduh rests {v.request} {v.client}")
    ],
    "a key in Redis": lambda v: [_row("redis", key=f"home:{v.employee}:{v.appointment}")],
    "a task that carries both": lambda v: [
        _row("redis", key="default",
             value=base64.b64encode(f'[["{v.request}", "{v.enrolment}"]]'.encode()))
    ],
    "a session that remembers both": lambda v: [
        _row("people_browsersession", user_id=v.user, last=f"/temu/{v.appointment}/")
    ],
}  # fmt: skip


def victim_of(story: Story) -> Victim:
    """Return somebody who asked for leave and booked with a counsellor."""
    enrolled = {user.pk: row for user, row in story.enrolments()}
    anybody = next(iter(enrolled.values()))
    user, client, row = next(
        (user, client, row)
        for user, client in story.clients()
        for row in LeaveRequest.objects.filter(employee__user=user)
        if Appointment.objects.filter(client=client).exists()
    )
    return Victim(
        user=str(user.pk), employee=str(row.employee_id), email=user.email, request=str(row.pk),
        leave_tag=inbox_tag(namespace=OWN, user_id=user.pk),
        client=str(client.pk), client_tag=bytes(client.owner_tag),
        appointment=str(Appointment.objects.filter(client=client).first().pk),
        enrolment=str(enrolled.get(user.pk, anybody).pk),
    )  # fmt: skip


def test_no_way_leads_from_a_leave_to_a_client_or_a_nickname(story: Story) -> None:
    _holds_enough(story)
    records = story.records()
    known = story.known(records)
    held = [tokens_of(record, known) for record in records]
    assert ways(records, known, held) == []
    assert pairs(records, known, owners(story), held) == []
    assert half_names(_of_clients(records, known.employee), known) == []
    _leave_is_in_no_record_of_clients(records)
    _every_planted_way_is_found(story, records, held)
    _order_says_nothing(story, records)


def _of_clients(records: list[Record], named: set[Token]) -> list[Record]:
    """Return the records without inboxes of leave, which are people's and known to be."""
    mine = {value for kind, value in named if kind == "bytes"}
    return [
        record
        for record in records
        if dict(record.parts).get("recipient_tag", b"")[:16] not in mine
    ]


def _holds_enough(story: Story) -> None:
    """A solver of nothing finds nothing."""
    both = {user.pk for user, _ in story.clients()} & set(
        LeaveRequest.objects.values_list("employee__user", flat=True)
    )
    assert len(both) >= 5
    assert len(story.enrolments()) >= 4
    assert {user.pk for user, _ in story.enrolments()} & both
    states = set(LeaveRequest.objects.values_list("state", flat=True))
    assert State.GRANTED in states
    assert Letter.objects.exists()
    assert EvidencePage.objects.exists()
    assert CalendarAddress.objects.exists()
    assert AddressChoice.objects.count() >= 3
    assert Notification.objects.filter(notice__startswith="cuti.").exists()
    assert any(story.mails.iterdir()), "no mail left"


def _leave_is_in_no_record_of_clients(records: list[Record]) -> None:
    """An employee's own deeds are steps of the case, by day; the client chain has none."""
    assert not ClientEvent.objects.filter(action__startswith="leave.").exists()
    assert ClientEvent.objects.exists()
    mine = {str(pk).encode() for pk in LeaveRequest.objects.values_list("pk", flat=True)}
    for record in records:
        if record.where in {"audit_clientevent", "audit_clientlink"}:
            assert not mine & {value for _, value in record.parts}
    for record in records:
        if record.where.startswith("leave_") and record.where != "leave_decision":
            for where, value in record.named():
                assert not _CLOCK.search(value), f"a clock: {where}"


def _every_planted_way_is_found(
    story: Story, records: list[Record], held: list[set[Token]]
) -> None:
    victim = victim_of(story)
    for name, leak in LEAKS.items():
        leaked = leak(victim)
        planted = [*records, *leaked]
        known = story.known(planted)
        tokens = [*held, *(tokens_of(record, known) for record in leaked)]
        assert ways(planted, known, tokens), f"nobody noticed {name}"


def _order_says_nothing(story: Story, records: list[Record]) -> None:
    """
    Guess by the order of rows: the k-th who asked, the k-th client, the k-th nickname.

    Whoever rests and books in one visit writes to both sides; which of the rows around hers is
    hers, the tables do not say.
    """
    named = [_part(r, "employee_id") for r in records if r.where == "leave_leaverequest"]
    employees = {str(user.employee.pk): str(user.pk) for user in story.people}
    rows = list(dict.fromkeys(employees[one] for one in named if one in employees))
    behind = {str(row.pk): str(user.pk) for user, row in story.clients()}
    behind |= {str(row.pk): str(user.pk) for user, row in story.enrolments()}
    for table in ("counselling_client", "groups_enrolment"):
        ids = [_part(r, "id") for r in records if r.where == table]
        hidden = [behind[one] for one in ids if one in behind]
        for guess in (rows, rows[::-1], rows[-len(hidden) :]):
            right = sum(a == b for a, b in zip(hidden, guess, strict=False))
            assert right <= 7, f"{table}: {right} of {len(hidden)} named by order"


def _part(record: Record, name: str) -> str:
    return dict(record.parts)[name].decode()
