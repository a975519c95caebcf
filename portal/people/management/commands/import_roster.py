"""`manage.py import_roster FILE --agency NAME`: take over a roster of any length."""

import csv
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q

from portal.common.db import database_now
from portal.people import roster
from portal.people.models import Agency
from portal.people.roster import Problem, RosterPlan
from portal.people.rules import neutral_cell

SHOWN = 20


class Command(BaseCommand):
    """Read, compare, show, and apply unless told to look only."""

    help = "Import people and units of an agency from a CSV file. Safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file, the agency, and what to do beyond the good lines."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--agency", required=True, help="its name or short name")
        parser.add_argument("--dry-run", action="store_true", help="compare and change nothing")
        parser.add_argument(
            "--problems", type=Path, metavar="CSV", help="write every problem to this file"
        )
        parser.add_argument(
            "--close-absent",
            type=int,
            metavar="COUNT",
            help="close the accounts that are not in the file; COUNT is what a dry run showed",
        )

    def handle(self, *_args: object, **options: Any) -> None:  # noqa: ANN401 - Django's way
        """Import and print the counts."""
        now = database_now()
        agency = _agency(options["agency"])
        try:
            data = options["file"].read_bytes()
            plan = roster.read_roster(data, agency_id=agency.pk, now=now)
        except OSError as error:
            msg = f"{options['file']}: {error.strerror}"
            raise CommandError(msg) from error
        except roster.Unreadable as error:
            raise CommandError(str(error)) from error
        self._show(plan, options["problems"])
        if options["dry_run"]:
            self.stdout.write("dry run: nothing was changed")
            return
        try:
            applied = roster.apply_roster(
                actor=None, plan=plan, close_absent=options["close_absent"], now=now
            )
        except roster.RosterRefused as refused:
            raise CommandError(str(refused.reason.label)) from refused
        self.stdout.write(f"done; {applied.closed_absent} absent accounts closed")

    def _show(self, plan: RosterPlan, problems_file: Path | None) -> None:
        """Print counts and the first problems; a name or a NIP never reaches the terminal."""
        counts = plan.counts
        self.stdout.write(
            f"{counts.lines} lines: {counts.new} new, {counts.changed} changed, "
            f"{counts.unchanged} unchanged, {counts.left_out} left out; {counts.units} units, "
            f"{counts.closed} to close, {counts.opened} to open; {counts.absent} absent"
        )
        for problem in plan.problems[:SHOWN]:
            self.stdout.write(f"  {problem.line}: {problem.text}")
        if len(plan.problems) > SHOWN:
            self.stdout.write(f"  and {len(plan.problems) - SHOWN} more; see --problems")
        if problems_file is not None:
            _write(plan.problems, problems_file)


def _agency(name: str) -> Agency:
    found = list(Agency.objects.filter(Q(name__iexact=name) | Q(short_name__iexact=name))[:2])
    if len(found) != 1:
        names = ", ".join(Agency.objects.order_by("name", "id").values_list("name", flat=True))
        msg = f"name one agency of: {names or 'none yet'}"
        raise CommandError(msg)
    return found[0]


def _write(problems: list[Problem], path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["line", "problem"])
        writer.writerows([problem.line, neutral_cell(problem.text)] for problem in problems)
