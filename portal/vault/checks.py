"""What must be true of the vault before the house opens."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from portal.vault import keys, registry

LEAST_MEMORY = 128 * 1024 * 1024
LEAST_PASSES = 3


@register("security")
def check_passphrase_cost(**_: Any) -> list[CheckMessage]:  # noqa: ANN401 - Django's signature
    """Refuse a passphrase hash that a thief of the database could afford to try."""
    if settings.DEMO or getattr(settings, "TESTING", False):
        return []
    if settings.VAULT_KDF_MEMORY >= LEAST_MEMORY and settings.VAULT_KDF_OPS >= LEAST_PASSES:
        return []
    return [
        Error(
            "The vault's passphrase hash is too cheap.",
            hint="VAULT_KDF_MEMORY is at least 128 MiB and VAULT_KDF_OPS at least 3.",
            id="vault.E001",
        )
    ]


@register("security", deploy=True)
def check_key_files(**_: Any) -> list[CheckMessage]:  # noqa: ANN401 - Django's signature
    """Refuse a house whose keys are missing, or lie open to other accounts of the machine."""
    directory = Path(settings.KEYS_DIR)
    problems: list[CheckMessage] = []
    if missing := keys.missing_files(directory):
        problems.append(
            Error(
                f"Key files are missing: {', '.join(missing)}.",
                hint="Run `manage.py make_keys`, or bring them back from the backup of keys.",
                id="vault.E002",
            )
        )
    if unsafe := keys.unsafe_files(directory):
        problems.append(
            Error(
                f"Others may read key files: {', '.join(unsafe)}.",
                hint="chmod 0700 the directory and 0400 the files.",
                id="vault.E003",
            )
        )
    return problems


@register("security", deploy=True)
def check_classification(**_: Any) -> list[CheckMessage]:  # noqa: ANN401 - Django's signature
    """Refuse a column about which nobody has said whether it may lie open."""
    return [
        Error(
            f"Nobody has classified {name}.",
            hint="See portal/vault/registry.py.",
            id="vault.E004",
        )
        for name in registry.unclassified()
    ]
