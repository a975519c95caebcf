"""
The Celery app, its two queues and the timetable of beat.

Redis may be lost at any moment: every task here is a sweep over PostgreSQL, carries no argument
about anybody, and expires before its next turn so that an outage leaves no backlog.
"""

import os
from typing import Any

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def _every(seconds: float, task: str, queue: str = "default") -> dict[str, Any]:
    """Return one line of the timetable; the message dies at 80 % of its period."""
    return {
        "task": task,
        "schedule": seconds,
        "options": {"queue": queue, "expires": seconds * 0.8},
    }


app.conf.beat_schedule = {
    "deliver-due": _every(5, "portal.notifications.tasks.deliver_due", "notify"),
    "plan-reminders": _every(60, "portal.notifications.tasks.plan_reminders"),
    "chain-audit": _every(60, "portal.audit.tasks.chain_events"),
    "sweep-groups": _every(60, "groups.tasks.sweep"),
    "tidy-groups": _every(3600, "groups.tasks.tidy"),
    "sweep-leave": _every(60, "portal.leave.tasks.sweep"),
    "tidy-leave": _every(3600, "portal.leave.tasks.tidy"),
    "tidy-counselling": _every(300, "counselling.tasks.tidy"),
    "tidy-people": _every(3600, "portal.people.tasks.tidy"),
    "tidy-notifications": _every(3600, "portal.notifications.tasks.tidy"),
}
