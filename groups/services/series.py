"""Plan a series or a single meeting, and keep half a year of meetings ahead as rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID, uuid4

from dateutil.relativedelta import relativedelta
from django.db.models import Q
from django.http import Http404
from psycopg.types.range import TimestamptzRange

from groups import policies
from groups.choices import (
    CancelReason,
    GroupStatus,
    HolidayPolicy,
    MeetingStatus,
    Refusal,
    Rhythm,
    Way,
)
from groups.models import Facilitator, Meeting, MeetingSeries, SupportGroup
from groups.rules import series as rules
from groups.selectors.planning import holidays_between, pattern_of
from groups.services.desk import GroupRefused, group_locked
from groups.services.duties import propose_duties
from groups.services.pools import ensure_pools
from portal.audit.services import record_staff
from portal.calendars.rules import local_day
from portal.calendars.selectors import HolidayRow
from portal.people.actors import Account

_FARTHEST = relativedelta(years=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesPlan:
    """
    A series as a facilitator plans it, on the clock of her group.

    ``count`` counts the days the rhythm gives, those that fall on a holiday included.
    """

    rhythm: Rhythm
    starts_on: date
    at: time
    duration_minutes: int
    until_on: date | None = None
    count: int | None = None
    ways: Sequence[Way]
    holiday_policy: HolidayPolicy


def plan_series(*, actor: Account, group_id: UUID, plan: SeriesPlan, now: datetime) -> UUID:
    """
    Plan a series and make its meetings of the next 26 weeks; return its id.

    Locks the group. A number of meetings becomes a last day; no plan reaches farther than ten
    years.

    :raises Http404: if the actor does not lead the group, or it has ended.
    :raises GroupRefused: if it lies in the past, gives no meeting, or asks for a way the group
        does not meet in.
    """
    policies.get_facilitated_group(actor=actor, group_id=group_id, now=now)
    with group_locked(group_id=group_id):
        group = plannable_group(actor=actor, group_id=group_id, now=now)
        row = _series_of(group, plan)
        first = next(rules.slots(pattern_of(row), last=date.max), None)
        if first is None:
            raise GroupRefused(Refusal.PLAN_EMPTY)
        if first.starts_at <= now:
            raise GroupRefused(Refusal.PLAN_PAST)
        row.save(force_insert=True)
        fill_series(series=[row], now=now)
        record(policies.facilitator_of(actor), "series_planned", row.pk, now=now)
    return row.pk


def materialise(*, now: datetime) -> int:
    """
    Keep 26 weeks of meetings ahead for every group that goes on; return how many were new.

    Looks at the rows only, so that it may run twice, at once or late. What was cancelled is a
    row as well and never comes back. Locks one group at a time; one that is busy waits for the
    next run.
    """
    today = now.date() - relativedelta(days=1)
    going_on = (
        MeetingSeries.objects.filter(Q(until_on__isnull=True) | Q(until_on__gte=today))
        .exclude(group__status=GroupStatus.ARCHIVED)
        .order_by("group_id")
        .values_list("group_id", flat=True)
        .distinct()
    )
    return sum(_materialise_group(group_id, now=now) for group_id in list(going_on))


def fill_series(*, series: Sequence[MeetingSeries], now: datetime) -> list[Meeting]:
    """Make the rows missing ahead, under the group's lock; return those that are new."""
    known = set(
        Meeting.objects.filter(root__in={row.root_id for row in series}).values_list(
            "root_id", "period_key"
        )
    )
    missing = [
        (row, slot)
        for row in series
        for slot in rules.slots(pattern_of(row), last=local_day(now + rules.HORIZON, row.zone))
        if slot.starts_at > now and (row.root_id, slot.period_key) not in known
    ]
    if not missing:
        return []
    days = [slot.day for _, slot in missing]
    free = holidays_between(
        agency_id=series[0].group.agency_id, first=min(days), last=max(days)
    )
    return make_rows([_row_of(row, slot, free) for row, slot in missing])


def make_rows(rows: Sequence[Meeting]) -> list[Meeting]:
    """
    Insert meetings with their pools and ask the facilitators; return those that were new.

    A slot or a stretch that has a row keeps it, whoever made it meanwhile.
    """
    Meeting.objects.bulk_create(rows, ignore_conflicts=True)
    made = list(
        Meeting.objects.filter(pk__in=[row.pk for row in rows])
        .select_related("group")
        .order_by("period", "id")
    )
    ensure_pools(meetings=made)
    propose_duties(meetings=[row for row in made if row.status == MeetingStatus.PLANNED])
    return made


def plannable_group(*, actor: Account, group_id: UUID, now: datetime) -> SupportGroup:
    """
    Return a group the actor leads and whose plan may change.

    :raises Http404: if she does not lead it, or it has ended.
    """
    group = policies.get_facilitated_group(actor=actor, group_id=group_id, now=now)
    if group.status == GroupStatus.ARCHIVED:
        raise Http404
    return group


def offered_ways(group: SupportGroup, ways: Iterable[str]) -> list[str]:
    """
    Return ways of meeting in their order.

    :raises GroupRefused: if there is none, or one the group does not meet in.
    """
    wanted = sorted({Way(way).value for way in ways})
    if not wanted or not set(wanted) <= set(group.ways):
        raise GroupRefused(Refusal.WAY_NOT_OFFERED)
    return wanted


def is_holiday(group: SupportGroup, day: date) -> bool:
    """Say whether a day is a holiday where the group meets."""
    return bool(holidays_between(agency_id=group.agency_id, first=day, last=day))


def record(facilitator: Facilitator, deed: str, subject: UUID, *, now: datetime) -> None:
    """Write a change of the plan into the record, in the transaction of the change."""
    record_staff(
        role="FACILITATOR",
        handle=str(facilitator.pk),
        action=f"circle.{deed}",
        subject=str(subject),
        now=now,
    )


def _series_of(group: SupportGroup, plan: SeriesPlan) -> MeetingSeries:
    series_id = uuid4()
    row = MeetingSeries(
        id=series_id,
        group=group,
        root_id=series_id,
        rule=rules.make_rule(plan.rhythm, plan.starts_on),
        starts_on=plan.starts_on,
        at=plan.at.replace(second=0, microsecond=0),
        zone=group.zone,
        duration_minutes=plan.duration_minutes,
        until_on=plan.until_on and min(plan.until_on, plan.starts_on + _FARTHEST),
        ways=offered_ways(group, plan.ways),
        holiday_policy=plan.holiday_policy,
    )
    row.until_on = rules.last_day(pattern_of(row), count=plan.count)
    return row


def _materialise_group(group_id: UUID, *, now: datetime) -> int:
    try:
        with group_locked(group_id=group_id):
            series = MeetingSeries.objects.filter(group_id=group_id).select_related("group")
            return len(fill_series(series=list(series.order_by("id")), now=now))
    except GroupRefused:
        return 0


def _row_of(
    series: MeetingSeries, slot: rules.Slot, holidays: Mapping[date, HolidayRow]
) -> Meeting:
    holiday = holidays.get(slot.day)
    # A day that may still move cancels nothing: it is listed, and somebody answers.
    is_skipped = (
        holiday is not None
        and not holiday.is_estimated
        and series.holiday_policy == HolidayPolicy.SKIP
    )
    return Meeting(
        group_id=series.group_id,
        series=series,
        root_id=series.root_id,
        slot_key=slot.slot_key,
        period_key=slot.period_key,
        period=TimestamptzRange(slot.starts_at, slot.ends_at),
        zone=series.zone,
        ways=series.ways,
        status=MeetingStatus.CANCELLED if is_skipped else MeetingStatus.PLANNED,
        cancel_reason=CancelReason.HOLIDAY if is_skipped else "",
        clock_note=slot.clock_note,
        room=series.room,
        directions=series.directions,
    )
