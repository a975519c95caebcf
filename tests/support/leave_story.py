"""Days of people who rest, and who seek help: what there is to steal of both afterwards."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from django.utils import timezone

from counselling import services as counselling
from counselling.models import Client as ClientRow
from counselling.notices import CLIENT, COUNSELLOR
from counselling.policies import owner_tag_of
from groups.models import Enrolment
from groups.notices import DUTY, FACILITATOR, HEAD
from groups.policies import member_tag_of
from groups.services import tidying
from portal.audit import services as audit
from portal.leave.choices import Certificate, FeedKind, Issuer, Opinion, State, Verdict
from portal.leave.models import Consideration, Evidence, LeaveRequest
from portal.leave.notices import DESK, MANAGER, OWN, REVIEWER
from portal.leave.services import attestations, decisions, evidence, opening, requests, sweeping
from portal.leave.services.calendars import make_address
from portal.leave.services.considerations import consider
from portal.leave.services.desk import LeaveRefused
from portal.notifications import services as notifications
from portal.notifications.policies import inbox_tag
from portal.people.models import User
from tests.factories import Practice, account
from tests.support.clock import at
from tests.support.exits import Log, Record, read_mails, read_redis, read_tables
from tests.support.groups import Circle, join
from tests.support.joins import Known, Token, learn, share_with_staff, token_of
from tests.support.leave import Room, vault_of
from tests.support.leave_cases import grants
from tests.support.walks import Walker, sign_in

PEOPLE = 24
DAYS = 10
VISITS = 4
ROOMS_OF_LEAVE = (OWN, MANAGER, REVIEWER, DESK)


@dataclass
class Story:
    """Who lives through it, and what can be stolen afterwards."""

    practice: Practice
    room: Room
    circle: Circle
    people: list[User]
    log: Log
    mails: Path
    paper: bytes
    booked: set[int] = field(default_factory=set)
    joined: set[int] = field(default_factory=set)
    asked: set[int] = field(default_factory=set)

    def clients(self) -> list[tuple[User, ClientRow]]:
        """Return who booked with a counsellor: only the key of the house can tell."""
        tags = {owner_tag_of(account(user)): user for user in self.people}
        return [(tags[row.owner_tag], row) for row in ClientRow.objects.all()]

    def enrolments(self) -> list[tuple[User, Enrolment]]:
        """Return who is in the circle."""
        group = self.circle.group.pk
        tags = {member_tag_of(user_id=user.pk, group_id=group): user for user in self.people}
        return [(tags[bytes(row.member_tag)], row) for row in Enrolment.objects.all()]

    def staff(self) -> set[UUID]:
        """Return the accounts of those who work here; who they are is no secret."""
        room = self.room
        work = (
            room.hr, room.official, room.reviewer, room.other_reviewer, room.superior,
            room.chief, self.circle.lead, self.circle.co, self.practice.head,
        )  # fmt: skip
        return {one.user_id for one in work} | {self.practice.counsellor.user_id}

    def records(self) -> list[Record]:
        """Read all exits."""
        return [
            *read_tables(), *read_redis(), *read_mails(self.mails), *self.log.records(),
        ]  # fmt: skip

    def known(self, records: list[Record]) -> Known:
        """
        Learn from the records what belongs to whom.

        Leave is an employee's: its inboxes stand on the side of people, with their own tags.
        """
        staff = self.staff()
        known = learn(records, staff=frozenset(str(one).encode() for one in staff))
        rooms = (CLIENT, COUNSELLOR, FACILITATOR, HEAD, DUTY, *ROOMS_OF_LEAVE)
        tags = [inbox_tag(namespace=room, user_id=one) for room in rooms for one in staff]
        share_with_staff(records, known, tags=tags)
        own = {
            inbox_tag(namespace=room, user_id=user.pk)
            for room in ROOMS_OF_LEAVE
            for user in (*self.people, *User.objects.filter(pk__in=staff))
        }
        _count_leave_as_named(records, known, own)
        return known


def _count_leave_as_named(records: list[Record], known: Known, tags: set[bytes]) -> None:
    """Move inboxes of leave, and the mailboxes chosen for them, to the side of people."""
    for record in records:
        columns = dict(record.parts)
        if columns.get("recipient_tag", columns.get("tag")) not in tags:
            continue
        names = ("id", "recipient_tag", "tag", "fact_key", "contact")
        mine = {token_of(columns[name]) for name in names if columns.get(name)}
        known.client -= mine
        known.employee |= mine - known.hubs


def _ask(story: Story, number: int, person: Walker) -> None:
    """Ask for leave, for days nobody else of hers has."""
    if number in story.asked:
        return
    story.asked.add(number)
    certificate = random.choice([Certificate.NONE, Certificate.NOW, Certificate.LATER])
    first = date(2026, 12, 7) + timedelta(days=7 * random.randrange(4))
    sick = certificate != Certificate.NONE
    request_id = requests.submit_leave_request(
        actor=account(person.user), now=timezone.now(),
        ask=requests.LeaveAsk(
            first_day=first, last_day=first + timedelta(days=1), certificate=certificate,
            code="CS" if sick else "CT-PNS", words="Belum bisa tidur." if sick else "",
            key=uuid4(),
        ),
    )  # fmt: skip
    if certificate == Certificate.NOW:
        evidence.hand_in(
            actor=account(person.user), request_id=request_id, files=[story.paper],
            now=timezone.now(),
        )  # fmt: skip
    person.page.get(f"/cuti/{request_id}/")


def _look(story: Story, number: int, person: Walker) -> None:
    for path in ("/", "/cuti/", "/lingkar/", "/saya/", "/saya/kabar/"):
        assert person.page.get(path).status_code == 200


def _withdraw(story: Story, number: int, person: Walker) -> None:
    rows = LeaveRequest.objects.undecided().filter(employee__user=person.user)
    for row in rows[:1]:
        answer = person.page.post(f"/cuti/{row.pk}/tarik/", {"version": row.version})
        assert answer.status_code == 302


def _book(story: Story, number: int, person: Walker) -> None:
    if number not in story.booked:
        story.booked.add(number)
        person.book(skip=random.randrange(20), note="Halo", name="Seseorang")


def _join(story: Story, number: int, person: Walker) -> None:
    if number not in story.joined:
        story.joined.add(number)
        join(story.circle, account(person.user), now=timezone.now())


def _choose(story: Story, number: int, person: Walker) -> None:
    """Choose one private address for whatever there is to choose it for."""
    address = f"pribadi{number}@rumah.test"
    if not person.user.emailaddress_set.filter(email=address).exists():
        person.private_address(address)
    notifications.choose_address(
        namespace=OWN, user_id=person.user.pk, address=address, now=timezone.now()
    )
    if ClientRow.objects.filter(owner_tag=owner_tag_of(account(person.user))).exists():
        counselling.choose_address(
            actor=account(person.user), address=address, now=timezone.now()
        )


def _subscribe(story: Story, number: int, person: Walker) -> None:
    make_address(actor=account(person.user), kind=FeedKind.OWN, now=timezone.now())


def _guess(story: Story, number: int, person: Walker) -> None:
    """Try a request that is somebody else's: counted, by nobody's name."""
    row = LeaveRequest.objects.exclude(employee__user=person.user).first()
    if row:
        person.page.get(f"/cuti/{row.pk}/")


DEEDS = ([_ask, _book, _join, _look, _choose, _withdraw, _subscribe, _guess],
         [9, 4, 4, 3, 3, 1, 2, 1])  # fmt: skip


def _work(story: Story) -> None:
    """Let one of those who work on leave do one thing."""
    room, now = story.room, timezone.now()
    asked = Consideration.objects.filter(state="OPEN").order_by("?").first()
    seen = Evidence.objects.filter(
        dossier__request__state=State.EVIDENCE_REVIEW, is_words=False
    ).first()
    ready = LeaveRequest.objects.filter(state=State.DECISION).order_by("?").first()
    if asked and random.random() < 0.6:
        consider(
            actor=account(asked.asked), consideration_id=asked.pk, opinion=Opinion.AGREED,
            now=now,
        )  # fmt: skip
    elif seen and random.random() < 0.6:
        _attest(story, seen, now)
    elif ready:
        decided = decisions.decide(
            actor=room.official, request_id=ready.pk, ruling=grants(ready),
            version=ready.version, now=now,
        )  # fmt: skip
        decisions.sign_now(actor=room.official, decision_id=decided, now=now)


def _attest(story: Story, piece: Evidence, now: datetime) -> None:
    reviewer, request_id = story.room.reviewer, piece.dossier.request_id
    opening.take_on(actor=reviewer, request_id=request_id, now=now)
    opening.open_page(
        actor=reviewer, vault=vault_of(reviewer), evidence_id=piece.pk, number=1, now=now
    )
    finding = attestations.Finding(verdict=Verdict.ENOUGH, issuer=Issuer.DOCTOR)
    attestations.attest(actor=reviewer, request_id=request_id, ruling=finding, now=now)


def _machinery() -> None:
    now = timezone.now()
    sweeping.sweep(now=now)
    sweeping.tidy(now=now)
    tidying.tidy(now=now)
    notifications.plan_reminders(now=now)
    notifications.deliver_due(now=now)
    counselling.tidy(now=now)
    audit.chain_events(now=now)


def _moments(start: datetime) -> Iterator[tuple[datetime, int]]:
    """Yield who comes when; -1 is the machinery, -2 somebody at work on leave."""

    def whenever() -> datetime:
        return start + timedelta(seconds=random.randrange(DAYS * 86_400))

    comes = [(whenever(), number) for number in range(PEOPLE) for _ in range(VISITS)]
    works = [(whenever(), -2) for _ in range(6 * DAYS)]
    sweeps = [(start + timedelta(hours=8 * turn, seconds=5), -1) for turn in range(3 * DAYS)]
    yield from sorted(comes + works + sweeps)


def live(story: Story, start: datetime) -> None:
    """Let the days pass: whoever comes does two things, in whichever rooms."""
    for moment, number in _moments(start):
        with at(moment):
            if number == -1:
                _machinery()
            elif number == -2:
                _work(story)
            else:
                person = sign_in(story.people[number])
                for _ in range(2):
                    [deed] = random.choices(*DEEDS)
                    try:
                        deed(story, number, person)
                    except LeaveRefused:
                        continue


def owners(story: Story) -> dict[Token, tuple[str, str]]:
    """Return whose each pseudonym is, by every name it has."""
    found: dict[Token, tuple[str, str]] = {}
    for user, row in story.clients():
        for value in (str(row.pk).encode(), bytes(row.owner_tag)):
            found[token_of(value)] = (str(user.pk), str(row.pk))
    for user, enrolment in story.enrolments():
        for value in (str(enrolment.pk).encode(), bytes(enrolment.member_tag)):
            found[token_of(value)] = (str(user.pk), str(enrolment.pk))
    return found
