"""Tables of the calendars."""

from django.db import models

from portal.calendars.choices import HolidayKind, HolidaySource, HolidayStatus
from portal.common.db import BaseModel


class Holiday(BaseModel):
    """
    A day on which an agency, or the whole country, does not work.

    Without an agency the day counts for everybody. A row with status REMOVED counts for nobody;
    it stays so that the next import does not bring the day back. A row whose source is PEOPLE
    is never touched by an import. Every kind closes the day.
    """

    day = models.DateField()
    agency = models.ForeignKey(
        "people.Agency", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
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
                fields=["day", "agency", "kind"],
                nulls_distinct=False,
                name="holiday_once_per_day_and_kind",
            ),
        ]
