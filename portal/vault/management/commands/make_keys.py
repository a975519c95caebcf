"""Make the key files that are missing."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from portal.vault import keys


class Command(BaseCommand):
    """Make missing key files, or add a row key to the ring. Prints names, never a key."""

    help = "Make the key files that are missing. Keep a copy apart from the database's backup."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the wish for a fresh row key."""
        parser.add_argument(
            "--add-row-key", action="store_true",
            help="add a fresh key to row.keys; then run `manage.py reseal`",
        )  # fmt: skip

    def handle(self, *_args: Any, add_row_key: bool, **_options: Any) -> None:  # noqa: ANN401 - Django's signature
        """Make what is missing and say what was made."""
        directory = Path(settings.KEYS_DIR)
        made = keys.make_all(directory)
        self.stdout.write(f"made: {', '.join(made)}" if made else "all keys are there")
        if add_row_key:
            self.stdout.write(f"row key {keys.add_row_key(directory)} seals from now on")
