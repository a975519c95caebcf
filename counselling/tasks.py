"""Celery entry points: no arguments about anybody, one call each."""

from celery import shared_task

from counselling import services
from portal.common.db import database_now


@shared_task
def tidy(**_: object) -> None:
    """Sweep lapsed holds and meetings of people who left."""
    services.tidy(now=database_now())
