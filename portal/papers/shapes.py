"""What stands on each paper; a reason is a field of none of them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal

from portal.papers.choices import Answer, LeaveBox, LengthUnit

Language = Literal["id", "en"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionLetter:
    """
    The letter in which the authorised official grants leave.

    ``leave_type`` is the public name of the statutory type in the letter's language;
    ``verify_url`` leads to the page that shows number and validity only.
    """

    form: ClassVar = "decision_letter"

    language: Language
    agency: str
    agency_address: str = ""
    number: str
    name: str
    nip: str
    position: str = ""
    unit: str
    leave_type: str
    starts_on: date
    ends_on: date
    length: Decimal
    length_unit: LengthUnit
    legal_basis: tuple[str, ...]
    conditions: tuple[str, ...] = ()
    place: str
    signed_on: date
    official_name: str
    official_nip: str = ""
    official_office: str
    decree: str = ""
    decree_on: date | None = None
    copies: tuple[str, ...] = ()
    verify_url: str

    @property
    def dated(self) -> date:
        """Return the day the paper carries."""
        return self.signed_on


@dataclass(frozen=True, slots=True, kw_only=True)
class YearBalance:
    """One line of section V: what is left of a year's annual leave, in working days."""

    year: int
    left: Decimal
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveForm:
    """
    The form *Permintaan dan Pemberian Cuti* with its eight sections.

    ``kind`` ticks one of the six boxes; a type outside the form has none and stands in words in
    ``other_kind``. ``balances`` go from N-2 to N. An answer of ``None`` leaves its boxes empty.
    """

    form: ClassVar = "leave_form"

    language: Language
    agency: str
    place: str
    asked_on: date
    addressed_to: str
    name: str
    nip: str
    position: str
    service_length: str
    unit: str
    kind: LeaveBox | None
    other_kind: str = ""
    length: Decimal
    length_unit: LengthUnit
    starts_on: date
    ends_on: date
    balances: tuple[YearBalance, ...]
    address: str
    phone: str = ""
    consideration: Answer | None
    consideration_note: str = ""
    superior_name: str = ""
    superior_nip: str = ""
    considered_on: date | None = None
    decision: Answer | None
    decision_note: str = ""
    official_name: str = ""
    official_nip: str = ""
    official_office: str = ""
    decided_on: date | None = None
    decree: str = ""
    number: str = ""
    verify_url: str = ""

    @property
    def dated(self) -> date:
        """Return the day the paper carries."""
        return self.decided_on or self.asked_on


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestationPaper:
    """
    What the reviewer attests: dates and a verdict, and the hash of what was read.

    ``issuer_class`` stands on the paper only where it is given; ``certificate_sha256`` are 64
    hexadecimal digits; the reviewer appears by number.
    """

    form: ClassVar = "attestation"

    language: Language
    agency: str
    agency_address: str = ""
    number: str
    place: str
    issued_on: date
    name: str
    nip: str
    covers: tuple[tuple[date, date], ...]
    verdict: str
    issuer_class: str = ""
    certificate_sha256: str
    reviewer_number: str
    verify_url: str

    @property
    def dated(self) -> date:
        """Return the day the paper carries."""
        return self.issued_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """
    One stage of a phased return, both days included.

    ``percent`` is a share of the usual hours, ``hours`` what it is of a day, in words; either
    may be absent.
    ``restrictions`` are words of the fixed vocabulary.
    """

    starts_on: date
    ends_on: date
    percent: int | None = None
    hours: str = ""
    place: str
    restrictions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Who agreed as what; a day of ``None`` says that the agreement is still to come."""

    party: str
    who: str
    agreed_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnPlanPaper:
    """A plan for coming back to work in stages; it speaks of hours and places only."""

    form: ClassVar = "return_plan"

    language: Language
    agency: str
    name: str
    unit: str
    starts_on: date
    ends_on: date
    stages: tuple[Stage, ...]
    review_dates: tuple[date, ...]
    agreements: tuple[Agreement, ...]
    place: str
    made_on: date
    verify_url: str = ""

    @property
    def dated(self) -> date:
        """Return the day the paper carries."""
        return self.made_on


Paper = DecisionLetter | LeaveForm | AttestationPaper | ReturnPlanPaper
