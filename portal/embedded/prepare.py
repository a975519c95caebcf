"""Make the demo's tables, static files and people ready, apart from the supervisor."""

import os
import sys

import django
from django.core.management import CommandError, call_command

STEPS = (
    ("migrate", "--no-input", "--verbosity", "0"),
    ("grant_roles",),
    ("collectstatic", "--no-input", "--verbosity", "0"),
    ("seed_demo",),
)


def main() -> int:
    """Run every step; each may be run again at any time."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    for name, *options in STEPS:
        try:
            call_command(name, *options)
        except CommandError as error:
            print(f"{name}: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
