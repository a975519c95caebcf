"""Celery entry points: no arguments about anybody, one call each."""

from celery import shared_task

from portal.common.db import database_now
from portal.leave.services import sweeping


@shared_task
def sweep(**_: object) -> None:
    """Sign decisions whose ten minutes are over."""
    sweeping.sweep(now=database_now())


@shared_task
def tidy(**_: object) -> None:
    """Let deadlines pass, years open, holidays count, papers go; look through the ledger."""
    sweeping.tidy(now=database_now())
