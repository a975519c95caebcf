"""Where a request for leave stands, and what moves it."""

from typing import Final

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    """Where a request stands. A draft is not stored: what is typed stays on the page."""

    EVIDENCE_DUE = "EVIDENCE_DUE", _("Waiting for the certificate")
    EVIDENCE_REVIEW = "EVIDENCE_REVIEW", _("With the medical reviewer")
    EVIDENCE_OVERDUE = "EVIDENCE_OVERDUE", _("The certificate is late")
    CONSIDERATION = "CONSIDERATION", _("Waiting for the superior's consideration")
    DECISION = "DECISION", _("Waiting for the decision")
    GRANTED = "GRANTED", _("Granted")
    GRANTED_AMENDED = "GRANTED_AMENDED", _("Granted for other dates")
    DEFERRED = "DEFERRED", _("Deferred")
    RETURNED = "RETURNED", _("Sent back to be completed")
    REFUSED = "REFUSED", _("Not granted")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")
    CANCEL_REQUESTED = "CANCEL_REQUESTED", _("Cancelling asked for")
    CANCELLED = "CANCELLED", _("Cancelled")
    EARLY_RETURN_REQUESTED = "EARLY_RETURN_REQUESTED", _("Earlier return asked for")
    ENDED_EARLY = "ENDED_EARLY", _("Ended earlier")
    RECALLED = "RECALLED", _("Recalled to work")
    REVOKED = "REVOKED", _("Revoked")
    SUPERSEDED = "SUPERSEDED", _("Replaced by a later request")
    ATTESTED = "ATTESTED", _("Attested")
    CLOSED = "CLOSED", _("Closed")


EVIDENCE_OPEN: Final = (State.EVIDENCE_DUE, State.EVIDENCE_REVIEW, State.EVIDENCE_OVERDUE)
UNDECIDED: Final = (*EVIDENCE_OPEN, State.CONSIDERATION, State.DECISION, State.RETURNED)
"""Still on its way; the employee can withdraw it."""
IN_FORCE: Final = (
    State.GRANTED,
    State.GRANTED_AMENDED,
    State.CANCEL_REQUESTED,
    State.EARLY_RETURN_REQUESTED,
)
"""Granted, and nothing has taken it back."""
KEPT: Final = (*IN_FORCE, State.ENDED_EARLY, State.RECALLED, State.CLOSED)
"""Granted once; what is left of its days was or will be leave."""
LIVE: Final = (*UNDECIDED, *IN_FORCE, State.ENDED_EARLY, State.RECALLED, State.CLOSED,
               State.ATTESTED)  # fmt: skip
"""Its active days keep others from being asked for."""
ENDED: Final = (
    State.DEFERRED,
    State.REFUSED,
    State.WITHDRAWN,
    State.CANCELLED,
    State.REVOKED,
    State.SUPERSEDED,
)
"""Holds no day and no reservation."""


class Phase(TextChoices):
    """What the line manager and the team see of a state: the same for every type."""

    WAITING = "WAITING", _("Being decided")
    GRANTED = "GRANTED", _("Granted")
    ENDED = "ENDED", _("Not taking place")


class Action(TextChoices):
    """Everything that can happen to a request; the table of transitions knows each."""

    SUBMIT = "SUBMIT", _("Sent")
    HAND_IN = "HAND_IN", _("Certificate handed in")
    ATTEST = "ATTEST", _("The medical reviewer has checked the certificate")
    ASK_AGAIN = "ASK_AGAIN", _("The medical reviewer needs one more thing")
    SECOND_LOOK = "SECOND_LOOK", _("A second look was asked for")
    EVIDENCE_LAPSE = "EVIDENCE_LAPSE", _("The time for the certificate has passed")
    CONSIDER = "CONSIDER", _("The superior gave a consideration")
    PASS_ON = "PASS_ON", _("Passed on to the next instance")
    LAPSE = "LAPSE", _("No consideration was given in time")
    GRANT = "GRANT", _("Granted")
    AMEND = "AMEND", _("Granted for other dates")
    DEFER = "DEFER", _("Deferred")
    RETURN = "RETURN", _("Sent back to be completed")
    REFUSE = "REFUSE", _("Not granted")
    RESUBMIT = "RESUBMIT", _("Sent again")
    WITHDRAW = "WITHDRAW", _("Withdrawn")
    ASK_CANCEL = "ASK_CANCEL", _("Cancelling asked for")
    CANCEL = "CANCEL", _("Cancelled")
    KEEP = "KEEP", _("Stays as it is")
    ASK_EARLY_RETURN = "ASK_EARLY_RETURN", _("Earlier return asked for")
    END_EARLY = "END_EARLY", _("Ended earlier")
    RECALL = "RECALL", _("Recalled to work")
    REVOKE = "REVOKE", _("Revoked")
    SUPERSEDE = "SUPERSEDE", _("Replaced by a later request")
    RECOUNT = "RECOUNT", _("Counted anew after a change of holidays")
    CLOSE = "CLOSE", _("Closed")


EMPLOYEE: Final = "EMPLOYEE"
MANAGER: Final = "MANAGER"
REVIEWER: Final = "REVIEWER"
HR: Final = "HR"
OFFICIAL: Final = "OFFICIAL"
HOUSE: Final = "HOUSE"
"""As whom somebody acts; the house when a deadline has passed or a holiday has changed."""


class Part(TextChoices):
    """Which part of each day; a half day exists where the type allows it."""

    FULL = "FULL", _("Whole days")
    MORNING = "MORNING", _("Mornings")
    AFTERNOON = "AFTERNOON", _("Afternoons")


class ConsiderationState(TextChoices):
    """Where one question to a superior stands."""

    OPEN = "OPEN", _("Waiting")
    GIVEN = "GIVEN", _("Given")
    PASSED = "PASSED", _("Passed on")
    LAPSED = "LAPSED", _("Did not give a consideration")
    WITHDRAWN = "WITHDRAWN", _("No longer asked")


class DecisionState(TextChoices):
    """A decision can be taken back until it is signed."""

    PENDING = "PENDING", _("Takes effect soon")
    FINAL = "FINAL", _("In effect")
    UNDONE = "UNDONE", _("Taken back")


class PlanState(TextChoices):
    """Where a phased return stands."""

    PROPOSED = "PROPOSED", _("Being agreed")
    AGREED = "AGREED", _("Agreed")
    ENDED = "ENDED", _("Ended")


class EntryKind(TextChoices):
    """What a line of the ledger is."""

    GRANT = "GRANT", _("Granted for the year")
    CARRY = "CARRY", _("Carried over")
    DEFER_CARRY = "DEFER_CARRY", _("Carried over because it was deferred")
    JOINT_CREDIT = "JOINT_CREDIT", _("For joint leave that was worked")
    JOINT_LEAVE = "JOINT_LEAVE", _("Taken off for joint leave")
    EXPIRE = "EXPIRE", _("Expired")
    RESERVE = "RESERVE", _("Reserved")
    RELEASE = "RELEASE", _("Released")
    CONSUME = "CONSUME", _("Taken")
    REVERSE = "REVERSE", _("Given back")
    ADJUST = "ADJUST", _("Corrected")


class Slots(IntegerChoices):
    """The halves of a day as a half-open range ``[lower, upper)``; see `Part`."""

    MORNING = 1
    AFTERNOON = 2
    END = 3
