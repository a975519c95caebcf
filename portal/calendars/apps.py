"""The calendars as a Django app."""

from django.apps import AppConfig


class CalendarsConfig(AppConfig):
    """Holidays and the rules of time."""

    name = "portal.calendars"
    label = "calendars"
