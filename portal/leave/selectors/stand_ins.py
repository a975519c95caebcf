"""Who stands in for whom, as a superior sees it: now and to come, never what is over."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models.functions import Lower
from django.http import Http404

from portal.calendars.rules import local_day
from portal.leave import policies
from portal.leave.choices import DelegationKind
from portal.leave.models import Delegation
from portal.people.actors import Account
from portal.people.selectors import EmployeeCard, employee_of, managers_above, reports_of


@dataclass(frozen=True, slots=True)
class DelegationRow:
    """
    One delegation from the side of the actor.

    ``name`` is the other person: who stands in for her, or for whom she stands in. Both days
    are included; without a last one it lasts until it is ended.
    """

    id: UUID
    name: str
    is_given: bool
    kind_label: str
    decree_number: str
    valid_from: date
    valid_until: date | None
    is_now: bool

    def __repr__(self) -> str:
        return "<delegation>"


@dataclass(frozen=True, slots=True)
class StandInsPage:
    """The actor's delegations, soonest first, and whom she can name by id."""

    given: tuple[DelegationRow, ...]
    taken: tuple[DelegationRow, ...]
    colleagues: tuple[tuple[UUID, str], ...]

    def __repr__(self) -> str:
        return "<stand-ins>"


def get_stand_ins(*, actor: Account, now: datetime) -> StandInsPage:
    """
    Return what the actor has delegated and for whom she stands in.

    :raises Http404: for somebody under whom nobody works and who stands in for nobody.
    """
    rows = list_delegations(actor=actor, now=now)
    if not actor.leads and not rows:
        raise Http404
    return StandInsPage(
        given=tuple(row for row in rows if row.is_given),
        taken=tuple(row for row in rows if not row.is_given),
        colleagues=_colleagues(actor) if actor.leads else (),
    )


def list_delegations(*, actor: Account, now: datetime) -> list[DelegationRow]:
    """Return the actor's delegations that are not over, soonest first; one query."""
    rows = (
        policies.own_delegations(actor)
        .filter(withdrawn_on=None)
        .select_related("giver__user", "giver__unit", "giver__agency", "stand_in__user")
        .order_by("valid_from", Lower("stand_in__user__full_name"), "id")
    )
    return [_row(row, actor, now=now) for row in rows if not _is_over(row, now=now)]


def _is_over(row: Delegation, *, now: datetime) -> bool:
    today = local_day(now, policies.zone_of(row.giver))
    return row.valid_until is not None and row.valid_until < today


def _row(row: Delegation, actor: Account, *, now: datetime) -> DelegationRow:
    is_given = row.giver.user_id == actor.user_id
    other = row.stand_in if is_given else row.giver
    return DelegationRow(
        id=row.pk,
        name=other.user.full_name,
        is_given=is_given,
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
