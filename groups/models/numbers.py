"""Tables of numbers, frozen once."""

from django.db import models

from portal.common.db import BaseModel


class QuarterTable(BaseModel):
    """
    What the head of the service may read about one quarter: made once, never changed.

    Later corrections would let two versions be subtracted to find one person, so there are
    none. ``rows`` holds rounded numbers and hidden cells only.
    """

    agency = models.ForeignKey("people.Agency", on_delete=models.PROTECT, related_name="+")
    quarter = models.CharField(max_length=6)
    """Year and quarter, ``2026Q4``."""
    rows = models.JSONField()
    frozen_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "quarter"], name="quarter_table_once"),
        ]
