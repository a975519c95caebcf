"""Putting together the first page from the rooms behind it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from counselling import selectors as counselling
from groups.selectors import first_pages as circles
from groups.selectors.gates import count_to_decide
from groups.selectors.member_meetings import list_coming
from groups.selectors.rows import ComingRow
from portal.calendars.selectors import HolidayRow, list_holidays
from portal.home import rules
from portal.home.choices import Greeting
from portal.leave.selectors.first_pages import count_to_decide as count_leave_to_decide
from portal.leave.selectors.reviews import count_reviews
from portal.leave.selectors.team import count_questions
from portal.people.actors import Account
from portal.people.choices import Role
from portal.wellbeing.selectors import ContactRow, list_talking_contacts


@dataclass(frozen=True, slots=True)
class WorkCard:
    """What waits for somebody in one of her roles; ``url`` is empty where nothing does."""

    title: str
    text: str
    url: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """Ways to talk with somebody: the nearest times or, where none is free, numbers."""

    nearest: list[counselling.FreeTime]
    contacts: list[ContactRow]


@dataclass(frozen=True, slots=True)
class HomePage:
    """Everything the first page shows."""

    greeting: str
    work: list[WorkCard]
    meeting: counselling.OwnAppointment | None
    offer: Offer | None
    cancelled: list[counselling.OwnAppointment]
    circle: ComingRow | None
    circles: list[circles.OpenRow]
    can_rest: bool
    """Whether she works for an agency here and so can ask for leave."""


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A month of the public calendar."""

    first: date
    working_days: int


@dataclass(frozen=True, slots=True)
class CalendarPage:
    """The public calendar of one year: national days only, the same for everybody."""

    year: int
    years: tuple[int, ...]
    holidays: list[HolidayRow]
    months: list[MonthRow]

    @property
    def total(self) -> int:
        """Return the working days of the whole year."""
        return sum(month.working_days for month in self.months)


def read_home(*, actor: Account, now: datetime) -> HomePage:
    """
    Return the first page: what waits, the own meeting, else the three nearest times.

    The same for circles: the next meeting of one's own, else two that somebody could join.
    """
    own = counselling.list_own_appointments(actor=actor, now=now)
    meeting = own.coming[0] if own.coming else None
    coming = list_coming(actor=actor, now=now, count=1)
    hour = now.astimezone(ZoneInfo(actor.zone)).hour
    return HomePage(
        greeting=str(Greeting(rules.part_of_day(hour)).label),
        work=list_work(actor=actor, now=now),
        meeting=meeting,
        # Meetings are offered by one's agency; somebody from outside has none here.
        offer=None if meeting or actor.agency_id is None else read_offer(actor=actor, now=now),
        cancelled=[row for row in own.cancelled if row.news],
        circle=coming[0] if coming else None,
        circles=[] if coming else circles.list_open(actor=actor, now=now),
        can_rest=actor.agency_id is not None,
    )


def read_offer(*, actor: Account, now: datetime) -> Offer:
    """Return the three nearest times; where there is none, people to call instead."""
    nearest = counselling.nearest_times(actor=actor, now=now, count=3)
    return Offer(nearest, [] if nearest else list_talking_contacts(now=now))


def list_work(*, actor: Account, now: datetime) -> list[WorkCard]:
    """Return a card for each role the actor holds, in the order of the menu."""
    wanted = dict.fromkeys(card for role, card in _CARDS.items() if role in actor.roles)
    cards = [card(actor, now) for card in wanted]
    if actor.leads:
        cards.append(_reports(actor, now))
    return cards


def read_calendar(*, year: int | None, now: datetime) -> CalendarPage:
    """
    Return the public calendar of a year, this one if none is named.

    :raises Http404: for a year that is neither the last, this nor the next.
    """
    this = timezone.localdate(now).year
    years = (this - 1, this, this + 1)
    chosen = this if year is None else year
    if chosen not in years:
        raise Http404
    holidays = list_holidays(year=chosen)
    free = {row.day for row in holidays}
    firsts = (date(chosen, month, 1) for month in range(1, 13))
    months = [MonthRow(first, rules.count_working_days(first, free=free)) for first in firsts]
    return CalendarPage(year=chosen, years=years, holidays=holidays, months=months)


def _agenda(actor: Account, now: datetime) -> WorkCard:
    url, action = reverse("counselling:agenda"), _("Open the agenda")
    try:
        left = counselling.count_rest_of_today(actor=actor, now=now)
    except Http404:
        text = _("Your diary is being set up by the head of the service.")
        return WorkCard(_("Today's agenda"), text)
    if not left:
        text = _("No more meetings today.")
    else:
        text = ngettext("%(n)d meeting to come today.", "%(n)d meetings to come today.", left)
    return WorkCard(_("Today's agenda"), text % {"n": left} if left else text, url, action)


def _offer(actor: Account, now: datetime) -> WorkCard:
    url, action = reverse("counselling:offer-home"), _("Look after the offer")
    text = _("Counsellors, services, circles, numbers, and the numbers on the help page.")
    waiting = count_to_decide(actor=actor, now=now) if actor.agency_id else 0
    if waiting:
        url, action = reverse("groups:circle-desk"), _("Look at the circles")
        text = ngettext(
            "%(n)d meeting of a circle within a day lacks a facilitator.",
            "%(n)d meetings of circles within a day lack a facilitator.",
            waiting,
        ) % {"n": waiting}
    return WorkCard(_("What is offered"), text, url, action)


def _administration(actor: Account, now: datetime) -> WorkCard:  # noqa: ARG001 - all cards look alike
    return WorkCard(
        _("Administration"),
        _("Staff, roles, activation slips and holidays."),
        reverse("people:admin-home"),
        _("Open administration"),
    )


def _audit(actor: Account, now: datetime) -> WorkCard:  # noqa: ARG001 - all cards look alike
    return WorkCard(
        _("Audit"),
        _("Who opened or changed what in a staff role. Opening the list is recorded too."),
        reverse("privacy:audit"),
        _("Open the audit"),
    )


def _circles(actor: Account, now: datetime) -> WorkCard:
    title = _("Today's circles")
    try:
        left = circles.count_meetings_today(actor=actor, now=now)
    except Http404:
        return WorkCard(title, _("Your page is being set up by the head of the service."))
    said = ngettext("%(n)d meeting to come today.", "%(n)d meetings to come today.", left)
    text = said % {"n": left} if left else _("No more meetings today.")
    return WorkCard(title, text, reverse("groups:desk"), _("Open your circles"))


def _duty(actor: Account, now: datetime) -> WorkCard:
    waiting = circles.count_waiting_worries(actor=actor, now=now)
    said = ngettext(
        "%(n)d worry waits for somebody on duty.",
        "%(n)d worries wait for somebody on duty.",
        waiting,
    )
    text = said % {"n": waiting} if waiting else _("Nobody waits for you at the moment.")
    return WorkCard(_("On duty"), text, reverse("groups:duty-desk"), _("Open the duty page"))


def _certificates(actor: Account, now: datetime) -> WorkCard:
    waiting = count_reviews(actor=actor, now=now)
    said = ngettext(
        "%(n)d certificate waits for you.", "%(n)d certificates wait for you.", waiting
    )
    text = said % {"n": waiting} if waiting else _("No certificate waits for you.")
    return WorkCard(_("Certificates"), text, reverse("leave:reviews"), _("Open the list"))


def _queue(actor: Account, now: datetime) -> WorkCard:  # noqa: ARG001 - all cards look alike
    try:
        waiting = count_leave_to_decide(actor=actor)
    except Http404:
        return WorkCard(_("Leave"), _("Your page is being set up by the administrator."))
    said = ngettext(
        "%(n)d request waits to be decided.", "%(n)d requests wait to be decided.", waiting
    )
    text = said % {"n": waiting} if waiting else _("No request waits for you.")
    return WorkCard(_("Leave"), text, reverse("leave:queue"), _("Open the queue"))


def _reports(actor: Account, now: datetime) -> WorkCard:
    waiting = count_questions(actor=actor, now=now)
    said = ngettext(
        "%(n)d question about dates waits for you.",
        "%(n)d questions about dates wait for you.",
        waiting,
    )
    text = said % {"n": waiting} if waiting else _("Who is away, and from when to when.")
    return WorkCard(_("Your people"), text, reverse("leave:team"), _("Open the page"))


_CARDS: dict[Role, Callable[[Account, datetime], WorkCard]] = {
    Role.COUNSELLOR: _agenda,
    Role.DUTY: _duty,
    Role.FACILITATOR: _circles,
    Role.HEAD: _offer,
    Role.ADMIN: _administration,
    Role.DPO: _audit,
    Role.REVIEWER: _certificates,
    Role.HR: _queue,
    Role.OFFICIAL: _queue,
}
