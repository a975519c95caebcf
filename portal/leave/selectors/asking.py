"""What a request for leave comes to: kind, days, evidence, and what stands in the way."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db.models import Max, Min
from django.http import Http404

from portal.calendars.rules import local_day
from portal.leave import policies
from portal.leave.choices import (
    LIVE,
    UNDECIDED,
    Certificate,
    Family,
    Issuer,
    Mode,
    Refusal,
    State,
)
from portal.leave.models import LeaveDay, LeaveRequest
from portal.leave.rules.asking import (
    Claim,
    LeaveAsk,
    LeaveFacts,
    claims_beside,
    refuse_dates,
    refuse_leave,
    still_to_reserve,
)
from portal.leave.rules.attesting import due_again
from portal.leave.rules.counting import CountedDay, count_days
from portal.leave.rules.episodes import Episode, episode_of
from portal.leave.rules.kinds import Kind, limit_of, months_missing, required_issuers
from portal.leave.rules.weeks import NoCalendar, WorkCalendar
from portal.leave.selectors.balances import own_balances
from portal.leave.selectors.calendars import work_calendar
from portal.leave.selectors.claimed import (
    halves_held_by,
    halves_of,
    is_taken,
    plans_long_leave,
    reserved_by,
)
from portal.leave.selectors.desks import desk_of
from portal.leave.selectors.kinds import kind_for, kind_of, rule_for
from portal.leave.selectors.service import services_of
from portal.people.actors import Account
from portal.people.selectors import EmployeeCard, employee_of

_MARGIN: Final = timedelta(days=45)
"""No run of free days is longer; beyond it nothing is looked for on either side of leave."""
_SINCE: Final = timedelta(days=800)
"""An episode lasts eighteen months at most; what lies farther back belongs to no new one."""
_CHANGEABLE: Final = (State.GRANTED, State.GRANTED_AMENDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """
    A request as it would be written, or why it would not.

    ``rule`` is the kind as a purpose bends it: its limits and evidence hold, its code is
    written nowhere. ``fresh`` is what has to be reserved: a change of granted leave reserves
    what is new in it alone. ``episode`` is None where nothing could be counted.
    """

    person: EmployeeCard
    mode: Mode
    today: date
    ask: LeaveAsk
    """As it was asked, with a certificate only where the kind asks for one."""
    kind: Kind | None = None
    rule: Kind | None = None
    days: tuple[CountedDay, ...] = ()
    claims: tuple[Claim, ...] = ()
    fresh: tuple[CountedDay, ...] = ()
    episode: Episode | None = None
    issuers: tuple[Issuer, ...] = ()
    evidence_due_on: date | None = None
    continues_id: UUID | None = None
    left: Mapping[int, Decimal] | None = None
    returning: Mapping[int, Decimal] = field(default_factory=dict)
    """What comes back by leave year once a change is granted: days the new leave lets go."""
    refusal: Refusal | None = None

    @property
    def quantity(self) -> Decimal:
        """Return how many days count, in the unit of the kind."""
        return sum((day.quantity for day in self.days), Decimal(0))

    @property
    def needed(self) -> Mapping[int, Decimal]:
        """Return how many days have to be reserved of each leave year."""
        found: dict[int, Decimal] = defaultdict(Decimal)
        for day in self.fresh:
            found[day.year] += day.quantity
        return found

    @property
    def desk_only(self) -> bool:
        """Say whether it is attested here and decided in another system."""
        return self.mode == Mode.ATTESTATION

    @property
    def is_provisional(self) -> bool:
        """Say whether it takes effect when it is sent."""
        return self.kind is not None and self.kind.is_provisional and not self.desk_only


@dataclass(frozen=True, slots=True)
class _Others:
    """The requests that a new one has to do with."""

    again: LeaveRequest | None
    continues: LeaveRequest | None
    supersedes: LeaveRequest | None

    @property
    def freed(self) -> list[UUID]:
        """Return those whose days do not stand in the way."""
        return [row.pk for row in (self.again, self.supersedes) if row is not None]


def weigh(
    *,
    actor: Account,
    ask: LeaveAsk,
    again: LeaveRequest | None = None,
    converts: bool = False,
    now: datetime,
) -> Weighed:
    """
    Return what a request comes to by the facts of now. Nothing is written.

    ``again`` is the request that is sent once more: its days and what it has reserved are free
    to it. ``converts`` is one whose days have been leave already, however far back they lie.

    :raises Http404: for somebody who is no employee, or if what is continued or changed is not
        her own.
    """
    person = employee_of(user_id=actor.user_id)
    if person is None:
        raise Http404
    others = _others(actor, ask, again)
    start = Weighed(
        person=person,
        mode=desk_of(agency_id=person.agency_id).mode,
        today=local_day(now, person.zone),
        ask=ask,
    )
    facts = _facts(start)
    if refusal := refuse_dates(facts):
        return replace(start, refusal=refusal)
    known = _with_kind(start, again)
    if known.kind is None:
        return replace(known, refusal=refuse_leave(facts))
    try:
        counted = _counted(known, others)
    except NoCalendar:
        return replace(known, refusal=Refusal.NO_WEEK)
    counted = replace(counted, left=left_of(counted, again))
    return replace(counted, refusal=_refusal(counted, others, converts=converts))


def _others(actor: Account, ask: LeaveAsk, again: LeaveRequest | None) -> _Others:
    def own(request_id: UUID | None) -> LeaveRequest | None:
        return (
            policies.get_own_request(actor=actor, request_id=request_id) if request_id else None
        )

    return _Others(again, own(ask.continues), own(ask.supersedes))


def _facts(known: Weighed) -> LeaveFacts:
    ask = known.ask
    return LeaveFacts(
        mode=known.mode,
        today=known.today,
        first_day=ask.first_day,
        last_day=ask.last_day,
        part=ask.part,
        certificate=ask.certificate,
        family=known.kind.family if known.kind else None,
    )


def _with_kind(known: Weighed, again: LeaveRequest | None) -> Weighed:
    """Find the kind; one that is sent again keeps the version it was sent under."""
    ask = known.ask
    kind = kind_for(
        employee_id=known.person.id,
        certificate=ask.certificate,
        code=ask.code,
        on=ask.first_day,
    )
    if again is not None and (ask.code or kind) and again.leave_type.code == (
        ask.code or (kind.code if kind else "")
    ):  # fmt: skip
        kind = kind_of(again.leave_type)
    if kind is None:
        return known
    rule = rule_for(kind, purpose=ask.details.purpose, on=ask.first_day)
    return replace(known, kind=kind, rule=rule)


def _counted(known: Weighed, others: _Others) -> Weighed:
    """
    Count the days, find the episode, and what has to be reserved.

    :raises NoCalendar: if no week says whether a day is worked.
    """
    kind, rule, ask = known.kind, known.rule, known.ask
    if kind is None or rule is None:
        return known
    spans = list(_spans(known, kind, others)) if kind.family == Family.SICK else []
    calendar = _calendar(known, spans)
    days = tuple(
        count_days(
            unit=kind.unit,
            first=ask.first_day,
            last=ask.last_day,
            part=ask.part,
            calendar=calendar,
        )
    )
    episode = episode_of(spans=spans, first=ask.first_day, last=ask.last_day, calendar=calendar)
    issuers = required_issuers(rule, episode.calendar_days, first=episode.first)
    held = halves_held_by(others.supersedes)
    has_same_account = (
        others.supersedes is not None and others.supersedes.leave_type.code == kind.code
    )
    return replace(
        known,
        ask=ask if issuers else replace(ask, certificate=Certificate.NONE),
        days=days,
        claims=tuple(claim for day in days for claim in claims_beside(day, held)),
        fresh=still_to_reserve(days, held if has_same_account else {}),
        returning=_let_go(days, held) if has_same_account else {},
        episode=episode,
        issuers=issuers,
        evidence_due_on=_due(known, rule, others) if issuers else None,
        continues_id=_continued(known, kind, others.continues, calendar),
    )


def _spans(known: Weighed, kind: Kind, others: _Others) -> Iterator[tuple[date, date]]:
    """Return first and last days of other leave of the family, as far as it may be linked."""
    rows = (
        LeaveDay.objects.filter(
            employee=known.person.id,
            active=True,
            day__gte=known.ask.first_day - _SINCE,
            request__leave_type__family=kind.family,
            request__state__in=LIVE,
        )
        .exclude(request__in=others.freed)
        .values("request")
        .annotate(first=Min("day"), last=Max("day"))
    )
    for row in rows:
        yield row["first"], row["last"]


def _calendar(known: Weighed, spans: Sequence[tuple[date, date]]) -> WorkCalendar:
    first = min([known.ask.first_day, *(span[0] for span in spans)])
    last = max([known.ask.last_day, *(span[1] for span in spans)])
    return work_calendar(
        employee_id=known.person.id, first=first - _MARGIN, last=last + _MARGIN
    )


def _continued(
    known: Weighed, kind: Kind, row: LeaveRequest | None, calendar: WorkCalendar
) -> UUID | None:
    """Return the request that is continued; a worked day in between makes it a new case."""
    if row is None or row.state not in LIVE or row.leave_type.family != kind.family:
        return None
    first, last = known.ask.first_day, known.ask.last_day
    held = halves_of(row)
    if not held:
        return None
    span = (min(held), max(held))
    try:
        joined = episode_of(spans=[span], first=first, last=last, calendar=calendar)
    except NoCalendar:
        return None
    return row.pk if joined != Episode(first, last) else None


def _let_go(
    days: Sequence[CountedDay], held: Mapping[date, tuple[int, int]]
) -> Mapping[int, Decimal]:
    """Return by year what leave holds that the days in its place do not."""
    kept = {(day.day, half) for day in days for half in range(day.lower, day.upper)}
    found: dict[int, Decimal] = defaultdict(Decimal)
    for day, (lower, upper) in held.items():
        halves = sum((day, half) not in kept for half in range(lower, upper))
        found[day.year] += Decimal(halves) / 2
    return found


def _due(known: Weighed, rule: Kind, others: _Others) -> date:
    """Return until when the certificate is waited for; what came back gets a few days more."""
    due = known.ask.first_day + timedelta(days=rule.evidence_within)
    return due_again(due, today=known.today) if others.again else max(due, known.today)


def _refusal(known: Weighed, others: _Others, *, converts: bool) -> Refusal | None:
    kind, rule, ask = known.kind, known.rule, known.ask
    if kind is None or rule is None:
        return Refusal.NO_SUCH_TYPE
    years = {day.year for day in known.days}
    person = known.person
    since = services_of([person])[person.id] if rule.service_months else None
    facts = replace(
        _facts(known),
        half_days=kind.half_days,
        asks_for_certificate=bool(known.issuers),
        back_days=(known.today - ask.first_day).days if converts else rule.evidence_within,
        counts=bool(known.days),
        overlaps=is_taken(employee_id=known.person.id, days=known.days, freed=others.freed),
        is_stale=_is_stale(known, others),
        in_flight=_in_flight(others),
        service_until_open=months_missing(rule, since=since, on=ask.first_day),
        over_limit=_is_over(known, rule),
        long_leave_year=kind.family == Family.ANNUAL
        and plans_long_leave(employee_id=known.person.id, years=years),
        needed=known.needed,
        left=known.left,
    )
    return refuse_leave(facts)


def left_of(known: Weighed, again: LeaveRequest | None = None) -> Mapping[int, Decimal] | None:
    """Return what is left in each leave year that is asked for; None without an account."""
    kind = known.kind
    if kind is None or not kind.has_account or known.desk_only:
        return None
    back = reserved_by(again) if again and again.leave_type.code == kind.code else {}
    years = sorted({day.year for day in known.days})
    return {
        year: own_balances(known.person, codes=[kind.code], year=year, today=known.today)[
            kind.code
        ].available
        + back.get(year, Decimal(0))
        for year in years
    }


def _is_over(known: Weighed, rule: Kind) -> bool:
    episode = known.episode
    if episode is None:
        return False
    limit = limit_of(rule, episode_first=episode.first)
    if limit.days is not None and known.quantity > limit.days:
        return True
    return limit.with_more is not None and episode.last > limit.with_more


def _is_stale(known: Weighed, others: _Others) -> bool:
    """Say whether granted leave cannot be changed any more: decided otherwise, or begun."""
    row = others.supersedes
    if row is None:
        return False
    is_granted = row.state in _CHANGEABLE and not row.desk_only
    return not is_granted or row.first_day < known.today


def _in_flight(others: _Others) -> bool:
    if others.supersedes is None:
        return False
    rows = LeaveRequest.objects.filter(supersedes=others.supersedes, state__in=UNDECIDED)
    if others.again is not None:
        rows = rows.exclude(pk=others.again.pk)
    return rows.exists()
