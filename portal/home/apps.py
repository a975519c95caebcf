"""The first page as a Django app."""

from django.apps import AppConfig


class HomeConfig(AppConfig):
    """Home, help, rest, calendar, the own list and the settings of the browser."""

    name = "portal.home"
    label = "home"
