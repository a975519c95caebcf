"""The groups room as a Django app; it tells the outbox what it may say."""

from importlib import import_module

from django.apps import AppConfig


class GroupsConfig(AppConfig):
    """Peer support groups."""

    name = "groups"
    label = "groups"

    def ready(self) -> None:
        """Register notices, reminders and the kinds of recipient."""
        # By name: both import models, and those wait until every app is ready.
        offers = import_module("groups.services.offers")
        import_module("groups.selectors.told").register(keep_turn=offers.keep_turn)
