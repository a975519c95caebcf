"""Send what is due without Celery and without Redis, from cron or by hand."""

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.common.db import database_now
from portal.notifications import rules, services
from portal.notifications.choices import Lane


class Command(BaseCommand):
    """Send what is due and print counts, never a person."""

    help = "Sends what is due. Needs PostgreSQL and the notifier's key; Redis may be away."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the options."""
        parser.add_argument("--lane", choices=Lane.values, default=Lane.ALL.value)
        parser.add_argument("--limit", type=int, default=10_000)
        parser.add_argument(
            "--next-window",
            action="store_true",
            help="act as if the clock stood at the next mail window (demonstration)",
        )

    def handle(self, *_: Any, **options: Any) -> None:  # noqa: ANN401 - Django's signature
        """Sweep once."""
        now = database_now()
        as_of = (
            rules.next_window(now, services.house_windows()) if options["next_window"] else None
        )
        report = services.deliver_due(
            now=now, limit=options["limit"], lane=Lane(options["lane"]), as_of=as_of
        )
        if report.key_missing:
            raise CommandError(
                "This machine does not hold the notifier's key; nothing was sent."
            )
        counts = asdict(report)
        counts.pop("key_missing")
        self.stdout.write(" ".join(f"{name}={count}" for name, count in counts.items()))
