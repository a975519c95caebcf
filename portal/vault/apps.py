"""Sealing, as a Django app."""

from importlib import import_module

from django.apps import AppConfig


class VaultConfig(AppConfig):
    """Sealing."""

    name = "portal.vault"
    label = "vault"

    def ready(self) -> None:
        """Register the system checks, which read models and so cannot come earlier."""
        import_module("portal.vault.checks")
