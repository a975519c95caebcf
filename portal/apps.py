"""The shell as a Django app: tags, commands, catalogues, static files, system checks."""

from importlib import import_module

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The shell of the house."""

    name = "portal"
    label = "portal"
    verbose_name = "Portal"

    def ready(self) -> None:
        """Register the system checks."""
        import_module("portal.checks")
