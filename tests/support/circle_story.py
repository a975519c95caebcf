"""Twelve days in four circles, lived through at random: what there is to steal afterwards."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID

from django.utils import timezone

from counselling.models import Client as ClientRow
from counselling.notices import CLIENT, COUNSELLOR
from counselling.policies import owner_tag_of
from groups.choices import CAME, GroupKind, JoinPolicy, Mark, Way
from groups.models import Enrolment, Meeting, Place
from groups.notices import DUTY, FACILITATOR, HEAD
from groups.policies import member_tag_of, reader_tag_of
from groups.selectors.circles import get_circle_page
from groups.selectors.meeting import expected_at
from groups.services import announcements, attendance, rota, sweeping, tidying
from portal.audit import services as audit
from portal.notifications import services as notifications
from portal.people.models import User
from tests.factories import Practice, account
from tests.support.clock import at
from tests.support.exits import Log, Record, read_mails, read_redis, read_tables
from tests.support.groups import (
    Circle,
    give_vault,
    make_circle,
    plan_series,
)
from tests.support.joins import (
    Known,
    Token,
    learn,
    share_with_staff,
    token_of,
)
from tests.support.walks import Walker, sign_in

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
    with at(start + timedelta(days=DAYS, minutes=1)):
        # Whoever left early may be back: one at least is gone when the exits are read.
        somebody, row = next(one for one in story.enrolments() if one[1].state == "ACTIVE")
        answer = sign_in(somebody).page.post(f"/lingkar/{row.group_id}/keluar/")
        assert answer.status_code in {302, 303}


def make_circles(practice: Practice) -> list[Circle]:
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
