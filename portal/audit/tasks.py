"""The record's only task."""

from celery import shared_task

from portal.audit import services
from portal.common.db import database_now


@shared_task
def chain_events(**_: object) -> None:
    """Give new events their links; beat calls it every minute."""
    services.chain_events(now=database_now())
