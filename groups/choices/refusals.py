"""Why the rules say no."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Refusal(TextChoices):
    """Why the rules say no, in words the person may read; each carries a way forward."""

    BUSY = ("BUSY", _("Many people are here at this moment. Please try once more."))
    NOT_OPEN = (
        "NOT_OPEN",
        _("This circle is not taking anybody in right now. You can look at the others."),
    )
    ALREADY_IN = ("ALREADY_IN", _("You are in this circle already. Its page is below."))
    NOT_MEMBER = ("NOT_MEMBER", _("You are not in this circle. You can join it on its page."))
    ALIAS_TELLS = (
        "ALIAS_TELLS",
        _("This nickname could show who you are. A made-up one keeps you hidden."),
    )
    ALIAS_TAKEN = ("ALIAS_TAKEN", _("This nickname is taken. Another one is free."))
    ALIAS_EMPTY = ("ALIAS_EMPTY", _("Choose a nickname with at least two letters."))
    AGREEMENT_CHANGED = (
        "AGREEMENT_CHANGED",
        _("The agreement of this circle has changed. Please read it once more, then go on."),
    )
    CODE_UNKNOWN = (
        "CODE_UNKNOWN",
        _(
            "This code opens nothing, or it has run out. Whoever gave it to you "
            "can make a new one."
        ),
    )
    WAY_NOT_OFFERED = (
        "WAY_NOT_OFFERED",
        _("That way of meeting is not offered here. You can choose another."),
    )
    OFFER_GONE = (
        "OFFER_GONE",
        _("This place is no longer kept for you. You can go back into the queue."),
    )
    NO_PLACE = (
        "NO_PLACE",
        _(
            "The places are taken just now. You are in the queue, and we tell you "
            "when one opens."
        ),
    )
    STARTED = ("STARTED", _("This meeting has begun. The next ones are on the circle's page."))
    OVER = ("OVER", _("This meeting is over. The next ones are on the circle's page."))
    CHANGED = (
        "CHANGED",
        _(
            "Somebody else changed the plan a moment ago. This is how it stands "
            "now; look once more."
        ),
    )
    NOTHING_TO_UNDO = ("NOTHING_TO_UNDO", _("There is nothing to take back any more."))
    PLAN_EMPTY = (
        "PLAN_EMPTY",
        _("No meeting would come of this plan. Choose a later end or another day."),
    )
    PLAN_PAST = ("PLAN_PAST", _("That lies in the past. Choose a day from today on."))
    NOT_PLANNED = (
        "NOT_PLANNED",
        _("This meeting is cancelled. You can let it take place again."),
    )
    NOT_CANCELLED = (
        "NOT_CANCELLED",
        _("This meeting is not cancelled. You can cancel it here."),
    )
    NOT_YET = (
        "NOT_YET",
        _("This can be noted from an hour before the meeting on. The plan is on this page."),
    )
    NOTED_LONG_AGO = (
        "NOTED_LONG_AGO",
        _("After two weeks this stays as it is. Newer meetings are on your desk."),
    )
    NOT_RUNNING = (
        "NOT_RUNNING",
        _("The meeting does not run at this moment. Its time is on this page."),
    )
    NOBODY_THERE = (
        "NOBODY_THERE",
        _(
            "No trained facilitator has confirmed this meeting yet. You can name a "
            "stand-in, or cancel it."
        ),
    )
    NAME_IN_TEXT = (
        "NAME_IN_TEXT",
        _(
            "Notes carry no names and no numbers. The marked words can be left out "
            "or rewritten."
        ),
    )
    TEXT_EMPTY = ("TEXT_EMPTY", _("There is nothing written yet. One sentence is enough."))
    LIST_FULL = (
        "LIST_FULL",
        _("The reading list holds fifty texts. Take one off it, then there is room for this."),
    )
    NO_DUTY = (
        "NO_DUTY",
        _(
            "Nobody on duty can read this here. The numbers on the help page reach "
            "somebody now."
        ),
    )
    NO_READER = (
        "NO_READER",
        _(
            "The facilitators cannot open anything here yet. You can write to who is on duty"
            " instead, or call one of the numbers on the help page."
        ),
    )
    NOT_TRAINED = (
        "NOT_TRAINED",
        _("The training date has passed. The head of the service can enter a new one."),
    )
    DUTY_GONE = ("DUTY_GONE", _("Somebody else has taken this over already. Thank you."))
    LAST_LEAD = (
        "LAST_LEAD",
        _("A group needs somebody who leads it. Name another first, then end this one."),
    )
    NO_SUCH_ACCOUNT = (
        "NO_SUCH_ACCOUNT",
        _(
            "No open account with the role of a facilitator fits. The "
            "administrator can give it."
        ),
    )
    FACILITATOR_ALREADY = (
        "FACILITATOR_ALREADY",
        _("This person is set up as a facilitator already. You can change the entry."),
    )
    NAME_TAKEN = (
        "NAME_TAKEN",
        _("Another group of yours has this name. A different one tells them apart."),
    )
    NOT_DRAFT = ("NOT_DRAFT", _("This group is open already. You can change it on its page."))
    NO_AGREEMENT = (
        "NO_AGREEMENT",
        _("The group has no agreement yet. Write it first, then open the group."),
    )
    REASON_MISSING = (
        "REASON_MISSING",
        _(
            "A pressing message needs a reason, in a few words. Without one it "
            "goes the usual way."
        ),
    )
