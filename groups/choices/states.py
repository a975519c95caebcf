"""States, kinds and ways of meeting."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class GroupKind(TextChoices):
    """Whether people belong to the group, or come meeting by meeting."""

    CLOSED = "CLOSED", _("the same people each time")
    OPEN = "OPEN", _("come when you can, a place for each meeting")


class Visibility(TextChoices):
    """Who finds the group."""

    LISTED = "LISTED", _("on the list")
    UNLISTED = "UNLISTED", _("only with the address of its page")
    REFERRAL = "REFERRAL", _("only with a code from a facilitator or counsellor")


class JoinPolicy(TextChoices):
    """How somebody gets in."""

    INSTANT = "INSTANT", _("at once")
    SCREENING = "SCREENING", _("after a short talk with a facilitator")


class GroupStatus(TextChoices):
    """The life of a group."""

    DRAFT = "DRAFT", _("being prepared")
    ACTIVE = "ACTIVE", _("open")
    PAUSED = "PAUSED", _("paused")
    ARCHIVED = "ARCHIVED", _("ended")


class Way(TextChoices):
    """Ways of meeting."""

    ROOM = "ROOM", _("in a room")
    ONLINE = "ONLINE", _("online")


class HolidayPolicy(TextChoices):
    """What happens to a meeting that falls on a holiday."""

    SKIP = "SKIP", _("no meeting on a holiday")
    KEEP = "KEEP", _("meet on holidays too")
    ASK = "ASK", _("ask me each time")


class Rhythm(TextChoices):
    """How often a series meets; the form's words, an RRULE in the row."""

    WEEKLY = "WEEKLY", _("every week")
    FORTNIGHTLY = "FORTNIGHTLY", _("every two weeks")
    MONTHLY = "MONTHLY", _("every month, on the same weekday")


class MeetingStatus(TextChoices):
    """The life of a meeting; whether it is over is a question of the clock."""

    PLANNED = "PLANNED", _("planned")
    CANCELLED = "CANCELLED", _("cancelled")


class CancelReason(TextChoices):
    """Why a meeting does not take place."""

    FACILITATOR = "FACILITATOR", _("the facilitators took it back")
    HOLIDAY = "HOLIDAY", _("it falls on a holiday")
    PLAN = "PLAN", _("the plan of the group has changed")
    GATE = "GATE", _("there were not enough facilitators")


class ClockNote(TextChoices):
    """What a changed clock did to a meeting's wall time."""

    NONE = "", ""
    GAP = "GAP", _("The clock skips this hour on that day; the meeting starts after it.")


class ChangeKind(TextChoices):
    """A change of the plan that members are told of, once, three minutes later."""

    FOLLOWING = "FOLLOWING", _("this and the following meetings")
    MOVED = "MOVED", _("one meeting at another time")
    PLACE = "PLACE", _("another room or way")
    CANCELLED = "CANCELLED", _("one meeting cancelled")
    REINSTATED = "REINSTATED", _("a cancelled meeting takes place")


class EnrolmentState(TextChoices):
    """Somebody's standing in a group."""

    APPLIED = "APPLIED", _("asked to join")
    WAITING = "WAITING", _("in the queue")
    ACTIVE = "ACTIVE", _("member")
    PAUSED = "PAUSED", _("taking a break")
    REFERRED = "REFERRED", _("another circle was suggested")
    LEFT = "LEFT", _("left the circle")
    COMPLETED = "COMPLETED", _("the circle has ended")
    REMOVED = "REMOVED", _("no longer in the circle")
    BARRED = "BARRED", _("may not come back")


LIVE_ENROLMENTS = (
    EnrolmentState.APPLIED,
    EnrolmentState.WAITING,
    EnrolmentState.ACTIVE,
    EnrolmentState.PAUSED,
)
"""States in which somebody is on her way into a group or in it."""
MEMBERS = (EnrolmentState.ACTIVE, EnrolmentState.PAUSED)
"""States in which somebody belongs to a group."""


class Joined(TextChoices):
    """What came of the button, in words for the page."""

    JOINED = "JOINED", _("You are in this circle now. Welcome.")
    QUEUED = (
        "QUEUED",
        _(
            "The places are taken just now. You are in the queue, and we tell you "
            "when one opens."
        ),
    )
    APPLIED = (
        "APPLIED",
        _("Your request is with the facilitators. They get in touch with you."),
    )


class PlaceState(TextChoices):
    """A claim on one place: waiting for it, having it offered, having it, or past."""

    WAITING = "WAITING", _("in the queue")
    OFFERED = "OFFERED", _("a place is kept for you")
    TAKEN = "TAKEN", _("you have a place")
    LAPSED = "LAPSED", _("the offer has run out")
    RELEASED = "RELEASED", _("given up")


SEATED = (PlaceState.OFFERED, PlaceState.TAKEN)
"""States that hold a seat."""
LIVE_PLACES = (PlaceState.WAITING, PlaceState.OFFERED, PlaceState.TAKEN)
"""States that claim a place, now or in turn."""


class Turn(IntegerChoices):
    """Who goes first in a queue; within a turn the number counts. Smaller is sooner."""

    BUMPED = 0, _("lost a place through us")
    REFERRED = 1, _("came with a referral")
    USUAL = 2, _("in order")


class Band(TextChoices):
    """How many places are free, in words: a number would let people watch each other come."""

    MANY = "MANY", _("Places free")
    FEW = "FEW", _("A few places free")
    FULL = "FULL", _("Full, with a waiting list")
    CLOSED = "CLOSED", _("Not taking anybody in right now")


class QueueBand(TextChoices):
    """Where somebody stands in a queue, never as a number."""

    NEXT = "NEXT", _("You are among the next.")
    SOON = "SOON", _("A few people are before you.")
    LATER = "LATER", _("It may take a while.")


class AssignmentKind(TextChoices):
    """What somebody does for a group."""

    LEAD = "LEAD", _("leads the group")
    CO = "CO", _("leads along")


class DutyState(TextChoices):
    """A facilitator's word for one meeting."""

    PROPOSED = "PROPOSED", _("not confirmed yet")
    CONFIRMED = "CONFIRMED", _("is there")
    SWAP_WANTED = "SWAP_WANTED", _("looks for a stand-in")
    VACATED = "VACATED", _("is not there")


class Readiness(TextChoices):
    """Whether a meeting has the facilitators it needs."""

    READY = "READY", _("Ready")
    RUNS_ANYWAY = "RUNS_ANYWAY", _("Runs with fewer, as decided")
    LACKING = "LACKING", _("A facilitator is missing")


class Mark(TextChoices):
    """Attendance of one member at one meeting."""

    PRESENT = "PRESENT", pgettext_lazy("attendance", "present")
    LATE = "LATE", pgettext_lazy("attendance", "came later")
    LEFT_EARLY = "LEFT_EARLY", pgettext_lazy("attendance", "left early")
    ABSENT = "ABSENT", pgettext_lazy("attendance", "not there")
    EXCUSED = "EXCUSED", pgettext_lazy("attendance", "said so before")


CAME = (Mark.PRESENT, Mark.LATE, Mark.LEFT_EARLY)
"""Marks of somebody who was there."""


class SignalKind(TextChoices):
    """What a member lets the facilitators know during a meeting; gone when it ends."""

    PASS = "PASS", _("I would rather listen")
    STEPPED_OUT = "STEPPED_OUT", _("I stepped out, I am fine")
    CHECK_ON_ME = "CHECK_ON_ME", _("I stepped out, please look after me")


class Block(TextChoices):
    """The parts of a run sheet, in their order."""

    WELCOME = "WELCOME", _("Welcome")
    LIMITS = "LIMITS", _("What stays here, and its limits")
    AGREEMENT = "AGREEMENT", _("Our agreement, each says yes")
    CHECK_IN = "CHECK_IN", _("Check-in, one after the other; passing is fine")
    TOPIC = "TOPIC", _("The topic")
    CHECK_OUT = "CHECK_OUT", _("Check-out")
    RESOURCES = "RESOURCES", _("Where to find help, and goodbye")


class Theme(TextChoices):
    """What was talked about, in a fixed vocabulary: no note needs a name."""

    WORKLOAD = "WORKLOAD", _("workload")
    ALWAYS_ON = "ALWAYS_ON", _("always being reachable")
    RECOGNITION = "RECOGNITION", _("recognition and fairness")
    CONFLICT = "CONFLICT", _("conflict at work")
    CHANGE = "CHANGE", _("change and uncertainty")
    SLEEP = "SLEEP", _("sleep and exhaustion")
    FAMILY = "FAMILY", _("family and caring")
    GRIEF = "GRIEF", _("loss and grief")
    MONEY = "MONEY", _("money worries")
    LONELINESS = "LONELINESS", _("feeling alone")
    BODY = "BODY", _("illness and the body")
    STRENGTH = "STRENGTH", _("what gives strength")


class Mood(TextChoices):
    """How a meeting felt as a whole."""

    LIGHT = "LIGHT", _("light")
    CALM = "CALM", _("calm")
    MIXED = "MIXED", _("mixed")
    HEAVY = "HEAVY", _("heavy")


class Feeling(TextChoices):
    """How a facilitator comes out of a meeting."""

    FINE = "FINE", _("I am fine")
    TIRED = "TIRED", _("I am tired")
    HEAVY = "HEAVY", _("It weighs on me")


class ConcernLevel(TextChoices):
    """How pressing a worry is."""

    AMBER = "AMBER", _("Somebody should talk with this person soon")
    RED = "RED", _("Somebody may be in danger now")


class ConcernState(TextChoices):
    """What became of a worry."""

    OPEN = "OPEN", _("nobody has taken it yet")
    TAKEN = "TAKEN", _("somebody looks after it")
    CLOSED = "CLOSED", _("closed")


class RaisedBy(TextChoices):
    """Which side handed a worry on."""

    MEMBER = "MEMBER", _("a member")
    FACILITATOR = "FACILITATOR", _("a facilitator")
