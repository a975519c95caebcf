"""The words this room uses for states, ways of meeting and refusals."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class AppointmentStatus(TextChoices):
    """The life of an appointment: FHIR's words and the ten-minute hold."""

    HELD = "HELD", _("Kept for a moment")
    BOOKED = "BOOKED", _("Booked")
    FULFILLED = "FULFILLED", _("Took place")
    CANCELLED = "CANCELLED", _("Cancelled")
    NO_SHOW = "NO_SHOW", _("Did not take place")


class Mode(TextChoices):
    """Ways of meeting."""

    IN_PERSON = "IN_PERSON", _("in person")
    PHONE = "PHONE", _("by phone")
    VIDEO = "VIDEO", _("by video")
    CHAT = "CHAT", _("by chat")


class Sex(TextChoices):
    """What a counsellor states about herself, so that a client can choose."""

    WOMAN = "WOMAN", _("woman")
    MAN = "MAN", _("man")


class PartOfDay(TextChoices):
    """Parts of the day in the viewer's own zone."""

    MORNING = "MORNING", _("morning, before 11.00")
    MIDDAY = "MIDDAY", _("midday, 11.00 to 15.00")
    EVENING = "EVENING", _("later, from 15.00")


class ExceptionKind(TextChoices):
    """A dated change of the weekly pattern."""

    CLOSED = "CLOSED", _("Closed")
    EXTRA = "EXTRA", _("Extra opening")


class CancelledBy(TextChoices):
    """Which side took a meeting back."""

    CLIENT = "CLIENT", _("the client")
    COUNSELLOR = "COUNSELLOR", _("the counsellor")


class Refusal(TextChoices):
    """Why the rules say no, in words the person may read; each carries a way forward."""

    SLOT_TAKEN = "SLOT_TAKEN", _("That time has just been taken. These are the closest.")
    SLOT_GONE = "SLOT_GONE", _("That time is not open for booking. These are the closest.")
    TOO_SOON = "TOO_SOON", _("That time is too close to prepare. These come next.")
    TOO_FAR = "TOO_FAR", _("Times that far ahead are not open yet. These are open now.")
    HOLD_LAPSED = (
        "HOLD_LAPSED",
        _("We kept that time for ten minutes and then let it go. These are the closest."),
    )
    OVERLAPS_OWN = (
        "OVERLAPS_OWN",
        _(
            "You already have a meeting at that time. You can choose another, or move the "
            "first."
        ),
    )
    FIRST_FIRST = (
        "FIRST_FIRST",
        _(
            "Your first meeting is already booked. After it you can book more, or you can "
            "move it."
        ),
    )
    TOO_MANY_OPEN = (
        "TOO_MANY_OPEN",
        _(
            "You already have all the meetings that can be booked ahead. You can move one of "
            "them."
        ),
    )
    MODE_NOT_OFFERED = (
        "MODE_NOT_OFFERED",
        _("That way of meeting is not offered at this time. You can choose another."),
    )
    ALREADY_STARTED = (
        "ALREADY_STARTED",
        _("This meeting has already begun. You can book a new one whenever you like."),
    )
    NOT_OPEN = (
        "NOT_OPEN",
        _("This meeting is no longer booked. You can book a new one whenever you like."),
    )
    NOT_YET = (
        "NOT_YET",
        _(
            "This can be noted on the day of the meeting; a missed one ten minutes after its "
            "start."
        ),
    )
    CONSENT_CHANGED = (
        "CONSENT_CHANGED",
        _("The page about confidentiality has changed. Please read it once more, then book."),
    )
    ALIAS_TELLS = (
        "ALIAS_TELLS",
        _("This nickname could show who you are. A made-up one keeps you hidden."),
    )
    ALIAS_TAKEN = ("ALIAS_TAKEN", _("Somebody else uses this nickname. Another one is free."))
    NOTE_NEEDED = (
        "NOTE_NEEDED",
        _(
            "Another counsellor cannot open what you wrote. You can write it again, or leave "
            "it."
        ),
    )
    RANGE_EMPTY = ("RANGE_EMPTY", _("The end lies before the beginning. Choose a later end."))
    PERIOD_PAST = ("PERIOD_PAST", _("That lies in the past. Choose a time from now on."))
    NO_SUCH_ACCOUNT = (
        "NO_SUCH_ACCOUNT",
        _("No open account fits. The administrator can add the person to the staff list."),
    )
    COUNSELLOR_ALREADY = (
        "COUNSELLOR_ALREADY",
        _("This person is set up as a counsellor already. You can change her entry."),
    )
    SERVICE_NAME_TAKEN = (
        "SERVICE_NAME_TAKEN",
        _("Another service of yours has this name. A different one tells them apart."),
    )
    NOTHING_TO_UNDO = ("NOTHING_TO_UNDO", _("There is nothing to take back."))


CLAIMING = (
    AppointmentStatus.HELD,
    AppointmentStatus.BOOKED,
    AppointmentStatus.FULFILLED,
    AppointmentStatus.NO_SHOW,
)
"""
States that claim the time of both sides: all but a cancelled one.

A meeting noted as attended keeps its time, since that may be noted before its hour has come
and a note can be corrected.
"""


class ScheduleDeed(TextChoices):
    """A change of a counsellor's own schedule that can be taken back."""

    RANGE_ADDED = "RANGE_ADDED", _("A weekly range was added.")
    RANGE_REMOVED = "RANGE_REMOVED", _("A weekly range was removed.")
    EXCEPTION_ADDED = "EXCEPTION_ADDED", _("A dated change was added.")
    EXCEPTION_REMOVED = "EXCEPTION_REMOVED", _("A dated change was removed.")


class Hindrance(TextChoices):
    """What still keeps people from booking a counsellor; each says who can change it."""

    PAUSED = "PAUSED", _("Set to “cannot be booked” here.")
    ACCOUNT_CLOSED = (
        "ACCOUNT_CLOSED",
        _("The account is closed. The administrator can open it again."),
    )
    NO_ROLE = (
        "NO_ROLE",
        _("No role as a counsellor in your agency today. The administrator can give it."),
    )
    NO_VAULT = (
        "NO_VAULT",
        _("No vault yet, or its key is in doubt. Counsellors see to it on the page “Vault”."),
    )
    NO_HOURS = "NO_HOURS", _("No hours yet. Counsellors enter their own on the page “Hours”.")
    NO_SERVICE = "NO_SERVICE", _("No service that is offered. Tick one here.")
    NO_WAY = (
        "NO_WAY",
        _("No way of meeting that the service offers too. Change one of the two."),
    )
