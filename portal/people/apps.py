"""Accounts and the organisation, as a Django app."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Accounts and the organisation."""

    name = "portal.people"
    label = "people"
