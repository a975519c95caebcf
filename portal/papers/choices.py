"""What may stand on a paper, and why a certificate is handed back."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class LengthUnit(TextChoices):
    """What a length of leave is counted in."""

    WORKING_DAYS = "WORKING_DAYS", _("working days")
    CALENDAR_DAYS = "CALENDAR_DAYS", _("calendar days")
    MONTHS = "MONTHS", _("months")


class LeaveBox(TextChoices):
    """The six boxes of section II of the leave form, in the order of the form."""

    ANNUAL = "ANNUAL", _("Annual leave")
    LONG = "LONG", _("Long leave")
    SICK = "SICK", _("Sick leave")
    MATERNITY = "MATERNITY", _("Maternity leave")
    IMPORTANT = "IMPORTANT", _("Leave for an important reason")
    UNPAID = "UNPAID", _("Leave outside the state's account")


class Answer(TextChoices):
    """The four boxes of sections VII and VIII, in the order of the form."""

    APPROVED = "APPROVED", _("Approved")
    CHANGED = "CHANGED", _("Approved with changes")
    DEFERRED = "DEFERRED", _("Deferred")
    NOT_APPROVED = "NOT_APPROVED", _("Not approved yet")


class CertificateKind(TextChoices):
    """What a certificate was handed in as, read from its content."""

    PDF = "PDF", "PDF"
    JPEG = "JPEG", "JPEG"
    PNG = "PNG", "PNG"
    WEBP = "WEBP", "WebP"


class CertificateReason(TextChoices):
    """Why a certificate is handed back, in words the person may read."""

    EMPTY = "EMPTY", _("The file arrived empty. Choose it once more, or take a new picture.")
    TOO_BIG = (
        "TOO_BIG",
        _("A file may have up to 5 MB. A picture from a phone is usually enough."),
    )
    KIND = (
        "KIND",
        _("We can read PDF, JPEG, PNG and WebP. A picture of the letter is fine as well."),
    )
    HEIC = (
        "HEIC",
        _(
            "This picture is in the HEIC format, which we cannot open. "
            "Send it as JPEG, or take a screenshot of it and send that."
        ),
    )
    TOO_MANY_PAGES = (
        "TOO_MANY_PAGES",
        _("Up to 10 pages fit. The pages with the dates and the signature are enough."),
    )
    PASSWORD = (
        "PASSWORD",
        _(
            "This file is protected by a password. Save it without one, "
            "or take a picture of the letter."
        ),
    )
    TOO_LARGE_PICTURE = (
        "TOO_LARGE_PICTURE",
        _("This picture has more points than we can read. A picture from a phone is enough."),
    )
    BROKEN = (
        "BROKEN",
        _("We could not open this file. Save it again, or take a picture of the letter."),
    )
    BUSY = (
        "BUSY",
        _("Many letters are being read at this moment. Please send it once more in a minute."),
    )
