"""How granted leave changes or ends: cancelled, shorter, recalled, revoked, closed."""

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from portal.common.logs import event
from portal.leave import notices, policies
from portal.leave.choices import (
    HOUSE,
    UNDECIDED,
    Action,
    DecisionState,
    Outcome,
    PlanState,
    Refusal,
    RevokeReason,
    State,
)
from portal.leave.models import Decision, LeaveRequest, ReturnPlan, Revocation
from portal.leave.rules.transitions import next_states
from portal.leave.selectors.days import day_of
from portal.leave.services import claims, ledger
from portal.leave.services.authority import (
    Authority,
    desk_role,
    held_roles,
    may_decide,
    refuse_part,
    right_to_decide,
)
from portal.leave.services.desk import LeaveRefused, employee_locked, record, step
from portal.leave.services.letters import revoke_letter
from portal.leave.services.telling import tell_manager_dates, tell_owner
from portal.people.actors import Account

_A_DAY: Final = timedelta(days=1)
_CLOSING: Final = (
    State.GRANTED,
    State.GRANTED_AMENDED,
    State.ENDED_EARLY,
    State.RECALLED,
)
"""What closes by itself; a question that is still open is answered by somebody first."""


def agree_cancel(*, actor: Account, request_id: UUID, version: int, now: datetime) -> None:
    """
    Cancel granted leave as its employee asked; every day goes back where it came from.

    :raises Http404: for a request of another agency, and for the actor's own.
    :raises LeaveRefused: without the right to decide, or if nothing was asked.
    """
    row_id = _lock_id(actor, request_id)
    with employee_locked(employee_id=row_id):
        row, authority = _open(actor=actor, request_id=request_id, now=now)
        _end(row, Action.CANCEL, State.CANCELLED, authority.role, version=version, now=now)
        record(actor, authority.role, "leave.cancelled", row.pk, now=now)


def keep(*, actor: Account, request_id: UUID, version: int, now: datetime) -> None:
    """
    Let granted leave stay as it is although its employee asked for a change.

    :raises Http404: for a request of another agency, and for the actor's own.
    :raises LeaveRefused: without the right to decide, or if nothing was asked.
    """
    row_id = _lock_id(actor, request_id)
    with employee_locked(employee_id=row_id):
        row, authority = _open(actor=actor, request_id=request_id, now=now)
        row.wanted_last_day = None
        row.rev += 1
        step(
            row,
            Action.KEEP,
            to=_granted_as(row),
            role=authority.role,
            version=version,
            fields=("wanted_last_day", "rev"),
            now=now,
        )
        tell_owner(row, notices.ENDED, rev=row.rev, now=now)
        record(actor, authority.role, "leave.kept", row.pk, now=now)


def agree_early_return(
    *, actor: Account, request_id: UUID, version: int, now: datetime
) -> None:
    """
    Let somebody come back earlier, as she asked; the days she does not use go back.

    :raises Http404: for a request of another agency, and for the actor's own.
    :raises LeaveRefused: without the right to decide, or if nothing was asked.
    """
    row_id = _lock_id(actor, request_id)
    with employee_locked(employee_id=row_id):
        row, authority = _open(actor=actor, request_id=request_id, now=now)
        if row.wanted_last_day is None:
            raise LeaveRefused(Refusal.NOT_NOW)
        _shorten(
            row,
            Action.END_EARLY,
            State.ENDED_EARLY,
            authority.role,
            back_on=row.wanted_last_day + _A_DAY,
            version=version,
            now=now,
        )
        record(actor, authority.role, "leave.ended_early", row.pk, now=now)


def recall(
    *, actor: Account, request_id: UUID, back_on: date, version: int, now: datetime
) -> None:
    """
    Call somebody back to work from a day on; what is left goes back where it came from.

    ``back_on`` is the first day at work, today or later, within the leave.

    :raises Http404: for a request of another agency, and for the actor's own.
    :raises LeaveRefused: where the rule of the kind knows no recall, as with sick leave;
        without the right to decide; for a day outside the leave.
    """
    row_id = _lock_id(actor, request_id)
    with employee_locked(employee_id=row_id):
        row, authority = _open(actor=actor, request_id=request_id, now=now)
        if not row.leave_type.can_recall:
            raise LeaveRefused(Refusal.RULE_FORBIDS)
        if back_on < day_of(row, now=now):
            raise LeaveRefused(Refusal.PAST_DATES)
        if not row.first_day <= back_on <= row.last_day:
            raise LeaveRefused(Refusal.NOT_NOW)
        _shorten(
            row,
            Action.RECALL,
            State.RECALLED,
            authority.role,
            back_on=back_on,
            version=version,
            now=now,
        )
        record(actor, authority.role, "leave.recalled", row.pk, now=now)


def ask_revocation(
    *,
    actor: Account,
    request_id: UUID,
    reason: RevokeReason,
    version: int,
    now: datetime,
) -> UUID:
    """
    Ask for granted leave to be taken back because of an error or fraud; a second one confirms.

    Nothing changes before. Asked again it is the same question. Anybody at the desk can ask,
    but one of the two needs the right to decide.

    :raises Http404: for a request of another agency, and for the actor's own.
    :raises LeaveRefused: if there is nothing to take back, or the actor has a part in it.
    """
    row_id = _lock_id(actor, request_id)
    with employee_locked(employee_id=row_id):
        row = policies.get_desk_request(actor=actor, request_id=request_id)
        refuse_part(actor=actor, row=row)
        if version != row.version:
            raise LeaveRefused(Refusal.STALE)
        if not next_states(Action.REVOKE, State(row.state)):
            raise LeaveRefused(Refusal.NOT_NOW)
        asked, is_new = Revocation.objects.get_or_create(
            request=row,
            defaults={
                "reason": RevokeReason(reason),
                "asked_by_id": actor.user_id,
                "asked_on": day_of(row, now=now),
            },
        )
        if is_new:
            record(actor, desk_role(actor), "leave.revocation_asked", row.pk, now=now)
        return asked.pk


def drop_revocation(*, actor: Account, request_id: UUID, now: datetime) -> None:
    """
    Take the question back whether leave is revoked, while nobody has confirmed it.

    Anybody at the desk can; repeated it changes nothing.

    :raises Http404: for a request of another agency, and for the actor's own.
    """
    row_id = _lock_id(actor, request_id)
    with employee_locked(employee_id=row_id):
        row = policies.get_desk_request(actor=actor, request_id=request_id)
        refuse_part(actor=actor, row=row)
        dropped, _rows = Revocation.objects.filter(request=row, confirmed_by=None).delete()
        if dropped:
            record(actor, desk_role(actor), "leave.revocation_dropped", row.pk, now=now)


def confirm_revocation(
    *, actor: Account, request_id: UUID, version: int, now: datetime
) -> None:
    """
    Revoke granted leave, as the second person: its letter is no longer valid from now on.

    Every day goes back, a phased return ends, the number of the letter stays taken.

    :raises Http404: for a request of another agency, and for the actor's own.
    :raises LeaveRefused: for the one who asked, for whoever has a part in it, or if neither of
        the two may decide about it.
    """
    row_id = _lock_id(actor, request_id)
    with employee_locked(employee_id=row_id):
        row = policies.get_desk_request(actor=actor, request_id=request_id)
        refuse_part(actor=actor, row=row)
        asked = Revocation.objects.filter(request=row, confirmed_by=None).first()
        if asked is None:
            raise LeaveRefused(Refusal.NOT_NOW)
        if asked.asked_by_id == actor.user_id:
            raise LeaveRefused(Refusal.SECOND_PERSON)
        role = _role_of_two(actor, asked.asked_by_id, row, now=now)
        asked.confirmed_by_id = actor.user_id
        asked.confirmed_on = day_of(row, now=now)
        asked.save(update_fields=["confirmed_by", "confirmed_on"])
        _end(row, Action.REVOKE, State.REVOKED, role, version=version, now=now)
        record(actor, role, "leave.revoked", row.pk, now=now)


def close_finished(*, now: datetime) -> int:
    """
    Close granted leave whose last day is over where its employee works; return how many.

    A cancellation or an earlier return that nobody has answered stays open, and so does leave
    of which a change is being decided: time answers nothing. Each in a transaction of its own.
    """
    over = (
        LeaveRequest.objects.filter(state__in=_CLOSING, last_day__lte=now.date())
        .exclude(superseded_by__state__in=UNDECIDED)
        .order_by("last_day", "id")
        .values_list("id", "employee_id")
    )
    closed = 0
    for request_id, employee_id in list(over):
        try:
            closed += _close(request_id, employee_id, now=now)
        except Exception:  # noqa: BLE001 - the others still have to be closed
            event("leave: a finished one was not closed", state="FAILED")
    return closed


def _close(request_id: UUID, employee_id: UUID, *, now: datetime) -> bool:
    with employee_locked(employee_id=employee_id):
        row = _finished(request_id)
        if row is None or day_of(row, now=now) <= row.last_day:
            return False
        row.closed_on = day_of(row, now=now)
        step(row, Action.CLOSE, to=State.CLOSED, role=HOUSE, fields=["closed_on"], now=now)
        return True


def _lock_id(actor: Account, request_id: UUID) -> UUID:
    """Return whose lock a request of the desk is changed under."""
    return policies.get_desk_request(actor=actor, request_id=request_id).employee_id


def _open(*, actor: Account, request_id: UUID, now: datetime) -> tuple[LeaveRequest, Authority]:
    row = policies.get_desk_request(actor=actor, request_id=request_id)
    return row, right_to_decide(actor=actor, row=row, now=now)


def _end(
    row: LeaveRequest, action: Action, to: State, role: str, *, version: int, now: datetime
) -> None:
    """Take a granted leave back as a whole: days, letter, phased return."""
    today = day_of(row, now=now)
    row.rev += 1
    row.wanted_last_day = None
    row.closed_on = today
    step(
        row,
        action,
        to=to,
        role=role,
        version=version,
        fields=("rev", "wanted_last_day", "closed_on"),
        now=now,
    )
    ledger.give_back(row, claims.let_go(row), now=now)
    revoke_letter(row.pk, day=today)
    ReturnPlan.objects.filter(request=row).exclude(state=PlanState.ENDED).update(
        state=PlanState.ENDED, ended_on=today
    )
    _tell(row, now=now)


def _shorten(
    row: LeaveRequest,
    action: Action,
    to: State,
    role: str,
    *,
    back_on: date,
    version: int,
    now: datetime,
) -> None:
    """Let leave end the day before somebody is back; the letter stands for what was taken."""
    left = [one for one in claims.claimed_days(row) if one.day < back_on]
    row.days = claims.total(left)
    row.last_day = max(row.first_day, back_on - _A_DAY)
    row.wanted_last_day = None
    row.rev += 1
    step(
        row,
        action,
        to=to,
        role=role,
        version=version,
        fields=("days", "last_day", "wanted_last_day", "rev"),
        now=now,
    )
    ledger.give_back(row, claims.let_go(row, since=back_on), now=now)
    if not left:
        revoke_letter(row.pk, day=day_of(row, now=now))
    _tell(row, now=now)


def _tell(row: LeaveRequest, *, now: datetime) -> None:
    tell_owner(row, notices.ENDED, rev=row.rev, now=now)
    tell_manager_dates(row, now=now)


def _granted_as(row: LeaveRequest) -> State:
    """Return as what a request was granted, by the decision that was signed."""
    signed = Decision.objects.filter(request=row, state=DecisionState.FINAL)
    is_amended = signed.filter(outcome=Outcome.AMEND).exists()
    return State.GRANTED_AMENDED if is_amended else State.GRANTED


def _role_of_two(actor: Account, asked_by_id: UUID, row: LeaveRequest, *, now: datetime) -> str:
    """
    Return in which part a revocation is confirmed; one of the two decides under a right.

    :raises LeaveRefused: if neither has one.
    """
    own = may_decide(user_id=actor.user_id, roles=actor.roles, row=row, now=now)
    if own is not None:
        return own.role
    roles = held_roles(user_id=asked_by_id, row=row, now=now)
    if may_decide(user_id=asked_by_id, roles=roles, row=row, now=now) is None:
        raise LeaveRefused(Refusal.NO_DECREE)
    return desk_role(actor)


def _finished(request_id: UUID) -> LeaveRequest | None:
    return (
        LeaveRequest.objects.filter(pk=request_id, state__in=_CLOSING)
        .exclude(superseded_by__state__in=UNDECIDED)
        .select_related("employee__unit", "employee__agency")
        .first()
    )
