"""Reading inboxes, choices and the state of the outbox."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Min, Q

from portal.notifications import policies, registry, rules
from portal.notifications.choices import LIVE, State
from portal.notifications.models import AccountMail, AddressChoice, Delivery, Notification
from portal.notifications.registry import InboxLines, Load, Notice, SubjectAtRev
from portal.vault.services import open_field_text

PAGE = 30


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One line of the inbox, worded from the facts of now."""

    id: UUID
    title: str
    body: str
    url: str
    read: bool
    shown_at: datetime
    is_today: bool


@dataclass(frozen=True, slots=True)
class OutboxHealth:
    """How the outbox does, too coarse to show a single deed."""

    ok: bool
    overdue: int
    oldest_minutes: int
    in_hand: int
    uncertain: int
    dead: int


def list_inbox(*, user_id: UUID, zone: str, now: datetime) -> list[InboxRow]:
    """
    Return the person's inbox over all rooms, newest first, at most 30 lines.

    What is no longer true is left out; of several items about one thing only the newest is
    shown.
    """
    told = list(
        policies.inbox_of(user_id=user_id, now=now).order_by("-created_hour", "-rev", "id")[
            : 3 * PAGE
        ]
    )
    newest: dict[tuple[str, UUID], Notification] = {}
    for row in told:
        newest.setdefault((row.notice, row.subject_id), row)
    return _worded(list(newest.values()), zone=zone, now=now)[:PAGE]


def find_url(*, user_id: UUID, notification_id: UUID, zone: str, now: datetime) -> str:
    """
    Return where one item leads, or an empty text if it leads nowhere any more.

    :raises Http404: if it is not in the person's own inbox.
    """
    told = policies.get_notification(user_id=user_id, notification_id=notification_id, now=now)
    rows = _worded([told], zone=zone, now=now)
    return rows[0].url if rows else ""


def count_unread(*, user_id: UUID, now: datetime) -> int:
    """Return how many things in the inbox are unread, in one query."""
    news = Q(useful_until__isnull=True) | Q(useful_until__gt=now)
    told = policies.inbox_of(user_id=user_id, now=now).filter(news, read=False)
    # A subject told twice under one notice is one line of the inbox.
    return told.values("notice", "subject_id").distinct().count()


def count_told(*, subject_id: UUID, notice: str) -> int:
    """Return how many inboxes hold a notice about a subject, read or not."""
    return Notification.objects.filter(subject_id=subject_id, notice=notice).count()


def count_told_each(*, subject_ids: Sequence[UUID], notice: str) -> dict[UUID, int]:
    """Return, subject by subject, how many inboxes hold a notice; one query for all."""
    rows = (
        Notification.objects.filter(subject_id__in=subject_ids, notice=notice)
        .order_by()
        .values_list("subject_id")
        .annotate(count=Count("id"))
    )
    return dict(rows)


def list_told(
    *, subject_ids: Sequence[UUID], notices: Sequence[str]
) -> frozenset[tuple[str, UUID, int, bytes]]:
    """Return notice, subject, revision and recipient's tag of what was told; one query."""
    rows = Notification.objects.filter(subject_id__in=subject_ids, notice__in=notices)
    told = rows.values_list("notice", "subject_id", "rev", "recipient_tag")
    return frozenset((notice, subject, rev, bytes(tag)) for notice, subject, rev, tag in told)


def address_choice(*, namespace: str, user_id: UUID, scope: UUID | None = None) -> str | None:
    """
    Return where one room writes to, masked; None when nothing leaves the house.

    :raises ValueError: if a scoped namespace lacks its scope, or another one is given one.
    """
    tag = policies.inbox_tag(namespace=namespace, user_id=user_id, scope=scope)
    choice = AddressChoice.objects.filter(tag=tag).first()
    return open_field_text(choice, "masked") if choice else None


def outbox_health(*, now: datetime) -> OutboxHealth:
    """
    Return how the outbox does.

    Rows that wait for their window are not counted at all, the others in tens: a count that
    moves with a click would tell whoever watches both.
    """
    overdue, oldest = 0, now
    for model in (Delivery, AccountMail):
        late = model.objects.due(now).aggregate(count=Count("id"), oldest=Min("not_before"))
        overdue += late["count"]
        oldest = min(oldest, late["oldest"] or now)
    states = Delivery.objects.filter(Q(state__in=LIVE) | Q(day_on__isnull=False)).aggregate(
        in_hand=Count("id", filter=Q(state__in=(State.LEASED, State.COMMITTING))),
        uncertain=Count("id", filter=Q(state=State.UNCERTAIN)),
        dead=Count("id", filter=Q(state=State.DEAD)),
    )
    age = now - oldest
    return OutboxHealth(
        ok=age <= rules.OVERDUE_ALARM,
        overdue=rules.coarse(overdue) if age > rules.OVERDUE_ALARM else 0,
        oldest_minutes=int(age.total_seconds() // 60),
        **{name: rules.coarse(count) for name, count in states.items()},
    )


def _worded(told: Sequence[Notification], *, zone: str, now: datetime) -> list[InboxRow]:
    by_notice: dict[str, list[Notification]] = {}
    for row in told:
        if registry.is_known(row.notice):
            by_notice.setdefault(row.notice, []).append(row)
    notices = {name: registry.find_notice(name) for name in by_notice}
    kept = {
        name: [(row.subject_id, row.rev) for row in _concerning(notices[name], rows, now)]
        for name, rows in by_notice.items()
    }
    loaded = _loaded((notices[name], pairs) for name, pairs in kept.items())
    lines = {
        (name, *pair): words
        for name, pairs in kept.items()
        for pair, words in _lines(notices[name], pairs, loaded, zone, now).items()
    }
    today = now.astimezone(ZoneInfo(zone)).date()
    return [
        InboxRow(
            id=row.id,
            title=words.title,
            body=words.body,
            url=words.url,
            read=row.read,
            shown_at=row.created_hour,
            is_today=row.created_hour.astimezone(ZoneInfo(zone)).date() == today,
        )
        for row in told
        if (words := lines.get((row.notice, row.subject_id, row.rev))) is not None
    ]


def _loaded(
    kept: Iterable[tuple[Notice, Sequence[SubjectAtRev]]],
) -> dict[Load, Mapping[UUID, Any]]:
    """Return the rows behind a page by what loads them, each loader asked once."""
    wanted: dict[Load, set[UUID]] = {}
    for notice, pairs in kept:
        if notice.load is not None:
            wanted.setdefault(notice.load, set()).update(one for one, _rev in pairs)
    return {load: load(ids) for load, ids in wanted.items()}


def _lines(
    notice: Notice,
    pairs: Sequence[SubjectAtRev],
    loaded: Mapping[Load, Mapping[UUID, Any]],
    zone: str,
    now: datetime,
) -> dict[SubjectAtRev, InboxLines]:
    if notice.load is not None and notice.word is not None:
        return dict(notice.word(loaded[notice.load], pairs, zone, now))
    if notice.many is not None:
        return dict(notice.many(pairs, zone, now))
    return {
        (subject_id, rev): notice.lines(subject_id, zone)
        for subject_id, rev in pairs
        if notice.still_true(subject_id, rev, now)
    }


def _concerning(
    notice: Notice, told: Sequence[Notification], now: datetime
) -> Sequence[Notification]:
    if notice.concerns is None:
        return told
    asked = {(row.subject_id, bytes(row.recipient_tag)): row for row in told}
    kept = notice.concerns(asked.keys(), now)
    return [row for pair, row in asked.items() if pair in kept]
