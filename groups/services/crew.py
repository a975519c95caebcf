"""Who leads groups: set up and assigned by the head of the service."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from groups import notices, policies
from groups.choices import AssignmentKind, Refusal
from groups.models import ASSIGNED_ONCE, Assignment, Facilitator
from groups.services.desk import GroupRefused, group_locked
from groups.services.duties import propose_duties
from groups.services.telling import tell_facilitators
from portal.audit.services import record_staff
from portal.common.db import violated_constraint
from portal.people.actors import Account
from portal.people.choices import Role
from portal.people.selectors import list_with_role

_USER_ONCE = "groups_facilitator_user_id_key"


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilitatorProfile:
    """What members read about a facilitator, and until which day her training counts."""

    display_name: str
    about: str = ""
    trained_until: date | None = None
    is_active: bool = True


def add_facilitator(
    *, actor: Account, user_id: UUID, profile: FacilitatorProfile, now: datetime
) -> UUID:
    """
    Set an account of the agency up as a facilitator.

    :raises Http404: if the actor does not head the service of an agency.
    :raises GroupRefused: if the account does not hold the role, or is set up already.
    """
    agency_id = policies.headed_agency(actor)
    holders = list_with_role(agency_id=agency_id, role=Role.FACILITATOR, today=localdate(now))
    if user_id not in holders:
        raise GroupRefused(Refusal.NO_SUCH_ACCOUNT)
    try:
        with transaction.atomic(durable=True):
            row = Facilitator.objects.create(
                user_id=user_id, agency_id=agency_id, **_columns(profile)
            )
            _record(actor, "facilitator.added", row.pk, now=now)
    except IntegrityError as error:
        if violated_constraint(error) != _USER_ONCE:
            raise
        raise GroupRefused(Refusal.FACILITATOR_ALREADY) from error
    return row.pk


def change_facilitator(
    *, actor: Account, facilitator_id: UUID, profile: FacilitatorProfile, now: datetime
) -> None:
    """
    Change what members read about a facilitator, and her training.

    :raises Http404: if she is not of the agency the actor heads.
    """
    with transaction.atomic(durable=True):
        row = policies.get_headed_facilitator(actor=actor, facilitator_id=facilitator_id)
        Facilitator.objects.filter(pk=row.pk).update(**_columns(profile))
        _record(actor, "facilitator.changed", row.pk, now=now)


def assign(
    *,
    actor: Account,
    group_id: UUID,
    facilitator_id: UUID,
    kind: AssignmentKind,
    now: datetime,
) -> None:
    """
    Let a facilitator lead a group from today on; she is asked for its coming meetings.

    Who leads along already and is to lead, leads. Locks the group. Repeated it changes nothing.

    :raises Http404: if group or facilitator is not of the agency the actor heads.
    :raises GroupRefused: if she is not active.
    """
    try:
        with group_locked(group_id=group_id):
            group = policies.get_headed_group(actor=actor, group_id=group_id)
            facilitator = policies.get_headed_facilitator(
                actor=actor, facilitator_id=facilitator_id
            )
            if not facilitator.is_active:
                raise GroupRefused(Refusal.NO_SUCH_ACCOUNT)
            if _lead_instead(group.pk, facilitator.pk, kind):
                _record(actor, "circle.assigned", group.pk, now=now)
                return
            Assignment.objects.create(
                group=group, facilitator=facilitator, kind=kind, starts_on=localdate(now)
            )
            propose_duties(
                meetings=list(group.meetings.planned().coming(now=now).select_related("group"))
            )
            tell_facilitators(
                user_ids=[facilitator.user_id],
                notice=notices.FOR_FACILITATOR_ASSIGNED,
                subject_id=group.pk,
                now=now,
            )
            _record(actor, "circle.assigned", group.pk, now=now)
    except IntegrityError as error:
        if violated_constraint(error) != ASSIGNED_ONCE:
            raise


def _lead_instead(group_id: UUID, facilitator_id: UUID, kind: AssignmentKind) -> bool:
    """Let who leads along lead, if that is asked for; return whether it was so."""
    along = Assignment.objects.filter(
        group_id=group_id,
        facilitator_id=facilitator_id,
        ends_on__isnull=True,
        kind=AssignmentKind.CO,
    )
    return kind == AssignmentKind.LEAD and bool(along.update(kind=kind))


def _columns(profile: FacilitatorProfile) -> dict[str, object]:
    return {
        "display_name": profile.display_name,
        "about": profile.about,
        "trained_until": profile.trained_until,
        "is_active": profile.is_active,
    }


def _record(actor: Account, action: str, subject: UUID, *, now: datetime) -> None:
    record_staff(
        role="HEAD", handle=str(actor.user_id), action=action, subject=str(subject), now=now
    )
