"""Deeds of the record in words that people read."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Deed(TextChoices):
    """What the record names; a deed without words here is shown by its code."""

    AUDIT_READ = "audit.read", _("opened the audit")
    CONTACT_ADD = "contact.add", _("added a help contact")
    CONTACT_CHANGE = "contact.change", _("changed a help contact")
    CONTACT_CHECK = "contact.check", _("tried a help contact")
    CONTACT_RETIRE = "contact.retire", _("took a help contact off the page")
    CONTACT_RESTORE = "contact.restore", _("put a help contact back")
    CONTACT_SEED = "contact.seed", _("filled the help page for the first time")
    ROSTER_APPLY = "people.roster.apply", _("imported the staff list")
