"""The counselling room as a Django app; it tells the outbox what it may say."""

from functools import partial
from importlib import import_module

from django.apps import AppConfig

from counselling import notices


class CounsellingConfig(AppConfig):
    """Confidential counselling."""

    name = "counselling"
    label = "counselling"

    def ready(self) -> None:
        """Register notices, reminders and the two kinds of recipient."""
        # By name: both import models, and those wait until every app is ready.
        told = import_module("counselling.selectors.told")
        outbox = import_module("portal.notifications.registry")
        outbox.register_namespace(notices.CLIENT)
        outbox.register_namespace(notices.COUNSELLOR)
        outbox.register_planner("temu", told.plan_reminders)
        for name, still_true, lines in (
            (notices.BOOKED, told.is_booked, told.client_lines),
            (notices.MOVED, told.is_booked, told.client_lines),
            (notices.REMINDER, told.is_ahead, told.client_lines),
            (notices.CANCELLED, told.is_cancelled, told.client_lines),
            (notices.CANCELLED_BY_COUNSELLOR, told.is_cancelled, told.client_lines),
            (notices.FOR_COUNSELLOR_BOOKED, told.is_booked, told.counsellor_lines),
            (notices.FOR_COUNSELLOR_MOVED, told.is_booked, told.counsellor_lines),
            (notices.FOR_COUNSELLOR_CANCELLED, told.has_left, told.counsellor_lines),
        ):
            many = partial(lines, name)
            outbox.register(
                outbox.Notice(
                    name=name,
                    still_true=still_true,
                    lines=partial(told.one_line, many),
                    many=many,
                    organisation=lines is told.counsellor_lines,
                )
            )
