"""Coming back in stages, calendar addresses, and the numbers of a quarter."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from portal.common.db import BaseModel
from portal.leave.choices import FeedKind, Place, PlanState, Restriction
from portal.leave.models.requests import LeaveRequest
from portal.vault.fields import RowSealedField, TagField, sealed_check, tag_check


class ReturnPlan(BaseModel):
    """
    A phased return: work, not leave, agreed by employee, reviewer and manager.

    It says hours, place and restrictions of a fixed vocabulary, never why. Changing anything
    asks all three anew.
    """

    request = models.ForeignKey(LeaveRequest, on_delete=models.CASCADE, related_name="plans")
    state = models.CharField(max_length=8, choices=PlanState, default=PlanState.PROPOSED)
    restrictions = ArrayField(
        models.CharField(max_length=14, choices=Restriction), default=list
    )
    review_days = ArrayField(models.DateField(), default=list)
    version = models.PositiveSmallIntegerField(default=1)
    proposed_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    manager = models.ForeignKey(
        "people.Employee", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    employee_agreed_on = models.DateField(null=True, blank=True)
    reviewer_agreed_on = models.DateField(null=True, blank=True)
    manager_agreed_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["request"],
                condition=~Q(state=PlanState.ENDED),
                name="return_plan_one_running",
            ),
            models.CheckConstraint(
                condition=~Q(state=PlanState.AGREED)
                | Q(
                    employee_agreed_on__isnull=False,
                    reviewer_agreed_on__isnull=False,
                    manager_agreed_on__isnull=False,
                ),
                name="return_plan_agreed_by_three",
            ),
        ]


class ReturnStage(BaseModel):
    """One stage of a phased return; ``percent`` of the usual hours."""

    plan = models.ForeignKey(ReturnPlan, on_delete=models.CASCADE, related_name="stages")
    number = models.PositiveSmallIntegerField()
    first_day = models.DateField()
    last_day = models.DateField()
    percent = models.PositiveSmallIntegerField()
    place = models.CharField(max_length=6, choices=Place, default=Place.OFFICE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="return_stage_in_order"),
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="return_stage_day_order"
            ),
            models.CheckConstraint(
                condition=Q(percent__gte=10, percent__lte=100),
                name="return_stage_part_of_the_week",
            ),
        ]


class CalendarAddress(BaseModel):
    """An address a calendar program reads, known to its owner; revoked, it is gone."""

    owner = models.ForeignKey("people.User", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=FeedKind)
    token_tag = TagField(unique=True)
    sealed_token = RowSealedField()
    made_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "kind"], name="calendar_address_once"),
            tag_check("token_tag", "calendar_address_token_length"),
            sealed_check("sealed_token", "calendar_address_token_sealed", RowSealedField),
        ]


class QuarterTable(BaseModel):
    """The numbers of a quarter as they were published; never drawn again."""

    agency = models.ForeignKey("people.Agency", on_delete=models.PROTECT, related_name="+")
    quarter = models.DateField()
    """Its first day."""
    rows = models.JSONField()
    frozen_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "quarter"], name="leave_quarter_table_once"
            )
        ]
