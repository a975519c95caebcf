"""The room of wellbeing as a Django app."""

from django.apps import AppConfig


class WellbeingConfig(AppConfig):
    """Help contacts and the monthly count of taps."""

    name = "portal.wellbeing"
    label = "wellbeing"
