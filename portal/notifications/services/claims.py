"""
Holding rows: claim, sign of life, finish, put back. Each is one short transaction of its own.

Rows are locked in the order of their ids wherever a lock may wait, so that a sweep and a
withdrawal never wait for each other in a circle.
"""

import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F, prefetch_related_objects

from portal.common.db import lock
from portal.notifications import rules
from portal.notifications.choices import Lane, Reason, State
from portal.notifications.models import AccountMail, Delivery, Notification
from portal.notifications.services.outbox import bare

_CLAIMS = UUID(int=0)
MODELS: tuple[type[Delivery] | type[AccountMail], ...] = (Delivery, AccountMail)


@dataclass(frozen=True, slots=True)
class Hold:
    """One sweep's fencing token and its clock: the time handed in plus the time spent since."""

    now: datetime
    due_by: datetime
    token: UUID = field(default_factory=uuid4)
    began: float = field(default_factory=time.monotonic)

    def clock(self) -> datetime:
        """Return the time it is."""
        return self.now + self._spent()

    def due_clock(self) -> datetime:
        """Return the time rows are judged by: the same, but for a sweep ahead of time."""
        return self.due_by + self._spent()

    def _spent(self) -> timedelta:
        return timedelta(seconds=time.monotonic() - self.began)


def release_lapsed(hold: Hold) -> list[Delivery | AccountMail]:
    """
    Take rows from holders that died; return those that are dead now, as they were.

    Not yet handed over: tried again, unless it has outlived too many holders. Handed over but
    not confirmed: uncertain, for a person to settle.
    """
    most = len(rules.BACKOFF) + 1
    dead: list[Delivery | AccountMail] = []
    for model in MODELS:
        with transaction.atomic():
            lapsed: list[Delivery | AccountMail] = list(
                model.objects.lapsed(hold.clock())
                .order_by("id")
                .select_for_update(skip_locked=True)
            )
            leased = [row for row in lapsed if row.state == State.LEASED]
            spent = [row for row in leased if row.attempt >= most]
            _remember_what_of(spent)
            _free(model, [row.id for row in leased if row.attempt < most], State.PENDING)
            _free(
                model, [row.id for row in lapsed if row.state != State.LEASED], State.UNCERTAIN
            )
            _bare(
                model,
                [row.id for row in spent],
                state=State.DEAD,
                reason=Reason.LEASE_EXPIRED,
                hold=hold,
            )
            dead += spent
    return dead


def claim_deliveries(hold: Hold, *, lane: Lane, limit: int) -> list[Delivery]:
    """
    Claim the most pressing due rows, and with them all due rows of the same recipients.

    Claims wait for each other (a few milliseconds): otherwise two sweeps could each take one
    row of a person, and she would get two mails. Rows locked by a withdrawal are passed over.
    """
    with transaction.atomic():
        lock("notifications.claim", _CLAIMS)
        due = Delivery.objects.due(hold.due_by).select_for_update(skip_locked=True)
        first = list(
            due.filter(priority__lte=rules.most_pressing(lane)).order_by(
                "priority", "not_before", "id"
            )[:limit]
        )
        tags = Notification.objects.filter(id__in=[row.notification_id for row in first])
        same = Notification.objects.filter(recipient_tag__in=tags.values("recipient_tag"))
        rows = {row.id for row in first} | {row.id for row in due.filter(notification__in=same)}
        _lease(Delivery, rows, hold)
    return list(
        Delivery.objects.held_by(hold.token)
        .filter(id__in=rows)
        .select_related("notification")
        .order_by("priority", "id")
    )


def claim_account_mails(hold: Hold, *, limit: int) -> list[AccountMail]:
    """Claim due mails of the sign-in pages, oldest first."""
    with transaction.atomic():
        due = AccountMail.objects.due(hold.due_by).select_for_update(skip_locked=True)
        rows = {row.id for row in due.order_by("not_before", "id")[:limit]}
        _lease(AccountMail, rows, hold)
    return list(AccountMail.objects.held_by(hold.token).filter(id__in=rows).order_by("id"))


def renew(
    model: type[Delivery] | type[AccountMail], ids: Iterable[UUID], hold: Hold
) -> frozenset[UUID]:
    """Give a sign of life right before sending; return the rows that are still ours to send."""
    with transaction.atomic():
        ours = _ours(model, ids, hold)
        model.objects.filter(id__in=ours).update(lease_until=hold.clock() + rules.LEASE)
    return frozenset(ours)


def finish(
    model: type[Delivery] | type[AccountMail],
    ids: Iterable[UUID],
    *,
    state: State,
    reason: Reason | str = "",
    hold: Hold,
) -> int:
    """Finish rows that are still ours and strip them; return how many those were."""
    with transaction.atomic():
        ours = _ours(model, ids, hold)
        _bare(model, ours, state=state, reason=reason, hold=hold)
    return len(ours)


def put_back(
    model: type[Delivery] | type[AccountMail],
    ids: Iterable[UUID],
    *,
    pause: timedelta,
    reason: Reason,
    counted: bool,
    hold: Hold,
) -> int:
    """
    Let rows that are still ours wait for another try; return how many those were.

    ``counted`` is False when nobody answered: the attempt is given back.
    """
    with transaction.atomic():
        ours = _ours(model, ids, hold)
        model.objects.filter(id__in=ours).update(
            state=State.PENDING,
            lease_token=None,
            lease_until=None,
            reason=reason,
            not_before=hold.due_clock() + pause,
            attempt=F("attempt") - (0 if counted else 1),
        )
    return len(ours)


def wait_for_window(ids: Iterable[UUID], *, window: datetime, hold: Hold) -> int:
    """
    Let deliveries that are still ours wait for a window of the house; return how many.

    Afterwards nothing in them differs from a delivery that has never been tried: no reason, no
    attempt, no time but the window. Why they wait must not be read from them.
    """
    with transaction.atomic():
        ours = _ours(Delivery, ids, hold)
        Delivery.objects.filter(id__in=ours).update(
            state=State.PENDING,
            lease_token=None,
            lease_until=None,
            reason="",
            not_before=window,
            attempt=0,
        )
    return len(ours)


def _ours(
    model: type[Delivery] | type[AccountMail], ids: Iterable[UUID], hold: Hold
) -> list[UUID]:
    held = model.objects.held_by(hold.token).filter(id__in=list(ids)).order_by("id")
    return [row.id for row in held.select_for_update()]


def _lease(
    model: type[Delivery] | type[AccountMail], ids: Collection[UUID], hold: Hold
) -> None:
    model.objects.filter(id__in=ids).update(
        state=State.LEASED,
        lease_token=hold.token,
        lease_until=hold.clock() + rules.LEASE,
        attempt=F("attempt") + 1,
        reason="",
    )


def _remember_what_of(rows: Sequence[Delivery | AccountMail]) -> None:
    """Read what the deliveries are about, while they still know it."""
    prefetch_related_objects([row for row in rows if isinstance(row, Delivery)], "notification")


def _free(
    model: type[Delivery] | type[AccountMail], ids: Collection[UUID], state: State
) -> None:
    model.objects.filter(id__in=ids).update(
        state=state, lease_token=None, lease_until=None, reason=Reason.LEASE_EXPIRED
    )


def _bare(
    model: type[Delivery] | type[AccountMail],
    ids: Collection[UUID],
    *,
    state: State,
    reason: Reason | str,
    hold: Hold,
) -> None:
    rows = model.objects.filter(id__in=ids)
    if model is AccountMail and state == State.SENT:
        rows.delete()
        return
    gone = {"box": None} if model is AccountMail else {"notification": None, "priority": None}
    rows.update(**bare(state=state, reason=reason, now=hold.clock()), **gone)
