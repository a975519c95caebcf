"""Reminders that the facts call for, told as rows ahead of their time."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from operator import attrgetter
from uuid import UUID

from django.db import transaction

from portal.common.logs import event
from portal.notifications import registry, rules
from portal.notifications.choices import Channel, Priority
from portal.notifications.models import AddressChoice, Delivery, Notification
from portal.notifications.registry import Planned
from portal.notifications.services.outbox import dedupe_key, fact_key, house_windows

_BATCH = 1000


def plan_reminders(*, now: datetime) -> int:
    """
    Ask every planner what the facts call for in the next 36 hours; return how many were new.

    Looks at state only, so that it may run twice at once, late, or never for a night: the keys
    of the rows let each reminder exist once. One failing planner does not stop the others.
    """
    until = now + rules.PLAN_AHEAD
    new = 0
    for name, planner in registry.list_planners():
        try:
            with transaction.atomic():
                new += _plan(planner(now=now, until=until), now=now)
        except Exception:  # noqa: BLE001 - a room's planner may fail; the others still plan
            event(f"planner {name} failed", state="FAILED")
    return new


def _plan(wanted: Iterable[Planned], *, now: datetime) -> int:
    by_fact = {
        fact_key(
            notice=planned.notice,
            subject_id=planned.subject_id,
            rev=planned.rev,
            tag=planned.recipient.tag,
            due_at=planned.due_at,
        ): planned
        for planned in _worth_planning(wanted, now=now)
    }
    facts = sorted(by_fact)
    return sum(
        _plan_batch({fact: by_fact[fact] for fact in facts[start : start + _BATCH]}, now=now)
        for start in range(0, len(facts), _BATCH)
    )


def _worth_planning(wanted: Iterable[Planned], *, now: datetime) -> Iterator[Planned]:
    """
    Leave out what came too late to be of help.

    A reminder whose window had passed when it was first called for (somebody booked late, or
    nothing was planned for hours) is left to the next one about the same matter; without one it
    takes the last window that helps, and without a window it is not told.
    """
    by_matter: dict[tuple[bytes, str, UUID, int], list[Planned]] = {}
    for planned in wanted:
        matter = (planned.recipient.tag, planned.notice, planned.subject_id, planned.rev)
        by_matter.setdefault(matter, []).append(planned)
    windows = house_windows()
    for several in by_matter.values():
        ahead = [planned for planned in several if planned.due_at > now]
        last = max(several, key=attrgetter("due_at"))
        helps = rules.place(
            last.due_at, now=now, useful_until=last.useful_until, windows=windows
        )
        yield from ahead or ([last] if helps is not None else [])


def _plan_batch(by_fact: dict[bytes, Planned], *, now: datetime) -> int:
    """Insert in the order of the keys, so that two sweeps at once never wait in a circle."""
    known = _ids_by_fact(by_fact)
    Notification.objects.bulk_create(
        [
            Notification(
                recipient_tag=planned.recipient.tag,
                contact=planned.recipient.contact,
                notice=planned.notice,
                subject_id=planned.subject_id,
                rev=planned.rev,
                created_hour=rules.hour_of(_leaves_at(planned, now=now)),
                useful_until=rules.hour_after(planned.useful_until),
                fact_key=fact,
            )
            for fact, planned in by_fact.items()
            if fact not in known
        ],
        ignore_conflicts=True,
    )
    told = _ids_by_fact(by_fact)
    chosen = _tags_with_an_address(by_fact.values())
    deliveries = []
    for fact, planned in by_fact.items():
        if planned.recipient.tag not in chosen or fact not in told:
            continue
        deliveries.append(
            Delivery(
                notification_id=told[fact],
                dedupe_key=dedupe_key(fact, Channel.MAIL),
                priority=Priority.REMINDER,
                not_before=_leaves_at(planned, now=now),
                useful_until=planned.useful_until,
            )
        )
    Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)
    return len(by_fact) - len(known)


def _leaves_at(planned: Planned, *, now: datetime) -> datetime:
    at = rules.place(
        planned.due_at, now=now, useful_until=planned.useful_until, windows=house_windows()
    )
    return at or planned.due_at


def _ids_by_fact(by_fact: Iterable[bytes]) -> dict[bytes, UUID]:
    rows = Notification.objects.filter(fact_key__in=list(by_fact)).values_list("fact_key", "id")
    return dict(rows)


def _tags_with_an_address(wanted: Iterable[Planned]) -> set[bytes]:
    tags = {planned.recipient.tag for planned in wanted}
    return set(AddressChoice.objects.filter(tag__in=tags).values_list("tag", flat=True))


def reminder_times(*, starts_at: datetime) -> tuple[datetime, ...]:
    """
    Return the windows in which to remind of something: the evening before and the same morning.

    Earliest first; without the morning when that window comes after the start. A planner yields
    one `Planned` for each.
    """
    windows = house_windows()
    morning = rules.morning_of(starts_at, windows)
    evening = rules.evening_before(starts_at, windows)
    return (evening,) if morning is None else (evening, morning)
