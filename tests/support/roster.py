"""A roster of three people, read and taken over; plain typed functions."""

from datetime import UTC, datetime

from portal.people import roster
from portal.people.models import Agency, Employee

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
HEAD = "nip;nama;email;unit kode;unit nama;unit induk;zona;atasan nip;status"
SITI, BUDI, WATI = "198503302003121002", "199001152023212007", "197912012005012003"
FILE = f"""{HEAD}
{SITI};Siti Rahma;Siti@Dinas.test;SEK;Sekretariat;;WIB;;PNS
{BUDI};Budi Tabuni;budi@dinas.test;JYP;Kantor Jayapura;SEK;WIT;{SITI};PPPK
{WATI};Wati;;SEK;;;WITA;{SITI};aktif
"""


def read(source: str | bytes, agency: Agency, **more: int) -> roster.RosterPlan:
    """Compare a roster with what is here; nothing is written."""
    return roster.read_roster(source, agency_id=agency.pk, now=NOW, **more)


def take(source: str | bytes, agency: Agency, **more: int) -> roster.Counts:
    """Take a roster over and return what changed."""
    return roster.apply_roster(actor=None, plan=read(source, agency), now=NOW, **more).counts


def who(nip: str) -> Employee:
    """Return the employee with that number."""
    return Employee.objects.select_related("user", "unit", "manager__user").get(user__nip=nip)


def lines(*rows: str, head: str = HEAD) -> str:
    """Return a roster of these lines."""
    return "\n".join([head, *rows])
