"""Whom a notice concerns still: work that went to somebody else does not follow her."""

from collections.abc import Iterable, Set
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q

from portal.calendars.rules import local_day
from portal.leave.choices import ConsiderationState
from portal.leave.models import Consideration, EvidenceKey, LeaveRequest, ReturnPlan
from portal.leave.notices import DESK, MANAGER, REVIEWER
from portal.leave.policies import delegations_on
from portal.leave.rules.deadlines import Step
from portal.notifications.registry import SubjectFor
from portal.notifications.services import inbox_tag
from portal.people.choices import Role, Zone
from portal.people.selectors import list_with_role

Named = Iterable[tuple[UUID, UUID | None]]
"""Subjects, and accounts they concern."""


def is_asked(pairs: Set[SubjectFor], now: datetime) -> Set[SubjectFor]:
    """
    Keep those who can answer these questions: the one asked, and who stands in for her now.

    A stand-in by delegation as long as it is in force, a substitute from the second reminder
    on. Two queries.
    """
    rows = list(
        Consideration.objects.filter(pk__in=_subjects(pairs), state=ConsiderationState.OPEN)
        .select_related("asked", "stand_in")
        .order_by("id")
    )
    given = delegations_on(giver_ids={row.asked_id for row in rows}, now=now)
    in_force = {(one.giver_id, one.stand_in_id) for one in given}
    named = [(row.pk, row.asked.user_id) for row in rows]
    for row in rows:
        if row.stand_in is None:
            continue
        if row.step >= Step.SUBSTITUTE or (row.asked_id, row.stand_in_id) in in_force:
            named.append((row.pk, row.stand_in.user_id))
    return _kept(pairs, MANAGER, named)


def leads(pairs: Set[SubjectFor], now: datetime) -> Set[SubjectFor]:  # noqa: ARG001 - one signature
    """Keep the line managers of now; one query."""
    rows = LeaveRequest.objects.filter(pk__in=_subjects(pairs))
    return _kept(pairs, MANAGER, rows.values_list("pk", "employee__manager__user_id"))


def agrees_to_plan(pairs: Set[SubjectFor], now: datetime) -> Set[SubjectFor]:  # noqa: ARG001 - one signature
    """Keep the superiors who agree to these phased returns; one query."""
    rows = ReturnPlan.objects.filter(pk__in=_subjects(pairs))
    return _kept(pairs, MANAGER, rows.values_list("pk", "manager__user_id"))


def holds_key(pairs: Set[SubjectFor], now: datetime) -> Set[SubjectFor]:  # noqa: ARG001 - one signature
    """Keep the reviewers who can open something and from whom no colleague took it on."""
    keys = EvidenceKey.objects.filter(evidence__dossier__request__in=_subjects(pairs)).filter(
        Q(evidence__dossier__reviewer=None) | Q(evidence__dossier__reviewer=F("reviewer"))
    )
    return _kept(
        pairs, REVIEWER, keys.values_list("evidence__dossier__request_id", "reviewer_id")
    )


def works_in_review(pairs: Set[SubjectFor], now: datetime) -> Set[SubjectFor]:
    """Keep the reviewers of these agencies; one query an agency, and one."""
    rows = ReturnPlan.objects.filter(pk__in=_subjects(pairs))
    agencies = rows.values_list("pk", "request__agency_id", "request__agency__zone")
    return _kept(pairs, REVIEWER, _holders(agencies, (Role.REVIEWER,), now))


def works_at_desk(pairs: Set[SubjectFor], now: datetime) -> Set[SubjectFor]:
    """Keep HR and officials of these agencies; two queries an agency, and one."""
    rows = LeaveRequest.objects.filter(pk__in=_subjects(pairs))
    agencies = rows.values_list("pk", "agency_id", "agency__zone")
    return _kept(pairs, DESK, _holders(agencies, (Role.HR, Role.OFFICIAL), now))


def _holders(
    subjects: Iterable[tuple[UUID, UUID, str]], roles: tuple[Role, ...], now: datetime
) -> Named:
    found = list(subjects)
    zones = {agency_id: zone or Zone.JAKARTA.value for _subject_id, agency_id, zone in found}
    holders = {
        agency_id: {
            user_id
            for role in roles
            for user_id in list_with_role(
                agency_id=agency_id, role=role, today=local_day(now, zone)
            )
        }
        for agency_id, zone in zones.items()
    }
    return [
        (subject_id, user_id)
        for subject_id, agency_id, _zone in found
        for user_id in holders[agency_id]
    ]


def _subjects(pairs: Set[SubjectFor]) -> set[UUID]:
    return {subject_id for subject_id, _tag in pairs}


def _kept(pairs: Set[SubjectFor], namespace: str, named: Named) -> Set[SubjectFor]:
    there = {
        (subject_id, inbox_tag(namespace=namespace, user_id=user_id))
        for subject_id, user_id in named
        if user_id is not None
    }
    return pairs & there
