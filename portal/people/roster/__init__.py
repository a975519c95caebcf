"""
The roster: a list of people from the personnel office, read, compared, then taken over.

`sheet` reads the file, `plan` compares it with what is there, `apply` writes. Nothing of the
file is kept. Whoever is missing from it is listed and stays, unless somebody wishes otherwise.
"""

from portal.people.roster.apply import Applied, RosterRefused, apply_roster
from portal.people.roster.plan import read_roster
from portal.people.roster.rows import Absent, Counts, RosterPlan
from portal.people.roster.sheet import COLUMNS, PAGE_LINES, Problem, Unreadable, decode

__all__ = [
    "COLUMNS",
    "PAGE_LINES",
    "Absent",
    "Applied",
    "Counts",
    "Problem",
    "RosterPlan",
    "RosterRefused",
    "Unreadable",
    "apply_roster",
    "decode",
    "read_roster",
]
