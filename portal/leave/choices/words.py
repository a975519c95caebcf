"""The words of leave: kinds, rules, verdicts, and the fixed vocabularies."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Mode(TextChoices):
    """How much of leave an agency does here."""

    OFF = "OFF", _("Off")
    ATTESTATION = "ATTESTATION", _("Attestation desk beside another leave system")
    FULL = "FULL", _("All steps")


class Profile(TextChoices):
    """Which set of rules an agency started from."""

    ASN = "ASN", _("Civil service")
    PRIVATE = "PRIVATE", _("Company")


class Family(TextChoices):
    """The statutory kind of leave, whatever its rules."""

    ANNUAL = "ANNUAL", _("Annual leave")
    LONG = "LONG", _("Long leave")
    SICK = "SICK", _("Sick leave")
    MATERNITY = "MATERNITY", _("Maternity leave")
    IMPORTANT = "IMPORTANT", _("Leave for an important reason")
    UNPAID = "UNPAID", _("Leave outside state responsibility")
    JOINT = "JOINT", _("Joint leave")
    OWN = "OWN", _("Leave by the organisation's own rule")


class Unit(TextChoices):
    """In what leave is counted."""

    WORKING_DAY = "WORKING_DAY", _("working days")
    CALENDAR_DAY = "CALENDAR_DAY", _("calendar days")


class Decider(TextChoices):
    """Who may decide."""

    OFFICIAL = "OFFICIAL", _("The authorised official or a delegate")
    PPK = "PPK", _("The appointing official alone")


class ManagerSees(TextChoices):
    """What the line manager learns beside name and dates, by the type's rule."""

    DATES = "DATES", _("The dates, and nothing else")
    TYPE = "TYPE", _("The dates and the kind of leave")


class Issuer(TextChoices):
    """Who signed a certificate, as far as a rule asks."""

    DOCTOR = "DOCTOR", _("licensed doctor")
    GOVERNMENT = "GOVERNMENT", _("government doctor")
    BOARD = "BOARD", _("health examination board")
    MIDWIFE = "MIDWIFE", _("midwife")


class Certificate(TextChoices):
    """What the employee says of a certificate when asking."""

    NOW = "NOW", _("I hand it in now")
    LATER = "LATER", _("It comes later")
    NONE = "NONE", _("There is none")


class Verdict(TextChoices):
    """What the medical reviewer passes on."""

    ENOUGH = "ENOUGH", _("Sufficient")
    PARTLY = "PARTLY", _("Sufficient for part of the dates")
    NOT_ENOUGH = "NOT_ENOUGH", _("Not yet sufficient")


class Missing(TextChoices):
    """What a certificate lacks; the only words the reviewer sends."""

    DATES = "DATES", _("the dates on the certificate")
    SIGNATURE = "SIGNATURE", _("the signature or the stamp")
    LICENCE = "LICENCE", _("the doctor's licence number, or it has expired")
    ISSUER = "ISSUER", _("a certificate of the kind of doctor the rule asks for")
    LENGTH = "LENGTH", _("how many days of rest")
    LEGIBLE = "LEGIBLE", _("a picture that can be read")


class Care(TextChoices):
    """What the payroll rule distinguishes. Never stored: it becomes a band code at once."""

    ANY = "ANY", _("No distinction")
    OUTPATIENT = "OUTPATIENT", _("Outpatient")
    INPATIENT = "INPATIENT", _("Inpatient")
    SPECIALIST = "SPECIALIST", _("Specialist treatment")


class Opinion(TextChoices):
    """A superior's consideration: the four boxes of the form, the same for every type."""

    AGREED = "AGREED", _("Agreed")
    CHANGED = "CHANGED", _("Other dates would suit better")
    DEFER = "DEFER", _("Rather later")
    DISAGREED = "DISAGREED", _("Not agreed")


class Outcome(TextChoices):
    """What an official can decide; which of them a type allows stands in its rule."""

    GRANT = "GRANT", _("Grant")
    AMEND = "AMEND", _("Grant for other dates")
    DEFER = "DEFER", _("Defer")
    RETURN = "RETURN", _("Send back to be completed")
    REFUSE = "REFUSE", _("Do not grant")


class Reason(TextChoices):
    """Why leave is not granted as asked; never anything about health or work."""

    UNIT_FULL = "UNIT_FULL", _("too many colleagues of your unit are away on these days")
    URGENT_DUTY = "URGENT_DUTY", _("a duty that cannot wait falls on these days")
    EVIDENCE_COVERS_LESS = "EVIDENCE_COVERS_LESS", _("the certificate covers fewer days")
    INCOMPLETE = "INCOMPLETE", _("something is missing from the request")
    RULE_LIMIT = "RULE_LIMIT", _("the rule allows fewer days")


class WayForward(TextChoices):
    """What can be done instead; no refusal leaves without one."""

    OTHER_DATES = "OTHER_DATES", _("Choose other dates")
    PART = "PART", _("Take a part of the days")
    ADD_EVIDENCE = "ADD_EVIDENCE", _("Complete the request and send it again")
    SECOND_LOOK = "SECOND_LOOK", _("Ask a doctor, not HR, to look again")
    OTHER_TYPE = "OTHER_TYPE", _("Ask for another kind of leave")


class Instead(TextChoices):
    """What somebody can do whose request does not go through as it stands."""

    OTHER_DATES = "OTHER_DATES", _("Choose other dates")
    FEWER_DAYS = "FEWER_DAYS", _("Choose fewer days")
    WHOLE_DAYS = "WHOLE_DAYS", _("Take whole days")
    OTHER_KIND = "OTHER_KIND", _("Choose another kind of leave")
    LATER = "LATER", _("Say that the certificate comes later")
    CHANGE = "CHANGE", _("Look at the leave you have on these days")
    FLEXIBLE = "FLEXIBLE", _("Ask about flexible hours or working from home for these days")
    COUNSELLING = "COUNSELLING", _("Talk to a counsellor; that needs no leave")
    HR = "HR", _("Ask your HR office")


class RevokeReason(TextChoices):
    """Why granted leave is revoked."""

    ERROR = "ERROR", _("Granted by mistake")
    FRAUD = "FRAUD", _("Granted on documents that are not genuine")


class Purpose(TextChoices):
    """What some kinds of leave ask beyond the dates; stored sealed."""

    NONE = "NONE", _("Nothing special")
    FIRST_HAJJ = "FIRST_HAJJ", _("First pilgrimage")
    BIRTH = "BIRTH", _("Birth of a child")
    FAMILY_ILL = "FAMILY_ILL", _("Somebody of the family is gravely ill")
    FAMILY_DEATH = "FAMILY_DEATH", _("A death in the family")
    MARRIAGE = "MARRIAGE", _("Marriage")
    CAESAREAN = "CAESAREAN", _("Caesarean birth of one's wife")
    DISASTER = "DISASTER", _("Fire or disaster")
    RECOVERY = "RECOVERY", _("Recovery after a dangerous mission")
    MISCARRIAGE = "MISCARRIAGE", _("Miscarriage")
    ACCIDENT = "ACCIDENT", _("Accident at work")


class PatternKind(TextChoices):
    """Which week a pattern describes."""

    USUAL = "USUAL", _("Usual week")
    RAMADAN = "RAMADAN", _("Week in Ramadan")


class DelegationKind(TextChoices):
    """In what right somebody stands in."""

    PLT = "PLT", _("Acting (Plt.)")
    PLH = "PLH", _("Daily acting (Plh.)")
    DELEGATE = "DELEGATE", _("Delegate")


class LetterKind(TextChoices):
    """What a series of numbers is for."""

    DECISION = "DECISION", _("Decision letters")
    ATTESTATION = "ATTESTATION", _("Attestations")


class Place(TextChoices):
    """Where the hours of a phased return are worked."""

    OFFICE = "OFFICE", _("at the office")
    HOME = "HOME", _("at home")
    MIXED = "MIXED", _("partly at home")


class Restriction(TextChoices):
    """The fixed vocabulary of a phased return; it says what work, never why."""

    NO_NIGHT = "NO_NIGHT", _("no night duty")
    NO_OVERTIME = "NO_OVERTIME", _("no overtime")
    NO_STANDBY = "NO_STANDBY", _("not on call")
    NO_TRAVEL = "NO_TRAVEL", _("no official travel")
    FEWER_MEETINGS = "FEWER_MEETINGS", _("fewer meetings")
    ONE_TASK = "ONE_TASK", _("one task at a time")
    BREAKS = "BREAKS", _("regular breaks")
    NO_DRIVING = "NO_DRIVING", _("no driving on duty")
    NO_LIFTING = "NO_LIFTING", _("no heavy lifting")


class FeedKind(TextChoices):
    """What a calendar address shows."""

    OWN = "OWN", _("My own leave")
    UNDER_ME = "UNDER_ME", _("Who of my direct reports is away")
