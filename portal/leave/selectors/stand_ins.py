"""Who stands in for whom, as a superior and HR see it: now and to come, never what is over."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.http import Http404

from portal.leave import policies
from portal.leave.choices import DelegationKind
from portal.leave.models import Delegation
from portal.people.actors import Account
from portal.people.selectors import EmployeeCard, employee_of, managers_above, reports_of


@dataclass(frozen=True, slots=True)
class StandInRow:
    """
    Somebody who stands in for a superior.

    Both days are included; without a last one it lasts until it is ended.
    """

    id: UUID
    giver: str
    stand_in: str
    kind_label: str
    decree_number: str
    valid_from: date
    valid_until: date | None
    is_now: bool

    def __repr__(self) -> str:
        return "<stand-in>"


@dataclass(frozen=True, slots=True)
class StandInsPage:
    """The actor's delegations, soonest first, and whom she can name by id."""

    given: tuple[StandInRow, ...]
    taken: tuple[StandInRow, ...]
    colleagues: tuple[tuple[UUID, str], ...]

    def __repr__(self) -> str:
        return "<stand-ins>"


def get_stand_ins(*, actor: Account, now: datetime) -> StandInsPage:
    """
    Return what the actor has delegated and for whom she stands in.

    :raises Http404: for somebody under whom nobody works and who stands in for nobody.
    """
    rows = _not_over(policies.own_delegations(actor), by="stand_in", now=now)
    if not actor.leads and not rows:
        raise Http404
    return StandInsPage(
        given=tuple(_row(row, now=now) for row in rows if row.giver.user_id == actor.user_id),
        taken=tuple(_row(row, now=now) for row in rows if row.giver.user_id != actor.user_id),
        colleagues=_colleagues(actor) if actor.leads else (),
    )


def list_stand_ins(*, actor: Account, now: datetime) -> list[StandInRow]:
    """
    Return who stands in for a superior of the agency, now or later, the soonest first.

    What is over or ended is left out. One query.

    :raises Http404: for anybody but an HR officer.
    """
    agency_id = policies.get_settled_agency(actor)
    rows = Delegation.objects.filter(giver__agency=agency_id)
    return [_row(row, now=now) for row in _not_over(rows, by="giver", now=now)]


def _not_over(rows: QuerySet[Delegation], *, by: str, now: datetime) -> list[Delegation]:
    """Return those that hold now or later, soonest first, then by one of the two names."""
    in_order = (
        rows.filter(withdrawn_on=None)
        .select_related("giver__user", "giver__unit", "giver__agency", "stand_in__user")
        .order_by("valid_from", Lower(f"{by}__user__full_name"), "id")
    )
    return [row for row in in_order if not policies.is_over(row, now=now)]


def _row(row: Delegation, *, now: datetime) -> StandInRow:
    return StandInRow(
        id=row.pk,
        giver=row.giver.user.full_name,
        stand_in=row.stand_in.user.full_name,
        kind_label=str(DelegationKind(row.kind).label),
        decree_number=row.decree_number,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        is_now=policies.is_in_force(row, now=now),
    )


def _colleagues(actor: Account) -> tuple[tuple[UUID, str], ...]:
    """Return whom a superior usually names: her reports, those beside her, those above her."""
    me = employee_of(user_id=actor.user_id)
    if me is None:
        return ()
    above = [card for card in managers_above(employee_id=me.id) if card.is_active]
    beside = reports_of(user_id=above[0].user_id) if above else []
    cards: dict[UUID, EmployeeCard] = {
        card.id: card
        for card in (*reports_of(user_id=actor.user_id), *beside, *above)
        if card.id != me.id and card.agency_id == me.agency_id
    }
    return tuple(
        (card.id, card.full_name)
        for card in sorted(cards.values(), key=lambda one: (one.full_name.lower(), one.id))
    )
