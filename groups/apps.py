"""The groups room as a Django app; it tells the outbox what it may say."""

from importlib import import_module

from django.apps import AppConfig


class GroupsConfig(AppConfig):
    """Peer support groups."""

    name = "groups"
    label = "groups"

    def ready(self) -> None:
        """Register notices, reminders and the kinds of recipient."""
        # By name: it imports models, and those wait until every app is ready.
        import_module("groups.selectors.told").register()
