"""
Nothing that leaves the house leads from a person to a client, all of it laid side by side.

Fifty people live through two weeks at random: they sign in, look around, book, move, cancel,
choose addresses, read what there is for them. Then the rows, Redis, the mails and the log are
joined by everything that could join them (`tests.support.joins`). Each way the design forbids
is then planted, one at a time, and has to be found.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.utils import timezone

from counselling import selectors
from counselling import services as counselling
from counselling.models import Appointment
from counselling.models import Client as ClientRow
from counselling.notices import CLIENT, COUNSELLOR
from counselling.policies import owner_tag_of
from portal.audit import services as audit
from portal.common.redis import client as redis
from portal.notifications import services as notifications
from portal.people.models import User
from tests.factories import NOW, Practice, account, make_employee, make_unit
from tests.support.clock import at, follow_the_clock
from tests.support.exits import Log, Record, read_mails, read_redis, read_tables, written_log
from tests.support.joins import (
    Known,
    Token,
    half_names,
    learn,
    share_with_staff,
    tokens_of,
    ways,
)
from tests.support.planted import HALF_NAMES, LEAKS, Victim, row
from tests.support.walks import Walker, open_practice, sign_in, walker

PEOPLE = 50
DAYS = 12
LOOKERS = 8
SEED = random.SystemRandom().randrange(1_000_000)


@dataclass
class Story:
    """What happened, what is known of it from inside, and what can be stolen."""

    practice: Practice
    people: list[User]
    log: Log
    mails: Path
    paths: dict[int, list[str]] = field(default_factory=dict)
    refused: int = 0
    lookers: set[int] = field(
        default_factory=lambda: set(random.sample(range(PEOPLE), LOOKERS))
    )

    def clients(self) -> dict[User, ClientRow]:
        """Return who is who: only the key of the house can tell."""
        tags = {owner_tag_of(account(user)): user for user in self.people}
        return {
            tags[row.owner_tag]: row for row in ClientRow.objects.all() if row.owner_tag in tags
        }

    def records(self) -> list[Record]:
        """Read all exits."""
        return [
            *read_tables(), *read_redis(), *read_mails(self.mails), *self.log.records(),
        ]  # fmt: skip

    def known(self, records: list[Record]) -> Known:
        """Learn from the records, counting the counsellor as public."""
        staff = self.practice.counsellor.user_id
        head = self.practice.head.user_id
        known = learn(records, staff=frozenset(str(one).encode() for one in (staff, head)))
        tags = [
            notifications.inbox_tag(namespace=room, user_id=staff)
            for room in (CLIENT, COUNSELLOR)
        ]
        share_with_staff(records, known, tags=tags)
        return known


def _look(story: Story, number: int, person: Walker) -> None:
    for path in ("/", "/saya/kabar/", "/saya/"):
        assert person.page.get(path).status_code == 200


def _book(story: Story, number: int, person: Walker) -> None:
    times = person.page.get("/temu/").context["times"]
    actor = account(person.user)
    own = selectors.list_own_appointments(actor=actor, now=timezone.now())
    if times and not own.coming:
        skip = random.randrange(min(len(times), 20))
        path = person.book(skip=skip, note="Halo", name="Seseorang")
        story.paths.setdefault(number, []).append(path)


def _move(story: Story, number: int, person: Walker) -> None:
    for path in story.paths.get(number, [])[-1:]:
        page = person.page.get(f"{path}pindah/")
        rows = [*(page.context or {}).get("soon", [])] if page.status_code == 200 else []
        if rows:
            person.page.post(f"{path}pindah/", {"time": random.choice(rows).token})


def _cancel(story: Story, number: int, person: Walker) -> None:
    for path in story.paths.get(number, [])[-1:]:
        person.page.post(f"{path}batal/")


def _choose(story: Story, number: int, person: Walker) -> None:
    address = f"pribadi{number}@rumah.test"
    if not person.user.emailaddress_set.filter(email=address).exists():
        person.private_address(address)
    if ClientRow.objects.filter(owner_tag=owner_tag_of(account(person.user))).exists():
        counselling.choose_address(
            actor=account(person.user), address=address, now=timezone.now()
        )


def _guess(story: Story, number: int, person: Walker) -> None:
    """Try an address of somebody else's: counted, by nobody's name."""
    foreign = [path for paths in story.paths.values() for path in paths]
    if foreign:
        person.page.get(random.choice(foreign))


def _leave(story: Story, number: int, person: Walker) -> None:
    person.page.post("/akun/logout/")


NEW = ([_book, _look, _choose, _guess, _leave], [9, 3, 1, 1, 1])
KNOWN = ([_move, _cancel, _choose, _look, _guess, _leave], [4, 3, 3, 3, 1, 1])
"""What somebody does who has no meeting, and who has one; with weights."""


NEVER = ([_look, _guess, _leave], [4, 1, 1])
"""Some look and never book: to be guessed right, a client has to be told from them."""


def _habits(story: Story, number: int) -> tuple[list, list[int]]:
    if number in story.paths:
        return KNOWN
    return NEVER if number in story.lookers else NEW


def _machinery() -> None:
    now = timezone.now()
    notifications.plan_reminders(now=now)
    notifications.deliver_due(now=now)
    counselling.tidy(now=now)
    audit.chain_events(now=now)


def _visits(story: Story, start: datetime) -> Iterator[tuple[datetime, int]]:
    """Yield who comes when; -1 is the machinery, which comes in every window."""
    comes = [
        (start + timedelta(seconds=random.randrange(DAYS * 86_400)), number)
        for number in range(PEOPLE)
        for _ in range(2)
    ]
    sweeps = [(start + timedelta(hours=8 * turn, seconds=5), -1) for turn in range(3 * DAYS)]
    yield from sorted(comes + sweeps)


def live(story: Story, start: datetime) -> None:
    """Let the days pass."""
    for moment, number in _visits(story, start):
        with at(moment):
            if number < 0:
                _machinery()
                continue
            person = sign_in(story.people[number])
            for _ in range(2):
                [deed] = random.choices(*_habits(story, number))
                deed(story, number, person)
                if deed is _leave:
                    break


@pytest.fixture
def story(db, settings, tmp_path, monkeypatch):
    """Live through two weeks and return everything that can be stolen of it."""
    random.seed(SEED)
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    follow_the_clock(monkeypatch)
    redis().flushdb()
    practice = open_practice()
    units = [
        make_unit(practice.agency, zone=zone) for zone in ("Asia/Jakarta", "Asia/Makassar")
    ]
    people = [
        make_employee("orang", agency=practice.agency, unit=random.choice(units)).user
        for _ in range(PEOPLE)
    ]
    for number, user in enumerate(people):
        User.objects.filter(pk=user.pk).update(
            nip=f"19900101201501{number:04d}",
            full_name=f"Nama{number:02d} Keluarga{number:02d}",
        )
        user.refresh_from_db()
    cache.clear()
    with written_log() as log:
        told = Story(practice, people, log, tmp_path)
        live(told, NOW)
        yield told
    redis().flushdb()
    print(f"seed {SEED}")


def victim_of(story: Story) -> Victim:
    """Return somebody who has booked."""
    user, client = next(
        (user, row)
        for user, row in story.clients().items()
        if Appointment.objects.filter(client=row).exists()
    )
    return Victim(
        user=str(user.pk), employee=str(user.employee.pk), email=user.email, nip=str(user.nip),
        name=user.full_name, client=str(client.pk), tag=client.owner_tag,
        appointment=str(Appointment.objects.filter(client=client).first().pk),
    )  # fmt: skip


def test_no_way_leads_from_a_person_to_a_client(story: Story) -> None:
    records = story.records()
    known = story.known(records)
    _holds_enough(story, records)
    held = [tokens_of(record, known) for record in records]
    assert ways(records, known, held) == []
    assert half_names(records, known) == []
    _every_planted_way_is_found(story, records, held)
    _guessing_is_chance(story, records)


def _holds_enough(story: Story, records: list[Record]) -> None:
    """A solver of nothing finds nothing: there must be moves, cancelled meetings, mails."""
    found = {record.where for record in records}
    assert found >= {"counselling_client", "mail", "log", "redis", "audit_clientevent",
                     "notifications_notification", "people_browsersession"}  # fmt: skip
    states = set(Appointment.objects.values_list("status", flat=True))
    assert {"BOOKED", "CANCELLED"} <= states
    assert 15 <= len(story.clients()) < PEOPLE
    assert Appointment.objects.filter(rev__gt=0).exists()


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
    unit = story.people[0].employee.unit
    for name, parts in HALF_NAMES.items():
        told = {column: text.format(unit=unit.code) for column, text in parts.items()}
        leak_row = row("notifications_delivery", id=uuid4(), **told)
        assert half_names([*records, leak_row], known), f"nobody noticed {name}"


ORDERED = ("people_user", "people_employee", "account_emailaddress", "vault_personkey")


def _guessing_is_chance(story: Story, records: list[Record]) -> None:
    """
    Guess by the order of rows, which any copy of a table keeps, and count.

    Two guesses for every table of people: that its k-th row is the k-th client, and that the
    rows written last belong to those who booked. By chance the first is right once, whatever
    the number of people; the second as often as people booked at all.
    """
    clients = {str(row.pk): str(user.pk) for user, row in story.clients().items()}
    in_order = [
        _id(r) for r in records if r.where == "counselling_client" and _id(r) in clients
    ]
    ids = {str(user.pk) for user in story.people}
    for table in ORDERED:
        column = "id" if table == "people_user" else "user_id"
        rows = [
            dict(record.parts)[column].decode() for record in records if record.where == table
        ]
        rows = list(dict.fromkeys(row for row in rows if row in ids))
        right = sum(clients[one] == row for one, row in zip(in_order, rows, strict=False))
        assert right <= 7, f"{table}: {right} of {len(in_order)} named by order"
        last = rows[-len(clients) :]
        share = len(clients) / len(ids)
        spread = (len(last) * share * (1 - share) * (1 - len(last) / len(rows) + 0.02)) ** 0.5
        booked = sum(row in clients.values() for row in last)
        assert booked <= len(last) * share + 4 * spread + 1, f"{table}: {booked} of {len(last)}"


def _id(record: Record) -> str:
    return dict(record.parts)["id"].decode()


def test_the_walk_needs_no_second_factor(db) -> None:
    """The walk signs in as people do; this holds that the short cut is the same session."""
    user = make_employee("orang").user
    assert sign_in(user).page.get("/").status_code == 200
    assert walker(user).page.get("/").status_code == 200
