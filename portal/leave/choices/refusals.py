"""Why something about leave is not done, in words that show a way on."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Refusal(TextChoices):
    """A sentence for whoever asked; each carries a way forward."""

    BUSY = "BUSY", _("Somebody else is changing this right now. Try again in a moment.")
    ROOM_CLOSED = (
        "ROOM_CLOSED",
        _(
            "Leave is not asked for here yet. Your HR office takes requests as before; talking "
            "to a counsellor is open to you here."
        ),
    )
    STALE = "STALE", _("This request has changed meanwhile. Look at it once more.")
    NOT_NOW = "NOT_NOW", _("This is not possible at this step. The page shows what is.")
    PAST_DATES = (
        "PAST_DATES",
        _("These dates lie too far back. Talk to your HR office about days that have passed."),
    )
    TOO_FAR = "TOO_FAR", _("These dates lie too far ahead. Choose dates within the next year.")
    ENDS_BEFORE_START = (
        "ENDS_BEFORE_START",
        _("The last day lies before the first. Choose the dates once more."),
    )
    NOT_EARLIER = (
        "NOT_EARLIER",
        _(
            "Your leave ends on this day or before. Choose an earlier one; for more days, "
            "extend it."
        ),
    )
    NO_DAYS = (
        "NO_DAYS",
        _("All of these days are free already and cost you nothing. Choose working days."),
    )
    OVERLAP = (
        "OVERLAP",
        _("You have leave on some of these days. Change or cancel it first, or choose others."),
    )
    NOT_ENOUGH_DAYS = (
        "NOT_ENOUGH_DAYS",
        _("There are not enough days left. Choose fewer days or another kind of leave."),
    )
    OVER_LIMIT = (
        "OVER_LIMIT",
        _("The rule allows fewer days at a time. Choose fewer days, or ask your HR office."),
    )
    NOT_YET_ENTITLED = (
        "NOT_YET_ENTITLED",
        _("This kind of leave opens after a longer time of service. Choose another kind."),
    )
    NO_SUCH_TYPE = (
        "NO_SUCH_TYPE",
        _("This kind of leave is not open to you. Choose one of those shown."),
    )
    NO_HALF_DAYS = (
        "NO_HALF_DAYS",
        _("This kind of leave is taken in whole days. Choose whole days."),
    )
    NEEDS_CERTIFICATE = (
        "NEEDS_CERTIFICATE",
        _(
            "This kind of leave asks for a certificate. It may come later; say so, or choose "
            "another kind."
        ),
    )
    NO_WEEK = (
        "NO_WEEK",
        _(
            "Nobody has entered yet on which days you work. Your HR office can do that; the "
            "request goes through afterwards."
        ),
    )
    LONG_LEAVE_YEAR = (
        "LONG_LEAVE_YEAR",
        _("In a year with long leave there is no annual leave. Choose another kind or year."),
    )
    NO_REVIEWER = (
        "NO_REVIEWER",
        _(
            "No medical reviewer can receive certificates right now. Send the request and hand "
            "the certificate in later; we keep your place."
        ),
    )
    IN_FLIGHT = (
        "IN_FLIGHT",
        _("A change of this leave is being decided already. Withdraw it first to ask anew."),
    )
    NO_DECREE = (
        "NO_DECREE",
        _("No decree on file lets you decide this. The authorised official decides it."),
    )
    CONFLICT = (
        "CONFLICT",
        _("You have a part in this request already. Somebody else decides it."),
    )
    RULE_FORBIDS = (
        "RULE_FORBIDS",
        _("The rule of this kind of leave does not know this step. Choose one of those shown."),
    )
    NO_WAY_FORWARD = (
        "NO_WAY_FORWARD",
        _("Say what the employee can do instead. Nothing is sent without a way forward."),
    )
    ALREADY_DECIDED = (
        "ALREADY_DECIDED",
        _("A colleague has decided this request. Nothing is left to do."),
    )
    UNDO_OVER = (
        "UNDO_OVER",
        _("The ten minutes are over, the decision is signed. Two people can revoke it."),
    )
    BEYOND_EVIDENCE = (
        "BEYOND_EVIDENCE",
        _("The attestation covers fewer days. Grant the days it covers, or send it back."),
    )
    SECOND_PERSON = (
        "SECOND_PERSON",
        _("A second person confirms this. Ask a colleague with the same right."),
    )
    PLAN_TOO_LONG = (
        "PLAN_TOO_LONG",
        _("A phased return lasts eight weeks at most. Choose an earlier end."),
    )
    PLAN_DATES = (
        "PLAN_DATES",
        _("The stages follow each other without gaps and overlaps. Look at their dates again."),
    )
    NO_SUPERIOR = (
        "NO_SUPERIOR",
        _("Nobody above you is there to agree right now. Ask your HR office who stands in."),
    )
    CERTIFICATE_FIRST = (
        "CERTIFICATE_FIRST",
        _("There is no certificate yet. The employee can hand it in on her own page."),
    )
    SETTINGS_INCOMPLETE = (
        "SETTINGS_INCOMPLETE",
        _(
            "The room opens once all sick leave passes through it and a decree makes the "
            "reviewer the receiving official. Fill in both."
        ),
    )
    OWN_DECREE = (
        "OWN_DECREE",
        _("A decree that names you is entered by somebody else. Ask a colleague."),
    )
    DELEGATION_CIRCLE = (
        "DELEGATION_CIRCLE",
        _("These delegations would lead back to where they start. Choose another person."),
    )
    DATES_TAKEN = (
        "DATES_TAKEN",
        _("There is one for these dates already. Change its dates first."),
    )
    BAND_CODE_TAKEN = (
        "BAND_CODE_TAKEN",
        _("One of these codes stands for another rate already. Choose another code for it."),
    )
    NO_JOINT_LEAVE = (
        "NO_JOINT_LEAVE",
        _(
            "There was no joint leave on that day, or it is still to come. Look at the date "
            "once more."
        ),
    )
    TAKEN_ON = (
        "TAKEN_ON",
        _("A colleague looks after this one already. The next one waits in your list."),
    )
    LOOK_FIRST = (
        "LOOK_FIRST",
        _("Look at the pages first; they stand above the verdict."),
    )
    OTHER_ISSUER = (
        "OTHER_ISSUER",
        _(
            "For so many days the rule asks for a certificate of another kind of doctor. "
            "Choose the dates this one is enough for, or ask for the other certificate."
        ),
    )
    DATES_OF_REQUEST = (
        "DATES_OF_REQUEST",
        _("A verdict covers days of this request. Choose a first and a last day within it."),
    )
    SAY_WHAT_IS_MISSING = (
        "SAY_WHAT_IS_MISSING",
        _("Tick what is missing, so that the employee knows what to bring."),
    )
    NO_SECOND_REVIEWER = (
        "NO_SECOND_REVIEWER",
        _(
            "There is no second medical reviewer right now. You can complete the certificate "
            "and hand it in again, or ask your HR office who else could look at it."
        ),
    )
    NO_SUCH_COLLEAGUE = (
        "NO_SUCH_COLLEAGUE",
        _("We did not find this colleague in your agency. Choose another one from the list."),
    )


class BandFlaw(TextChoices):
    """What keeps bands of the allowance from being one rule, in words for its band."""

    PERCENT = "PERCENT", _("Write a rate from 0 to 100, with two decimals at most.")
    NO_DAY = "NO_DAY", _("Write from which day of the leave on it holds, 1 or later.")
    ENDS_BEFORE = "ENDS_BEFORE", _("The last day lies before the first. Look again.")
    NOT_FROM_ONE = (
        "NOT_FROM_ONE",
        _("The first days have no band. Let one without distinction begin with day 1."),
    )
    GAP = (
        "GAP",
        _("Days before this band have none. Let it begin the day after another one ends."),
    )
    OVERLAP = (
        "OVERLAP",
        _("Another band for the same care holds on some of these days. Leave each day one."),
    )
    TWO_RATES = (
        "TWO_RATES",
        _("This code stands for another rate further up. Choose another code for this one."),
    )
    TAKEN = (
        "TAKEN",
        _("This code stands for another rate already. Choose another code for this one."),
    )
