"""
What can be tied together over a year of random histories, and how much better than by chance.

Whoever holds a copy of the database knows every meeting under a pseudonym. Whoever holds the
log of the mail relay knows which address got a mail when. The drill lets one person hold both.
"""

import random
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from statistics import mean
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from portal.notifications import rules
from tests.support.paper import table

STAFF, COUNSELLORS, WEEKS, A_WEEK = 16_000, 12, 46, 20
TAKE_MAIL = 0.5
YEAR = datetime(2026, 1, 5, tzinfo=ZoneInfo("Asia/Jakarta"))
SEEDS = (7, 11, 13)


def histories(seed):
    """Return the meetings of each client, at most one for a counsellor and hour."""
    chance = random.Random(seed)
    busy, found = set(), defaultdict(list)
    wanted, people = COUNSELLORS * A_WEEK * WEEKS * 8 // 10, list(range(STAFF))
    chance.shuffle(people)
    for person in people:
        counsellor, week = chance.randrange(COUNSELLORS), chance.randrange(WEEKS - 8)
        for later in range(min(8, int(chance.expovariate(1 / 3.5)) + 1)):
            place = (counsellor, week + later, chance.randrange(5), chance.randrange(8, 15))
            if place not in busy:
                busy.add(place)
                day = timedelta(weeks=place[1], days=place[2], hours=place[3])
                found[person].append(YEAR + day)
        if len(busy) >= wanted:
            break
    return chance, {person: sorted(times) for person, times in found.items() if times}


def in_windows(start, windows):
    """Return when the house's own rules remind of a meeting."""
    morning = rules.morning_of(start, windows)
    return {rules.evening_before(start, windows), *([morning] if morning else [])}


def to_the_minute(start, _windows):
    """Return when reminders would leave that count back from the meeting."""
    return {start - timedelta(hours=24), start - timedelta(hours=2)}


def named(meetings, takers, remind, windows):
    """
    Return, by the number of meetings, how many addresses fit each client as well as her own.

    The attacker looks for the addresses that got mail exactly whenever the pseudonym had to.
    """
    log = {
        person: set().union(*(remind(start, windows) for start in meetings[person]))
        for person in takers
    }
    by_log = Counter(frozenset(times) for times in log.values())
    groups = defaultdict(list)
    for person in takers:
        groups[min(len(meetings[person]), 4)].append(by_log[frozenset(log[person])])
    return groups


@pytest.mark.parametrize("seed", SEEDS)
def test_database_and_mail_log_together(report, seed):
    windows = rules.Windows(settings.MAIL_WINDOWS, ZoneInfo(settings.MAIL_WINDOW_ZONE))
    chance, meetings = histories(seed)
    takers = [person for person in meetings if chance.random() < TAKE_MAIL]
    ours = named(meetings, takers, in_windows, windows)
    naive = named(meetings, takers, to_the_minute, windows)
    rows = []
    for number in sorted(ours):
        mine, other = ours[number], naive[number]
        rows.append([
            f"{number}{' or more' if number == 4 else ''}", len(mine),
            f"{mean(1 / size for size in mine):.3f}", f"{mean(1 / s for s in other):.3f}",
            f"{1 / len(takers):.4f}", f"{mean(mine):.1f}",
        ])  # fmt: skip
    head = ["meetings", "clients who take mail", "named, windows",
            "named, reminders by the hour", "by chance", "mean candidates"]  # fmt: skip
    every = [size for sizes in ours.values() for size in sizes]
    text = (
        f"{STAFF:,} people, {len(meetings):,} clients,"
        f" {sum(map(len, meetings.values())):,} meetings in a year; half of the clients take"
        " mail. A right guess, on average, by somebody with a copy of the database and the log"
        " of the mail relay:\n\n"
    )
    text += table(head, rows)
    text += (
        f"\n\nAll together {mean(1 / size for size in every):.3f}. The windows hide one meeting"
        " among those of the same day; a row of several meetings is a pattern of days that is"
        " nobody else's. Whoever chooses “the portal alone” stands in no log and is not found."
    )
    report(f"Linkage, histories {seed}", text)
    single = ours[1]
    assert mean(1 / size for size in single) < mean(1 / size for size in naive[1])
