"""Celery entry points: no arguments about anybody, one call each."""

from celery import shared_task

from groups.services import sweeping, tidying
from groups.statistics import freeze
from portal.common.db import database_now


@shared_task
def sweep(**_: object) -> None:
    """Tell changes, ask for facilitators, offer places, forget signals."""
    sweeping.sweep(now=database_now())


@shared_task
def tidy(**_: object) -> None:
    """Keep meetings ahead, let people go who left, forget what is past, count a quarter."""
    now = database_now()
    tidying.tidy(now=now)
    sweeping.take_steps([("tables of a quarter", freeze)], now=now)
