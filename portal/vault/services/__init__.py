"""
What other rooms ask of the vault.

`sealing`: seal and open under the house's keys, tags, proofs. `persons`: key rows, vaults and
what is sealed to a person. `documents`: sealed once, opened by several. `attempts`: how often
somebody may try. `resealing`: a new row key.
"""

from portal.vault.keys import KeyMissing, NotifierKeyMissing
from portal.vault.primitives import CannotOpen, TooManyUnlocks
from portal.vault.services.attempts import (
    ATTEMPT_WINDOW,
    ATTEMPTS,
    count_failed_unlock,
    forget_failed_unlocks,
    unlock_allowed,
)
from portal.vault.services.documents import (
    new_document_key,
    open_document,
    seal_document,
    seal_key_for,
)
from portal.vault.services.persons import (
    KeyTampered,
    NoVault,
    VaultExists,
    WeakPassphrase,
    WrongPassphrase,
    WrongRecoveryCode,
    abandon_vault,
    change_passphrase,
    confirm_vault,
    fingerprint,
    has_vault,
    is_waiting,
    make_dummy_keys,
    make_vault,
    open_with_passphrase,
    open_with_recovery,
    seal_to_person,
    users_with_vault,
)
from portal.vault.services.resealing import register_resealer, reseal
from portal.vault.services.sealing import (
    mac,
    mac_as_notifier,
    open_as_notifier,
    open_field,
    open_field_text,
    open_row,
    open_row_text,
    row_context,
    seal_field,
    seal_row,
    seal_to_notifier,
    tag,
)

__all__ = [
    "ATTEMPTS",
    "ATTEMPT_WINDOW",
    "CannotOpen",
    "KeyMissing",
    "KeyTampered",
    "NoVault",
    "NotifierKeyMissing",
    "TooManyUnlocks",
    "VaultExists",
    "WeakPassphrase",
    "WrongPassphrase",
    "WrongRecoveryCode",
    "abandon_vault",
    "change_passphrase",
    "confirm_vault",
    "count_failed_unlock",
    "fingerprint",
    "forget_failed_unlocks",
    "has_vault",
    "is_waiting",
    "mac",
    "mac_as_notifier",
    "make_dummy_keys",
    "make_vault",
    "new_document_key",
    "open_as_notifier",
    "open_document",
    "open_field",
    "open_field_text",
    "open_row",
    "open_row_text",
    "open_with_passphrase",
    "open_with_recovery",
    "register_resealer",
    "reseal",
    "row_context",
    "seal_document",
    "seal_field",
    "seal_key_for",
    "seal_row",
    "seal_to_notifier",
    "seal_to_person",
    "tag",
    "unlock_allowed",
    "users_with_vault",
]
