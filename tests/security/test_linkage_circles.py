"""
Nothing leads from a person to a nickname, and none of her nicknames leads to another.

People live through twelve days at random: they join circles, wait, take what is offered, leave,
excuse themselves, hand worries on, book with a counsellor; facilitators mark who came. Then
every exit is laid side by side (`tests.support.joins`). Each way that the design forbids is
planted, one at a time, and has to be found.
"""

import base64
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.core.cache import cache
from django.utils import timezone

from counselling.models import Client as ClientRow
from counselling.notices import CLIENT, COUNSELLOR
from counselling.policies import owner_tag_of
from groups.choices import CAME, GroupKind, JoinPolicy, Mark, Way
from groups.models import Attendance, Enrolment, Meeting, Place
from groups.notices import DUTY, FACILITATOR, HEAD
from groups.policies import member_tag_of, reader_tag_of
from groups.selectors.circles import get_circle_page
from groups.selectors.meeting import expected_at
from groups.services import announcements, attendance, rota, sweeping, tidying
from portal.audit import services as audit
from portal.common.redis import client as redis
from portal.notifications import services as notifications
from portal.people.models import User
from tests.factories import NOW, Practice, account, make_employee, make_unit
from tests.support.clock import at, follow_the_clock
from tests.support.exits import Log, Record, read_mails, read_redis, read_tables, written_log
from tests.support.groups import (
    Circle,
    give_vault,
    make_circle,
    make_duty,
    plan_series,
)
from tests.support.joins import (
    Known,
    Token,
    half_names,
    learn,
    pairs,
    share_with_staff,
    token_of,
    tokens_of,
    ways,
)
from tests.support.walks import Walker, open_practice, sign_in

PEOPLE = 30
DAYS = 12
VISITS = 4
SEED = random.SystemRandom().randrange(1_000_000)


@dataclass
class Story:
    """Who lives through it, in which circles, and what can be stolen afterwards."""

    practice: Practice
    circles: list[Circle]
    duty: UUID
    people: list[User]
    log: Log
    mails: Path
    booked: set[int] = field(default_factory=set)

    def enrolments(self) -> list[tuple[User, Enrolment]]:
        """Return who is who: only the key of the house can tell."""
        tags = {
            member_tag_of(user_id=user.pk, group_id=circle.group.pk): user
            for user in self.people
            for circle in self.circles
        }
        return [(tags[bytes(row.member_tag)], row) for row in Enrolment.objects.order_by("id")]

    def clients(self) -> list[tuple[User, ClientRow]]:
        """Return who booked with a counsellor."""
        tags = {owner_tag_of(account(user)): user for user in self.people}
        return [(tags[row.owner_tag], row) for row in ClientRow.objects.all()]

    def owners(self) -> dict[Token, tuple[str, str]]:
        """Return whose each pseudonym is, by every name it has."""
        found: dict[Token, tuple[str, str]] = {}
        for user, row in self.enrolments():
            for value in (str(row.pk).encode(), bytes(row.member_tag)):
                found[token_of(value)] = (str(user.pk), str(row.pk))
        for user, client in self.clients():
            for value in (str(client.pk).encode(), bytes(client.owner_tag)):
                found[token_of(value)] = (str(user.pk), str(client.pk))
        return found

    def staff(self) -> set[UUID]:
        """Return the accounts of those who work here; who they are is no secret."""
        crew = {one.user_id for circle in self.circles for one in (circle.lead, circle.co)}
        return crew | {
            self.duty, self.practice.head.user_id, self.practice.counsellor.user_id,
        }  # fmt: skip

    def records(self) -> list[Record]:
        """Read all exits."""
        return [
            *read_tables(), *read_redis(), *read_mails(self.mails), *self.log.records(),
        ]  # fmt: skip

    def known(self, records: list[Record]) -> Known:
        """Learn from the records, counting those who work here as public."""
        staff = self.staff()
        known = learn(records, staff=frozenset(str(one).encode() for one in staff))
        tags = [
            notifications.inbox_tag(namespace=room, user_id=one)
            for room in (CLIENT, COUNSELLOR, FACILITATOR, HEAD, DUTY)
            for one in staff
        ]
        tags += [reader_tag_of(user_id=one) for one in staff]
        share_with_staff(records, known, tags=tags)
        return known


def _circle(story: Story, person: Walker):
    """Return a circle and its page as somebody sees it now."""
    circle = random.choice(story.circles)
    page = get_circle_page(
        actor=account(person.user), group_id=circle.group.pk, now=timezone.now()
    )
    return circle, page


def _own_circle(story: Story, person: Walker):
    """Return a circle somebody is in or was, and its page; any one where she is in none."""
    seen = [_circle(story, person) for _ in range(2 * len(story.circles))]
    return next((one for one in seen if one[1].own), seen[0])


def _look(story: Story, number: int, person: Walker) -> None:
    circle = random.choice(story.circles)
    for path in ("/", "/lingkar/", f"/lingkar/{circle.group.pk}/", "/saya/", "/saya/kabar/"):
        assert person.page.get(path).status_code == 200


def _join(story: Story, number: int, person: Walker) -> None:
    circle, page = _circle(story, person)
    if page.can_join:
        sent = {"agreement": str(page.agreement.version), "alias": ""}
        if circle.group.join_policy == JoinPolicy.SCREENING:
            sent["words"] = "Boleh ikut?"
        answer = person.page.post(f"/lingkar/{circle.group.pk}/ikut/", sent)
        assert answer.status_code == 302, answer.content.decode()[:3000]


def _decide(story: Story, number: int, person: Walker) -> None:
    """Take what is offered, or let it go."""
    _, page = _own_circle(story, person)
    if page.own and page.own.offer:
        deed = random.choice(["ambil", "ambil", "lepas"])
        person.page.post(f"/lingkar/tempat/{page.own.offer.place_id}/{deed}/")


def _come(story: Story, number: int, person: Walker) -> None:
    """Look at a meeting; take a place, give it up, or say that one cannot come."""
    _, page = _own_circle(story, person)
    if page.own and page.meetings:
        path = f"/lingkar/pertemuan/{random.choice(page.meetings).id}/"
        person.page.get(path)
        deed = random.choice(["tempat", "tempat", "lepas", "izin", "datang"])
        person.page.post(f"{path}{deed}/", {"way": "ROOM"})


def _settle(story: Story, number: int, person: Walker) -> None:
    """Choose a nickname or an address, avoid somebody, hand a worry on."""
    circle, page = _own_circle(story, person)
    if page.own is None:
        return
    path = f"/lingkar/{circle.group.pk}/"
    address = f"pribadi{number}@rumah.test"
    if not person.user.emailaddress_set.filter(email=address).exists():
        person.private_address(address)
    other = random.choice(story.people)
    deeds = [
        ("samaran", {"alias": f"Awan {random.randrange(10_000)}"}),
        ("kabar", {"address": "p•••@rumah.test"}),
        ("hindari", {"who": other.email}),
        ("bicara", {"level": "AMBER", "text": "Kawan saya diam sekali.", "reader": "duty"}),
        ("jeda", {}),
        ("lanjut", {}),
    ]
    for deed, sent in random.sample(deeds, 3):
        assert person.page.post(f"{path}{deed}/", sent).status_code in {200, 302, 303}


def _leave(story: Story, number: int, person: Walker) -> None:
    circle, page = _own_circle(story, person)
    if page.own:
        person.page.post(f"/lingkar/{circle.group.pk}/keluar/")


def _book(story: Story, number: int, person: Walker) -> None:
    if number not in story.booked:
        story.booked.add(number)
        person.book(skip=random.randrange(20), note="Halo", name="Seseorang")


def _guess(story: Story, number: int, person: Walker) -> None:
    """Try what is somebody else's: counted, by nobody's name."""
    place = Place.objects.order_by("id").first()
    if place:
        person.page.post(f"/lingkar/tempat/{place.pk}/ambil/")


DEEDS = ([_join, _look, _decide, _come, _settle, _leave, _book, _guess],
         [9, 3, 4, 4, 6, 1, 1, 1])  # fmt: skip


def _crew(story: Story) -> None:
    """Let one facilitator do one thing: those who lead are seldom at work in one second."""
    now = timezone.now()
    circle = random.choice(story.circles)
    past = Meeting.objects.planned().filter(
        group=circle.group,
        period__startswith__lt=now,
        period__endswith__gt=now - timedelta(days=9),
    )
    meeting = past.first()
    somebody = expected_at(meeting).order_by("?").first() if meeting else None
    if meeting and somebody and random.random() < 0.8:
        attendance.mark_attendance(
            actor=circle.lead, meeting_id=meeting.pk, enrolment_id=somebody.pk,
            mark=random.choice([*CAME, Mark.ABSENT]), now=now,
        )  # fmt: skip
    elif random.random() < 0.3:
        announcements.announce(
            actor=circle.lead, group_id=circle.group.pk, text="Sampai jumpa.",
            now=now,
        )  # fmt: skip
    else:
        coming = Meeting.objects.planned().ahead(now=now).filter(group=circle.group)
        for row in coming.order_by("period")[:1]:
            rota.confirm_duty(actor=circle.lead, meeting_id=row.pk, now=now)


def _machinery() -> None:
    now = timezone.now()
    sweeping.sweep(now=now)
    tidying.tidy(now=now)
    notifications.plan_reminders(now=now)
    notifications.deliver_due(now=now)
    audit.chain_events(now=now)


def _moments(start: datetime) -> Iterator[tuple[datetime, int]]:
    """Yield who comes when; -1 is the machinery, -2 somebody who leads a circle."""

    def whenever() -> datetime:
        return start + timedelta(seconds=random.randrange(DAYS * 86_400))

    comes = [(whenever(), number) for number in range(PEOPLE) for _ in range(VISITS)]
    leads = [(whenever(), -2) for _ in range(6 * DAYS)]
    sweeps = [(start + timedelta(hours=8 * turn, seconds=5), -1) for turn in range(3 * DAYS)]
    yield from sorted(comes + leads + sweeps)


def _certain(story: Story, start: datetime) -> None:
    """Let a few people do what chance may leave out, each deed at a moment of its own."""
    closed, _, by_meeting, _ = story.circles
    at_lingkar = f"/lingkar/{by_meeting.group.pk}/"
    meeting = by_meeting.group.meetings.order_by("period")[1]
    joins = {"agreement": "1", "alias": ""}
    deeds = [
        (0, f"{at_lingkar}ikut/", joins),
        (0, f"{at_lingkar}kabar/", {"address": "p•••@rumah.test"}),
        (0, f"/lingkar/pertemuan/{meeting.pk}/tempat/", {"way": "ROOM"}),
        (0, f"{at_lingkar}hindari/", {"who": story.people[9].email}),
        (1, f"/lingkar/{closed.group.pk}/ikut/", joins),
        (1, f"{at_lingkar}ikut/", joins),
        (
            1,
            f"{at_lingkar}bicara/",
            {"level": "AMBER", "text": "Diam sekali.", "reader": "duty"},
        ),
        (2, f"{at_lingkar}ikut/", joins),
        (2, f"{at_lingkar}keluar/", {}),
    ]
    with at(start):
        sign_in(story.people[0]).private_address("pribadi0@rumah.test")
        _book(story, 1, sign_in(story.people[1]))
    for turn, (number, path, sent) in enumerate(deeds):
        with at(start + timedelta(minutes=17 * turn + random.randrange(15))):
            answer = sign_in(story.people[number]).page.post(path, sent)
            assert answer.status_code in {302, 303}, path


def live(story: Story, start: datetime) -> None:
    """Let the days pass."""
    _certain(story, start - timedelta(hours=4))
    for moment, number in _moments(start):
        with at(moment):
            if number == -1:
                _machinery()
            elif number == -2:
                _crew(story)
            else:
                person = sign_in(story.people[number])
                for _ in range(2):
                    [deed] = random.choices(*DEEDS)
                    deed(story, number, person)


def _circles(practice: Practice) -> list[Circle]:
    """Make four circles: two for the same people, one meeting by meeting, one after a talk."""
    make = {"agency": practice.agency, "head": practice.head}
    circles = [
        make_circle(**make, capacity=4),
        make_circle(**make, capacity=6, ways=(Way.ROOM,)),
        make_circle(**make, kind=GroupKind.OPEN, capacity=5),
        make_circle(**make, join_policy=JoinPolicy.SCREENING, capacity=5),
    ]
    for number, circle in enumerate(circles):
        give_vault(circle.lead.user_id)
        plan_series(
            circle, starts_on=date(2026, 11, 24 + number), at=time(8 + number), meetings=6
        )
    return circles


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
        circles = _circles(practice)
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
