"""Requests for leave, the days they claim, and what has happened to them."""

from typing import Final, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import IntegerRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from portal.common.db import BaseModel
from portal.leave.choices import (
    IN_FORCE,
    KEPT,
    LIVE,
    UNDECIDED,
    Action,
    Certificate,
    Part,
    Phase,
    State,
)
from portal.leave.models.settings import LeaveType
from portal.vault.fields import RowSealedField, sealed_check

DAY_ONCE: Final = "leave_day_not_twice"
KEY_ONCE: Final = "leave_request_key_once"
CHANGE_ONCE: Final = "leave_request_one_change_in_flight"


class LeaveRequestQuerySet(models.QuerySet["LeaveRequest"]):
    """Questions asked of requests."""

    def live(self) -> Self:
        """Keep those whose days nobody else may claim."""
        return self.filter(state__in=LIVE)

    def undecided(self) -> Self:
        """Keep those on their way."""
        return self.filter(state__in=UNDECIDED)

    def in_force(self) -> Self:
        """Keep those granted and not taken back."""
        return self.filter(state__in=IN_FORCE)

    def kept(self) -> Self:
        """Keep those that were granted and had or have days."""
        return self.filter(state__in=KEPT)


class LeaveRequest(BaseModel):
    """
    An application for leave: dates, a statutory kind, where it stands. Never a reason.

    No foreign key leads from here to what is sealed (`HealthDossier` points here). ``version``
    goes up with every change and guards each of them; ``rev`` with every change of dates and is
    the SEQUENCE of calendar entries. ``sealed_details`` holds wishes and the purpose of kinds
    that ask for one, always filled and padded, so that its length tells nothing. ``round``
    counts how often it was sent; a decision belongs to a round. Days only, no clocks.
    """

    employee = models.ForeignKey(
        "people.Employee", on_delete=models.PROTECT, related_name="leave_requests"
    )
    agency = models.ForeignKey("people.Agency", on_delete=models.PROTECT, related_name="+")
    leave_type = models.ForeignKey(LeaveType, on_delete=models.PROTECT, related_name="+")
    key = models.UUIDField()
    """What the form was sent with: the same form twice is one request."""
    first_day = models.DateField()
    last_day = models.DateField()
    part = models.CharField(max_length=9, choices=Part, default=Part.FULL)
    days = models.DecimalField(max_digits=6, decimal_places=2)
    """
    How many count, in the unit of the kind: some when it is sent; none is left only where every
    day of it became a holiday afterwards.
    """
    state = models.CharField(max_length=22, choices=State)
    certificate = models.CharField(max_length=5, choices=Certificate)
    version = models.PositiveIntegerField(default=1)
    rev = models.PositiveSmallIntegerField(default=0)
    round = models.PositiveSmallIntegerField(default=1)
    sent_on = models.DateField()
    evidence_due_on = models.DateField(null=True, blank=True)
    is_provisional = models.BooleanField(default=False)
    """In effect although nobody has decided yet; ends with the decision or the deadline."""
    is_abroad = models.BooleanField(default=False)
    desk_only = models.BooleanField(default=False)
    """Attested here, decided in another system."""
    continues = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="continued_by"
    )
    supersedes = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    wanted_last_day = models.DateField(null=True, blank=True)
    """The last day of leave she asks for while an earlier return is being decided."""
    pay_bands = models.JSONField(blank=True, default=list)
    """
    What the verdict means to payroll: ``[day, code]``, from which day on which band, in order.

    Empty where no care is distinguished: the rule without distinction tells it.
    """
    closed_on = models.DateField(null=True, blank=True)
    sealed_details = RowSealedField()

    objects = models.Manager.from_queryset(LeaveRequestQuerySet)()

    class Meta:
        constraints = [
            sealed_check("sealed_details", "leave_request_details_sealed", RowSealedField),
            models.UniqueConstraint(fields=["employee", "key"], name=KEY_ONCE),
            models.UniqueConstraint(
                fields=["supersedes"],
                condition=Q(supersedes__isnull=False, state__in=UNDECIDED),
                name=CHANGE_ONCE,
            ),
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="leave_request_day_order"
            ),
            models.CheckConstraint(
                condition=Q(days__gt=0) | Q(days=0, rev__gt=0),
                name="leave_request_counts_some_day",
            ),
        ]
        indexes = [
            models.Index(fields=["employee", "first_day"], name="leave_request_of_employee"),
            models.Index(fields=["agency", "state"], name="leave_request_by_state"),
        ]

    @property
    def phase(self) -> Phase:
        """Return what others than HR see of the state; the same for every kind."""
        if self.state in UNDECIDED:
            return Phase.WAITING
        return Phase.GRANTED if self.state in KEPT else Phase.ENDED


class LeaveDay(BaseModel):
    """
    One day, or half of one, that a request claims; never claimed twice (a constraint).

    Where working days count, those alone have a row. Inactive rows stay: what was claimed once.
    """

    request = models.ForeignKey(LeaveRequest, on_delete=models.CASCADE, related_name="claims")
    employee = models.ForeignKey("people.Employee", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    slots = IntegerRangeField()
    """``[1,3)`` a whole day, ``[1,2)`` the morning, ``[2,3)`` the afternoon."""
    quantity = models.DecimalField(max_digits=3, decimal_places=2)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name=DAY_ONCE,
                expressions=[
                    (F("employee"), RangeOperators.EQUAL),
                    (F("day"), RangeOperators.EQUAL),
                    (F("slots"), RangeOperators.OVERLAPS),
                ],
                condition=Q(active=True),
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, quantity__lte=1), name="leave_day_up_to_one"
            ),
        ]


class CaseEvent(BaseModel):
    """One step of a request, by day and by role; only ever added to (a trigger holds it)."""

    request = models.ForeignKey(LeaveRequest, on_delete=models.CASCADE, related_name="events")
    number = models.PositiveSmallIntegerField()
    action = models.CharField(max_length=16, choices=Action)
    state = models.CharField(max_length=22, choices=State)
    """Where it stood afterwards."""
    role = models.CharField(max_length=16)
    """As whom somebody acted; see `choices`."""
    on_day = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "number"], name="case_event_in_order")
        ]
