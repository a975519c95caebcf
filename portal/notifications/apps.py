"""The outbox, as a Django app."""

from django.apps import AppConfig
from django.utils.module_loading import import_string


class NotificationsConfig(AppConfig):
    """The outbox."""

    name = "portal.notifications"
    label = "notifications"

    def ready(self) -> None:
        """Let account mails (codes, confirmations) leave through the outbox, too."""
        # By name: services import models, and those wait until every app is ready.
        register = import_string("portal.people.services.register_account_mail")
        register(import_string("portal.notifications.services.enqueue_account_mail"))
