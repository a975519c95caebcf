"""Who may decide about which request: decrees on file, and parts already played in it."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from portal.leave.choices import Decider, Family, Refusal, Verdict
from portal.leave.models import (
    Attestation,
    Consideration,
    Decree,
    EvidenceOpening,
    HealthDossier,
    LeaveRequest,
)
from portal.leave.rules.deciding import Right, fitting_right, may_be_deferred, needs_ppk
from portal.leave.selectors.days import day_of
from portal.leave.selectors.desks import DeskSettings, desk_of
from portal.leave.selectors.details import open_details
from portal.people.choices import Role
from portal.people.selectors import unit_lines


@dataclass(frozen=True, slots=True)
class Standing:
    """
    What lets an account decide on leave of an agency: its decrees, or the rule of a company.

    Asks nothing of the database: a queue of any length is judged with what was read once.
    """

    user_id: UUID
    is_hr: bool
    desk: DeskSettings
    rights: tuple[Right, ...] = ()
    lines: dict[UUID, list[UUID]] = field(default_factory=dict)

    def __repr__(self) -> str:
        return "<standing>"

    def right_for(self, row: LeaveRequest, *, now: datetime) -> Right | None:
        """Return the decree under which a request can be decided today, or None."""
        return fitting_right(
            self.rights,
            day=day_of(row, now=now),
            family=row.leave_type.family,
            unit_line=self.lines.get(row.employee.unit_id, []),
            ppk_only=needs_ppk(
                decider=Decider(row.leave_type.decider),
                is_abroad=row.is_abroad,
                profile=self.desk.profile,
            ),
        )

    def decides_as_hr(self, row: LeaveRequest) -> bool:
        """Say whether the rule of a company lets HR decide about a request without a decree."""
        return (
            self.is_hr
            and self.desk.hr_decides
            and not needs_ppk(
                decider=Decider(row.leave_type.decider),
                is_abroad=row.is_abroad,
                profile=self.desk.profile,
            )
        )

    def obstacle(self, row: LeaveRequest, *, has_part: bool, now: datetime) -> Refusal | None:
        """Return why the account cannot decide about a request, or None if it can."""
        if has_part or row.employee.user_id == self.user_id:
            return Refusal.CONFLICT
        if self.decides_as_hr(row) or self.right_for(row, now=now):
            return None
        return Refusal.NO_DECREE


def standing_of(
    *,
    user_id: UUID,
    roles: Collection[Role],
    agency_id: UUID,
    unit_ids: Collection[UUID],
) -> Standing:
    """
    Return what lets an account decide about requests of an agency's units; three queries.

    A withdrawn decree gives nothing any more. Needs HR or OFFICIAL among the roles to be worth
    anything: the door of the desk asks for it.
    """
    decrees = Decree.objects.filter(
        agency_id=agency_id, holder_id=user_id, withdrawn_on=None
    ).order_by("valid_from", "id")
    rights = tuple(
        Right(
            decree_id=row.pk,
            unit_id=row.unit_id,
            families=tuple(row.families),
            is_ppk=row.is_ppk,
            valid_from=row.valid_from,
            valid_until=row.valid_until,
        )
        for row in decrees
    )
    is_for_units = any(right.unit_id for right in rights)
    return Standing(
        user_id=user_id,
        is_hr=Role.HR in roles,
        desk=desk_of(agency_id=agency_id),
        rights=rights,
        lines=unit_lines(unit_ids=set(unit_ids)) if unit_ids and is_for_units else {},
    )


def part_in(user_id: UUID) -> Q:
    """
    Return the condition on requests in which an account has a part already.

    Who gave a consideration, gave a verdict, took the evidence on or looked at it decides
    nothing about it, whatever roles she holds by now.
    """
    request = OuterRef("pk")
    return (
        Q(Exists(Consideration.objects.filter(request=request, acted_by__user_id=user_id)))
        | Q(Exists(Attestation.objects.filter(request=request, reviewer_id=user_id)))
        | Q(
            Exists(
                HealthDossier.objects.filter(
                    Q(reviewer_id=user_id) | Q(not_again_id=user_id), request=request
                )
            )
        )
        | Q(
            Exists(
                EvidenceOpening.objects.filter(
                    evidence__dossier__request=request, reviewer_id=user_id
                )
            )
        )
    )


def has_part(row: LeaveRequest, *, user_id: UUID) -> bool:
    """Say whether an account has a part in a request already; see `part_in`."""
    return LeaveRequest.objects.filter(part_in(user_id), pk=row.pk).exists()


def covers_of(row: LeaveRequest) -> tuple[date, date] | None:
    """Return the days that the standing attestation of a request covers; None without one."""
    found = (
        Attestation.objects.filter(request=row, stands=True)
        .exclude(verdict=Verdict.NOT_ENOUGH)
        .only("covers_from", "covers_until")
        .first()
    )
    return covered_by(found)


def covered_by(found: Attestation | None) -> tuple[date, date] | None:
    """Return the days an attestation covers; None without one, or without days."""
    if found is None or found.covers_from is None or found.covers_until is None:
        return None
    return found.covers_from, found.covers_until


def can_be_deferred(row: LeaveRequest) -> bool:
    """Say whether the rule lets a request be put off, by its purpose where it asks for one."""
    kind = row.leave_type
    if kind.family != Family.LONG or not kind.can_defer:
        return kind.can_defer
    return may_be_deferred(
        can_defer=True, family=Family.LONG, purpose=open_details(row).purpose
    )
