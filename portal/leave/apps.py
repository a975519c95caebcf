"""The leave room as a Django app; it tells the outbox what it may say."""

from importlib import import_module

from django.apps import AppConfig


class LeaveConfig(AppConfig):
    """Leave of every kind."""

    name = "portal.leave"
    label = "leave"

    def ready(self) -> None:
        """Register notices, the kinds of recipient, and who rests."""
        # By name: it imports models, and those wait until every app is ready.
        import_module("portal.leave.selectors.told").register()
