"""Reading the register of doors, the record, and who opened one's own data."""

import json
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from counselling import selectors as counselling
from groups.selectors.kept import read_kept
from portal.audit import selectors as audit
from portal.leave.choices import MANAGER
from portal.leave.selectors import own_data
from portal.leave.selectors.own_data import KeptLeave
from portal.people.actors import Account
from portal.people.choices import Role
from portal.people.policies import Who, registry
from portal.people.services import HOUSE
from portal.privacy import rules
from portal.privacy.choices import Deed

FEARED = (
    Who.MANAGER,
    Who.HR,
    Who.REVIEWER,
    Who.OFFICIAL,
    Who.FACILITATOR,
    Who.COUNSELLOR,
    Who.HEAD,
    Who.DUTY,
    Who.ADMIN,
    Who.DPO,
)
"""Of whom the page says in so many words that they see nothing of a thing."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who sees a part of a thing, and which part."""

    who: str
    sees: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Thing:
    """One private thing on the public page."""

    name: str
    readers: tuple[Reader, ...]
    nothing_for: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeedRow:
    """A line of the record in words; handles are shortened, they are random either way."""

    sequence: int
    at: datetime
    role: str
    handle: str
    deed: str
    subject: str
    reason: str


@dataclass(frozen=True, slots=True)
class OpenedRow:
    """Who opened something of one's own: the role, the deed and the day."""

    role: str
    deed: str
    day: date


@dataclass(frozen=True, slots=True)
class OwnData:
    """What the page on one's own data shows."""

    opened: list[OpenedRow]
    circles: int
    past_circles: int
    leave: KeptLeave


def list_things() -> list[Thing]:
    """Return every private thing with its readers, in the language of the page."""
    doors = [
        rules.Door(str(entry.thing), {str(who): str(said) for who, said in entry.sees.items()})
        for entry in registry()
        if entry.thing is not None and entry.sees is not None
    ]
    return [_thing(row) for row in rules.gather(doors)]


def list_deeds(*, limit: int, before: int | None = None) -> list[DeedRow]:
    """Return lines of the record, newest first; ``before`` is the last number already shown."""
    return [
        DeedRow(
            sequence=row.sequence,
            at=row.at,
            role=_role(row.role),
            handle=row.handle[:8],
            deed=_deed(row.action),
            subject=row.subject[:8],
            reason=row.reason,
        )
        for row in audit.list_events(limit=limit, before=before)
    ]


def read_own_data(*, actor: Account) -> OwnData:
    """Return who opened what of the actor's, latest day first, and how many circles she has."""
    circles, leave = read_kept(actor=actor), own_data.read_kept(actor=actor)
    opened = [
        *((row.role, row.action, row.day) for row in counselling.list_opened(actor=actor)),
        *((row.role, row.action, row.day) for row in circles.opened),
        *((row.role, row.action, row.day) for row in leave.opened),
    ]
    rows = [OpenedRow(_role(role), _deed(action), day) for role, action, day in opened]
    rows.sort(key=lambda row: row.day, reverse=True)
    return OwnData(opened=rows, circles=circles.live, past_circles=circles.past, leave=leave)


def export_leave(*, actor: Account) -> bytes:
    """Return what is kept of the actor's leave as JSON in UTF-8, readable by people too."""
    found = own_data.export_own(actor=actor)
    return json.dumps(found, ensure_ascii=False, indent=2).encode()


def _thing(row: rules.ThingRow) -> Thing:
    order = [who.value for who in (Who.OWNER, Who.ASSIGNED, *Who)]
    readers = sorted(row.sees.items(), key=lambda item: order.index(item[0]))
    others = Who.ASSIGNED in row.sees
    return Thing(
        name=row.thing,
        readers=tuple(Reader(str(Who(who).label), tuple(said)) for who, said in readers),
        nothing_for=tuple(
            _("Other counsellors") if others and who == Who.COUNSELLOR else str(Who(who).label)
            for who in row.nobody_else(FEARED)
        ),
    )


def _role(code: str) -> str:
    if code == HOUSE:
        return _("The portal itself")
    if code == MANAGER:
        return _("Superior")
    return str(Role(code).label) if code in Role.values else code


def _deed(code: str) -> str:
    return str(Deed(code).label) if code in Deed.values else code
