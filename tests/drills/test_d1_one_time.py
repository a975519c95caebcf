"""D1: fifty people press one time, or overlapping ones, at two web processes; twenty times."""

import threading
import time
from datetime import datetime, timedelta

import pytest
from django.db import connection

from counselling.models import Appointment
from tests.factories import make_client_account, make_practice
from tests.performance.clock import Times
from tests.support.clients import times_on
from tests.support.paper import table, verdict
from tests.support.web import Browser, Web

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE, ROUNDS = 50, 20
PATIENCE_SECONDS = 2.0
AROUND_THE_CLOCK = [(day, 0, 1440) for day in range(1, 8)]


def deadlocks() -> int:
    """Return how many deadlocks this database has seen."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        )
        return cursor.fetchone()[0]


def press_together(browsers, tokens):
    """Let everybody press her time at one moment; return the answers."""
    barrier, answers = threading.Barrier(len(browsers)), [None] * len(browsers)

    def press(place):
        barrier.wait()
        answers[place] = browsers[place].post("/temu/", time=tokens[place])

    threads = [threading.Thread(target=press, args=(n,)) for n in range(len(browsers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def moved(token: str, minutes: int) -> str:
    """Return the time so many minutes later."""
    counsellor, service, start, mode = token.split("|")
    later = datetime.fromisoformat(start) + timedelta(minutes=minutes)
    return f"{counsellor}|{service}|{later.isoformat()}|{mode}"


def test_fifty_people_want_one_time(report, monkeypatch):
    monkeypatch.setenv("TEDUH_PLAIN_STATIC", "1")
    practice = make_practice(hours=AROUND_THE_CLOCK)
    people = [make_client_account(practice) for _ in range(PEOPLE)]
    users = _users(people)
    before, rows = deadlocks(), []
    with Web() as first, Web() as second:
        browsers = [Browser((first, second)[n % 2], user) for n, user in enumerate(users)]
        for kind, step in (("one time", 0), ("overlapping times", 15)):
            seconds, winners, errors = [], [], 0
            for number in range(ROUNDS):
                tokens = times_on(browsers[number].get("/temu/"))
                chosen = tokens[(3 * number) % len(tokens)]
                time.sleep(1.1)  # every line is opened afresh, so that none meets a closing one
                wanted = [moved(chosen, step * (n % 3)) for n in range(PEOPLE)]
                answers = press_together(browsers, wanted)
                winners.append(sum(answer.status == 302 for answer in answers))
                errors += sum(answer.status >= 500 for answer in answers)
                seconds += [answer.seconds for answer in answers]
                assert Appointment.objects.count() == winners[-1]
                Appointment.objects.all().delete()
            times = Times(tuple(seconds))
            rows.append([
                kind, f"{min(winners)} to {max(winners)}", errors, f"{times.p50:.2f} s",
                f"{times.p95:.2f} s", f"{max(seconds):.2f} s",
                verdict(times.p95, PATIENCE_SECONDS),
            ])  # fmt: skip
            assert (set(winners), errors) == ({1}, 0)
    found = deadlocks() - before
    head = [f"{PEOPLE} people, {ROUNDS} rounds", "winners", "errors", "p50", "p95", "slowest",
            f"p95 < {PATIENCE_SECONDS:g} s"]  # fmt: skip
    report("D1 Fifty people, one time", table(head, rows) + f"\n\nDeadlocks: {found}.")
    assert found == 0


def _users(people):
    from portal.people.models import User

    return [User.objects.get(pk=person.user_id) for person in people]
