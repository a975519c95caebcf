"""What the rooms call inside the transaction of a fact. Nothing here sends or publishes."""

import json
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from portal.notifications import registry, rules
from portal.notifications.choices import Channel, Priority, Reason, State
from portal.notifications.models import AccountMail, AddressChoice, Delivery, Notification
from portal.notifications.policies import inbox_tag
from portal.notifications.registry import Recipient
from portal.vault import services as vault

_CONTACT = "contact"


def house_windows() -> rules.Windows:
    """Return the mail windows of this house."""
    return rules.Windows(tuple(settings.MAIL_WINDOWS), ZoneInfo(settings.MAIL_WINDOW_ZONE))


def house_day(now: datetime) -> date:
    """Return the calendar day of the house on which an instant lies."""
    return now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def recipient_for(*, namespace: str, user_id: UUID, scope: UUID | None = None) -> Recipient:
    """
    Return how one room addresses a person; it may be stored there and names nobody.

    :raises ValueError: if no room has registered the namespace: its inbox would never be read;
        if a scoped namespace lacks its scope, or another one is given one.
    """
    if not registry.is_namespace(namespace):
        msg = f"no room has registered the namespace {namespace}"
        raise ValueError(msg)
    return Recipient(
        tag=inbox_tag(namespace=namespace, user_id=user_id, scope=scope),
        contact=vault.seal_to_notifier(user_id.bytes, _CONTACT, namespace),
    )


def user_id_behind(contact: bytes) -> UUID:
    """
    Open a contact: who the recipient is. Only the process that sends can.

    :raises NotifierKeyMissing: in any other process.
    :raises CannotOpen: if the box is not one of ours.
    """
    for namespace in registry.list_namespaces():
        with suppress(vault.CannotOpen):
            return UUID(bytes=vault.open_as_notifier(contact, _CONTACT, namespace))
    raise vault.CannotOpen


def fact_key(
    *, notice: str, subject_id: UUID, rev: int, tag: bytes, due_at: datetime | None = None
) -> bytes:
    """Return the key under which a fact is told to a recipient once, and never again."""
    when = rules.hour_of(due_at).isoformat() if due_at else ""
    return vault.tag("notification fact", notice, subject_id, str(rev), tag, when)


def dedupe_key(fact: bytes, channel: Channel) -> bytes:
    """Return the key under which a fact leaves through a channel once, and never again."""
    return vault.tag("notification delivery", fact, channel.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """
    A fact to tell one recipient: an inbox item, and a mail if she has chosen an address.

    From ``useful_until`` on nothing leaves any more; ``urgent`` (the matter comes before the
    next window) lets a mail leave at once. ``safety`` (somebody may be in danger) does so
    before everything else, whatever the hour.
    """

    recipient: Recipient
    notice: str
    subject_id: UUID
    rev: int
    useful_until: datetime | None = None
    urgent: bool = False
    safety: bool = False


def enqueue(
    *,
    recipient: Recipient,
    notice: str,
    subject_id: UUID,
    rev: int,
    useful_until: datetime | None = None,
    urgent: bool = False,
    safety: bool = False,
    now: datetime,
) -> None:
    """Tell one recipient about a fact; see `enqueue_all`."""
    message = Message(
        recipient=recipient,
        notice=notice,
        subject_id=subject_id,
        rev=rev,
        useful_until=useful_until,
        urgent=urgent,
        safety=safety,
    )
    enqueue_all(messages=[message], now=now)


def enqueue_all(*, messages: Sequence[Message], now: datetime) -> None:
    """
    Tell about facts, each recipient once for the same notice, subject and revision.

    Call it in the transaction of the fact. A mail leaves in the house's next window, together
    with everything else, or at once where it is urgent or a matter of safety. Two queries,
    four with a mail.

    :raises UnknownNotice: if no room has registered a notice.
    :raises TransactionManagementError: outside a transaction: a rollback has to take it along.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError(
            "enqueue belongs into the fact's transaction"
        )
    told = [_told(message, now=now) for message in messages]
    Notification.objects.bulk_create(told, ignore_conflicts=True)
    chosen = AddressChoice.objects.filter(tag__in={m.recipient.tag for m in messages})
    mailed = {bytes(tag) for tag in chosen.values_list("tag", flat=True)}
    if not mailed:
        return
    # One that was told before has kept its own row; only a new one gets a mail.
    new = set(
        Notification.objects.filter(pk__in=[row.pk for row in told]).values_list(
            "pk", flat=True
        )
    )
    deliveries = [
        _mail(row, message, now=now)
        for row, message in zip(told, messages, strict=True)
        if row.pk in new and message.recipient.tag in mailed
    ]
    Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)


def _told(message: Message, *, now: datetime) -> Notification:
    registry.find_notice(message.notice)
    return Notification(
        fact_key=fact_key(
            notice=message.notice,
            subject_id=message.subject_id,
            rev=message.rev,
            tag=message.recipient.tag,
        ),
        recipient_tag=message.recipient.tag,
        contact=message.recipient.contact,
        notice=message.notice,
        subject_id=message.subject_id,
        rev=message.rev,
        created_hour=rules.hour_of(now),
        useful_until=rules.hour_after(message.useful_until) if message.useful_until else None,
    )


def _mail(told: Notification, message: Message, *, now: datetime) -> Delivery:
    at_once = message.urgent or message.safety
    return Delivery(
        notification=told,
        dedupe_key=dedupe_key(bytes(told.fact_key), Channel.MAIL),
        priority=Priority.SAFETY if message.safety else Priority.CHANGE,
        not_before=now if at_once else rules.next_window(now, house_windows()),
        useful_until=message.useful_until,
    )


def cannot_wait(*, starts_at: datetime, now: datetime) -> bool:
    """
    Say whether news about something that starts then has to leave at once.

    True if it starts before the next window; a caller hands it to `enqueue` as ``urgent``
    for news the recipient does not know yet (somebody else cancelled or moved it).
    """
    return rules.cannot_wait(starts_at, now=now, windows=house_windows())


def withdraw(*, subject_id: UUID, notices: Sequence[str] | None = None, now: datetime) -> int:
    """
    Take back what has not left yet about a subject; return how many deliveries that were.

    Call it in the transaction that changes the fact, *before* telling the new one. A mail in
    hand is taken from its holder: it is sent only if it had already begun to leave. Unread
    items disappear from the inbox; read ones show what is true now. Locks the deliveries by id.
    """
    return withdraw_all(subject_ids=[subject_id], notices=notices, now=now)


def withdraw_all(
    *, subject_ids: Collection[UUID], notices: Sequence[str] | None = None, now: datetime
) -> int:
    """
    Take back what has not left yet about some subjects, in queries that do not grow with them.

    `withdraw` says the rest. Without subjects there is nothing to take back.
    """
    if not subject_ids:
        return 0
    told = Notification.objects.filter(subject_id__in=subject_ids)
    return _take_back(told, notices=notices, now=now)


def withdraw_for(
    *,
    tag: bytes,
    notices: Sequence[str] | None = None,
    subject_id: UUID | None = None,
    subject_ids: Collection[UUID] | None = None,
    now: datetime,
) -> int:
    """
    Take back what has not left yet for one recipient; return how many deliveries that were.

    For whoever leaves something that others stay in; `withdraw` says the rest. Without subjects
    it is everything under the tag.
    """
    told = Notification.objects.filter(recipient_tag=tag)
    if subject_id is not None:
        told = told.filter(subject_id=subject_id)
    if subject_ids is not None:
        told = told.filter(subject_id__in=subject_ids)
    return _take_back(told, notices=notices, now=now)


def _take_back(
    told: QuerySet[Notification], *, notices: Sequence[str] | None, now: datetime
) -> int:
    if notices is not None:
        told = told.filter(notice__in=notices)
    with transaction.atomic():
        count = finish_waiting(told, state=State.WITHDRAWN, reason="", now=now)
        told.filter(read=False).delete()
    return count


def finish_waiting(
    told: QuerySet[Notification], *, state: State, reason: Reason | str, now: datetime
) -> int:
    """Finish the deliveries of these notifications that have not left; lock them by id."""
    waiting = (
        Delivery.objects.filter(
            notification__in=told.values("id"), state__in=(State.PENDING, State.LEASED)
        )
        .order_by("id")
        .select_for_update(of=("self",))
        .values_list("id", flat=True)
    )
    return Delivery.objects.filter(id__in=list(waiting)).update(
        **bare(state=state, reason=reason, now=now), notification=None, priority=None
    )


def bare(*, state: State, reason: Reason | str, now: datetime) -> dict[str, object]:
    """Return what a finished row keeps, and that it keeps no clock."""
    return {
        "state": state,
        "reason": reason,
        "day_on": house_day(now),
        "not_before": None,
        "useful_until": None,
        "lease_token": None,
        "lease_until": None,
        "attempt": 0,
    }


def enqueue_account_mail(*, address: str, subject: str, body: str, now: datetime) -> None:
    """
    Put a mail of the sign-in pages into the outbox; it leaves with the next sweep.

    Address and words are sealed to the notifier. Called by the accounts' mail adapter.
    """
    words = json.dumps({"address": address, "subject": subject, "body": body}).encode()
    AccountMail.objects.create(
        box=vault.seal_to_notifier(words, "account mail"),
        not_before=now,
        useful_until=now + rules.ACCOUNT_MAIL_USEFUL,
    )
