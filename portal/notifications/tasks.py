"""What beat calls. No argument about anybody; the database's clock is read here."""

from celery import shared_task

from portal.common.db import database_now
from portal.notifications import services


@shared_task
def deliver_due(**_: object) -> None:
    """Send what is due."""
    services.deliver_due(now=database_now())


@shared_task
def plan_reminders(**_: object) -> None:
    """Put reminders into the outbox ahead of their time."""
    services.plan_reminders(now=database_now())


@shared_task
def tidy(**_: object) -> None:
    """Strip what is finished."""
    services.tidy(now=database_now())
