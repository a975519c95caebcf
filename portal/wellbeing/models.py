"""Tables of wellbeing."""

from django.core.validators import RegexValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.common.db import BaseModel
from portal.wellbeing.choices import ContactKind

DIAL_FORMAT = RegexValidator(
    r"^\+?[0-9*#,]+$", _("Digits only, with a comma for a pause, for example 119,8.")
)
WEB_FORMAT = URLValidator(schemes=["https"], message=_("An address that begins with https://."))


class HelpContact(BaseModel):
    """
    A place a person can turn to, as the public help page shows it.

    Invariants: it can be called or opened (`dial` or `web`); names on the page are unique; a
    retired contact stays, so that retiring can be undone and a seed does not bring it back.
    `checked_on` is the day somebody of the service last tried it; a new number is unchecked.
    Words stand in Indonesian, and in English where somebody wrote it.
    """

    kind = models.CharField(max_length=16, choices=ContactKind)
    position = models.PositiveSmallIntegerField(default=50)
    name = models.CharField(max_length=80)
    number = models.CharField(max_length=40, blank=True, default="")
    """The number as people read it: "119, lalu tekan 8"."""
    dial = models.CharField(max_length=24, blank=True, default="", validators=[DIAL_FORMAT])
    web = models.CharField(max_length=200, blank=True, default="", validators=[WEB_FORMAT])
    hours = models.CharField(max_length=80, blank=True, default="")
    region = models.CharField(max_length=120, blank=True, default="")
    for_whom = models.CharField(max_length=160, blank=True, default="")
    waiting_note = models.CharField(max_length=200, blank=True, default="")
    hours_en = models.CharField(max_length=80, blank=True, default="")
    region_en = models.CharField(max_length=120, blank=True, default="")
    for_whom_en = models.CharField(max_length=160, blank=True, default="")
    waiting_note_en = models.CharField(max_length=200, blank=True, default="")
    owner = models.ForeignKey(
        "people.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    checked_on = models.DateField(null=True, blank=True)
    retired_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(retired_on__isnull=True),
                name="help_contact_name_once",
            ),
            models.CheckConstraint(
                condition=~Q(dial="") | ~Q(web=""), name="help_contact_can_be_reached"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ContactKind.values), name="help_contact_kind_known"
            ),
        ]


class TapCount(BaseModel):
    """How often "I'm tired" was tapped in one month: a number, and nothing about anybody."""

    month = models.DateField(unique=True)
    taps = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(month__day=1), name="tap_count_is_monthly"),
        ]
