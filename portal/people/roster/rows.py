"""What an import knows and wants: people, units, counts; and reading what is there."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce

from portal.people.models import Employee, User
from portal.people.roster.sheet import Line, Problem, Sheet

BATCH = 5000


@dataclass(frozen=True, slots=True)
class Counts:
    """What applying the plan does, in people and units."""

    lines: int
    new: int
    changed: int
    unchanged: int
    left_out: int
    closed: int
    opened: int
    absent: int
    units: int


@dataclass(frozen=True, slots=True)
class Absent:
    """An active employee whom the file does not name."""

    user_id: UUID
    name: str
    unit: str


@dataclass(slots=True)
class UnitDraft:
    """A unit as it shall be."""

    id: UUID
    code: str
    name: str
    parent_code: str
    zone: str
    is_new: bool
    parent_id: UUID | None = None


@dataclass(slots=True)
class Present:
    """What is known of a person before the import; the ids are new ones for a new person."""

    user_id: UUID
    nip: str | None = None
    email: str = ""
    name: str = ""
    active: bool = True
    employee_id: UUID | None = None
    agency_id: UUID | None = None
    unit_id: UUID | None = None
    manager_id: UUID | None = None
    employment: str = ""
    zone: str = ""
    is_new: bool = False


@dataclass(slots=True)
class Person:
    """One good line and the person it is about; what she shall be."""

    line: Line
    now: Present
    employee_id: UUID
    unit_id: UUID
    zone: str
    manager_id: UUID | None = None

    @property
    def nip(self) -> str | None:
        """Return the NIP she shall have; a line without one takes none away."""
        return self.line.nip or self.now.nip

    @property
    def email(self) -> str:
        """Return the address she shall have; a line without one takes none away."""
        return self.line.email or self.now.email

    @property
    def user_differs(self) -> bool:
        """Say whether her account changes."""
        now = self.now
        return (self.nip, self.email, self.line.name) != (now.nip, now.email, now.name)

    @property
    def employee_differs(self) -> bool:
        """Say whether her place in the organisation changes."""
        now = self.now
        return now.employee_id is None or (
            (self.unit_id, self.manager_id, self.line.employment.value, self.zone)
            != (now.unit_id, now.manager_id, now.employment, now.zone)
        )

    @property
    def state_differs(self) -> bool:
        """Say whether her account is to be closed or opened."""
        return self.line.active is not None and self.line.active != self.now.active


@dataclass(slots=True)
class RosterPlan:
    """What a file would do to an agency; nothing has been written."""

    agency_id: UUID
    sheet: Sheet
    people: list[Person] = field(default_factory=list)
    units: list[UnitDraft] = field(default_factory=list)
    absent: list[Absent] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def counts(self) -> Counts:
        """Count what the plan does."""
        new = sum(person.now.is_new for person in self.people)
        changed = sum(
            not person.now.is_new
            and (person.user_differs or person.employee_differs or person.state_differs)
            for person in self.people
        )
        return Counts(
            lines=self.sheet.total,
            new=new,
            changed=changed,
            unchanged=len(self.people) - new - changed,
            left_out=self.sheet.total - len(self.people),
            closed=sum(p.state_differs and p.line.active is False for p in self.people),
            opened=sum(p.state_differs and p.line.active is True for p in self.people),
            absent=len(self.absent),
            units=len(self.units),
        )


def present_employees(employees: QuerySet[Employee]) -> Iterator[Present]:
    """Read employees with their accounts."""
    rows = employees.values_list(
        "user_id",
        "user__nip",
        "user__email",
        "user__full_name",
        "user__is_active",
        "id",
        "agency_id",
        "unit_id",
        "manager_id",
        "employment",
        "zone",
    )
    return (Present(*row) for row in rows.iterator(chunk_size=10_000))


def users_known_by(*, nips: list[str], emails: list[str]) -> Iterator[Present]:
    """Read the accounts with one of these NIPs or addresses, and where they work if they do."""
    with connection.cursor() as cursor:
        # One array each: a hundred thousand parameters are more than a statement may have.
        cursor.execute(
            "SELECT id FROM people_user WHERE nip = ANY(%s) OR email = ANY(%s)", [nips, emails]
        )
        ids = [row[0] for row in cursor.fetchall()]
    for start in range(0, len(ids), BATCH):
        rows = User.objects.filter(pk__in=ids[start : start + BATCH]).values_list(
            "id",
            "nip",
            "email",
            "full_name",
            "is_active",
            "employee__id",
            "employee__agency_id",
            "employee__unit_id",
            "employee__manager_id",
            Coalesce("employee__employment", Value("")),
            Coalesce("employee__zone", Value("")),
        )
        yield from (Present(*row) for row in rows)


def owners_of(emails: list[str]) -> dict[str, UUID]:
    """Return who has proven which of these addresses, as a work address or a private one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT email, user_id FROM account_emailaddress"
            " WHERE verified AND email = ANY(%s)",
            [emails],
        )
        return dict(cursor.fetchall())
