"""Who can be booked by whom: the service an agency shows, and its counsellors of today."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.utils.timezone import localdate

from counselling.choices import Mode, PartOfDay, Sex
from counselling.models import Counsellor, Service
from portal.people.actors import Account, Actor
from portal.people.choices import Role
from portal.people.models import RoleGrant
from portal.people.selectors import conflict_query
from portal.vault.services import users_with_vault

Offering: Any = Counsellor.services.through
"""The table between counsellors and services; Django makes it, so no class carries its type."""
_KNOWN_FOR: Final = timedelta(minutes=1)
_published: dict[UUID, datetime] = {}
"""Accounts whose published key was good a moment ago; sealing asks for it afresh each time."""


@dataclass(frozen=True, slots=True)
class TimeFilter:
    """What somebody wishes for; nothing is asked by default."""

    mode: Mode | None = None
    sex: Sex | None = None
    outside: bool = False
    part: PartOfDay | None = None
    counsellor_id: UUID | None = None

    def fits(self, counsellor: Counsellor, *, actor: Account) -> bool:
        """Return whether a counsellor fits the wish; the part of the day comes later."""
        return (
            (self.counsellor_id is None or counsellor.pk == self.counsellor_id)
            and (self.sex is None or counsellor.sex == self.sex)
            and (self.mode is None or self.mode in counsellor.modes)
            and not (self.outside and counsellor.home_agency_id == actor.agency_id)
        )


@dataclass(frozen=True, slots=True)
class Offer:
    """A service and the counsellors of it that one person can book, by name."""

    service: Service
    counsellors: tuple[Counsellor, ...]


class Pair(Protocol):
    """A service and somebody who offers it."""

    service: Service
    counsellor: Counsellor


def find_offer(*, actor: Account, now: datetime) -> Offer | None:
    """Return the service the actor's agency shows first, or None when nobody offers one."""
    if actor.agency_id is None:
        return None
    first = (
        Service.objects.filter(is_active=True, agency_id=actor.agency_id)
        .order_by("position", "name", "id")
        .values("id")[:1]
    )
    rows: list[Pair] = list(_offerings(actor=actor, now=now).filter(service_id=Subquery(first)))
    if not rows:
        return None
    service = rows[0].service
    counsellors = [row.counsellor for row in rows if modes_of(row.counsellor, service)]
    known = with_published_key({one.user_id for one in counsellors}, now=now)
    return Offer(service, tuple(one for one in counsellors if one.user_id in known))


def find_bookable(
    *, actor: Actor, service_id: UUID, counsellor_id: UUID, now: datetime
) -> tuple[Service, Counsellor] | None:
    """
    Return this service and counsellor if the actor may book them together now, else None.

    All reasons for None look alike from outside.
    """
    row: Pair | None = (
        _offerings(actor=actor, now=now)
        .filter(service_id=service_id, counsellor_id=counsellor_id)
        .first()
    )
    if row is None or not with_published_key({row.counsellor.user_id}, now=now):
        return None
    return row.service, row.counsellor


def modes_of(counsellor: Counsellor, service: Service) -> tuple[Mode, ...]:
    """Return the ways of meeting both offer, in the counsellor's order."""
    return tuple(Mode(mode) for mode in counsellor.modes if mode in service.modes)


def _offerings(*, actor: Actor, now: datetime) -> QuerySet[Any]:
    """
    Return pairs of counsellor and service that are open to the actor, by name.

    Left out: whoever has no role in the agency today or no active account, and whoever is too
    close to the actor.
    """
    in_force = RoleGrant.objects.on(localdate(now)).filter(
        user=OuterRef("counsellor__user"),
        agency=OuterRef("service__agency"),
        role=Role.COUNSELLOR,
    )
    found: QuerySet[Any] = (
        Offering.objects.filter(
            Exists(in_force),
            service__is_active=True,
            counsellor__is_active=True,
            counsellor__user__is_active=True,
        )
        .select_related("service", "counsellor")
        .order_by(F("counsellor__display_name"), F("counsellor_id"))
    )
    if isinstance(actor, Account):
        found = found.filter(service__agency_id=actor.agency_id).exclude(
            counsellor__user_id__in=conflict_query(actor=actor)
        )
    return found


def with_published_key(user_ids: set[UUID], *, now: datetime) -> set[UUID]:
    """Return those whose published key is good, or was a moment ago."""
    known = {one for one in user_ids if _published.get(one, now) > now}
    if len(known) < len(user_ids):
        for one in users_with_vault(user_ids - known):
            _published[one] = now + _KNOWN_FOR
            known.add(one)
    return known
