"""What somebody sees before she sends: kind, days, evidence, effects, and who learns what."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.utils.formats import localize
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.leave import policies
from portal.leave.choices import (
    Family,
    ManagerSees,
    Mode,
    Part,
    Refusal,
    Unit,
)
from portal.leave.rules.allowance import allowance_range
from portal.leave.rules.asking import LeaveAsk, ways_after
from portal.leave.rules.bands import Band
from portal.leave.rules.kinds import Kind
from portal.leave.selectors.asking import Weighed, weigh
from portal.leave.selectors.balances import Balance, own_balances
from portal.leave.selectors.books import Known
from portal.leave.selectors.kinds import all_kinds, kinds_open_to, open_among
from portal.leave.selectors.lengths import days_label
from portal.leave.selectors.rulebook import band_book
from portal.leave.selectors.service import services_of
from portal.people.actors import Account
from portal.people.selectors import EmployeeCard


@dataclass(frozen=True, slots=True)
class KindChoice:
    """A kind that can be asked for, and what is left of it where it has an account."""

    code: str
    name: str
    balance: Balance | None


@dataclass(frozen=True, slots=True)
class YearLeft:
    """What one leave year has, and what is left of it afterwards."""

    year: int
    available: Decimal
    after: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """
    A request before it is sent; nothing of it is stored.

    ``balance`` and ``left_after`` are of the year it begins in, ``years`` of each. With a
    ``refusal`` it does not go through as it stands, and ``ways`` say what does.
    """

    kind_name: str
    code: str
    family: Family | None
    first_day: date
    last_day: date
    part: Part
    days: Decimal
    days_label: str
    balance: Balance | None
    left_after: Decimal | None
    years: tuple[YearLeft, ...]
    evidence: tuple[str, ...]
    evidence_due_on: date | None
    effects: tuple[str, ...]
    manager_sees: str
    who_sees: tuple[tuple[str, str], ...]
    provisional: bool
    desk_only: bool
    refusal: Refusal | None
    ways: tuple[str, ...]


def preview(
    *, actor: Account, ask: LeaveAsk, again: UUID | None = None, now: datetime
) -> Preview:
    """
    Return what a request would come to; ``again`` is the one it completes. Nothing is written.

    :raises Http404: for somebody who is no employee, or where something is not her own.
    """
    row = policies.get_own_request(actor=actor, request_id=again) if again else None
    found = weigh(actor=actor, ask=ask, again=row, now=now)
    kind = found.kind
    years = _years(found)
    return Preview(
        kind_name=kind.name(get_language() or "id") if kind else "",
        code=kind.code if kind else "",
        family=kind.family if kind else None,
        first_day=ask.first_day,
        last_day=ask.last_day,
        part=ask.part,
        days=found.quantity,
        days_label=days_label(found.quantity, kind.unit) if kind else "",
        balance=_balance(found, kind),
        left_after=years[0].after if years else None,
        years=years,
        evidence=_evidence(found),
        evidence_due_on=found.evidence_due_on,
        effects=_effects(found),
        manager_sees=manager_sees(found),
        who_sees=who_sees(found),
        provisional=found.is_provisional,
        desk_only=found.desk_only,
        refusal=found.refusal,
        ways=tuple(str(way.label) for way in ways_after(found.refusal)),
    )


def open_kinds(
    person: EmployeeCard, *, mode: Mode, today: date, known: Known | None = None
) -> list[KindChoice]:
    """
    Return the kinds somebody can ask for today with what is left; see `kind_names`.

    ``known`` is what has been read of her already; her kinds and her service are read here.
    """
    if mode == Mode.OFF:
        return []
    versions, services = all_kinds(agency_ids=[person.agency_id]), services_of([person])
    read = replace(known or Known(), kinds=versions, services=services)
    found = open_among(versions, person, since=services[person.id], on=today)
    kinds = _done_here(found, mode=mode)
    counted = [kind.code for kind in kinds if kind.has_account and mode == Mode.FULL]
    left = own_balances(person, codes=counted, year=today.year, today=today, known=read)
    language = get_language() or "id"
    return [
        KindChoice(code=kind.code, name=kind.name(language), balance=left.get(kind.code))
        for kind in kinds
    ]


def kind_names(person: EmployeeCard, *, mode: Mode, today: date) -> list[tuple[str, str]]:
    """
    Return code and name of what somebody can ask for today, by position.

    Nothing where the room is closed. An attestation desk beside another system takes sick leave
    alone.
    """
    language = get_language() or "id"
    return [(kind.code, kind.name(language)) for kind in _kinds(person, mode=mode, today=today)]


def manager_sees(found: Weighed) -> str:
    """Return what the line manager learns of a request, in one sentence."""
    if found.desk_only:
        return _("Nothing from here. Leave itself is decided in the other system.")
    kind = found.kind
    if kind is not None and kind.manager_sees == ManagerSees.TYPE:
        return _(
            "The rule of this kind gives your manager its name beside the dates: “%(name)s”. "
            "Never a reason."
        ) % {"name": kind.name(get_language() or "id")}
    if found.ask.details.leave_out_manager:
        return _(
            "Your manager is not asked, and learns your name, the dates and “leave” once they "
            "are granted, like the whole team."
        )
    return _("Your name, the dates and “leave”. The same for every kind.")


def who_sees(found: Weighed) -> tuple[tuple[str, str], ...]:
    """Return who learns what of a request, in the order in which it travels."""
    lines = [(_("Line manager"), manager_sees(found))]
    if found.issuers or found.ask.words.strip():
        lines.append(
            (
                _("Medical reviewer"),
                _("What you hand in and write for the doctor. It is sealed to her."),
            )
        )
    if found.desk_only:
        lines.append((_("HR office"), _("Dates and the doctor's verdict, never the reason.")))
        return tuple(lines)
    lines.append(
        (
            _("HR office and the official who decides"),
            _(
                "The kind of leave, the dates, the address you give, and the days left; never "
                "the reason."
            )
            if not found.issuers
            else _(
                "The kind of leave, the dates, the address you give, and the doctor's verdict; "
                "never the reason."
            ),
        )
    )
    lines.append((_("Your team"), _("Name and dates, once it is granted.")))
    if _bands(found):
        lines.append((_("Payroll"), _("A code for the rule of the allowance and the days.")))
    return tuple(lines)


def _kinds(person: EmployeeCard, *, mode: Mode, today: date) -> list[Kind]:
    return [] if mode == Mode.OFF else _done_here(kinds_open_to(person, on=today), mode=mode)


def _done_here(kinds: Iterable[Kind], *, mode: Mode) -> list[Kind]:
    """Keep sick leave alone where the house attests beside another system."""
    return [kind for kind in kinds if mode == Mode.FULL or kind.family == Family.SICK]


def _years(found: Weighed) -> tuple[YearLeft, ...]:
    if found.left is None:
        return ()
    zero = Decimal(0)
    return tuple(
        YearLeft(
            year,
            left,
            left - found.needed.get(year, zero) + found.returning.get(year, zero),
        )
        for year, left in sorted(found.left.items())
    )


def _balance(found: Weighed, kind: Kind | None) -> Balance | None:
    if kind is None or not found.left:
        return None
    return own_balances(
        found.person, codes=[kind.code], year=min(found.left), today=found.today
    )[kind.code]


def _evidence(found: Weighed) -> tuple[str, ...]:
    return tuple(str(one.label) for one in found.issuers)


def _bands(found: Weighed) -> list[Band]:
    if found.kind is None:
        return []
    book = band_book(agency_id=found.person.agency_id)
    return book.on(found.kind.family, found.ask.first_day)


def _effects(found: Weighed) -> tuple[str, ...]:
    """Return what leave roughly does to the allowance of a month."""
    kind, episode = found.kind, found.episode
    if kind is None or episode is None:
        return ()
    number = 1
    if kind.unit == Unit.CALENDAR_DAY:
        number += (found.ask.first_day - episode.first).days
    reach = allowance_range(_bands(found), first_number=number, days=len(found.days))
    if reach is None:
        return ()
    low, high = (localize(part.normalize() + 0) for part in reach)
    if reach[1] == 0:
        return (_("Nothing is taken off the allowance, as far as the rule says."),)
    if reach[0] == reach[1]:
        return (
            _("About %(most)s %% of one month's allowance. Payroll has the last word.")
            % {"most": high},
        )
    return (
        _(
            "Between %(least)s and %(most)s %% of one month's allowance, by the care the "
            "doctor confirms. Payroll has the last word."
        )
        % {"least": low, "most": high},
    )
