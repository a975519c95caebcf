"""
How long a roster of 100,000 people takes, and how much memory.

Run it in a throw-away place, never against a house in use::

    python -m portal.embedded.throwaway python tests/drills/roster_100k.py [LINES]
"""

import os
import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django

django.setup()

from django.db import connection  # noqa: E402 - Django is set up first

from portal.common.db import database_now  # noqa: E402
from portal.people import roster  # noqa: E402
from portal.people.models import Agency, User  # noqa: E402

HEAD = "nip;nama;email;unit kode;unit nama;unit induk;zona;atasan nip;status"
ZONES = ("WIB", "WITA", "WIT")


def nip(number):
    """Return a different, valid NIP for each number below 600,000."""
    serial, rest = number % 999 + 1, number // 999
    sex, rest = rest % 2 + 1, rest // 2
    month, year = rest // 40 % 12 + 1, 2020 + rest // 480
    return f"{1960 + rest % 40}0330{year}{month:02d}{sex}{serial:03d}"


def roster_of(count):
    """Return a roster in which every tenth person leads and every hundredth unit is new."""
    rows = [HEAD]
    for n in range(count):
        unit = n // 100
        above = f"U{unit // 10}" if unit else ""
        manager = nip(n // 10) if n else ""
        rows.append(
            f"{nip(n)};Pegawai {n};p{n}@dinas.test;U{unit};Unit {unit};{above};"
            f"{ZONES[unit % 3]};{manager};"
        )
    return "\n".join(rows).encode()


def measured(name, deed):
    """Run a deed and print its seconds and the most memory so far."""
    started = time.perf_counter()
    result = deed()
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:<28} {seconds:7.1f} s   peak {peak:5.0f} MiB")
    return result


def main(count):
    """Import a fresh roster, repeat it, change a tenth of it."""
    if User.objects.exists():
        sys.exit("there are people in this database already; use a throw-away place")
    agency = Agency.objects.create(name="Drill", short_name="Drill")
    data = roster_of(count)
    now = database_now()

    def read(source):
        return roster.read_roster(source, agency_id=agency.pk, now=now)

    def apply(plan):
        return roster.apply_roster(actor=None, plan=plan, now=now).counts

    print(f"{count} lines, {len(data) / 1e6:.1f} MB")
    plan = measured("read and compare, empty", lambda: read(data))
    assert (plan.counts.new, plan.problems) == (count, [])
    assert measured("apply", lambda: apply(plan)).new == count
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    plan = measured("read and compare, again", lambda: read(data))
    assert measured("apply, nothing to do", lambda: apply(plan)).unchanged == count
    plan = measured("read, a tenth renamed", lambda: read(data.replace(b"0;p", b" X;p")))
    assert (
        measured("apply, a tenth renamed", lambda: apply(plan)).changed == plan.counts.changed
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
