"""Sealing, as a Django app."""

from django.apps import AppConfig


class VaultConfig(AppConfig):
    """Sealing."""

    name = "portal.vault"
    label = "vault"
