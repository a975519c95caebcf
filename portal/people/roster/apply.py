"""Writing what a roster says: one transaction, a handful of statements, safe to repeat."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import connection, transaction

from portal.audit.services import record_staff
from portal.common.db import lock
from portal.common.errors import Refused
from portal.people import services
from portal.people.actors import Account
from portal.people.choices import RosterRefusal
from portal.people.models import Employee, Unit, User
from portal.people.roster.plan import compare
from portal.people.roster.rows import BATCH, Counts, Person, RosterPlan, UnitDraft
from portal.vault.services import make_dummy_keys

_UPDATE_USERS = """
UPDATE people_user AS u SET nip = v.nip, email = v.email, full_name = v.name
  FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[]) AS v (id, nip, email, name)
 WHERE u.id = v.id
"""
_UPDATE_EMPLOYEES = """
UPDATE people_employee AS e
   SET unit_id = v.unit, manager_id = v.manager, employment = v.employment, zone = v.zone
  FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::text[], %s::text[])
       AS v (id, unit, manager, employment, zone)
 WHERE e.id = v.id
"""
_FORGET_OLD_ADDRESSES = """
DELETE FROM account_emailaddress AS a
 USING unnest(%s::uuid[], %s::text[]) AS v (id, email)
 WHERE a.user_id = v.id AND a."primary" AND lower(a.email) <> v.email
"""
_TRUST_NEW_ADDRESSES = """
INSERT INTO account_emailaddress (user_id, email, verified, "primary")
SELECT v.id, v.email, true, true FROM unnest(%s::uuid[], %s::text[]) AS v (id, email)
ON CONFLICT (user_id, email) DO UPDATE SET verified = true, "primary" = true
"""


class RosterRefused(Refused):
    """The roster was not applied."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What was done. ``closed_absent`` are people the file did not name."""

    counts: Counts
    closed_absent: int


def apply_roster(
    *,
    actor: Account | None,
    plan: RosterPlan,
    close_absent: int | None = None,
    now: datetime,
) -> Applied:
    """
    Bring an agency's people and units to what the good lines of the file say.

    Locks the agency's roster and compares again, so that a plan that has aged is applied to
    what is there now; a second time changes nothing. New people get an account without a
    password and a key row like everybody's. Lines with problems are left out. Whoever is absent
    from the file stays, unless ``close_absent`` is the very number that was shown.

    :raises RosterRefused: if that number is no longer right, or lines were left out, since a
        person on such a line could look absent.
    """
    with transaction.atomic():
        lock("people.roster", plan.agency_id)
        plan = compare(plan.sheet, agency_id=plan.agency_id, now=now)
        counts = plan.counts
        if close_absent is not None:
            _refuse_closing(counts, close_absent)
        _write_units(plan)
        _write_people(plan)
        _write_states(actor, plan.people, now)
        if close_absent is not None:
            _close_absent(actor, plan, now)
        _record(actor, plan, counts, now)
    return Applied(counts=counts, closed_absent=close_absent or 0)


def _refuse_closing(counts: Counts, shown: int) -> None:
    if counts.left_out:
        raise RosterRefused(RosterRefusal.LINES_LEFT_OUT)
    if counts.absent != shown:
        raise RosterRefused(RosterRefusal.ABSENT_CHANGED)


def _write_units(plan: RosterPlan) -> None:
    Unit.objects.bulk_create(
        [_unit(draft, plan) for draft in plan.units if draft.is_new], batch_size=BATCH
    )
    Unit.objects.bulk_update(
        [_unit(draft, plan) for draft in plan.units if not draft.is_new],
        ["name", "parent"],
        batch_size=500,
    )


def _unit(draft: UnitDraft, plan: RosterPlan) -> Unit:
    return Unit(
        id=draft.id,
        agency_id=plan.agency_id,
        code=draft.code,
        name=draft.name,
        zone=draft.zone,
        parent_id=draft.parent_id,
    )


def _write_people(plan: RosterPlan) -> None:
    new = [person for person in plan.people if person.now.is_new]
    User.objects.bulk_create(map(_user, new), batch_size=BATCH)
    altered = [p for p in plan.people if not p.now.is_new and p.user_differs]
    _unnest(_UPDATE_USERS, [(p.now.user_id, p.nip, p.email, p.line.name) for p in altered])
    moved = [p for p in altered if p.email != p.now.email]
    _unnest(_FORGET_OLD_ADDRESSES, [(p.now.user_id, p.email) for p in moved])
    _unnest(_TRUST_NEW_ADDRESSES, [(p.now.user_id, p.email) for p in moved if p.email])
    EmailAddress.objects.bulk_create(
        (
            EmailAddress(user_id=p.now.user_id, email=p.email, verified=True, primary=True)
            for p in new
            if p.email
        ),
        batch_size=BATCH,
    )
    # References to managers are checked at commit, so the order of the rows does not matter.
    Employee.objects.bulk_create(
        (_employee(p, plan) for p in plan.people if p.now.employee_id is None),
        batch_size=BATCH,
    )
    _unnest(
        _UPDATE_EMPLOYEES,
        [
            (p.employee_id, p.unit_id, p.manager_id, p.line.employment.value, p.zone)
            for p in plan.people
            if p.now.employee_id is not None and p.employee_differs
        ],
    )
    make_dummy_keys(user_ids=[person.now.user_id for person in new])


def _user(person: Person) -> User:
    return User(
        id=person.now.user_id,
        nip=person.nip,
        email=person.email,
        full_name=person.line.name,
        is_active=person.line.active is not False,
        password=UNUSABLE_PASSWORD_PREFIX + secrets.token_urlsafe(30),
    )


def _employee(person: Person, plan: RosterPlan) -> Employee:
    return Employee(
        id=person.employee_id,
        user_id=person.now.user_id,
        agency_id=plan.agency_id,
        unit_id=person.unit_id,
        manager_id=person.manager_id,
        employment=person.line.employment,
        zone=person.zone,
    )


def _unnest(statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Run a statement over rows handed over as one array per column."""
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(column) for column in zip(*rows, strict=True)])


def _write_states(actor: Account | None, people: list[Person], now: datetime) -> None:
    """Close and open accounts of which the file says so; never the actor's own."""
    for person in people:
        if person.now.is_new or not person.state_differs:
            continue
        if person.line.active:
            services.reactivate_user(actor=actor, user_id=person.now.user_id, now=now)
        elif actor is None or person.now.user_id != actor.user_id:
            services.deactivate_user(actor=actor, user_id=person.now.user_id, now=now)


def _close_absent(actor: Account | None, plan: RosterPlan, now: datetime) -> None:
    for absent in plan.absent:
        if actor is None or absent.user_id != actor.user_id:
            services.deactivate_user(actor=actor, user_id=absent.user_id, now=now)


def _record(actor: Account | None, plan: RosterPlan, counts: Counts, now: datetime) -> None:
    record_staff(
        role=services.acting_role(actor),
        handle=str(actor.user_id) if actor else services.HOUSE,
        action="people.roster.apply",
        subject=str(plan.agency_id),
        reason=f"new {counts.new}, changed {counts.changed}, left out {counts.left_out}",
        now=now,
    )
