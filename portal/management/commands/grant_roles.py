"""Give the run-time database role its rights: after every `migrate`, as the tables' owner."""

from django.core.management.base import BaseCommand, CommandError

from portal.grants import ROLE, RoleMissing, apply_grants


class Command(BaseCommand):
    """Bring the rights of the run-time role in line with the reviewed table of grants."""

    help = "Give the role that runs the house its rights on every table, and no others."

    def handle(self, *_args: object, **_options: object) -> None:
        """Apply the grants; refuse when a table has no line."""
        try:
            without = apply_grants()
        except RoleMissing as error:
            raise CommandError(str(error)) from error
        if without:
            text = f"Tables without a line in portal/grants.py, closed to {ROLE}: "
            raise CommandError(text + ", ".join(without))
