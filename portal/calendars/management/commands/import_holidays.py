"""`manage.py import_holidays`: the national holidays and joint leave, as a first draft."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from portal.calendars import services
from portal.common.db import database_now


class Command(BaseCommand):
    """Fill the table of holidays without touching what people corrected."""

    help = "Import national holidays and joint leave; days people corrected stay as they are."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the years; this year and the next when none is named."""
        parser.add_argument("--years", nargs="+", type=int, metavar="YEAR")

    def handle(self, *_args: object, **options: Any) -> None:  # noqa: ANN401 - Django's way
        """Import and print the counts."""
        now = database_now()
        this_year = timezone.localdate(now).year
        years = options["years"] or [this_year, this_year + 1]
        counts = services.import_holidays(years=years, now=now)
        self.stdout.write(
            f"holidays {min(years)}-{max(years)}: {counts.added} added, "
            f"{counts.changed} changed, {counts.withdrawn} withdrawn, "
            f"{counts.kept} left as they were"
        )
