"""
Key rows and vaults: what is sealed to a person, and how she alone opens it.

Everybody has a row; most are dummies. A row that is written again moves to the end of the
table, so whoever makes or changes a vault is accompanied by dummies redrawn in the same
transaction: a copy of the database shows that somebody in a company of thirty did something, or
nobody.
"""

import secrets
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from portal.common.errors import Refused
from portal.vault import codes, keys, primitives
from portal.vault.choices import VaultRefusal
from portal.vault.models import PersonKey
from portal.vault.primitives import CannotOpen
from portal.vault.services.sealing import open_field, seal_field

MIN_PASSPHRASE_LENGTH = 12
COMPANY = 31
MAX_KDF_MEMORY = 256 * 1024 * 1024
"""A cost above this, written into a row, is refused untried: it could only be an attack."""
_BATCH = 2000
_REAL, _DUMMY, _WAITING = b"R", b"D", b"W"
_STATES = (_REAL, _DUMMY, _WAITING)
_KIND = "person"


class WrongPassphrase(Refused):
    """The passphrase does not open this vault."""

    def __init__(self) -> None:
        super().__init__(VaultRefusal.WRONG_PASSPHRASE)


class WrongRecoveryCode(Refused):
    """The recovery code does not open this vault."""

    def __init__(self) -> None:
        super().__init__(VaultRefusal.WRONG_RECOVERY_CODE)


class WeakPassphrase(Refused):
    """The passphrase is too short to withstand a copy of the database."""

    def __init__(self) -> None:
        super().__init__(VaultRefusal.SHORT_PASSPHRASE)


class NoVault(Refused):
    """This person has no vault: nothing can be sealed to her."""

    def __init__(self) -> None:
        super().__init__(VaultRefusal.NO_VAULT)


class VaultExists(Refused):
    """There is a vault already; making another would lose what was sealed to the first."""

    def __init__(self) -> None:
        super().__init__(VaultRefusal.VAULT_EXISTS)


class KeyTampered(Refused):
    """A published key is not the one we published: somebody wrote to the table."""

    def __init__(self) -> None:
        super().__init__(VaultRefusal.KEY_TAMPERED)


def make_dummy_keys(*, user_ids: Iterable[UUID]) -> int:
    """
    Give a key row to each of these people who has none; return how many were made.

    Accounts must exist. Safe to repeat and to run twice at once. A hundred thousand take
    seconds.
    """
    wanted = list(dict.fromkeys(user_ids))
    made = 0
    for start in range(0, len(wanted), _BATCH):
        batch = wanted[start : start + _BATCH]
        there = set(
            PersonKey.objects.filter(user_id__in=batch).values_list("user_id", flat=True)
        )
        rows = [_dummy(user_id) for user_id in batch if user_id not in there]
        PersonKey.objects.bulk_create(rows, ignore_conflicts=True)
        made += len(rows)
    return made


def make_vault(
    *,
    user_id: UUID,
    passphrase: str,
    waiting: bool = False,
    now: datetime,  # noqa: ARG001 - no time is kept
) -> str:
    """
    Make a vault and return the recovery code as printable groups, to be shown once.

    With ``waiting`` nothing can be sealed to it before `confirm_vault` has seen the code typed
    back from paper; until then making it again begins anew. Locks the person's key row. No time
    is kept: ``now`` is there because every service has it.

    :raises WeakPassphrase: if it has fewer than 12 characters.
    :raises VaultExists: if there is one already.
    """
    private_key, public_key = primitives.new_key_pair()
    code = codes.new_code()
    fresh = _Wraps(user_id, private_key, passphrase, code)
    with transaction.atomic():
        make_dummy_keys(user_ids=[user_id])
        row = PersonKey.objects.select_for_update().get(user_id=user_id)
        if _is_real(row):
            raise VaultExists
        row.public_key = public_key
        row.public_mac = _proof(user_id, public_key)
        _set_state(row, _WAITING if waiting else _REAL)
        _write(row, fresh)
    return codes.printable(code)


def confirm_vault(*, user_id: UUID, code: str) -> bytes:
    """
    Make a waiting vault real with its recovery code and return the private key.

    Locks the person's key row.

    :raises WrongRecoveryCode: if it is not the code of this vault.
    :raises NoVault: if none waits.
    :raises KeyTampered: if the published key is not the one that was made.
    """
    with transaction.atomic():
        row = PersonKey.objects.select_for_update().filter(user_id=user_id).first()
        if row is None or _state(row) != _WAITING:
            raise NoVault
        private_key = _recovered(row, code)
        _set_state(row, _REAL)
        _save_in_company(row)
    return private_key


def is_waiting(*, user_id: UUID) -> bool:
    """Tell whether a vault was made here whose code has not been typed back yet."""
    row = PersonKey.objects.filter(user_id=user_id).first()
    return row is not None and _state(row) == _WAITING


def open_with_passphrase(*, user_id: UUID, passphrase: str) -> bytes:
    """
    Return the private key behind a passphrase. Takes a good part of a second on purpose.

    :raises WrongPassphrase: if it does not open the vault.
    :raises NoVault: if there is none.
    :raises KeyTampered: if the published key is not the one that was made.
    :raises TooManyUnlocks: if too many are trying in this process.
    """
    row = _real_row(user_id)
    try:
        private_key = primitives.unwrap(
            _normal(passphrase), bytes(row.salt), row.wrapped_by_passphrase,
            *_wrap_context("passphrase", user_id),
            max_memory=max(MAX_KDF_MEMORY, settings.VAULT_KDF_MEMORY),
        )  # fmt: skip
    except CannotOpen:
        raise WrongPassphrase from None
    return _checked(private_key, row)


def open_with_recovery(*, user_id: UUID, code: str) -> bytes:
    """
    Return the private key behind a recovery code, however it is typed.

    :raises WrongRecoveryCode: if it does not open the vault, or is no code at all.
    :raises NoVault: if there is none.
    :raises KeyTampered: if the published key is not the one that was made.
    """
    return _recovered(_real_row(user_id), code)


def change_passphrase(*, user_id: UUID, private_key: bytes, passphrase: str) -> str:
    """
    Put the vault behind another passphrase and return a new recovery code; both old ones end.

    Locks the person's key row.

    :raises WeakPassphrase: if it has fewer than 12 characters.
    :raises NoVault: if there is none.
    :raises KeyTampered: if the private key does not belong to the published one.
    """
    code = codes.new_code()
    fresh = _Wraps(user_id, private_key, passphrase, code)
    with transaction.atomic():
        row = _real_row(user_id, lock=True)
        _checked(private_key, row)
        _write(row, fresh)
    return codes.printable(code)


def abandon_vault(*, user_id: UUID) -> None:
    """
    Turn a vault back into a dummy: passphrase and code are lost, or its key is in doubt.

    What was sealed to it can never be read again. Locks the person's key row.

    :raises NoVault: if there is none.
    """
    with transaction.atomic():
        row = PersonKey.objects.select_for_update().filter(user_id=user_id).first()
        if row is None or (_is_sound(row) and _state(row) in {_DUMMY, _WAITING}):
            raise NoVault
        _redraw(row)
        _save_in_company(row)


def seal_to_person(*, user_id: UUID, data: bytes, context: tuple[str, ...]) -> bytes:
    """
    Seal something that only this person can open, while her vault is unlocked.

    :raises NoVault: if she has none.
    :raises KeyTampered: if the key on record is not the one she made; nothing is sealed to it.
    """
    row = _real_row(user_id)
    return primitives.box(bytes(row.public_key), data, _KIND, *context)


def users_with_vault(user_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Return those people to whom something can be sealed now, in one query."""
    rows = PersonKey.objects.filter(user_id__in=list(user_ids))
    return frozenset(row.user_id for row in rows if _is_sound(row) and _is_real(row))


def has_vault(*, user_id: UUID) -> bool:
    """Tell whether this person has made a vault, as opposed to having a dummy."""
    row = PersonKey.objects.filter(user_id=user_id).first()
    return row is not None and _is_real(row)


def fingerprint(*, user_id: UUID) -> str:
    """
    Return the fingerprint of the published key, in groups to compare by eye.

    :raises NoVault: if there is none.
    :raises KeyTampered: if the key on record is not the one that was made.
    """
    row = _real_row(user_id)
    return codes.printable(primitives.digest(bytes(row.public_key), "fingerprint")[:10])


class _Wraps:
    """Both wrapped forms of a private key; made before any row is locked, for it takes long."""

    def __init__(self, user_id: UUID, private_key: bytes, passphrase: str, code: bytes) -> None:
        normal = _normal(passphrase)
        if len(normal) < MIN_PASSPHRASE_LENGTH:
            raise WeakPassphrase
        self.salt = primitives.new_salt()
        self.by_passphrase = primitives.wrap(
            normal, self.salt, private_key, *_wrap_context("passphrase", user_id), **_cost()
        )
        self.by_recovery = primitives.seal(
            primitives.derive(code, "recovery"),
            private_key,
            *_wrap_context("recovery", user_id),
        )


def _write(row: PersonKey, fresh: _Wraps) -> None:
    row.salt = fresh.salt
    row.wrapped_by_passphrase = fresh.by_passphrase
    row.wrapped_by_recovery = fresh.by_recovery
    _save_in_company(row)


def _save_in_company(row: PersonKey) -> None:
    """Save a row among freshly redrawn dummies, at a random place in their order."""
    rows = [row]
    for other in _others(row):
        if _state(other) == _DUMMY:
            _redraw(other)
            rows.append(other)
    secrets.SystemRandom().shuffle(rows)
    for each in rows:
        each.save()


def _others(row: PersonKey) -> Iterator[PersonKey]:
    """Lock some rows from a random place on; one that is busy elsewhere is left out."""
    free = PersonKey.objects.select_for_update(skip_locked=True).exclude(pk=row.pk)
    after = list(free.filter(pk__gte=uuid4()).order_by("pk")[:COMPANY])
    yield from after
    if len(after) < COMPANY:
        seen = [other.pk for other in after]
        yield from free.exclude(pk__in=seen).order_by("pk")[: COMPANY - len(after)]


def _dummy(user_id: UUID) -> PersonKey:
    row = PersonKey(user_id=user_id)
    _redraw(row)
    return row


def _redraw(row: PersonKey) -> None:
    """Fill a row with a public key whose private half is dropped, and with noise."""
    row.public_key = primitives.new_key_pair()[1]
    row.public_mac = _proof(row.user_id, row.public_key)
    row.salt = primitives.new_salt()
    row.wrapped_by_passphrase = primitives.random_wrap(primitives.KEY_BYTES, **_cost())
    row.wrapped_by_recovery = primitives.random_seal(primitives.KEY_BYTES)
    _set_state(row, _DUMMY)


def _set_state(row: PersonKey, state: bytes) -> None:
    seal_field(row, "realness", state + bytes(row.public_key))


def _state(row: PersonKey) -> bytes | None:
    """Return what a row is; None when it says so of another key, or not at all."""
    try:
        said = open_field(row, "realness")
    except CannotOpen:
        return None
    for state in _STATES:
        if primitives.same(said, state + bytes(row.public_key)):
            return state
    return None


def _is_real(row: PersonKey) -> bool:
    return _state(row) == _REAL


def _recovered(row: PersonKey, code: str) -> bytes:
    user_id = row.user_id
    try:
        secret = codes.parse(code)
        private_key = primitives.unseal(
            primitives.derive(secret, "recovery"), row.wrapped_by_recovery,
            *_wrap_context("recovery", user_id),
        )  # fmt: skip
    except (CannotOpen, codes.NotACode):
        raise WrongRecoveryCode from None
    return _checked(private_key, row)


def _is_sound(row: PersonKey) -> bool:
    return primitives.same(_proof(row.user_id, bytes(row.public_key)), row.public_mac)


def _proof(user_id: UUID, public_key: bytes) -> bytes:
    return primitives.hash_tag(keys.publish_key(), "published", _KIND, user_id, public_key)


def _real_row(user_id: UUID, *, lock: bool = False) -> PersonKey:
    rows = PersonKey.objects.select_for_update() if lock else PersonKey.objects.all()
    row = rows.filter(user_id=user_id).first()
    if row is None:
        raise NoVault
    state = _state(row)
    if not _is_sound(row) or state is None:
        raise KeyTampered
    if state != _REAL:
        raise NoVault
    return row


def _checked(private_key: bytes, row: PersonKey) -> bytes:
    if not primitives.same(primitives.public_half(private_key), bytes(row.public_key)):
        raise KeyTampered
    return private_key


def _wrap_context(way: str, user_id: UUID) -> tuple[str, str, str]:
    return ("wrap", way, str(user_id))


def _normal(passphrase: str) -> str:
    """Return one form of a text that keyboards write in several."""
    return unicodedata.normalize("NFKC", passphrase)


def _cost() -> dict[str, int]:
    return {"passes": settings.VAULT_KDF_OPS, "memory": settings.VAULT_KDF_MEMORY}
