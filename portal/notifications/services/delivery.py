"""
The sweep that sends: claim, ask again, send, record. Any number may run at once.

A claim is one short transaction: rows that are due, with ``SKIP LOCKED``, under a fresh fencing
token and a lease. Nothing is sent inside a transaction. Every later write names the token; zero
rows mean that the lease was lost (a withdrawal, another sweep), and then nothing is sent.
"""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from portal.common.logs import event
from portal.notifications import registry, rules
from portal.notifications.choices import Lane, Priority, Reason, State
from portal.notifications.models import AccountMail, AddressChoice, Delivery, Notification
from portal.notifications.services import claims, mail
from portal.notifications.services.addresses import address_context
from portal.notifications.services.claims import Hold
from portal.notifications.services.mail import Outcome
from portal.notifications.services.outbox import house_windows, user_id_behind
from portal.people.selectors import is_active
from portal.vault import services as vault

_BATCH = 25


@dataclass(slots=True)
class Report:
    """What one sweep did, in counts of rows."""

    claimed: int = 0
    sent: int = 0
    coalesced: int = 0
    suppressed: int = 0
    put_back: int = 0
    dead: int = 0
    lost: int = 0
    account: int = 0
    key_missing: bool = False

    @property
    def mails(self) -> int:
        """Return how many mails left the house."""
        return self.sent + self.account


@dataclass(slots=True)
class _Sweep:
    hold: Hold
    report: Report = field(default_factory=Report)
    post: mail.Post = field(default_factory=mail.Post)
    mailed: set[str] = field(default_factory=set)
    """The mailboxes that this sweep has told already; they live no longer than it."""


class _Stays(Exception):
    """This row is not to be sent any more."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class _Waits(Exception):
    """This row is not to be sent before the next window."""


def deliver_due(
    *, now: datetime, limit: int = 200, lane: Lane = Lane.ALL, as_of: datetime | None = None
) -> Report:
    """
    Send what is due, at most about ``limit`` rows, the most pressing first.

    Everything is asked again right before it leaves: whether it is still useful, unread and
    true, whether the recipient is still here and the address still chosen. One mailbox gets one
    mail, whatever the number of rows that are due together: all mails say the same. What the
    organisation says to somebody on leave waits from window to window while it is useful. A bad
    row never stops the others. A room that asked for it is told of a mail that was given up.
    ``as_of`` takes what will be due by then, as if it were that time. Without the notifier's
    private key nothing is touched and the report says so. Not for use inside a transaction.
    """
    sweep = _Sweep(Hold(now=now, due_by=as_of or now))
    try:
        vault.mac_as_notifier("probe")
    except vault.NotifierKeyMissing:
        event(
            "deliver_due: no notifier key in this process, rows stay", state=State.PENDING.value
        )
        sweep.report.key_missing = True
        return sweep.report
    _release_lapsed(sweep)
    try:
        _send_deliveries(sweep, Lane.SAFETY, limit)
        if lane != Lane.SAFETY:
            _send_account_mails(sweep, limit)
            _send_deliveries(sweep, lane, limit)
    finally:
        sweep.post.close()
    return sweep.report


def _release_lapsed(sweep: _Sweep) -> None:
    dead = claims.release_lapsed(sweep.hold)
    sweep.report.dead += len(dead)
    for row in dead:
        _given_up(row, sweep)


def _send_deliveries(sweep: _Sweep, lane: Lane, limit: int) -> None:
    left = limit
    while left > 0 and not sweep.post.is_down:
        rows = claims.claim_deliveries(sweep.hold, lane=lane, limit=min(_BATCH, left))
        if not rows:
            return
        left -= len(rows)
        sweep.report.claimed += len(rows)
        for address, theirs in _by_address(rows, sweep).items():
            _send_together(address, theirs, sweep)


def _by_address(rows: Sequence[Delivery], sweep: _Sweep) -> dict[str, list[Delivery]]:
    """Open the addresses; rows to one mailbox become one mail, whatever their rooms."""
    tags = {_told(row).recipient_tag for row in rows}
    choices = {choice.tag: choice for choice in AddressChoice.objects.filter(tag__in=tags)}
    groups: dict[str, list[Delivery]] = {}
    for row in rows:
        choice = choices.get(_told(row).recipient_tag)
        if choice is None:
            _stay(row, Reason.NO_ADDRESS, sweep)
            continue
        try:
            box = vault.open_as_notifier(choice.address, *address_context(choice.tag))
        except vault.CannotOpen:
            _try_later(Delivery, row, Reason.UNREADABLE, sweep)
            continue
        groups.setdefault(box.decode(), []).append(row)
    return groups


def _send_together(address: str, rows: Sequence[Delivery], sweep: _Sweep) -> None:
    true_rows = [row for row in rows if _may_leave(row, sweep)]
    ours = claims.renew(Delivery, [row.id for row in true_rows], sweep.hold)
    sweep.report.lost += len(true_rows) - len(ours)
    going = [row for row in true_rows if row.id in ours]
    if not going:
        return
    if address in sweep.mailed:
        same = _coalesce(going, sweep)
        sweep.report.lost += len(going) - same
        return
    first, *others = going
    outcome = (
        Outcome.NO_ANSWER
        if sweep.post.is_down
        else sweep.post.send(mail.neutral_letter(address=address, row_id=first.id))
    )
    if outcome is Outcome.SENT:
        sweep.mailed.add(address)
        sent = claims.finish(Delivery, [first.id], state=State.SENT, hold=sweep.hold)
        same = _coalesce(others, sweep)
        sweep.report.sent += sent
        sweep.report.lost += len(going) - sent - same
        return
    for row in going:
        _not_sent(Delivery, row, outcome, sweep)


def _coalesce(rows: Sequence[Delivery], sweep: _Sweep) -> int:
    same = claims.finish(
        Delivery,
        [row.id for row in rows],
        state=State.SENT,
        reason=Reason.COALESCED,
        hold=sweep.hold,
    )
    sweep.report.coalesced += same
    return same


def _may_leave(row: Delivery, sweep: _Sweep) -> bool:
    """Ask everything again; settle the row if the answer is no."""
    try:
        _ask_again(row, sweep.hold.due_clock())
    except _Stays as stays:
        _stay(row, stays.reason, sweep)
    except _Waits:
        _wait(row, sweep)
    except vault.CannotOpen:
        _try_later(Delivery, row, Reason.UNREADABLE, sweep)
    except Exception:  # noqa: BLE001 - a room's answer may fail; its row waits, the others leave
        event("deliver_due: a room could not answer, its row waits", state=State.PENDING.value)
        _try_later(Delivery, row, Reason.CHECK_FAILED, sweep)
    else:
        return True
    return False


def _ask_again(row: Delivery, now: datetime) -> None:
    told = _told(row)
    if row.useful_until is not None and row.useful_until <= now:
        raise _Stays(Reason.EXPIRED)
    if Notification.objects.filter(id=told.id, read=True).exists():
        raise _Stays(Reason.ALREADY_READ)
    user_id = user_id_behind(told.contact)
    if not is_active(user_id=user_id):
        raise _Stays(Reason.NO_RECIPIENT)
    notice = registry.find_notice(told.notice)
    with transaction.atomic():  # a failed question must not spoil what comes after it
        is_true = notice.still_true(told.subject_id, told.rev, now)
        is_true = is_true and _still_concerns(notice, told, now)
    if not is_true:
        raise _Stays(Reason.NOT_TRUE)
    is_work = notice.organisation and row.priority != Priority.SAFETY
    if is_work and _may_rest(user_id, now):
        raise _Waits


def _may_rest(user_id: UUID, now: datetime) -> bool:
    """Say whether somebody is on leave; if nobody can say, she may be, and her mail waits."""
    try:
        with transaction.atomic():
            return user_id in registry.who_rests({user_id}, now)
    except Exception:  # noqa: BLE001 - a room's answer may fail; this row waits, the others leave
        event("deliver_due: a room could not answer, its row waits", state=State.PENDING.value)
        return True


def _still_concerns(notice: registry.Notice, told: Notification, now: datetime) -> bool:
    pair = (told.subject_id, bytes(told.recipient_tag))
    return notice.concerns is None or pair in notice.concerns({pair}, now)


def _wait(row: Delivery, sweep: _Sweep) -> None:
    # Never until the end of a leave: the time would tell it.
    window = rules.next_window(sweep.hold.due_clock(), house_windows())
    done = claims.wait_for_window([row.id], window=window, hold=sweep.hold)
    sweep.report.put_back += done
    sweep.report.lost += 1 - done


def _stay(row: Delivery, reason: Reason, sweep: _Sweep) -> None:
    done = claims.finish(
        Delivery, [row.id], state=State.SUPPRESSED, reason=reason, hold=sweep.hold
    )
    sweep.report.suppressed += done
    sweep.report.lost += 1 - done


def _try_later(
    model: type[Delivery] | type[AccountMail],
    row: Delivery | AccountMail,
    reason: Reason,
    sweep: _Sweep,
) -> None:
    # Chance spreads retries; nothing secret hangs on it.
    pause = rules.pause_after(row.attempt, chance=random.random())  # noqa: S311
    if pause is None:
        done = _give_up(model, row, reason, sweep)
    else:
        done = claims.put_back(
            model, [row.id], pause=pause, reason=reason, counted=True, hold=sweep.hold
        )
        sweep.report.put_back += done
    sweep.report.lost += 1 - done


def _not_sent(
    model: type[Delivery] | type[AccountMail],
    row: Delivery | AccountMail,
    outcome: Outcome,
    sweep: _Sweep,
) -> None:
    if outcome is Outcome.PUT_OFF:
        _try_later(model, row, Reason.PUT_OFF, sweep)
        return
    if outcome is Outcome.REFUSED:
        done = _give_up(model, row, Reason.REFUSED, sweep)
    else:
        done = claims.put_back(
            model,
            [row.id],
            pause=rules.NO_ANSWER_PAUSE,
            reason=Reason.NO_ANSWER,
            counted=False,
            hold=sweep.hold,
        )
        sweep.report.put_back += done
    sweep.report.lost += 1 - done


def _give_up(
    model: type[Delivery] | type[AccountMail],
    row: Delivery | AccountMail,
    reason: Reason,
    sweep: _Sweep,
) -> int:
    done = claims.finish(model, [row.id], state=State.DEAD, reason=reason, hold=sweep.hold)
    sweep.report.dead += done
    if done:
        _given_up(row, sweep)
    return done


def _given_up(row: Delivery | AccountMail, sweep: _Sweep) -> None:
    """Let the room know, after the row's own state is safe; its failure stops nobody."""
    told = row.notification if isinstance(row, Delivery) else None
    if told is None or not registry.is_known(told.notice):
        return
    undelivered = registry.find_notice(told.notice).undelivered
    if undelivered is None:
        return
    try:
        undelivered(told.subject_id, told.rev, sweep.hold.due_clock())
    except Exception:  # noqa: BLE001 - a room's answer may fail; the other rows still leave
        event("deliver_due: a room could not note a mail that was given up", state="FAILED")


def _send_account_mails(sweep: _Sweep, limit: int) -> None:
    rows = claims.claim_account_mails(sweep.hold, limit=limit)
    sweep.report.claimed += len(rows)
    for row in rows:
        _send_account_mail(row, sweep)


def _send_account_mail(row: AccountMail, sweep: _Sweep) -> None:
    if row.useful_until is None or row.useful_until <= sweep.hold.due_clock():
        sweep.report.dead += claims.finish(
            AccountMail, [row.id], state=State.DEAD, reason=Reason.EXPIRED, hold=sweep.hold
        )
        return
    try:
        words = json.loads(vault.open_as_notifier(row.box or b"", "account mail"))
    except vault.CannotOpen:
        _try_later(AccountMail, row, Reason.UNREADABLE, sweep)
        return
    if not claims.renew(AccountMail, [row.id], sweep.hold):
        sweep.report.lost += 1
        return
    letter = mail.Letter(words["address"], words["subject"], words["body"], row.id)
    outcome = Outcome.NO_ANSWER if sweep.post.is_down else sweep.post.send(letter)
    if outcome is Outcome.SENT:
        done = claims.finish(AccountMail, [row.id], state=State.SENT, hold=sweep.hold)
        sweep.report.account += done
        sweep.report.lost += 1 - done
    else:
        _not_sent(AccountMail, row, outcome, sweep)


def _told(row: Delivery) -> Notification:
    if row.notification is None:
        msg = "a claimed row always knows its notification"
        raise AssertionError(msg)
    return row.notification
