"""
Measure the pages against their budgets (P1 to P5 and P7) and write `docs/measurements.md`.

Run it through `make bench`, in a throw-away place, never against a house in use::

    make bench ARGS="--small"           a few thousand appointments, to see that it works
    make bench ARGS="--grow"            up to a million appointments instead of half of one
"""

import argparse
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

FULL, SMALL, GROWN, START = 500_000, 5_000, 1_000_000, 1_000


def main() -> int:
    """Read the words of the command line, measure, print and write."""
    words = argparse.ArgumentParser()
    words.add_argument("--small", action="store_true")
    words.add_argument("--grow", action="store_true")
    words.add_argument("--appointments", type=int)
    words.add_argument("--rounds", type=int)
    words.add_argument("--out", type=Path, help="write elsewhere than docs/measurements.md")
    given = words.parse_args()
    size = given.appointments or (SMALL if given.small else GROWN if given.grow else FULL)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.performance.settings")
    os.environ.setdefault("TEDUH_REQUIRE_STAFF_MFA", "0")

    import django

    django.setup()

    from django.core.management import call_command

    from portal.people.models import User
    from tests.performance.run import Plan, run
    from tests.support import paper

    if User.objects.exists():
        sys.exit("there are people in this database already; use a throw-away place")
    call_command("collectstatic", "--no-input", "--verbosity", "0")
    plan = Plan(
        start=START,
        appointments=size,
        counsellors=40 if given.small else 500,
        requests=3_000 if given.small else 10_000,
        rounds=given.rounds or (15 if given.small else 60),
        bookings=32 if given.small else 120,
        role="portal_app",
    )
    began = time.monotonic()
    text = run(plan)
    text += f"\n\nThe whole run took {time.monotonic() - began:.0f} s."
    print(text)
    paper.write_part("bench", text, paper=given.out or paper.PAPER)
    return 0


if __name__ == "__main__":
    sys.exit(main())
