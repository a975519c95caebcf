"""The cast of the outbox."""

from tests.services.notifications.cast import rina, room

__all__ = ["rina", "room"]
