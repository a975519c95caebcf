"""The leave room as a Django app; it tells the outbox what it may say."""

from django.apps import AppConfig


class LeaveConfig(AppConfig):
    """Leave of every kind."""

    name = "portal.leave"
    label = "leave"
