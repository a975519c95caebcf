"""Put reminders into the outbox without Celery, from cron or by hand."""

from typing import Any

from django.core.management.base import BaseCommand

from portal.common.db import database_now
from portal.notifications import services


class Command(BaseCommand):
    """Plan and print how many reminders were new."""

    help = "Plans the reminders of the next 36 hours. Safe to repeat."

    def handle(self, *_: Any, **__: Any) -> None:  # noqa: ANN401 - Django's signature
        """Plan once."""
        self.stdout.write(f"planned={services.plan_reminders(now=database_now())}")
