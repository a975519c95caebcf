"""Somebody who looks for a meeting and somebody who gives one, each at a browser of her own."""

import re
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from counselling import rules, selectors, services
from portal.people.actors import Account
from portal.people.models import User
from portal.vault.services import open_with_passphrase
from portal.vault.unlock import remember
from tests.factories import (
    PASSPHRASE,
    account,
    add_counsellor,
    make_employee,
    make_practice,
)

AROUND_THE_CLOCK = [(day, 0, 1440) for day in range(1, 8)]
TIME = re.compile(r'<button class="slot" name="time" value="([^"]+)">(.*?)</button>', re.DOTALL)


@dataclass
class Person:
    """Somebody signed in, and what the services call her."""

    user: User
    actor: Account
    browser: Client


def words(html: str) -> str:
    """Return a piece of a page as it is read out."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def text_of(response) -> str:
    """Return a page as it is read out."""
    return words(response.content.decode())


def times_in(response) -> list[tuple[str, str]]:
    """Return the (token, accessible name) of every time button of a page."""
    return [
        (unescape(token), words(name))
        for token, name in TIME.findall(response.content.decode())
    ]


def sign_in(user: User) -> Client:
    """Return a browser in which somebody is signed in."""
    browser = Client()
    browser.force_login(user)
    return browser


@pytest.fixture(autouse=True)
def _staff_without_a_second_factor(settings):
    """Leave the second factor to its own tests."""
    settings.REQUIRE_STAFF_MFA = False


@pytest.fixture
def practice(db):
    """A counsellor who works around the clock, so that the real clock always finds a time."""
    return make_practice(hours=AROUND_THE_CLOCK)


@pytest.fixture
def rina(practice) -> Person:
    """An employee."""
    employee = make_employee("rina", agency=practice.agency, full_name="Rina Kartika")
    return Person(employee.user, account(employee), sign_in(employee.user))


@pytest.fixture
def bram(practice) -> Person:
    """Another employee."""
    employee = make_employee("bram", agency=practice.agency)
    return Person(employee.user, account(employee), sign_in(employee.user))


@pytest.fixture
def sari(practice) -> Person:
    """The counsellor."""
    user = practice.counsellor.user
    return Person(user, practice.actor, sign_in(user))


def free(person: Person, *, index: int = 0):
    """Return one of the times a person is offered."""
    return selectors.list_free_times(actor=person.actor, now=timezone.now())[index]


def held(practice, person: Person, *, index: int = 0) -> UUID:
    """Press a time as a browser does and return what is kept."""
    answer = person.browser.post("/temu/", {"time": free(person, index=index).token})
    assert answer.status_code == 302, text_of(answer)[:500]
    return UUID(answer["Location"].split("/")[2])


def booked(
    practice, person: Person, *, index: int = 0, ago: timedelta = timedelta(0), **request
):
    """Book one of the offered times; with ``ago``, as if that long ago."""
    now = timezone.now() - ago
    row = selectors.list_free_times(actor=person.actor, now=now)[index]
    kept = services.hold_appointment(
        actor=person.actor,
        counsellor_id=row.counsellor_id,
        service_id=row.service_id,
        starts_at=row.starts_at,
        mode=row.mode,
        now=now,
    )
    asked = services.BookingRequest(consent_version=rules.CONSENT_VERSION, **request)
    services.book_appointment(actor=person.actor, appointment_id=kept, request=asked, now=now)
    return kept


def unlock(person: Person, settings) -> None:
    """Unlock somebody's vault in her browser."""
    private_key = open_with_passphrase(user_id=person.user.pk, passphrase=PASSPHRASE)
    person.browser.cookies[settings.VAULT_COOKIE_NAME] = remember(
        private_key=private_key,
        user_id=person.user.pk,
        session_key=person.browser.session.session_key,
        now=timezone.now(),
    )


def join(practice, name: str, **options):
    """Let another counsellor work in the practice, around the clock."""
    services_of = [practice.service_id]
    return add_counsellor(
        practice.agency,
        practice.head,
        services_of,
        hours=AROUND_THE_CLOCK,
        name=name,
        **options,
    )
