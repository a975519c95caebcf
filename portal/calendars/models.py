"""Tables of the calendars."""

from django.db import models
from django.db.models import Q

from portal.calendars.choices import HolidayKind, HolidaySource, HolidayStatus
from portal.common.db import BaseModel


class Holiday(BaseModel):
    """
    A day on which an agency, or the whole country, does not work.

    Without an agency the day counts for everybody. A local day may belong to one unit of its
    agency; it then counts there and in the units below, when leave is counted. A row with
    status REMOVED counts for nobody; it stays so that the next import does not bring the day
    back. A row whose source is PEOPLE is never touched by an import. Every kind closes the day.
    """

    day = models.DateField()
    agency = models.ForeignKey(
        "people.Agency", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    unit = models.ForeignKey(
        "people.Unit", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=16, choices=HolidayKind)
    status = models.CharField(
        max_length=16, choices=HolidayStatus, default=HolidayStatus.CONFIRMED
    )
    source = models.CharField(
        max_length=16, choices=HolidaySource, default=HolidaySource.PEOPLE
    )
    note = models.CharField(max_length=200, blank=True, default="")
    """Where the day comes from, such as the number of the joint decree."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "agency", "unit", "kind"],
                nulls_distinct=False,
                name="holiday_once_per_day_and_kind",
            ),
            models.CheckConstraint(
                condition=Q(unit__isnull=True)
                | Q(agency__isnull=False, kind=HolidayKind.LOCAL),
                name="holiday_of_a_unit_is_local",
            ),
        ]
