"""The room of privacy as a Django app."""

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """Who can see what, the record, one's own data."""

    name = "portal.privacy"
    label = "privacy"
