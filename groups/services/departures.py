"""Taking a group from a facilitator: every right goes in the transaction that ends it."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.utils.timezone import localdate

from groups import notices, policies
from groups.choices import AssignmentKind, DutyState, GroupStatus, Refusal
from groups.models import (
    Assignment,
    Concern,
    Duty,
    Enrolment,
    Facilitator,
    Meeting,
    PlanChange,
)
from groups.services.desk import GroupRefused, group_locked, lock_group
from groups.services.duties import vacate_duties
from groups.services.run import rotate_coming
from groups.services.telling import tell_facilitators
from portal.audit.services import record_staff
from portal.notifications import services as notifications
from portal.people.actors import Account
from portal.people.choices import Role
from portal.people.selectors import list_with_role


def unassign(*, actor: Account, assignment_id: UUID, now: datetime) -> None:
    """
    Take a group from a facilitator, today.

    In one transaction: her pages of the group are gone, her coming duties are free, the online
    rooms have other addresses, her notices about the group are withdrawn, and those who lead
    along are told. Locks the group. Repeated it changes nothing.

    :raises Http404: if it is no assignment in the agency the actor heads.
    :raises GroupRefused: if nobody would lead a group that is open.
    """
    found = _assignment(actor, assignment_id)
    with group_locked(group_id=found.group_id):
        row = _assignment(actor, assignment_id)
        if row.ends_on is not None:
            return
        _refuse_last_lead([row])
        _end([row], now=now)
        _leave_group(row.facilitator, row.group_id, now=now)
        _record(actor, "circle.unassigned", row.group_id, now=now)


def end_facilitator(*, actor: Account, facilitator_id: UUID, now: datetime) -> None:
    """
    Take all groups and duties from a facilitator, today; see `unassign`.

    Locks all groups she has to do with, by id. Repeated it changes nothing.

    :raises Http404: if she is not of the agency the actor heads.
    :raises GroupRefused: if nobody would lead one of them that is open.
    """
    found = policies.get_headed_facilitator(actor=actor, facilitator_id=facilitator_id)
    group_ids = _groups_of(found, now=now)
    with _all_locked(group_ids):
        facilitator = policies.get_headed_facilitator(
            actor=actor, facilitator_id=facilitator_id
        )
        open_ones = _open_assignments(facilitator)
        _refuse_last_lead(open_ones)
        if not facilitator.is_active and not open_ones:
            return
        _leave_all(facilitator, open_ones, group_ids, now=now)
        Facilitator.objects.filter(pk=facilitator.pk).update(is_active=False)
        _record(actor, "facilitator.ended", facilitator.pk, now=now)


def vacate_for_departed(*, now: datetime) -> int:
    """
    Clean up after those who lost their role, their account or their entry; return how many.

    The policies have shut them out already. What is left is the rota, the addresses of the
    rooms and the word to those who lead along. A group that loses its last lead this way waits
    for the head of the service. One transaction a facilitator.
    """
    departed = _departed(now=now)
    for facilitator in departed:
        group_ids = _groups_of(facilitator, now=now)
        with _all_locked(group_ids):
            _leave_all(facilitator, _open_assignments(facilitator), group_ids, now=now)
    return len(departed)


def reconsider(meeting_ids: Sequence[UUID]) -> None:
    """Drop the decision to run with fewer: it was about those who were there then."""
    Meeting.objects.filter(pk__in=meeting_ids, runs_anyway=True).update(runs_anyway=False)


def _departed(*, now: datetime) -> list[Facilitator]:
    """Return those who may not lead any more but still stand on a rota or lead a group."""
    busy = Facilitator.objects.filter(
        Q(assignments__ends_on__isnull=True, assignments__isnull=False)
        | Q(
            pk__in=Duty.objects.filter(meeting__period__endswith__gt=now)
            .exclude(state=DutyState.VACATED)
            .values("facilitator_id")
        )
    )
    rows = list(busy.select_related("user").distinct().order_by("id"))
    holders = {
        agency_id: set(_holders(agency_id, now=now))
        for agency_id in {row.agency_id for row in rows}
    }
    return [
        row for row in rows if not (row.is_active and row.user_id in holders[row.agency_id])
    ]


@contextmanager
def _all_locked(group_ids: Sequence[UUID]) -> Iterator[None]:
    """Open one transaction that holds the locks of any number of groups, in their order."""
    if not group_ids:
        with transaction.atomic(durable=True):
            yield
        return
    with group_locked(group_id=group_ids[0]):
        for group_id in group_ids[1:]:
            lock_group(group_id)
        yield


def _holders(agency_id: UUID, *, now: datetime) -> list[UUID]:
    # Accounts that were closed are not among them.
    return list_with_role(agency_id=agency_id, role=Role.FACILITATOR, today=localdate(now))


def _groups_of(facilitator: Facilitator, *, now: datetime) -> list[UUID]:
    """Return the groups somebody leads or has a coming duty in, in the order of locking."""
    leads = _open_assignments(facilitator)
    duties = (
        Duty.objects.filter(facilitator=facilitator, meeting__period__endswith__gt=now)
        .exclude(state=DutyState.VACATED)
        .values_list("meeting__group_id", flat=True)
    )
    return sorted({row.group_id for row in leads} | set(duties))


def _open_assignments(facilitator: Facilitator) -> list[Assignment]:
    rows = Assignment.objects.filter(facilitator=facilitator, ends_on__isnull=True)
    return list(rows.select_related("group", "facilitator").order_by("id"))


def _assignment(actor: Account, assignment_id: UUID) -> Assignment:
    row = (
        Assignment.objects.filter(
            pk=assignment_id, group__agency_id=policies.headed_agency(actor)
        )
        .select_related("group", "facilitator")
        .first()
    )
    if row is None:
        raise Http404
    return row


def _refuse_last_lead(rows: Sequence[Assignment]) -> None:
    """Keep a group that is open from being left without anybody who leads it."""
    leading = [
        row.group_id
        for row in rows
        if row.kind == AssignmentKind.LEAD and row.group.status == GroupStatus.ACTIVE
    ]
    others = Assignment.objects.filter(
        group__in=leading, kind=AssignmentKind.LEAD, ends_on__isnull=True
    ).exclude(pk__in=[row.pk for row in rows])
    if set(leading) - set(others.values_list("group_id", flat=True)):
        raise GroupRefused(Refusal.LAST_LEAD)


def _end(rows: Iterable[Assignment], *, now: datetime) -> None:
    today = localdate(now)
    for row in rows:
        row.ends_on = max(row.starts_on, today)
        row.save(update_fields=["ends_on"])


def _leave_all(
    facilitator: Facilitator,
    assignments: Sequence[Assignment],
    group_ids: Sequence[UUID],
    *,
    now: datetime,
) -> None:
    _end(assignments, now=now)
    for group_id in group_ids:
        _leave_group(facilitator, group_id, now=now)


def _leave_group(facilitator: Facilitator, group_id: UUID, *, now: datetime) -> None:
    """Free her duties, draw the rooms anew, withdraw her notices, tell those who lead along."""
    vacated = vacate_duties(facilitator_id=facilitator.pk, group_id=group_id, now=now)
    reconsider(vacated)
    rotate_coming(group_id=group_id, now=now)
    tag = notifications.inbox_tag(namespace=notices.FACILITATOR, user_id=facilitator.user_id)
    notifications.withdraw_for(tag=tag, subject_ids=_subjects_of(group_id), now=now)
    others = Assignment.objects.filter(group_id=group_id, ends_on__isnull=True)
    departures = Assignment.objects.filter(group_id=group_id, ends_on__isnull=False).count()
    tell_facilitators(
        user_ids=others.values_list("facilitator__user_id", flat=True),
        notice=notices.FOR_FACILITATOR_CO_LEFT,
        subject_id=group_id,
        rev=departures,
        now=now,
    )


def _subjects_of(group_id: UUID) -> list[UUID]:
    """Return whatever of a group a facilitator may have been told about."""
    models = (Meeting, Enrolment, Concern, PlanChange)
    found = (
        model._base_manager.filter(group_id=group_id).values_list("pk", flat=True)
        for model in models
    )
    return [group_id, *chain.from_iterable(found)]


def _record(actor: Account, action: str, subject: UUID, *, now: datetime) -> None:
    record_staff(
        role="HEAD", handle=str(actor.user_id), action=action, subject=str(subject), now=now
    )
