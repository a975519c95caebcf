"""The shell as a Django app: template tags, commands, catalogues, static files, system checks."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The shell of the house."""

    name = "portal"
    label = "portal"
    verbose_name = "Portal"
