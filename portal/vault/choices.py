"""The words of the vault."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class VaultRefusal(TextChoices):
    """Why a vault stays as it is."""

    WRONG_PASSPHRASE = "WRONG_PASSPHRASE", _("This passphrase does not open the vault.")
    WRONG_RECOVERY_CODE = (
        "WRONG_RECOVERY_CODE",
        _("This recovery code does not open the vault."),
    )
    SHORT_PASSPHRASE = (
        "SHORT_PASSPHRASE",
        _("Take at least 12 characters; four words in a row are easy to keep."),
    )
    NO_VAULT = "NO_VAULT", _("There is no vault here yet.")
    VAULT_EXISTS = "VAULT_EXISTS", _("There is a vault here already.")
    KEY_TAMPERED = (
        "KEY_TAMPERED",
        _("The key on record is not the one that was made here. Nothing was opened."),
    )
