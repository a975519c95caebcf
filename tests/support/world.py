"""One small organisation with every kind of person in it, and one row of everything."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.test import Client
from django.utils import timezone

from counselling import rules, selectors, services
from counselling.choices import AppointmentStatus, Mode
from portal.calendars.choices import HolidayKind
from portal.calendars.models import Holiday
from portal.notifications.models import Notification
from portal.people import services as people
from portal.people.actors import Account
from portal.people.choices import Role
from portal.people.models import Employee, RoleGrant, User
from portal.wellbeing.choices import ContactKind
from portal.wellbeing.models import HelpContact
from tests.factories import (
    Practice,
    account,
    add_counsellor,
    grant,
    make_employee,
    make_practice,
)
from tests.support.browsers import browser
from tests.support.circle_world import build_round
from tests.support.leave import Room
from tests.support.leave_world import LEAVE_PERSONS, build_rest

PERSONS = (
    "anonymous", "other", "owner", "manager", "hr", "reviewer", "official", "assigned",
    "counsellor", "former", "facilitator", "leader", "stand_in", "waiting", "gone", "duty",
    "head", "admin", "dpo", *LEAVE_PERSONS, "closed",
)  # fmt: skip
"""
The kinds of people: nobody; an employee; the client herself, who is in a circle as well; her
line manager; HR; a medical reviewer; an authorised official; her counsellor; another one; one
whose role has ended; a facilitator of another circle; who leads her circle; who stands in at
its next meeting; who waits for it; who has left it; the duty counsellor; the head of service;
an administrator; the data protection officer; somebody whose account was closed while she was
signed in.
"""
STAFF = {
    "hr": Role.HR, "reviewer": Role.REVIEWER, "official": Role.OFFICIAL,
    "facilitator": Role.FACILITATOR,
    "head": Role.HEAD, "admin": Role.ADMIN, "dpo": Role.DPO,
}  # fmt: skip


@dataclass
class World:
    """The people, the rows they own, and browsers in which they are signed in."""

    practice: Practice
    users: dict[str, User]
    rows: dict[str, object] = field(default_factory=dict)
    special: dict[str, dict[str, object]] = field(default_factory=dict)
    held: UUID | None = None
    room: Room | None = None
    """The people around leave, as its tests name them."""
    browsers: dict[str, Client] = field(default_factory=dict)
    first_token: str = ""
    """The token of the first free time, as its button carries it."""

    def arguments(self, route: str) -> dict[str, object]:
        """Return what stands in a path so that it leads to an existing row."""
        known: dict[str, object] = dict(self.rows)
        if route in {"counselling:appointment-book", "counselling:appointment-release"}:
            known["appointment_id"] = self.held
        return known | self.special.get(route, {})


@contextmanager
def undone() -> Iterator[None]:
    """Run a block and take back whatever it wrote; services may open their own transactions."""
    block = transaction.atomic()
    block._from_testcase = True  # `durable` looks through the transactions of tests
    with block:
        yield
        transaction.set_rollback(True)


@contextmanager
def frozen_world() -> Iterator[World]:
    """Build the world and take it back at the end."""
    with undone():
        yield build_world()


def build_world(now: datetime | None = None) -> World:
    """Make everybody and everything."""
    now = now or timezone.now()
    practice = make_practice()
    world = World(practice, _people(practice, now))
    _meetings(world, now)
    _other_rows(world, now)
    _circle(world, now)
    _leave(world, now)
    for person in PERSONS:
        world.browsers[person] = browser(world.users.get(person), mfa=True)
    people.deactivate_user(
        actor=account(world.users["admin"]), user_id=world.users["closed"].pk, now=now
    )
    return world


def _people(practice: Practice, now: datetime) -> dict[str, User]:
    agency = practice.agency
    manager = make_employee("atasan", agency=agency)
    staff = {name: make_employee(name, agency=agency) for name in STAFF if name != "head"}
    for name, employee in staff.items():
        grant(employee.user, agency, STAFF[name])
    second = add_counsellor(agency, practice.head, [practice.service_id], name="Dewi")
    former = make_employee("mantan", agency=agency).user
    ended = grant(former, agency, Role.COUNSELLOR)
    RoleGrant.objects.filter(pk=ended.pk).update(ends_on=(now - timedelta(days=2)).date())
    others = {
        "other": make_employee("orang", agency=agency),
        "owner": make_employee("rina", agency=agency, manager=manager),
        "manager": manager,
        "closed": make_employee("pergi", agency=agency),
        **staff,
    }
    return {
        **{name: employee.user for name, employee in others.items()},
        "head": User.objects.get(pk=practice.head.user_id),
        "assigned": practice.counsellor.user,
        "counsellor": second.user,
        "former": former,
    }


def first_free(actor: Account, counsellor_id: UUID, now: datetime) -> datetime:
    """Return the soonest free time of a counsellor."""
    wanted = selectors.TimeFilter(counsellor_id=counsellor_id)
    return selectors.list_free_times(actor=actor, now=now, wanted=wanted)[0].starts_at


def meet(practice: Practice, actor: Account, now: datetime) -> UUID:
    """Book the soonest time with the practice's counsellor."""
    held = hold_soonest(practice, actor, now)
    services.book_appointment(
        actor=actor,
        appointment_id=held,
        request=services.BookingRequest(consent_version=rules.CONSENT_VERSION, note="Halo"),
        now=now,
    )
    return held


def hold_soonest(practice: Practice, actor: Account, now: datetime) -> UUID:
    """Hold the soonest time with the practice's counsellor."""
    return services.hold_appointment(
        actor=actor,
        counsellor_id=practice.counsellor.pk,
        service_id=practice.service_id,
        starts_at=first_free(actor, practice.counsellor.pk, now),
        mode=Mode.PHONE,
        now=now,
    )


def _meetings(world: World, now: datetime) -> None:
    practice, owner = world.practice, account(world.users["owner"])
    before = now - timedelta(days=40)
    past = meet(practice, owner, before)
    services.note_attendance(
        actor=practice.actor, appointment_id=past, outcome=AppointmentStatus.FULFILLED,
        now=now - timedelta(days=20),
    )  # fmt: skip
    world.rows["appointment_id"] = meet(practice, owner, now)
    world.held = hold_soonest(practice, owner, now)
    booked = practice.counsellor.appointments.get(pk=world.rows["appointment_id"])
    world.rows["day"] = booked.period.lower.astimezone(ZoneInfo("Asia/Jakarta")).date()


def _other_rows(world: World, now: datetime) -> None:
    practice, agency = world.practice, world.practice.agency
    services.close_period(
        actor=practice.actor, starts_at=now + timedelta(days=60),
        ends_at=now + timedelta(days=61), now=now,
    )  # fmt: skip
    newest = Notification.objects.order_by("-created_hour", "id")
    owner_tag = practice.counsellor.appointments.first().client.owner_tag
    contact = HelpContact.objects.create(
        kind=ContactKind.values[0], name="Sejiwa", dial="119", number="119", position=1,
        owner=world.users["head"], checked_on=now.date(),
    )  # fmt: skip
    holiday = Holiday.objects.create(
        day=(now + timedelta(days=3)).date(), agency=agency, kind=HolidayKind.LOCAL,
        name="Hari Kota",
    )  # fmt: skip
    target = Employee.objects.get(user=world.users["other"])
    world.rows |= {
        "range_id": practice.counsellor.availabilities.first().pk,
        "exception_id": practice.counsellor.exceptions.first().pk,
        "notification_id": newest.filter(recipient_tag=owner_tag).first().pk,
        "contact_id": contact.pk,
        "holiday_id": holiday.pk,
        "service_id": practice.service_id,
        "counsellor_id": practice.counsellor.pk,
        "user_id": target.user_id,
        "grant_id": RoleGrant.objects.get(user=world.users["facilitator"]).pk,
    }


def _leave(world: World, now: datetime) -> None:
    around = build_rest(world.practice.agency, world.users, now=now)
    world.room = around.room
    world.users |= around.users
    world.rows |= around.rows
    world.special |= around.special


def _circle(world: World, now: datetime) -> None:
    practice, users = world.practice, world.users
    around = build_round(
        practice.agency, practice.head, owner=users["owner"], facilitator=users["facilitator"],
        now=now,
    )  # fmt: skip
    world.users |= around.users
    world.rows |= around.rows
    world.special |= around.special
