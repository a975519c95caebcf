"""Sweeps over accounts: sessions and slips that are over."""

from celery import shared_task
from django.utils import timezone

from portal.people.services import tidy_slips
from portal.people.sessions import SessionStore


@shared_task
def tidy(**_: object) -> None:
    """Remove sessions past their hour and slips past their day."""
    SessionStore.clear_expired()
    tidy_slips(now=timezone.now())
