"""Since when somebody serves, as far as anybody knows."""

from collections.abc import Iterable
from datetime import date
from typing import Final
from uuid import UUID

from portal.leave.models import ServiceRecord
from portal.people.choices import Employment
from portal.people.rules import service_start_from_nip
from portal.people.selectors import EmployeeCard

_YEAR: Final = slice(8, 12)


def services_of(cards: Iterable[EmployeeCard]) -> dict[UUID, date | None]:
    """
    Return since when each of these employees serves; None if nothing tells. One query.

    What HR recorded comes first, then the number of a PNS. That of a PPPK names the year
    alone: its last day is taken, from which on the service is certain.
    """
    people = list(cards)
    rows = ServiceRecord.objects.filter(employee__in=[card.id for card in people])
    recorded = dict(rows.values_list("employee_id", "started_on"))
    return {card.id: service_of(card, recorded=recorded.get(card.id)) for card in people}


def service_of(card: EmployeeCard, *, recorded: date | None) -> date | None:
    """Return since when an employee serves, by what HR recorded or else by her number."""
    return recorded or _from_number(card)


def _from_number(card: EmployeeCard) -> date | None:
    if card.employment != Employment.PPPK:
        return service_start_from_nip(card.nip, card.employment)
    year = card.nip[_YEAR]
    return date(int(year), 12, 31) if len(card.nip) == 18 and int(year) > 0 else None
