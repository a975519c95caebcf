"""Deeds on accounts: making and ending them, roles, slips. Each ends in one transaction."""

import secrets
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from portal.audit.services import record_staff
from portal.common.db import violated_constraint
from portal.common.errors import Refused
from portal.people.actors import Account
from portal.people.choices import PeopleRefusal, Role
from portal.people.models import ActivationSlip, RoleGrant, User, new_stamp
from portal.people.rules import refuse_together
from portal.vault.services import make_dummy_keys, tag

SLIP_DAYS = 30
_SLIP_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_SLIP_GROUPS, _GROUP_LENGTH = 4, 4
# 16 letters of 32: 80 bits, far out of reach of the few guesses a minute the page allows.
_NAME_CONSTRAINTS = frozenset(
    {"user_email_once", "people_user_nip_key", "unique_verified_email"}
)
HOUSE = "house"
"""Who acts when no person does: a command on the machine, the demonstration."""


class AccountRefused(Refused):
    """An account or a role stays as it is."""


class AccountMail(Protocol):
    """What sends a code to somebody who signs in; handed in by the notifications room."""

    def __call__(self, *, address: str, subject: str, body: str, now: datetime) -> None:
        """Enqueue one mail."""


_account_mail: list[AccountMail] = []


def register_account_mail(send: AccountMail) -> None:
    """Take the function through which account mail leaves; the last one counts."""
    _account_mail[:] = [send]


def send_account_mail(*, address: str, subject: str, body: str, now: datetime) -> None:
    """
    Hand a mail of the account pages to the room that sends.

    :raises RuntimeError: if no room has registered.
    """
    if not _account_mail:
        msg = "no room sends account mail; portal.notifications registers at start"
        raise RuntimeError(msg)
    _account_mail[0](address=address, subject=subject, body=body, now=now)


def create_user(
    *,
    actor: Account | None,
    full_name: str,
    email: str = "",
    nip: str | None = None,
    password: str | None = None,
    now: datetime,
) -> UUID:
    """
    Make an account with a work address or a NIP and return its id.

    Its work address counts as verified: the organisation wrote it down. It gets a key row like
    everybody's, so that nobody can tell who has a vault. Without a password only a slip, a code
    by mail or the single sign-on open it.

    :raises AccountRefused: if the NIP or the address belongs to somebody else.
    """
    user = User(full_name=full_name.strip(), email=email.strip().lower(), nip=nip or None)
    if password is None:
        user.set_unusable_password()
    else:
        user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            trust_work_address(user_id=user.pk, email=user.email)
            make_dummy_keys(user_ids=[user.pk])
            _record(actor, "account.create", user.pk, now=now)
    except IntegrityError as error:
        if violated_constraint(error) in _NAME_CONSTRAINTS:
            raise AccountRefused(PeopleRefusal.NAME_TAKEN) from error
        raise
    return user.pk


def trust_work_address(*, user_id: UUID, email: str) -> None:
    """Note the work address as verified and primary, in place of an earlier one."""
    own = EmailAddress.objects.filter(user_id=user_id)
    own.filter(primary=True).exclude(email__iexact=email).delete()
    if email:
        EmailAddress.objects.update_or_create(
            user_id=user_id, email=email, defaults={"verified": True, "primary": True}
        )


def grant_role(
    *, actor: Account | None, user_id: UUID, agency_id: UUID, role: Role, now: datetime
) -> UUID:
    """
    Give somebody a role in an agency from today and return the grant's id.

    Locks the account, so that two roles that exclude each other cannot be given side by side.

    :raises AccountRefused: if she holds it already, or one that excludes it.
    """
    today = timezone.localdate(now)
    with transaction.atomic():
        held = lock_for_role(user_id=user_id, role=role, now=now)
        if held.filter(role=role, agency_id=agency_id).exists():
            raise AccountRefused(PeopleRefusal.ROLE_HELD)
        grant = RoleGrant.objects.create(
            user_id=user_id,
            agency_id=agency_id,
            role=role,
            starts_on=today,
            granted_by_id=actor.user_id if actor else None,
        )
        _record(actor, "role.grant", user_id, reason=role.value, now=now)
    return grant.pk


def lock_for_role(*, user_id: UUID, role: Role, now: datetime) -> QuerySet[RoleGrant]:
    """
    Lock an account that may take a role and return the grants that run or begin later.

    :raises AccountRefused: if there is no such account, it is closed, or the roles stay apart.
    """
    user = _locked(user_id)
    if not user.is_active:
        raise AccountRefused(PeopleRefusal.ACCOUNT_CLOSED)
    held = RoleGrant.objects.filter(user=user).exclude(ends_on__lte=timezone.localdate(now))
    if refuse_together([Role(one) for one in held.values_list("role", flat=True)], role):
        raise AccountRefused(PeopleRefusal.ROLES_DO_NOT_MIX)
    return held


def end_role(*, actor: Account | None, grant_id: UUID, now: datetime) -> None:
    """
    End a role today and with it every session of the person.

    Locks the account. A role that has ended already stays ended.

    :raises AccountRefused: if there is no such grant.
    """
    today = timezone.localdate(now)
    with transaction.atomic():
        grant = RoleGrant.objects.select_for_update().filter(pk=grant_id).first()
        if grant is None:
            raise AccountRefused(PeopleRefusal.NO_SUCH_ROLE)
        if grant.ends_on is not None and grant.ends_on <= today:
            return
        grant.ends_on = max(today, grant.starts_on)
        grant.save(update_fields=["ends_on"])
        _end_sessions(grant.user_id)
        _record(actor, "role.end", grant.user_id, reason=grant.role, now=now)


def deactivate_user(*, actor: Account | None, user_id: UUID, now: datetime) -> None:
    """
    Close an account: sessions end at once, roles end today, slips become waste paper.

    Locks the account. Its rows stay; what hangs on them in other rooms they end themselves.

    :raises AccountRefused: if there is no such account, or the actor closes her own.
    """
    if actor is not None and actor.user_id == user_id:
        raise AccountRefused(PeopleRefusal.OWN_ACCOUNT)
    today = timezone.localdate(now)
    with transaction.atomic():
        user = _locked(user_id)
        if not user.is_active:
            return
        user.is_active = False
        user.session_stamp = new_stamp()
        user.save(update_fields=["is_active", "session_stamp"])
        open_grants = RoleGrant.objects.filter(user=user).exclude(ends_on__lte=today)
        open_grants.filter(starts_on__gt=today).delete()
        open_grants.update(ends_on=today)
        ActivationSlip.objects.filter(user=user).delete()
        _record(actor, "account.deactivate", user.pk, now=now)


def reactivate_user(*, actor: Account | None, user_id: UUID, now: datetime) -> None:
    """
    Open a closed account again; roles do not come back by themselves.

    :raises AccountRefused: if there is no such account.
    """
    with transaction.atomic():
        user = _locked(user_id)
        if user.is_active:
            return
        user.is_active = True
        user.save(update_fields=["is_active"])
        _record(actor, "account.reactivate", user.pk, now=now)


def make_slip(*, actor: Account | None, user_id: UUID, now: datetime) -> str:
    """
    Return a one-time code for a printed slip; an earlier slip of the person ends.

    :raises AccountRefused: if there is no such account, or it is closed.
    """
    code = "-".join(
        "".join(secrets.choice(_SLIP_ALPHABET) for _ in range(_GROUP_LENGTH))
        for _ in range(_SLIP_GROUPS)
    )
    with transaction.atomic():
        user = _locked(user_id)
        if not user.is_active:
            raise AccountRefused(PeopleRefusal.ACCOUNT_CLOSED)
        ActivationSlip.objects.update_or_create(
            user=user,
            defaults={
                "code_hash": _slip_tag(user_id, code),
                "valid_until": timezone.localdate(now) + timedelta(days=SLIP_DAYS),
            },
        )
        _record(actor, "slip.make", user_id, now=now)
    return code


def activate(*, login: str, code: str, password: str, now: datetime) -> UUID:
    """
    Set a person's own password with the code of her slip and return the account's id.

    The slip is used up and every older session ends. Whether the name exists, the slip is over
    or the code is wrong, the answer is the same and so is the work behind it.

    :raises AccountRefused: if name and code do not belong together.
    """
    user = find_by_login(login)
    with transaction.atomic():
        slip = _valid_slip(user, code, now) if user else None
        hashed = User()
        hashed.set_password(password)
        if user is None or slip is None:
            raise AccountRefused(PeopleRefusal.SLIP_DOES_NOT_FIT)
        slip.delete()
        user.password = hashed.password
        user.session_stamp = new_stamp()
        user.save(update_fields=["password", "session_stamp"])
    return user.pk


def find_by_login(login: str) -> User | None:
    """Return the active account with this NIP or e-mail."""
    name = login.strip().lower()
    if not name:
        return None
    found = User.objects.alias(lower=Lower("email")).filter(
        Q(nip=name.replace(" ", "")) | Q(lower=name), is_active=True
    )
    return found.first()


def tidy_slips(*, now: datetime) -> int:
    """Remove slips that are over; return how many."""
    count, _ = ActivationSlip.objects.filter(valid_until__lt=timezone.localdate(now)).delete()
    return count


def _valid_slip(user: User, code: str, now: datetime) -> ActivationSlip | None:
    slip = ActivationSlip.objects.select_for_update().filter(user=user).first()
    if slip is None or slip.valid_until < timezone.localdate(now):
        return None
    fits = secrets.compare_digest(bytes(slip.code_hash), _slip_tag(user.pk, code))
    return slip if fits else None


def _slip_tag(user_id: UUID, code: str) -> bytes:
    letters = "".join(letter for letter in code.upper() if letter.isalnum())
    return tag("people.slip", user_id, letters)


def _locked(user_id: UUID) -> User:
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        raise AccountRefused(PeopleRefusal.NO_SUCH_ACCOUNT)
    return user


def _end_sessions(user_id: UUID) -> None:
    User.objects.filter(pk=user_id).update(session_stamp=new_stamp())


def _record(
    actor: Account | None, action: str, subject: UUID, *, reason: str = "", now: datetime
) -> None:
    record_staff(
        role=acting_role(actor),
        handle=str(actor.user_id) if actor else HOUSE,
        action=f"people.{action}",
        subject=str(subject),
        reason=reason,
        now=now,
    )


def acting_role(actor: Account | None) -> str:
    """Return the role that stands in the record for a deed on accounts."""
    if actor is None:
        return HOUSE
    return Role.ADMIN.value if Role.ADMIN in actor.roles else "EMPLOYEE"
