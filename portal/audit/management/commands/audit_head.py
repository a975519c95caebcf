"""Print the newest link of each chain, to be kept outside."""

from typing import Any

from django.core.management.base import BaseCommand

from portal.audit import services
from portal.common.db import database_now


class Command(BaseCommand):
    """Chain what is new and print both heads, one a line."""

    help = (
        "Print the heads of the record. Keep them on paper or with the data protection officer."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:  # noqa: ANN401 - Django's signature
        """Print heads in the form that `audit_verify --head` takes."""
        services.chain_events(now=database_now())
        for head in services.heads():
            self.stdout.write(str(head))
