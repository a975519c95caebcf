"""Accounts and the organisation, as a Django app."""

from django.apps import AppConfig
from django.contrib.auth.models import update_last_login
from django.contrib.auth.signals import user_logged_in


class PeopleConfig(AppConfig):
    """Accounts and the organisation."""

    name = "portal.people"
    label = "people"

    def ready(self) -> None:
        """Stop Django from writing the second of every sign-in next to a name."""
        user_logged_in.disconnect(update_last_login, dispatch_uid="update_last_login")
