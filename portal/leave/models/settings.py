"""How an agency does leave: its rules as data, its weeks, its decrees."""

from datetime import date
from typing import Self, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from portal.common.db import BaseModel
from portal.leave.choices import (
    Care,
    Decider,
    DelegationKind,
    Family,
    LetterKind,
    ManagerSees,
    Mode,
    PatternKind,
    Profile,
    Purpose,
    Unit,
)
from portal.people.choices import Employment

_AGENCY = "people.Agency"
_EMPLOYEE = "people.Employee"
_USER = "people.User"


Row_co = TypeVar("Row_co", bound=models.Model, covariant=True)


class DatedQuerySet(models.QuerySet[Row_co]):
    """Questions asked of rows that are valid for a time."""

    def on(self, day: date) -> Self:
        """Keep those valid on a day; ``valid_until`` is the last day, both ends included."""
        return self.filter(valid_from__lte=day).filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=day)
        )

    def between(self, first: date, last: date | None) -> Self:
        """Keep those valid on some day of a time, both ends included; open without a last."""
        kept = self.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=first))
        return kept if last is None else kept.filter(valid_from__lte=last)


class DatedRow(BaseModel):
    """A row valid from its first to its last day, both included; open when there is no last."""

    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="%(class)s_ends_after_it_starts",
            )
        ]

    def covers(self, day: date) -> bool:
        """Say of a row in hand what `DatedQuerySet.on` asks of the table."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


class LeaveDesk(BaseModel):
    """
    What one agency does here. No row is the same as OFF.

    The room opens only when all sick leave of the agency passes through it and a decree makes
    the medical reviewer the receiving official for certificates: a table that held only some
    sick leave would betray by existence.
    """

    agency = models.OneToOneField(_AGENCY, on_delete=models.PROTECT, related_name="+")
    mode = models.CharField(max_length=11, choices=Mode, default=Mode.OFF)
    profile = models.CharField(max_length=7, choices=Profile, default=Profile.ASN)
    all_sick_leave = models.BooleanField(default=False)
    reviewer_decree = models.CharField(max_length=120, blank=True, default="")
    reviewer_decree_on = models.DateField(null=True, blank=True)
    hr_decides = models.BooleanField(default=False)
    """Without a decree; only companies, never the civil service."""
    retention_days = models.PositiveSmallIntegerField(
        default=90, validators=[MinValueValidator(1), MaxValueValidator(3660)]
    )
    """Days a certificate is kept after its request is closed."""
    retention_basis = models.CharField(max_length=200, blank=True, default="")
    number_template = models.CharField(max_length=80, default="{no}/{kind}/{year}")
    place = models.CharField(max_length=80, blank=True, default="")
    """The town that stands on a letter."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(mode=Mode.OFF) | (Q(all_sick_leave=True) & ~Q(reviewer_decree="")),
                name="leave_desk_opens_for_all_sick_leave",
            ),
            models.CheckConstraint(
                condition=Q(hr_decides=False) | Q(profile=Profile.PRIVATE),
                name="leave_desk_decides_without_decree_in_companies_only",
            ),
        ]


class LeaveTypeQuerySet(DatedQuerySet["LeaveType"]):
    """Questions asked of versions of kinds of leave."""


class LeaveType(DatedRow):
    """
    One version of a kind of leave with its rule; a changed rule is a new row.

    A request keeps the version it was sent under. ``evidence`` is a list of
    ``{"from_day": n, "issuers": [...]}`` by the calendar days of the whole episode, ascending;
    empty means that no certificate is asked for. Numbers without a unit count in ``unit``.
    """

    agency = models.ForeignKey(_AGENCY, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=16)
    family = models.CharField(max_length=9, choices=Family)
    employments = ArrayField(models.CharField(max_length=8, choices=Employment))
    name_id = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    unit = models.CharField(max_length=12, choices=Unit)
    most = models.PositiveSmallIntegerField(null=True, blank=True)
    """The longest single leave in ``unit``; none where the account limits it."""
    most_months = models.PositiveSmallIntegerField(null=True, blank=True)
    """The longest episode in calendar months, for kinds limited by the month."""
    extra_months = models.PositiveSmallIntegerField(default=0)
    """Months beyond ``most_months`` with the evidence of the highest step."""
    service_months = models.PositiveSmallIntegerField(default=0)
    """Months of service before the kind opens."""
    service_below = models.PositiveSmallIntegerField(default=0)
    """Months of service with which the kind closes again; 0 for never."""
    purpose = models.CharField(max_length=12, choices=Purpose, blank=True, default="")
    """
    For whom this row bends the rule of its family; empty for a kind that can be asked for.

    A request never points to such a row, since its code would say why: it keeps the kind of
    its family, and the row is found by the sealed purpose when limits and evidence are asked.
    """
    has_account = models.BooleanField(default=False)
    yearly = models.PositiveSmallIntegerField(default=0)
    carry_one = models.PositiveSmallIntegerField(default=0)
    """Days of last year that go on."""
    carry_two = models.PositiveSmallIntegerField(default=0)
    """Days of the year before that go on as well, if neither year was touched."""
    half_days = models.BooleanField(default=False)
    evidence = models.JSONField(default=list)
    evidence_within = models.PositiveSmallIntegerField(default=0)
    """Calendar days after the first day until the certificate is due."""
    can_refuse = models.BooleanField(default=False)
    can_defer = models.BooleanField(default=False)
    can_recall = models.BooleanField(default=False)
    is_provisional = models.BooleanField(default=False)
    """Takes effect when it is sent, before anybody has decided."""
    decider = models.CharField(max_length=8, choices=Decider, default=Decider.OFFICIAL)
    manager_sees = models.CharField(
        max_length=5, choices=ManagerSees, default=ManagerSees.DATES
    )
    is_on = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)
    legal_basis = models.CharField(max_length=300)

    objects = models.Manager.from_queryset(LeaveTypeQuerySet)()

    class Meta(DatedRow.Meta):
        abstract = False
        constraints = [
            *DatedRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["agency", "code", "valid_from"], name="leave_type_version_once"
            ),
            models.CheckConstraint(
                condition=~Q(legal_basis=""), name="leave_type_names_its_basis"
            ),
            models.CheckConstraint(
                condition=~Q(family=Family.SICK) | Q(can_recall=False, can_defer=False),
                name="leave_type_sick_is_not_recalled_or_deferred",
            ),
        ]


class WorkPatternQuerySet(DatedQuerySet["WorkPattern"]):
    """Questions asked of weeks."""


class WorkPattern(DatedRow):
    """
    Which days of the week are worked, and for how long in all.

    The narrowest one counts: a person's before her unit's (the nearest unit upwards) before the
    agency's. A RAMADAN pattern changes the minutes of the days it covers, never the days.
    """

    agency = models.ForeignKey(_AGENCY, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(
        "people.Unit", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    employee = models.ForeignKey(
        _EMPLOYEE, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    kind = models.CharField(max_length=7, choices=PatternKind, default=PatternKind.USUAL)
    days = ArrayField(models.PositiveSmallIntegerField(), size=7)
    """ISO weekdays, 1 Monday to 7 Sunday."""
    weekly_minutes = models.PositiveSmallIntegerField(default=2250)
    legal_basis = models.CharField(max_length=300, blank=True, default="")

    objects = models.Manager.from_queryset(WorkPatternQuerySet)()

    class Meta(DatedRow.Meta):
        abstract = False
        constraints = [
            *DatedRow.Meta.constraints,
            models.CheckConstraint(
                condition=Q(unit__isnull=True) | Q(employee__isnull=True),
                name="work_pattern_of_a_unit_or_a_person",
            ),
        ]


class JointLeaveYear(BaseModel):
    """Whether the joint leave of a year is taken off the annual leave."""

    agency = models.ForeignKey(_AGENCY, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    deducts = models.BooleanField(default=False)
    legal_basis = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "year"], name="joint_leave_year_once")
        ]


class JointLeaveDuty(BaseModel):
    """A day of joint leave that somebody worked because of her post; she gets it back."""

    employee = models.ForeignKey(_EMPLOYEE, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["employee", "day"], name="joint_leave_duty_once")
        ]


class ServiceRecord(BaseModel):
    """Since when somebody serves, where the NIP does not tell; kept by HR."""

    employee = models.OneToOneField(_EMPLOYEE, on_delete=models.CASCADE, related_name="+")
    started_on = models.DateField()
    contract_until = models.DateField(null=True, blank=True)


class DecreeQuerySet(DatedQuerySet["Decree"]):
    """Questions asked of decrees."""


class Decree(DatedRow):
    """
    A written delegation of the right to decide on leave.

    ``unit`` empty means the whole agency, ``families`` empty every kind. ``is_ppk`` is the
    appointing official himself: some kinds are not delegated.
    """

    agency = models.ForeignKey(_AGENCY, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=120)
    issued_on = models.DateField()
    holder = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    office = models.CharField(max_length=200)
    """The office the holder signs as."""
    unit = models.ForeignKey(
        "people.Unit", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    families = ArrayField(models.CharField(max_length=9, choices=Family), default=list)
    is_ppk = models.BooleanField(default=False)
    entered_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    withdrawn_on = models.DateField(null=True, blank=True)

    objects = models.Manager.from_queryset(DecreeQuerySet)()

    class Meta(DatedRow.Meta):
        abstract = False
        constraints = [
            *DatedRow.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(holder=F("entered_by")), name="decree_entered_by_another"
            ),
        ]


class DelegationQuerySet(DatedQuerySet["Delegation"]):
    """Questions asked of delegations."""


class Delegation(DatedRow):
    """Somebody stands in for a line manager for a time; the last day counts in local time."""

    giver = models.ForeignKey(_EMPLOYEE, on_delete=models.PROTECT, related_name="+")
    stand_in = models.ForeignKey(_EMPLOYEE, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=DelegationKind)
    decree_number = models.CharField(max_length=120)
    entered_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    withdrawn_on = models.DateField(null=True, blank=True)

    objects = models.Manager.from_queryset(DelegationQuerySet)()

    class Meta(DatedRow.Meta):
        abstract = False
        constraints = [
            *DatedRow.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(giver=F("stand_in")), name="delegation_to_somebody_else"
            ),
        ]


class PayBandQuerySet(DatedQuerySet["PayBand"]):
    """Questions asked of pay bands."""


class PayBand(DatedRow):
    """What leave does to the performance allowance; payroll learns the code alone."""

    agency = models.ForeignKey(_AGENCY, on_delete=models.PROTECT, related_name="+")
    family = models.CharField(max_length=9, choices=Family)
    code = models.CharField(max_length=8)
    care = models.CharField(max_length=10, choices=Care, default=Care.ANY)
    from_day = models.PositiveSmallIntegerField(default=1)
    until_day = models.PositiveSmallIntegerField(null=True, blank=True)
    percent_a_day = models.DecimalField(max_digits=5, decimal_places=2)
    legal_basis = models.CharField(max_length=300)

    objects = models.Manager.from_queryset(PayBandQuerySet)()

    class Meta(DatedRow.Meta):
        abstract = False


class LetterSeries(BaseModel):
    """The counter behind gapless numbers; its row is locked while somebody signs."""

    agency = models.ForeignKey(_AGENCY, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=11, choices=LetterKind)
    year = models.PositiveSmallIntegerField()
    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "kind", "year"], name="letter_series_once"
            )
        ]
