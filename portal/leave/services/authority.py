"""The right to decide, asked again inside every deed that needs it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.leave.choices import HR, OFFICIAL, Refusal
from portal.leave.models import LeaveRequest
from portal.leave.selectors.authority import has_part, standing_of
from portal.leave.selectors.days import day_of
from portal.leave.services.desk import LeaveRefused
from portal.people.actors import Account
from portal.people.choices import Role
from portal.people.selectors import list_with_role


@dataclass(frozen=True, slots=True)
class Authority:
    """Under what somebody decides: a decree, or the rule of a company without one."""

    decree_id: UUID | None

    @property
    def role(self) -> str:
        """Return in which part she acts."""
        return role_under(self.decree_id)


def role_under(decree_id: UUID | None) -> str:
    """Return in which part somebody acts who decides under a decree, or without one."""
    return HR if decree_id is None else OFFICIAL


def right_to_decide(*, actor: Account, row: LeaveRequest, now: datetime) -> Authority:
    """
    Return under what the actor decides about a request; five queries.

    Neither whoever asked for the leave, nor whoever gave a consideration or looked at the
    evidence decides, whatever decree she holds.

    :raises LeaveRefused: if she has a part in it, or no decree in force reaches it.
    """
    standing = standing_of(
        user_id=actor.user_id,
        roles=actor.roles,
        agency_id=row.agency_id,
        unit_ids=[row.employee.unit_id],
    )
    obstacle = standing.obstacle(row, has_part=has_part(row, user_id=actor.user_id), now=now)
    if obstacle is not None:
        raise LeaveRefused(obstacle)
    right = standing.right_for(row, now=now)
    return Authority(right.decree_id if right else None)


def may_decide(
    *, user_id: UUID, roles: Collection[Role], row: LeaveRequest, now: datetime
) -> Authority | None:
    """Return under what an account decides about a request, or None if it may not."""
    if not roles:
        return None
    standing = standing_of(
        user_id=user_id,
        roles=roles,
        agency_id=row.agency_id,
        unit_ids=[row.employee.unit_id],
    )
    if standing.obstacle(row, has_part=has_part(row, user_id=user_id), now=now):
        return None
    right = standing.right_for(row, now=now)
    return Authority(right.decree_id if right else None)


def held_roles(*, user_id: UUID, row: LeaveRequest, now: datetime) -> frozenset[Role]:
    """Return which roles of the desk an account holds today in the agency of a request."""
    today = day_of(row, now=now)
    return frozenset(
        role
        for role in (Role.HR, Role.OFFICIAL)
        if user_id in list_with_role(agency_id=row.agency_id, role=role, today=today)
    )


def desk_role(actor: Account) -> str:
    """Return in which part somebody at the desk acts where no right to decide is asked for."""
    return HR if Role.HR in actor.roles else OFFICIAL


def refuse_part(*, actor: Account, row: LeaveRequest) -> None:
    """
    Keep whoever has a part in a request out of what is done about it.

    :raises LeaveRefused: if the actor asked for it, considered it, or looked at the evidence.
    """
    if row.employee.user_id == actor.user_id or has_part(row, user_id=actor.user_id):
        raise LeaveRefused(Refusal.CONFLICT)
