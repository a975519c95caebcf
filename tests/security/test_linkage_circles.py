"""
Nothing leads from a person to a nickname, and none of her nicknames leads to another.

People live through twelve days at random: they join circles, wait, take what is offered, leave,
excuse themselves, hand worries on, book with a counsellor; facilitators mark who came. Then
every exit is laid side by side (`tests.support.joins`). Each way that the design forbids is
planted, one at a time, and has to be found.
"""

import base64
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.core.cache import cache

from groups.choices import CAME
from groups.models import Attendance, Enrolment, Place
from portal.common.redis import client as redis
from portal.people.models import User
from tests.factories import NOW, make_employee, make_unit
from tests.support.circle_story import PEOPLE, SEED, Story, live, make_circles
from tests.support.clock import at, follow_the_clock
from tests.support.exits import Record, written_log
from tests.support.groups import (
    make_duty,
)
from tests.support.joins import (
    Token,
    half_names,
    pairs,
    tokens_of,
    ways,
)
from tests.support.walks import open_practice


@pytest.fixture
def story(db, settings, tmp_path, monkeypatch):
    """Live through twelve days and return everything that can be stolen of them."""
    random.seed(SEED)
    print(f"seed {SEED}")
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    follow_the_clock(monkeypatch)
    redis().flushdb()
    practice = open_practice()
    with at(NOW - timedelta(days=1)):
        circles = make_circles(practice)
    units = [
        make_unit(practice.agency, zone=zone) for zone in ("Asia/Jakarta", "Asia/Makassar")
    ]
    people = []
    for number in range(PEOPLE):
        user = make_employee("orang", agency=practice.agency, unit=random.choice(units)).user
        User.objects.filter(pk=user.pk).update(
            nip=f"19900101201501{number:04d}",
            full_name=f"Nama{number:02d} Keluarga{number:02d}",
        )
        user.refresh_from_db()
        people.append(user)
    cache.clear()
    with written_log() as log:
        duty = make_duty(practice.agency).user_id
        told = Story(practice, circles, duty, people, log, tmp_path)
        live(told, NOW)
        yield told
    redis().flushdb()


# --- ways that the design forbids, planted one at a time ------------------------------------


@dataclass
class Victim:
    """One person with two nicknames, as only the house's key can tell."""

    user: str
    employee: str
    email: str
    nip: str
    name: str
    one: str
    other: str
    one_tag: bytes
    other_tag: bytes
    place: str


def _row(where: str, **parts: object) -> Record:
    return Record(
        where,
        tuple(
            (name, value if isinstance(value, bytes) else str(value).encode())
            for name, value in parts.items()
        ),
    )


SHARED = bytes(range(200, 232))
"""Bytes that two rows would have in common."""
BOX = b"\x02" + bytes(range(100, 228))

TO_A_PERSON: dict[str, Callable[[Victim], list[Record]]] = {
    "an account on an enrolment": lambda v: [
        _row("groups_enrolment", id=v.one, user_id=v.user)
    ],
    "an account in the record of members' deeds": lambda v: [
        _row("audit_clientevent", handle=v.user, subject=v.one)
    ],
    "an account that booked a place": lambda v: [
        _row("groups_place", id=v.place, taken_by=v.employee)
    ],
    "a facilitator's note with a name": lambda v: [
        _row("audit_staffevent", subject=v.one, reason=f"about {v.name}")
    ],
    "a worry that knows the account": lambda v: [
        _row("groups_concern", id=uuid4(), enrolment_id=v.one, about=v.nip)
    ],
    "a contact in the open": lambda v: [
        _row("groups_enrolment", id=v.one,
             contact=b"\x02" + UUID(v.user).bytes.rjust(300, b"\xff"))
    ],
    "an address beside a member's tag": lambda v: [
        _row("notifications_addresschoice", tag=v.one_tag, address=v.email)
    ],
    "a mail that names a place": lambda v: [
        _row("mail", To=v.email, body=f"/lingkar/tempat/{v.place}/")
    ],
    "a key in Redis": lambda v: [_row("redis", key=f"lock:{v.user}:{v.one}")],
    "a task that carries both": lambda v: [
        _row("redis", key="default",
             value=base64.b64encode(f'[["{v.user}", "{v.one}"]]'.encode()))
    ],
    "a log line with both": lambda v: [
        _row("log", line=f"2026-11-25 10:00:01,001 INFO teduh joined {v.user} {v.one}")
    ],
    "clocks of the same second": lambda v: [
        _row("groups_enrolment", id=v.one, joined_at="2026-11-25 03:14:15+00"),
        _row("people_browsersession", user_id=v.user, seen_at="2026-11-25 10:14:15+07"),
    ],
    "a block that holds whom it keeps out": lambda v: [
        _row("groups_block", id=uuid4(), enrolment_id=v.one, blocked=v.user)
    ],
}  # fmt: skip

TO_ANOTHER_NICKNAME: dict[str, Callable[[Victim], list[Record]]] = {
    "a member's tag without the group in it": lambda v: [
        _row("groups_enrolment", id=v.one, member_tag=SHARED),
        _row("groups_enrolment", id=v.other, member_tag=SHARED),
    ],
    "one inbox tag for all circles": lambda v: [
        _row("notifications_notification", id=uuid4(), recipient_tag=SHARED, subject_id=v.one),
        _row("notifications_notification", id=uuid4(), recipient_tag=SHARED,
             subject_id=v.other),
    ],
    "news of one circle under the tag of another": lambda v: [
        _row("notifications_notification", id=uuid4(), recipient_tag=v.one_tag,
             subject_id=v.other)
    ],
    "an address chosen once for two circles": lambda v: [
        _row("notifications_addresschoice", id=uuid4(), tag=v.one_tag, box=BOX),
        _row("notifications_addresschoice", id=uuid4(), tag=v.other_tag, box=BOX),
    ],
    "a contact copied from one circle to another": lambda v: [
        _row("groups_enrolment", id=v.one, contact=BOX),
        _row("groups_enrolment", id=v.other, contact=BOX),
    ],
    "a nickname's tag without the group in it": lambda v: [
        _row("groups_enrolment", id=v.one, alias_tag=SHARED),
        _row("groups_enrolment", id=v.other, alias_tag=SHARED),
    ],
    "one line of the record for two circles": lambda v: [
        _row("audit_clientevent", handle=v.one, subject=v.other)
    ],
    "enrolments written with the same clock": lambda v: [
        _row("groups_enrolment", id=v.one, touched="2026-11-25 03:14:15.1+00"),
        _row("groups_enrolment", id=v.other, touched="2026-11-25 03:14:15.9+00"),
    ],
    "one key in Redis for both": lambda v: [
        _row("redis", key=f"circles:{v.one}", value=f"{v.one},{v.other}")
    ],
}  # fmt: skip


def victim_of(story: Story) -> Victim:
    """Return somebody who has a nickname in two circles, and claims a place."""
    by_user: dict[User, list[Enrolment]] = {}
    for user, row in story.enrolments():
        by_user.setdefault(user, []).append(row)
    user, rows = next(
        (user, rows)
        for user, rows in by_user.items()
        if len(rows) > 1 and Place.objects.filter(enrolment=rows[0]).exists()
    )
    one, other = rows[:2]
    return Victim(
        user=str(user.pk), employee=str(user.employee.pk), email=user.email, nip=str(user.nip),
        name=user.full_name, one=str(one.pk), other=str(other.pk),
        one_tag=bytes(one.member_tag), other_tag=bytes(other.member_tag),
        place=str(Place.objects.filter(enrolment=one).first().pk),
    )  # fmt: skip


def test_no_way_leads_to_a_nickname_nor_from_one_to_another(story: Story) -> None:
    records = story.records()
    known, owners = story.known(records), story.owners()
    held = [tokens_of(record, known) for record in records]
    assert ways(records, known, held) == []
    assert pairs(records, known, owners, held) == []
    assert half_names(records, known) == []
    _holds_enough(story, records)
    _every_planted_way_is_found(story, records, held)
    _order_says_nothing(story, records)


def _holds_enough(story: Story, records: list[Record]) -> None:
    """A solver of nothing finds nothing."""
    found = {record.where for record in records}
    assert found >= {
        "groups_enrolment", "groups_place", "groups_attendance", "groups_block",
        "groups_concern", "groups_sealedcopy", "notifications_notification", "mail", "log",
        "notifications_addresschoice", "audit_clientevent", "counselling_client",
    }  # fmt: skip
    people = [user for user, _ in story.enrolments()]
    several = [user for user in story.people if people.count(user) > 1]
    assert len(several) >= 8
    assert set(people) & {user for user, _ in story.clients()}
    states = set(Enrolment.objects.values_list("state", flat=True))
    assert {"ACTIVE", "WAITING", "LEFT"} <= states
    assert Place.objects.filter(pool__meeting__isnull=False).exists()
    assert Attendance.objects.filter(mark__in=CAME).exists()


def _every_planted_way_is_found(
    story: Story, records: list[Record], held: list[set[Token]]
) -> None:
    victim, owners = victim_of(story), story.owners()
    for name, leak in {**TO_A_PERSON, **TO_ANOTHER_NICKNAME}.items():
        leaked = leak(victim)
        planted = [*records, *leaked]
        known = story.known(planted)
        tokens = [*held, *(tokens_of(record, known) for record in leaked)]
        found = (
            ways(planted, known, tokens)
            if name in TO_A_PERSON
            else pairs(planted, known, owners, tokens)
        )
        assert found, f"nobody noticed {name}"
    leak_row = _row("groups_enrolment", id=uuid4(), unit=story.people[0].employee.unit.code)
    assert half_names([leak_row], story.known([*records, leak_row])), "nobody noticed a unit"


ORDERED = ("people_user", "people_employee", "account_emailaddress", "vault_personkey")


def _order_says_nothing(story: Story, records: list[Record]) -> None:
    """
    Guess by the order of rows, which any copy of a table keeps: k-th row, k-th nickname.

    Whoever joins writes nothing on the side of people, so no table of people moves with the
    nicknames of a circle: a guess is right as often as chance has it, about once a circle.
    """
    whose = {str(row.pk): str(user.pk) for user, row in story.enrolments()}
    circle_of = {str(row.pk): str(row.group_id) for _, row in story.enrolments()}
    ids = {str(user.pk) for user in story.people}
    in_order = [_id(r) for r in records if r.where == "groups_enrolment" and _id(r) in whose]
    for table in ORDERED:
        column = "id" if table == "people_user" else "user_id"
        rows = [dict(r.parts)[column].decode() for r in records if r.where == table]
        rows = [row for row in dict.fromkeys(rows) if row in ids]
        for circle in set(circle_of.values()):
            mine = [whose[one] for one in in_order if circle_of[one] == circle]
            for guess in (rows, rows[::-1], rows[-len(mine) :]):
                right = sum(a == b for a, b in zip(mine, guess, strict=False))
                assert right <= 7, f"{table}: {right} of {len(mine)} named by order"


def _id(record: Record) -> str:
    return dict(record.parts)["id"].decode()
