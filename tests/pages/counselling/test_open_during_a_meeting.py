"""An unlocked vault stays open while a meeting runs, and fifteen minutes longer."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings

from counselling.models import Appointment
from portal.people.sessions import AWAKE_KEY
from tests.pages.counselling.conftest import Person, booked, sign_in, unlock

NOON = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)
MINUTE = 60


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def sari(practice, clock) -> Person:
    """The counsellor, signed in at noon."""
    user = practice.counsellor.user
    return Person(user, practice.actor, sign_in(user))


def meeting(practice, rina, *, starts_in: int, **request):
    """Book a meeting of 50 minutes that begins in so many minutes."""
    own = booked(practice, rina, **request)
    starts_at = NOON + timedelta(minutes=starts_in)
    period = (starts_at, starts_at + timedelta(minutes=50))
    Appointment.objects.filter(pk=own).update(period=period, blocked=period)
    return own


def is_open(person: Person) -> bool:
    """Say whether the vault is open in the browser, by what its page offers."""
    return "/brankas/kunci/" in person.browser.get("/brankas/").content.decode()


@pytest.mark.parametrize("note", ["tulisan", ""])
@pytest.mark.parametrize("starts_in", [-1, 10])
def test_a_running_meeting_keeps_vault_and_session(
    practice, rina, sari, clock, starts_in, note
):
    own = meeting(practice, rina, starts_in=starts_in, note=note)
    unlock(sari, settings)
    page = sari.browser.get(f"/k/temu/{own}/")

    ends_in = starts_in + 50
    # The warning before signing out waits for the end, too.
    assert f'data-idle="{ends_in + 15 - 5}"' in page.content.decode()
    clock.shift((ends_in + 14) * MINUTE)
    assert is_open(sari)


def test_after_it_the_vault_locks_by_itself(practice, rina, sari, clock):
    own = meeting(practice, rina, starts_in=0)
    unlock(sari, settings)
    sari.browser.get(f"/k/temu/{own}/")

    clock.shift(65 * MINUTE + 1)
    assert sari.browser.get("/brankas/").headers["Location"].startswith("/masuk/")


def test_a_visit_in_between_does_not_prolong_it(practice, rina, sari, clock):
    own = meeting(practice, rina, starts_in=0)
    unlock(sari, settings)
    sari.browser.get(f"/k/temu/{own}/")
    clock.shift(49 * MINUTE)
    sari.browser.get(f"/k/temu/{own}/")

    clock.shift(17 * MINUTE)
    assert not is_open(sari)


@pytest.mark.parametrize("starts_in", [16, -51])
def test_a_meeting_that_does_not_run_keeps_nothing(practice, rina, sari, clock, starts_in):
    own = meeting(practice, rina, starts_in=starts_in)
    unlock(sari, settings)
    sari.browser.get(f"/k/temu/{own}/")

    assert AWAKE_KEY not in sari.browser.session
    clock.shift(16 * MINUTE)
    assert not is_open(sari)


def test_a_cancelled_meeting_keeps_nothing(practice, rina, sari, clock):
    own = meeting(practice, rina, starts_in=5)
    Appointment.objects.filter(pk=own).update(status="CANCELLED", cancelled_by="CLIENT")
    unlock(sari, settings)
    sari.browser.get(f"/k/temu/{own}/")

    assert AWAKE_KEY not in sari.browser.session


def test_a_locked_vault_keeps_no_session(practice, rina, sari, clock):
    own = meeting(practice, rina, starts_in=0, note="tulisan")
    sari.browser.get(f"/k/temu/{own}/")

    assert AWAKE_KEY not in sari.browser.session
    clock.shift(31 * MINUTE)
    assert sari.browser.get("/brankas/").headers["Location"].startswith("/masuk/")


def test_locking_by_hand_ends_the_waking(practice, rina, sari, clock):
    own = meeting(practice, rina, starts_in=0)
    unlock(sari, settings)
    sari.browser.get(f"/k/temu/{own}/")
    sari.browser.post("/brankas/kunci/")

    assert AWAKE_KEY not in sari.browser.session
    clock.shift(31 * MINUTE)
    assert sari.browser.get("/brankas/").headers["Location"].startswith("/masuk/")
