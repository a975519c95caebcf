"""
Who leads which meeting: a facilitator's word, swaps, stand-ins, the decision to run.

How somebody leaves the rota for good stands in `departures`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.http import Http404
from django.utils.timezone import localdate

from groups import notices, policies
from groups.choices import DutyState, MeetingStatus, Refusal
from groups.models import Duty, Facilitator, Meeting
from groups.rules.readiness import count_confirmed, has_open_seat, is_trained
from groups.selectors.ready import facts_of, list_duties
from groups.services.departures import (
    end_facilitator,
    reconsider,
    unassign,
    vacate_for_departed,
)
from groups.services.desk import GroupRefused, group_locked
from groups.services.telling import tell_facilitators
from portal.audit.services import record_staff
from portal.calendars.rules import local_day
from portal.notifications.services import cannot_wait
from portal.people.actors import Account
from portal.people.choices import Role
from portal.people.selectors import list_with_role

__all__ = [
    "ask_the_rota",
    "confirm_duty",
    "end_facilitator",
    "run_anyway",
    "stand_in",
    "take_over",
    "unassign",
    "vacate_duty",
    "vacate_for_departed",
    "want_swap",
]


def confirm_duty(*, actor: Account, meeting_id: UUID, now: datetime) -> None:
    """
    Say that the actor is there; it takes back a wish to swap and an absence as well.

    Who leads the group needs not have been asked. Locks the group. Repeated it changes nothing.

    :raises Http404: if she may not run the meeting.
    :raises GroupRefused: if it is over or cancelled.
    """
    found = policies.get_facilitated_meeting(actor=actor, meeting_id=meeting_id, now=now)
    with group_locked(group_id=found.group_id):
        meeting, facilitator = _own(actor, meeting_id, now=now)
        _set(meeting, facilitator, DutyState.CONFIRMED, "duty.confirmed", now=now)


def want_swap(*, actor: Account, meeting_id: UUID, now: datetime) -> None:
    """
    Look for a stand-in: everybody of the agency who could take over is asked.

    She does not count for the meeting's readiness from now on. Locks the group.

    :raises Http404: if she may not run the meeting.
    :raises GroupRefused: if it is over or cancelled.
    """
    found = policies.get_facilitated_meeting(actor=actor, meeting_id=meeting_id, now=now)
    with group_locked(group_id=found.group_id):
        meeting, facilitator = _own(actor, meeting_id, now=now)
        if _set(meeting, facilitator, DutyState.SWAP_WANTED, "duty.swap_wanted", now=now):
            reconsider([meeting.pk])
            ask_the_rota(meeting, now=now)


def vacate_duty(*, actor: Account, meeting_id: UUID, now: datetime) -> None:
    """
    Say that the actor is not there; everybody of the agency who could take over is asked.

    Somebody who only stood in has lost the meeting with it. Locks the group.

    :raises Http404: if she may not run the meeting.
    :raises GroupRefused: if it is over or cancelled.
    """
    found = policies.get_facilitated_meeting(actor=actor, meeting_id=meeting_id, now=now)
    with group_locked(group_id=found.group_id):
        meeting, facilitator = _own(actor, meeting_id, now=now)
        if _set(meeting, facilitator, DutyState.VACATED, "duty.vacated", now=now):
            reconsider([meeting.pk])
            ask_the_rota(meeting, now=now)


def take_over(*, actor: Account, meeting_id: UUID, now: datetime) -> None:
    """
    Take a duty that somebody wants to give away, or that nobody has; first come, first served.

    Open to every active, trained facilitator of the agency. Who gave the duty away is free.
    Locks the group, so that of two who take the same one is told. Repeated it changes nothing.

    :raises Http404: if the meeting is not ahead, not planned, or of another agency.
    :raises GroupRefused: if the actor's training has passed, or nothing is left to take.
    """
    found = _on_rota(actor, meeting_id, now=now)
    with group_locked(group_id=found.group_id):
        meeting = _on_rota(actor, meeting_id, now=now)
        facilitator = policies.facilitator_of(actor)
        _refuse_untrained(facilitator, meeting)
        rota = _rota(meeting)
        if rota.has_confirmed(facilitator):
            return
        if not rota.is_open_to(facilitator, now=now):
            raise GroupRefused(Refusal.DUTY_GONE)
        _free_swap(rota, facilitator)
        _set(meeting, facilitator, DutyState.CONFIRMED, "duty.taken_over", now=now)


def stand_in(*, actor: Account, meeting_id: UUID, facilitator_id: UUID, now: datetime) -> None:
    """
    Name a stand-in for a meeting; she is told, and counts as confirmed.

    If somebody looked for one, she is free. Locks the group.

    :raises Http404: if the meeting or the facilitator is not of the agency the actor heads.
    :raises GroupRefused: if the meeting is over or cancelled, or the facilitator does not hold
        the role, is not active or not trained.
    """
    found = policies.get_headed_meeting(actor=actor, meeting_id=meeting_id)
    with group_locked(group_id=found.group_id):
        meeting = policies.get_headed_meeting(actor=actor, meeting_id=meeting_id)
        _refuse_past(meeting, now=now)
        facilitator = policies.get_headed_facilitator(
            actor=actor, facilitator_id=facilitator_id
        )
        if facilitator.user_id not in _role_holders(facilitator.agency_id, now=now):
            raise GroupRefused(Refusal.NO_SUCH_ACCOUNT)
        _refuse_untrained(facilitator, meeting)
        rota = _rota(meeting)
        if rota.has_confirmed(facilitator):
            return
        _free_swap(rota, facilitator)
        Duty.objects.update_or_create(
            meeting=meeting, facilitator=facilitator, defaults={"state": DutyState.CONFIRMED}
        )
        tell_facilitators(
            user_ids=[facilitator.user_id],
            notice=notices.FOR_FACILITATOR_STANDS_IN,
            subject_id=meeting.pk,
            rev=meeting.rev,
            useful_until=meeting.period.lower,
            urgent=cannot_wait(starts_at=meeting.period.lower, now=now),
            now=now,
        )
        _record_head(actor, "duty.stand_in", meeting, now=now)


def run_anyway(*, actor: Account, meeting_id: UUID, now: datetime) -> None:
    """
    Decide that the facilitators who are there are enough this time.

    It holds for them: whoever leaves the meeting after that undoes it. Locks the group.

    :raises Http404: if the meeting is not of the agency the actor heads.
    :raises GroupRefused: if it is over or cancelled, or nobody at all has confirmed.
    """
    found = policies.get_headed_meeting(actor=actor, meeting_id=meeting_id)
    with group_locked(group_id=found.group_id):
        meeting = policies.get_headed_meeting(actor=actor, meeting_id=meeting_id)
        _refuse_past(meeting, now=now)
        if meeting.runs_anyway:
            return
        if not _rota(meeting).confirmed:
            raise GroupRefused(Refusal.NOBODY_THERE)
        Meeting.objects.filter(pk=meeting.pk).update(runs_anyway=True)
        _record_head(actor, "duty.runs_anyway", meeting, now=now)


def ask_the_rota(meeting: Meeting, *, now: datetime) -> int:
    """
    Tell whoever of the agency could take a duty that one is free; return how many they are.

    In the caller's transaction, which holds the group's lock.
    """
    day = _day_of(meeting)
    holders = _role_holders(meeting.group.agency_id, now=now)
    there = Duty.objects.filter(meeting=meeting, state=DutyState.CONFIRMED)
    could = Facilitator.objects.filter(
        user_id__in=holders, is_active=True, trained_until__gt=day
    )
    # Whoever said that she is not there is not asked the same again.
    could = could.exclude(pk__in=there.values("facilitator_id")).exclude(
        duties__in=Duty.objects.filter(
            meeting=meeting, state__in=[DutyState.SWAP_WANTED, DutyState.VACATED]
        )
    )
    return tell_facilitators(
        user_ids=could.values_list("user_id", flat=True),
        notice=notices.FOR_FACILITATOR_STAND_IN,
        subject_id=meeting.pk,
        rev=meeting.rev,
        useful_until=meeting.period.lower,
        urgent=cannot_wait(starts_at=meeting.period.lower, now=now),
        now=now,
    )


@dataclass(frozen=True, slots=True)
class _Rota:
    """The duties of one meeting, read under the group's lock."""

    meeting: Meeting
    duties: Sequence[Duty]

    @property
    def confirmed(self) -> int:
        return count_confirmed([facts_of(row) for row in self.duties], day=self.day)

    @property
    def day(self) -> date:
        return _day_of(self.meeting)

    def has_confirmed(self, facilitator: Facilitator) -> bool:
        return any(
            row.facilitator_id == facilitator.pk and row.state == DutyState.CONFIRMED
            for row in self.duties
        )

    def swaps(self, facilitator: Facilitator) -> list[Duty]:
        """Return what others want to give away."""
        return [
            row
            for row in self.duties
            if row.state == DutyState.SWAP_WANTED and row.facilitator_id != facilitator.pk
        ]

    def is_open_to(self, facilitator: Facilitator, *, now: datetime) -> bool:
        """Say whether there is something for her to take; her own word aside."""
        others = [row for row in self.duties if row.facilitator_id != facilitator.pk]
        return has_open_seat(
            [facts_of(row) for row in others],
            needed=self.meeting.group.min_facilitators,
            day=self.day,
            starts_at=self.meeting.period.lower,
            now=now,
        )


def _rota(meeting: Meeting) -> _Rota:
    return _Rota(meeting, list_duties([meeting.pk]).get(meeting.pk, []))


def _own(actor: Account, meeting_id: UUID, *, now: datetime) -> tuple[Meeting, Facilitator]:
    meeting = policies.get_facilitated_meeting(actor=actor, meeting_id=meeting_id, now=now)
    _refuse_past(meeting, now=now)
    return meeting, policies.facilitator_of(actor)


def _on_rota(actor: Account, meeting_id: UUID, *, now: datetime) -> Meeting:
    found = policies.rota_meetings(actor, now=now).filter(pk=meeting_id)
    meeting = found.select_related("group").first()
    if meeting is None:
        raise Http404
    return meeting


def _set(
    meeting: Meeting, facilitator: Facilitator, state: DutyState, action: str, *, now: datetime
) -> bool:
    """Write a facilitator's word down; return whether it is another one than before."""
    row = Duty.objects.filter(meeting=meeting, facilitator=facilitator).first()
    if row is not None and row.state == state:
        return False
    row = row or Duty(meeting=meeting, facilitator=facilitator)
    row.state = state
    row.save()
    record_staff(
        role="FACILITATOR",
        handle=str(facilitator.pk),
        action=action,
        subject=str(meeting.pk),
        now=now,
    )
    return True


def _free_swap(rota: _Rota, facilitator: Facilitator) -> None:
    """Let one of those go who look for a stand-in."""
    for row in rota.swaps(facilitator)[:1]:
        Duty.objects.filter(pk=row.pk).update(state=DutyState.VACATED)


def _refuse_past(meeting: Meeting, *, now: datetime) -> None:
    if meeting.status != MeetingStatus.PLANNED:
        raise GroupRefused(Refusal.NOT_PLANNED)
    if meeting.period.upper <= now:
        raise GroupRefused(Refusal.OVER)


def _refuse_untrained(facilitator: Facilitator, meeting: Meeting) -> None:
    if not facilitator.is_active:
        raise GroupRefused(Refusal.NO_SUCH_ACCOUNT)
    if not is_trained(facilitator.trained_until, day=_day_of(meeting)):
        raise GroupRefused(Refusal.NOT_TRAINED)


def _role_holders(agency_id: UUID, *, now: datetime) -> list[UUID]:
    return list_with_role(agency_id=agency_id, role=Role.FACILITATOR, today=localdate(now))


def _day_of(meeting: Meeting) -> date:
    return local_day(meeting.period.lower, meeting.zone)


def _record_head(actor: Account, action: str, meeting: Meeting, *, now: datetime) -> None:
    record_staff(
        role="HEAD",
        handle=str(actor.user_id),
        action=action,
        subject=str(meeting.pk),
        now=now,
    )
