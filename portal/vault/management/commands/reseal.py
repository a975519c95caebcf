"""Carry row-sealed values over to the newest row key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.vault import services


class Command(BaseCommand):
    """Seal again, under the newest row key, whatever was sealed under an older one."""

    help = (
        "Seal row-sealed values again under the newest key (make_keys --add-row-key). May be "
        "repeated. Remove an old key from row.keys only when no backup needs it any more."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:  # noqa: ANN401 - Django's signature
        """
        Say how many values of each column were carried over.

        :raises CommandError: if some value did not open.
        """
        report = services.reseal()
        for name, count in sorted(report.done.items()):
            self.stdout.write(f"{name}: {count}")
        failed = {name: count for name, count in sorted(report.failed.items()) if count}
        if failed:
            msg = f"did not open and stay as they are: {failed}"
            raise CommandError(msg)
