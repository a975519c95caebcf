"""Check the record."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.audit import services


class Command(BaseCommand):
    """Check every proof of the record, and the heads that were kept outside."""

    help = "Check that nobody edited, removed or added to the record."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take heads that `audit_head` printed."""
        parser.add_argument(
            "--head", action="append", default=[], metavar="CHAIN:POSITION:MAC",
            help="a line that audit_head printed earlier; may be given several times",
        )  # fmt: skip

    def handle(self, *_args: Any, head: list[str], **_options: Any) -> None:  # noqa: ANN401 - Django's signature
        """
        Print every finding.

        :raises CommandError: if there is one, or a head cannot be read.
        """
        try:
            anchored = [services.Head.parse(text) for text in head]
        except ValueError:
            raise CommandError("a head looks like staff:12:… as audit_head prints it") from None
        problems = services.verify(anchored=anchored)
        for problem in problems:
            self.stdout.write(problem)
        if problems:
            msg = f"the record was tampered with: {len(problems)} findings"
            raise CommandError(msg)
        self.stdout.write("the record is whole" + ("" if anchored else " (no head to compare)"))
