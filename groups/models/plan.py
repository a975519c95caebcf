"""When a group meets: series, meetings, who is on duty, changes of the plan."""

from datetime import datetime
from typing import Final, Self

from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.db import models
from django.db.models import F, Func, Q

from groups.choices import (
    CancelReason,
    ChangeKind,
    ClockNote,
    DutyState,
    HolidayPolicy,
    MeetingStatus,
    Way,
)
from groups.models.groups import Facilitator, SupportGroup
from portal.common.db import BaseModel
from portal.vault.fields import RowSealedField, sealed_check

SLOT_ONCE: Final = "meeting_slot_once"
PERIOD_ONCE: Final = "meeting_period_once"


class MeetingSeries(BaseModel):
    """
    A recurrence in wall time: an RRULE, the first day and hour on the clock of a zone.

    ``rule`` holds neither COUNT nor UNTIL: ``until_on`` is the last local day a meeting may lie
    on. "This and following" ends one row and makes another under the same ``root``. ``version``
    counts changes, so that of two people who edit at once one is told. ``room`` and
    ``directions`` are where the series differs from its group; empty means as the group.
    """

    group = models.ForeignKey(SupportGroup, on_delete=models.CASCADE, related_name="series")
    root = models.ForeignKey("self", on_delete=models.CASCADE, related_name="branches")
    rule = models.CharField(max_length=200)
    starts_on = models.DateField()
    at = models.TimeField()
    zone = models.CharField(max_length=64)
    duration_minutes = models.PositiveSmallIntegerField()
    until_on = models.DateField(null=True, blank=True)
    ways = ArrayField(models.CharField(max_length=8, choices=Way))
    holiday_policy = models.CharField(max_length=4, choices=HolidayPolicy)
    room = models.CharField(max_length=100, blank=True, default="")
    directions = models.CharField(max_length=300, blank=True, default="")
    version = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(duration_minutes__range=(15, 480)), name="series_length_makes_sense"
            ),
        ]


class MeetingQuerySet(models.QuerySet["Meeting"]):
    """Questions asked of meetings."""

    def planned(self) -> Self:
        """Keep those that are to take place, or have."""
        return self.filter(status=MeetingStatus.PLANNED)

    def coming(self, *, now: datetime) -> Self:
        """Keep those that have not ended."""
        return self.filter(period__endswith__gt=now)

    def ahead(self, *, now: datetime) -> Self:
        """Keep those that have not begun."""
        return self.filter(period__startswith__gt=now)


class Meeting(BaseModel):
    """
    One occurrence as a row, ``period`` half-open: it can be moved, attended, cancelled.

    ``slot_key`` is the wall time the series first gave it (``2026-11-27T08:00``) and
    ``period_key`` the stretch it stands for (``2026-W48#1``, ``2026-11#1``); within a root each
    is there once, cancelled ones included, so that nothing comes back by itself. Everything
    hangs on the row's id, which no change of the plan touches. ``overrides`` names what was
    changed for this meeting alone (``time``, ``place``, ``ways``; ``ask`` when the series got
    another time after that). ``rev`` counts changes of time, way and status and never goes
    back: a notice about an older state is never sent.
    """

    group = models.ForeignKey(SupportGroup, on_delete=models.CASCADE, related_name="meetings")
    series = models.ForeignKey(
        MeetingSeries, on_delete=models.CASCADE, null=True, blank=True, related_name="meetings"
    )
    root = models.ForeignKey(
        MeetingSeries, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    slot_key = models.CharField(max_length=16, blank=True, default="")
    period_key = models.CharField(max_length=16, blank=True, default="")
    period = DateTimeRangeField()
    zone = models.CharField(max_length=64)
    ways = ArrayField(models.CharField(max_length=8, choices=Way))
    status = models.CharField(
        max_length=9, choices=MeetingStatus, default=MeetingStatus.PLANNED
    )
    cancel_reason = models.CharField(
        max_length=11, choices=CancelReason, blank=True, default=""
    )
    rev = models.PositiveIntegerField(default=0)
    overrides = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    clock_note = models.CharField(max_length=4, choices=ClockNote, blank=True, default="")
    holiday_kept = models.BooleanField(default=False)
    """Somebody decided that this meeting takes place although the day is a holiday."""
    room = models.CharField(max_length=100, blank=True, default="")
    directions = models.CharField(max_length=300, blank=True, default="")
    """Where this meeting differs from its group; empty means as the group."""
    room_secret = RowSealedField(null=True)
    """The last part of the online address; drawn anew when somebody loses her right to it."""
    runs_anyway = models.BooleanField(default=False)
    """The head of service decided that fewer facilitators are enough this time."""
    block_no = models.PositiveSmallIntegerField(null=True, blank=True)
    block_since = models.DateTimeField(null=True, blank=True)
    """Which part of the run sheet runs, and since when; empty before it was started."""

    objects = models.Manager.from_queryset(MeetingQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["root", "slot_key"], condition=Q(root__isnull=False), name=SLOT_ONCE
            ),
            models.UniqueConstraint(
                fields=["root", "period_key"], condition=Q(root__isnull=False), name=PERIOD_ONCE
            ),
            models.CheckConstraint(
                condition=Q(period__isempty=False)
                & Q(period__lower_inf=False)
                & Q(period__upper_inf=False),
                name="meeting_period_is_bounded",
            ),
            models.CheckConstraint(
                condition=(
                    (Q(status=MeetingStatus.CANCELLED) & ~Q(cancel_reason=""))
                    | (Q(status=MeetingStatus.PLANNED) & Q(cancel_reason=""))
                ),
                name="meeting_cancelled_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(block_no__isnull=True, block_since__isnull=True)
                | Q(block_no__isnull=False, block_since__isnull=False),
                name="meeting_block_has_a_start",
            ),
            sealed_check("room_secret", "meeting_room_secret_sealed", RowSealedField),
        ]
        indexes = [
            models.Index(F("group"), Func("period", function="lower"), name="meeting_by_group"),
            models.Index(
                Func("period", function="lower"),
                name="meeting_planned",
                condition=Q(status=MeetingStatus.PLANNED),
            ),
        ]


class Duty(BaseModel):
    """A facilitator's word for one meeting."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="duties")
    facilitator = models.ForeignKey(
        Facilitator, on_delete=models.PROTECT, related_name="duties"
    )
    state = models.CharField(max_length=11, choices=DutyState, default=DutyState.PROPOSED)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meeting", "facilitator"], name="duty_once"),
        ]


class PlanChange(BaseModel):
    """
    One change of the plan: what it was before, and when the members are told.

    Until ``tell_at`` the author can take it back and nobody hears of it; then each person
    concerned is told once, and ``before`` is emptied. ``affected`` are ids of meetings.
    """

    group = models.ForeignKey(SupportGroup, on_delete=models.CASCADE, related_name="changes")
    series = models.ForeignKey(
        MeetingSeries, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    author = models.ForeignKey(
        Facilitator, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    """Empty where the head of the service, or the house, made it."""
    kind = models.CharField(max_length=10, choices=ChangeKind)
    before = models.JSONField(default=dict, blank=True)
    affected = ArrayField(models.UUIDField(), default=list)
    from_on = models.DateField()
    """The first local day concerned, for the words of the notice."""
    tell_at = models.DateTimeField()
    told = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["tell_at"], condition=Q(told=False), name="change_to_tell"),
        ]
