"""The words of the outbox."""

from django.db.models import IntegerChoices, TextChoices


class State(TextChoices):
    """Where a delivery stands; all transitions stand in ``rules.NEXT_STATES``."""

    PENDING = "PENDING"
    LEASED = "LEASED"
    COMMITTING = "COMMITTING"
    UNCERTAIN = "UNCERTAIN"
    SENT = "SENT"
    SUPPRESSED = "SUPPRESSED"
    WITHDRAWN = "WITHDRAWN"
    DIGESTED = "DIGESTED"
    DEAD = "DEAD"


LIVE = (State.PENDING, State.LEASED, State.COMMITTING, State.UNCERTAIN)
"""States in which a delivery still knows what it is about and when it leaves."""
IN_HAND = (State.LEASED, State.COMMITTING)
"""States in which one process holds the row under a lease."""
FINISHED = (State.SENT, State.SUPPRESSED, State.WITHDRAWN, State.DIGESTED, State.DEAD)
"""States in which only the key, the state, the reason and the day are left."""


class Reason(TextChoices):
    """
    Why a delivery stands where it stands.

    Nothing here may come from leave, a zone or a unit: a stored reason of that kind would tie
    the row to a person.
    """

    COALESCED = "COALESCED"
    ALREADY_READ = "ALREADY_READ"
    EXPIRED = "EXPIRED"
    NOT_TRUE = "NOT_TRUE"
    NO_ADDRESS = "NO_ADDRESS"
    NO_RECIPIENT = "NO_RECIPIENT"
    CHECK_FAILED = "CHECK_FAILED"
    UNREADABLE = "UNREADABLE"
    NO_ANSWER = "NO_ANSWER"
    PUT_OFF = "PUT_OFF"
    REFUSED = "REFUSED"
    LEASE_EXPIRED = "LEASE_EXPIRED"


class Channel(TextChoices):
    """How a delivery travels. The inbox is no channel: the notification itself lies there."""

    MAIL = "MAIL"


class Priority(IntegerChoices):
    """What leaves first; smaller is sooner."""

    SAFETY = 0
    ACCOUNT = 1
    CHANGE = 3
    REMINDER = 5


class Lane(TextChoices):
    """A part of the outbox that may be swept on its own."""

    SAFETY = "safety"
    ACCOUNT = "account"
    ALL = "all"


class Level(IntegerChoices):
    """How much a mail says. Only the neutral one is built."""

    NEUTRAL = 1
