"""The words of help contacts."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ContactKind(TextChoices):
    """When to call; the page shows them in this order."""

    EMERGENCY = "EMERGENCY", _("A life is in danger")
    OWN = "OWN", _("Our own counsellor on call")
    TALK = "TALK", _("Talk now, at any hour")
    LATER = "LATER", _("Answers later")


class ContactRefusal(TextChoices):
    """Why a contact cannot be saved."""

    NAME_TAKEN = "NAME_TAKEN", _("A contact with this name is already on the page.")
