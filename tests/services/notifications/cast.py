"""A room that exists in tests only: it tells, is asked again, and can be made to fail."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from portal.notifications import registry, services
from portal.notifications.models import Delivery, Notification
from portal.people.models import User

NOW = datetime(2026, 11, 23, 3, 0, 20, tzinfo=UTC)  # 10.00 WIB, a Monday
NOON = datetime(2026, 11, 23, 5, 15, tzinfo=UTC)  # the window at 12.15 WIB
EVENING = datetime(2026, 11, 23, 9, 15, tzinfo=UTC)  # the window at 16.15 WIB
NEWS = "test.news"
OTHER = "test.other"
ROOM = "test.room"
SECOND_ROOM = "test.second"


@dataclass
class Room:
    """The facts of the room, and what it was asked."""

    untrue: set[UUID] = field(default_factory=set)
    broken: set[UUID] = field(default_factory=set)
    asked: list[UUID] = field(default_factory=list)
    planned: list[registry.Planned] = field(default_factory=list)

    def still_true(self, subject_id: UUID, rev: int, now: datetime) -> bool:
        self.asked.append(subject_id)
        if subject_id in self.broken:
            raise RuntimeError("canary-in-an-exception")
        return subject_id not in self.untrue

    def lines(self, subject_id: UUID, zone: str) -> registry.InboxLines:
        return registry.InboxLines(f"About {subject_id}", f"in {zone}", f"/temu/{subject_id}/")

    def plan(self, *, now: datetime, until: datetime) -> list[registry.Planned]:
        return list(self.planned)

    def tell(
        self,
        user: User,
        *,
        subject_id: UUID | None = None,
        notice: str = NEWS,
        rev: int = 1,
        namespace: str = ROOM,
        useful_until: datetime | None = None,
        urgent: bool = False,
        now: datetime = NOW,
    ) -> UUID:
        subject_id = subject_id or uuid4()
        with transaction.atomic():
            services.enqueue(
                recipient=services.recipient_for(namespace=namespace, user_id=user.pk),
                notice=notice,
                subject_id=subject_id,
                rev=rev,
                useful_until=useful_until,
                urgent=urgent,
                now=now,
            )
        return subject_id

    def remind(self, user: User, *, subject_id: UUID, starts_at: datetime) -> None:
        self.planned += [
            registry.Planned(
                recipient=services.recipient_for(namespace=ROOM, user_id=user.pk),
                notice=OTHER,
                subject_id=subject_id,
                rev=1,
                due_at=due_at,
                useful_until=starts_at,
            )
            for due_at in services.reminder_times(starts_at=starts_at)
        ]


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    """A register with this room alone in it."""
    for name in ("_notices", "_planners", "_namespaces", "_rests"):
        monkeypatch.setattr(registry, name, {})
    facts = Room()
    for name in (NEWS, OTHER):
        registry.register(registry.Notice(name, facts.still_true, facts.lines))
    registry.register_planner("test", facts.plan)
    registry.register_namespace(ROOM)
    registry.register_namespace(SECOND_ROOM)
    return facts


def make_person(email: str = "rina@demo.test", address: str | None = None) -> User:
    user = User.objects.create(email=email, full_name="Rina Anggraini")
    if address:
        choose(user, address)
    return user


def choose(user: User, address: str | None, namespace: str = ROOM) -> None:
    services.choose_address(namespace=namespace, user_id=user.pk, address=address, now=NOW)


@pytest.fixture
def rina(room: Room, db: None) -> User:
    """Somebody who has chosen a private address in this room."""
    return make_person(address="r.private@mail.test")


def sweep(now: datetime = NOON, **more) -> services.Report:
    return services.deliver_due(now=now, **more)


def outcome() -> tuple[str, str]:
    delivery = only_delivery()
    return delivery.state, delivery.reason


def only_delivery() -> Delivery:
    return Delivery.objects.get()


def only_item() -> Notification:
    return Notification.objects.get()


def later(**spans: int) -> datetime:
    return NOW + timedelta(**spans)
