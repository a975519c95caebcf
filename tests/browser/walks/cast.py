"""Who walks: people of one practice, at hours that work whenever the tests run."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from django.utils import timezone
from playwright.sync_api import Page

from counselling import services
from counselling.choices import Mode
from counselling.models import Appointment
from counselling.selectors import list_own_appointments
from portal.people.models import User
from portal.wellbeing.services import seed_contacts
from tests.browser.walks.hands import Pointer
from tests.factories import (
    PASSWORD,
    Practice,
    account,
    book,
    make_employee,
    make_practice,
)

ALWAYS = tuple((day, 0, 24 * 60) for day in range(1, 8))
JAKARTA, JAYAPURA = "Asia/Jakarta", "Asia/Jayapura"
ELSEWHERE = "America/Bogota"
"""Twelve hours away from Jakarta all year round."""
PRIVATE = "payung@kotak-pribadi.test"
NOTE = "Beberapa minggu ini sulit tidur.\nItu saja dulu."


@dataclass
class Cast:
    """A practice with one counsellor, an employee and somebody else."""

    practice: Practice
    rina: User
    bram: User

    @property
    def sari(self) -> User:
        """Return the counsellor."""
        return self.practice.counsellor.user


def by_day(now: datetime) -> str:
    """Return a zone in which it is neither early nor late, so that today has a rest."""
    return JAKARTA if 6 <= now.astimezone(ZoneInfo(JAKARTA)).hour < 18 else ELSEWHERE


def make_cast(
    *, zone: str | None = None, employee_zone: str = JAKARTA, min_notice_minutes: int = 120
) -> Cast:
    """Make them; the counsellor's clock is by day unless a zone is asked for."""
    now = timezone.now()
    seed_contacts(now=now)
    practice = make_practice(
        hours=ALWAYS, zone=zone or by_day(now), min_notice_minutes=min_notice_minutes
    )
    make = {"agency": practice.agency, "zone": employee_zone}
    rina = make_employee("rina", full_name="Rina Wulandari", **make).user
    bram = make_employee("bram", full_name="Bram Hutasoit", **make).user
    EmailAddress.objects.create(user=rina, email=PRIVATE, verified=True, primary=False)
    return Cast(practice, rina, bram)


def begun_meeting(cast: Cast) -> UUID:
    """Let somebody have a meeting that has just begun, booked in good time."""
    now = timezone.now()
    starts = now.replace(second=0, microsecond=0) - timedelta(minutes=15 + now.minute % 15)
    return book(
        cast.practice,
        account(cast.bram),
        starts,
        now=starts - timedelta(hours=4),
        name="Bayu",
        reach="Lewat telepon, suara saja.",
        note=NOTE,
    )


def meeting_later_today(cast: Cast, user: User) -> UUID:
    """Let somebody have a meeting a few hours from now."""
    now = timezone.now()
    starts = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=4)
    return book(cast.practice, account(user), starts, now=now)


def take(cast: Cast, starts_at: datetime) -> None:
    """Let somebody else hold a time."""
    services.hold_appointment(
        actor=account(cast.bram),
        counsellor_id=cast.practice.counsellor.pk,
        service_id=cast.practice.service_id,
        starts_at=starts_at,
        mode=Mode.PHONE,
        now=timezone.now(),
    )


def instant_of(token: str) -> datetime:
    """Return the instant that a pressed time names."""
    return datetime.fromisoformat(token.split("|")[2])


def open_meeting(user: User) -> Appointment:
    """Return the next meeting of somebody."""
    own = list_own_appointments(actor=account(user), now=timezone.now())
    return Appointment.objects.get(pk=own.coming[0].id)


def sign_in(hand: Pointer, user: User, path: str = "/masuk/") -> Page:
    """Sign in through the page."""
    page = hand.page
    page.goto(path)
    hand.write(page.locator("input[name=login]"), user.email)
    hand.write(page.locator("input[name=password]"), PASSWORD)
    hand.press(page.locator("form:has(input[name=password]) button:not([type=button])"))
    page.wait_for_url(lambda url: "/masuk/" not in url)
    return page
