"""What becomes of a change of the plan: told once after three minutes, or undone before."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils.timezone import localdate
from psycopg.types.range import TimestamptzRange

from groups import notices, policies
from groups.choices import (
    LIVE_PLACES,
    CancelReason,
    ChangeKind,
    DutyState,
    GroupKind,
    GroupStatus,
    MeetingStatus,
    Refusal,
)
from groups.models import (
    Assignment,
    Duty,
    Enrolment,
    Facilitator,
    Meeting,
    MeetingSeries,
    Place,
    PlanChange,
)
from groups.models.members import EnrolmentQuerySet
from groups.rules import series as rules
from groups.selectors.planning import pattern_of
from groups.services.desk import GroupRefused, group_locked
from groups.services.edits import (
    COUNTED,
    Edit,
    picture,
    series_picture,
    series_values_of,
    values_of,
    write_change,
    write_meeting,
)
from groups.services.offers import fill_group
from groups.services.seats import set_aside
from groups.services.series import record
from groups.services.telling import tell_facilitators, tell_members
from portal.calendars.rules import local_day
from portal.notifications import services as notifications
from portal.notifications.services import cannot_wait
from portal.people.actors import Account


def undo_change(*, actor: Account, change_id: UUID, now: datetime) -> None:
    """
    Put the plan back to what it was before an own change; nobody hears of either.

    Locks the group. Rows keep their ids; their ``rev`` goes on, so that reminders are planned
    anew. A meeting the change has made is deleted, or becomes one of the old plan.

    :raises Http404: if the actor does not lead the group.
    :raises GroupRefused: if it was told or undone already, is another's, a meeting of it has
        begun or would have, or what it changed has been changed again since.
    """
    found = policies.get_facilitated_change(actor=actor, change_id=change_id, now=now)
    with group_locked(group_id=found.group_id):
        change = policies.get_facilitated_change(actor=actor, change_id=change_id, now=now)
        facilitator = policies.facilitator_of(actor)
        if change.told or change.author_id != facilitator.pk:
            raise GroupRefused(Refusal.NOTHING_TO_UNDO)
        meetings, series = _as_left(change)
        _refuse_begun(change, now=now)
        _put_back(change, meetings, now=now)
        for branch in series:
            _restore(branch, change)
        if change.before["target"]:
            _take_over(change, meetings, by=facilitator, now=now)
        Place.objects.filter(pk__in=change.before["asked"]).update(asks_again=False)
        PlanChange.objects.filter(pk=change.pk).update(told=True, before={})
        fill_group(group_id=change.group_id, now=now)
        record(facilitator, "plan_undone", change.pk, now=now)


def tell_changes(*, now: datetime) -> int:
    """
    Tell whom it concerns of every change that can no longer be undone; return how many people.

    Locks one group at a time; one that is busy waits for the next run.
    """
    due = PlanChange.objects.filter(told=False, tell_at__lte=now).order_by("group_id")
    groups = due.values_list("group_id", flat=True).distinct()
    return sum(_tell_group(group_id, now=now) for group_id in list(groups))


def _as_left(change: PlanChange) -> tuple[list[Meeting], list[MeetingSeries]]:
    """
    Return what a change has changed.

    :raises GroupRefused: if any of it is no longer as the change left it.
    """
    rows, series = change.before["rows"], change.before["series"]
    meetings = list(Meeting.objects.filter(pk__in=rows).order_by("period", "id"))
    branches = list(MeetingSeries.objects.filter(pk__in=series).order_by("id"))
    is_as_left = (
        len(meetings) == len(rows)
        and len(branches) == len(series)
        and all(picture(row) == rows[str(row.pk)]["is"] for row in meetings)
        and all(series_picture(row) == series[str(row.pk)]["is"] for row in branches)
    )
    if not is_as_left:
        raise GroupRefused(Refusal.CHANGED)
    return meetings, branches


def _refuse_begun(change: PlanChange, *, now: datetime) -> None:
    """Leave a meeting alone that has begun, where it was or where it is now."""
    for shown in change.before["rows"].values():
        if any(values_of(shown[side])["period"].lower <= now for side in ("was", "is")):
            raise GroupRefused(Refusal.STARTED)


def _put_back(change: PlanChange, meetings: Sequence[Meeting], *, now: datetime) -> None:
    """Give meetings what they were before a change; what it made stale is not said."""
    stale = []
    for row in meetings:
        was = change.before["rows"][str(row.pk)]["was"]
        if write_meeting(row, values_of(was)) & COUNTED:
            stale.append(row.pk)
    # Somebody may have been quick to take a place in a way that is gone again.
    aside = set_aside(meetings)
    notifications.withdraw_all(subject_ids=[*stale, *aside.offered], now=now)


def _restore(series: MeetingSeries, change: PlanChange) -> None:
    was = change.before["series"][str(series.pk)]["was"]
    if not was:
        return
    for name, value in series_values_of(was).items():
        setattr(series, name, value)
    series.version += 1
    series.save()


def _take_over(
    change: PlanChange, kept: Sequence[Meeting], *, by: Facilitator, now: datetime
) -> None:
    """Give the meetings that the undone plan has made to the old one, or take them out."""
    target_id = UUID(change.before["target"])
    series = change.series
    if series is None:
        return
    series.refresh_from_db()
    made = (
        Meeting.objects.filter(series_id=target_id)
        .ahead(now=now)
        .exclude(pk__in=[row.pk for row in kept])
        .select_related("group")
        .order_by("period", "id")
    )
    edit = Edit(now)
    for row in made:
        _place_in(series, row, edit)
    if not edit.affected:
        notifications.withdraw_all(subject_ids=edit.stale, now=now)
    else:
        write_change(
            edit,
            kind=ChangeKind.CANCELLED,
            group_id=change.group_id,
            series=series,
            from_on=local_day(edit.affected[0].period.lower, series.zone),
            author=by,
        )
    if target_id != series.pk and not Meeting.objects.filter(series_id=target_id).exists():
        PlanChange.objects.filter(series_id=target_id).update(series=series)
        MeetingSeries.objects.filter(pk=target_id).delete()


def _place_in(series: MeetingSeries, row: Meeting, edit: Edit) -> None:
    slot = rules.slot_of(pattern_of(series), row.period_key)
    if slot is not None and (series.until_on is None or slot.day <= series.until_on):
        values = {
            "series_id": series.pk,
            "period": TimestamptzRange(slot.starts_at, slot.ends_at),
            "clock_note": slot.clock_note.value,
            "ways": series.ways,
            "room": series.room,
            "directions": series.directions,
        }
        if write_meeting(row, values) & COUNTED:
            edit.stale.append(row.pk)
    elif Place.objects.filter(pool__meeting=row).exists():
        # Somebody was quick: she sees it cancelled and is told, instead of finding it gone.
        edit.change(row, status=MeetingStatus.CANCELLED.value, cancel_reason=CancelReason.PLAN)
    else:
        row.delete()


def _tell_group(group_id: UUID, *, now: datetime) -> int:
    try:
        with group_locked(group_id=group_id):
            due = list(
                PlanChange.objects.filter(group_id=group_id, told=False, tell_at__lte=now)
                .select_related("group")
                .order_by("-tell_at", "id")
            )
            told = _tell_newest_first(due, now=now)
            PlanChange.objects.filter(pk__in=[row.pk for row in due]).update(
                told=True, before={}
            )
            return told
    except GroupRefused:
        return 0


def _tell_newest_first(due: Sequence[PlanChange], *, now: datetime) -> int:
    """Tell each person of the newest change that concerns her, and of no other."""
    members: set[UUID] = set()
    users: set[UUID] = set()
    for change in due:
        if change.group.status == GroupStatus.ARCHIVED:
            continue
        starts, ends = _instants(change)
        ahead = [start for start in starts if start > now]
        urgent = bool(ahead) and cannot_wait(starts_at=min(ahead), now=now)
        enrolments = list(_members_concerned(change).exclude(pk__in=members))
        tell_members(
            enrolments=enrolments,
            notice=notices.PLAN_CHANGED,
            subject_id=change.pk,
            useful_until=max(ends, default=None),
            urgent=urgent,
            now=now,
        )
        staff = _facilitators_concerned(change, now=now) - users
        tell_facilitators(
            user_ids=staff,
            notice=notices.FOR_FACILITATOR_PLAN,
            subject_id=change.pk,
            useful_until=max(ends, default=None),
            urgent=urgent,
            now=now,
        )
        members |= {row.pk for row in enrolments}
        users |= staff
    return len(members) + len(users)


def _members_concerned(change: PlanChange) -> EnrolmentQuerySet:
    """Return the members of a closed group; of an open one who claims a place."""
    enrolled = Enrolment.objects.filter(group_id=change.group_id).order_by("id")
    if change.group.kind == GroupKind.CLOSED:
        return enrolled.members()
    claims = Place.objects.filter(
        enrolment=OuterRef("pk"), pool__meeting__in=change.affected, state__in=LIVE_PLACES
    )
    return enrolled.live().filter(Exists(claims))


def _facilitators_concerned(change: PlanChange, *, now: datetime) -> set[UUID]:
    """Return the accounts of who leads the group or stands in, without the author's."""
    leads = Assignment.objects.on(localdate(now)).filter(group_id=change.group_id)
    stands_in = Duty.objects.filter(meeting__in=change.affected).exclude(
        state=DutyState.VACATED
    )
    concerned = Facilitator.objects.filter(is_active=True).filter(
        Exists(leads.filter(facilitator=OuterRef("pk")))
        | Exists(stands_in.filter(facilitator=OuterRef("pk")))
    )
    if change.author_id is not None:
        concerned = concerned.exclude(pk=change.author_id)
    return set(concerned.values_list("user_id", flat=True))


def _instants(change: PlanChange) -> tuple[list[datetime], list[datetime]]:
    """Return when the meetings a change concerns started and ended, before it and after."""
    rows = [change.before["rows"][str(meeting_id)] for meeting_id in change.affected]
    periods = [values_of(shown)["period"] for row in rows for shown in row.values()]
    return [period.lower for period in periods], [period.upper for period in periods]
