"""The words of the calendars."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class HolidayKind(TextChoices):
    """What makes a day free."""

    PUBLIC = "PUBLIC", _("Public holiday")
    JOINT_LEAVE = "JOINT_LEAVE", _("Joint leave")
    LOCAL = "LOCAL", _("Local holiday")


class HolidayStatus(TextChoices):
    """How sure the day is."""

    CONFIRMED = "CONFIRMED", _("Confirmed")
    ESTIMATED = "ESTIMATED", _("Estimated")
    REMOVED = "REMOVED", _("Removed")


class HolidaySource(TextChoices):
    """Who last had a say about the row."""

    LIBRARY = "LIBRARY", _("From the calendar library")
    PEOPLE = "PEOPLE", _("Checked or entered by a person")


class HolidayRefusal(TextChoices):
    """Why a holiday cannot be entered."""

    ALREADY_THERE = "ALREADY_THERE", _("This day already has a holiday of that kind.")
