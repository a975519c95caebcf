"""The words of accounts and the organisation."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """What a person does for an agency, besides being an employee of it."""

    COUNSELLOR = "COUNSELLOR", _("Counsellor")
    FACILITATOR = "FACILITATOR", _("Facilitator")
    HR = "HR", _("HR officer")
    REVIEWER = "REVIEWER", _("Medical reviewer")
    HEAD = "HEAD", _("Head of the counselling service")
    ADMIN = "ADMIN", _("System administrator")
    DPO = "DPO", _("Data protection officer")


EXCLUSIVE_ROLES = frozenset({Role.COUNSELLOR, Role.REVIEWER})
"""Nobody holds two of these at once: who hears a person does not judge her certificate."""


class Zone(TextChoices):
    """The zones of Indonesia, stored by their IANA names."""

    JAKARTA = "Asia/Jakarta", _("WIB (Jakarta)")
    PONTIANAK = "Asia/Pontianak", _("WIB (Pontianak)")
    MAKASSAR = "Asia/Makassar", _("WITA (Makassar)")
    JAYAPURA = "Asia/Jayapura", _("WIT (Jayapura)")


class Employment(TextChoices):
    """The two forms of civil service employment, told apart by the NIP."""

    PNS = "PNS", _("PNS")
    PPPK = "PPPK", _("PPPK")
    OTHER = "OTHER", _("Other")
