"""The one table of the vault: a key row for everybody."""

from django.conf import settings
from django.db import models

from portal.common.db import BaseModel
from portal.vault.fields import RowSealedField, TagField, WrapField, sealed_check, tag_check


class PersonKey(BaseModel):
    """
    The key pair of one person, or a dummy that nobody can tell from one.

    Invariants: everybody has a row from the moment the account exists, so that having one says
    nothing; ``public_mac`` is our proof over the user and the public key; the private key is
    held twice, behind the passphrase and behind the recovery code; whether the row is real is
    sealed, together with the public key it is said of. No verifier of the passphrase is stored.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    public_key = models.BinaryField(max_length=32)
    public_mac = TagField()
    salt = models.BinaryField(max_length=16)
    wrapped_by_passphrase = WrapField()
    wrapped_by_recovery = WrapField()
    realness = RowSealedField()

    class Meta:
        constraints = [
            tag_check("public_key", "person_key_public_length"),
            tag_check("public_mac", "person_key_mac_length"),
            tag_check("salt", "person_key_salt_length", 16),
            sealed_check("wrapped_by_passphrase", "person_key_passphrase_sealed", WrapField),
            sealed_check("wrapped_by_recovery", "person_key_recovery_sealed", WrapField),
            sealed_check("realness", "person_key_realness_sealed", RowSealedField),
        ]
