"""The words of accounts and the organisation."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """What a person does for an agency, besides being an employee of it."""

    COUNSELLOR = "COUNSELLOR", _("Counsellor")
    FACILITATOR = "FACILITATOR", _("Facilitator")
    HR = "HR", _("HR officer")
    REVIEWER = "REVIEWER", _("Medical reviewer")
    OFFICIAL = "OFFICIAL", _("Authorised official")
    HEAD = "HEAD", _("Head of the counselling service")
    DUTY = "DUTY", _("Duty counsellor")
    ADMIN = "ADMIN", _("System administrator")
    DPO = "DPO", _("Data protection officer")


class Zone(TextChoices):
    """The zones of Indonesia, stored by their IANA names."""

    JAKARTA = "Asia/Jakarta", _("WIB (Jakarta)")
    PONTIANAK = "Asia/Pontianak", _("WIB (Pontianak)")
    MAKASSAR = "Asia/Makassar", _("WITA (Makassar)")
    JAYAPURA = "Asia/Jayapura", _("WIT (Jayapura)")


class Employment(TextChoices):
    """The two forms of civil service employment, told apart by the NIP."""

    PNS = "PNS", _("PNS")
    PPPK = "PPPK", _("PPPK")
    OTHER = "OTHER", _("Other")


class NipProblem(TextChoices):
    """Why eighteen digits are not a NIP, in words for whoever holds the list."""

    EMPTY = "EMPTY", _("The NIP is missing.")
    SHORTENED = (
        "SHORTENED",
        _("A spreadsheet has shortened the NIP. Set the column to text and export again."),
    )
    NOT_EIGHTEEN = "NOT_EIGHTEEN", _("A NIP has 18 digits.")
    BIRTH = "BIRTH", _("The first eight digits of the NIP are not a date of birth.")
    YEAR = "YEAR", _("Digits 9 to 12 of the NIP are not a possible year of appointment.")
    MONTH = (
        "MONTH",
        _("Digits 13 and 14 of the NIP are neither a month (PNS) nor a contract (PPPK)."),
    )
    SEX = "SEX", _("Digit 15 of the NIP is neither 1 nor 2.")
    SERIAL = (
        "SERIAL",
        _("The NIP ends in 000. A spreadsheet may have rounded it; export it as text."),
    )


class PeopleRefusal(TextChoices):
    """Why an account or a role stays as it is."""

    NAME_TAKEN = "NAME_TAKEN", _("This NIP or e-mail belongs to another account.")
    NO_SUCH_ACCOUNT = "NO_SUCH_ACCOUNT", _("We did not find this account.")
    ACCOUNT_CLOSED = "ACCOUNT_CLOSED", _("This account is closed. Open it first.")
    OWN_ACCOUNT = "OWN_ACCOUNT", _("Another administrator can close your own account for you.")
    NO_SUCH_ROLE = "NO_SUCH_ROLE", _("We did not find this role.")
    ROLE_HELD = "ROLE_HELD", _("This person holds the role already.")
    ROLES_DO_NOT_MIX = (
        "ROLES_DO_NOT_MIX",
        _(
            "These roles stay apart: medical reviewer from counsellor, duty counsellor, HR "
            "officer and authorised official; administrator from data protection officer. End "
            "the other role first, or choose another person."
        ),
    )
    OWN_ROLE = "OWN_ROLE", _("Another administrator can change your own roles for you.")
    SLIP_DOES_NOT_FIT = (
        "SLIP_DOES_NOT_FIT",
        _("Name and code do not match yet. Look at the slip once more, letter by letter."),
    )


class RosterRefusal(TextChoices):
    """Why a roster was not applied."""

    LINES_LEFT_OUT = (
        "LINES_LEFT_OUT",
        _(
            "Nothing was changed. Put the lines with problems right first: somebody on such a "
            "line would look absent."
        ),
    )
    ABSENT_CHANGED = (
        "ABSENT_CHANGED",
        _("Nothing was changed. More or fewer people are absent than shown. Look once more."),
    )
