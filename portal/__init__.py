"""
The shell of the house: settings, the address book, and the rooms every other room leans on.

The Celery app is imported here so that a task sent from anywhere knows the broker.
"""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
