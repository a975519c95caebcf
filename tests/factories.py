"""
The cast and the rows they need: plain typed functions that call the services.

A test never starts from a row the house could not have written itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from uuid import UUID
from zoneinfo import ZoneInfo

from counselling import rules
from counselling import services as counselling
from counselling.choices import Mode, Sex
from counselling.models import Counsellor
from portal.people import services as people
from portal.people.actors import Account
from portal.people.choices import Role
from portal.people.models import Agency, Employee, RoleGrant, Unit, User
from portal.vault.services import make_vault

PASSWORD = "kata-sandi-untuk-uji"
PASSPHRASE = "payung teduh saat hujan sore"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
_numbers = count(1)

MONDAY = date(2026, 11, 23)
"""A Monday without a holiday; the tests' usual day."""
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""Monday 08.00 WIB, 10.00 WIT."""


def at(zone: str, hour: int, minute: int = 0, *, day: date = MONDAY) -> datetime:
    """Return a wall-clock time of a zone as an instant."""
    return datetime.combine(day, time(hour, minute), tzinfo=ZoneInfo(zone))


def wib(hour: int, minute: int = 0, *, day: date = MONDAY) -> datetime:
    """Return a time of Jakarta."""
    return at("Asia/Jakarta", hour, minute, day=day)


def make_agency(name: str = "Badan Contoh", *, zone: str = "Asia/Jakarta") -> Agency:
    """Make an agency."""
    return Agency.objects.create(name=f"{name} {next(_numbers)}", short_name=name, zone=zone)


def make_unit(
    agency: Agency, *, zone: str = "Asia/Jakarta", parent: Unit | None = None
) -> Unit:
    """Make a unit with a code of its own."""
    number = next(_numbers)
    return Unit.objects.create(
        agency=agency, parent=parent, code=f"U{number}", name=f"Unit {number}", zone=zone
    )


def make_user(handle: str = "orang", *, full_name: str = "", now: datetime = LONG_AGO) -> User:
    """Make an account that signs in with an e-mail and the tests' password."""
    number = next(_numbers)
    user_id = people.create_user(
        actor=None,
        full_name=full_name or f"{handle.title()} Contoh",
        email=f"{handle}{number}@instansi.test",
        password=PASSWORD,
        now=now,
    )
    return User.objects.get(pk=user_id)


def make_employee(
    handle: str = "pegawai",
    *,
    agency: Agency | None = None,
    unit: Unit | None = None,
    manager: Employee | None = None,
    zone: str = "",
    full_name: str = "",
) -> Employee:
    """Make an employee; without a unit she sits in one of her own, so that nobody conflicts."""
    agency = agency or (unit.agency if unit else make_agency())
    unit = unit or make_unit(agency, zone=zone or "Asia/Jakarta")
    return Employee.objects.create(
        user=make_user(handle, full_name=full_name),
        agency=agency,
        unit=unit,
        manager=manager,
        zone=zone,
    )


def grant(
    user: User, agency: Agency, role: Role, *, since: date = date(2020, 1, 1)
) -> RoleGrant:
    """Give a role since long ago, whatever clock the test uses."""
    return RoleGrant.objects.create(user=user, agency=agency, role=role, starts_on=since)


def account(person: Employee | User, *, roles: Sequence[Role] | None = None) -> Account:
    """Return somebody as the services see her; the roles are read from her grants."""
    user = person.user if isinstance(person, Employee) else person
    employee = Employee.objects.filter(user=user).select_related("unit").first()
    held = RoleGrant.objects.filter(user=user, ends_on=None).values_list("role", flat=True)
    return Account(
        user_id=user.pk,
        agency_id=employee.agency_id if employee else None,
        zone=(employee.zone or employee.unit.zone) if employee else "Asia/Jakarta",
        roles=frozenset(roles if roles is not None else (Role(role) for role in held)),
        has_mfa=True,
    )


@dataclass
class Practice:
    """An agency with a service and one counsellor who can be booked."""

    agency: Agency
    head: Account
    service_id: UUID
    counsellor: Counsellor

    @property
    def actor(self) -> Account:
        """Return the counsellor as the services see her."""
        return account(self.counsellor.user, roles=[Role.COUNSELLOR])


def make_practice(
    *,
    hours: Sequence[tuple[int, int, int]] = tuple((d, 9 * 60, 16 * 60) for d in range(1, 6)),
    zone: str = "Asia/Jakarta",
    **terms: object,
) -> Practice:
    """
    Make an agency whose counsellor works the given hours.

    ``hours`` are (ISO weekday, first minute, end minute); ``terms`` override the service.
    """
    agency = make_agency()
    head_of_service = make_employee("kepala", agency=agency)
    grant(head_of_service.user, agency, Role.HEAD)
    head = account(head_of_service)
    service_id = counselling.add_service(
        actor=head, terms=counselling.ServiceTerms(name="Temu", **terms), now=LONG_AGO
    )
    counsellor = add_counsellor(agency, head, [service_id], hours=hours, zone=zone)
    return Practice(agency=agency, head=head, service_id=service_id, counsellor=counsellor)


def add_counsellor(
    agency: Agency,
    head: Account,
    service_ids: Sequence[UUID],
    *,
    hours: Sequence[tuple[int, int, int]] = tuple((d, 9 * 60, 16 * 60) for d in range(1, 6)),
    zone: str = "Asia/Jakarta",
    name: str = "Sari",
    modes: Sequence[Mode] = (Mode.PHONE, Mode.IN_PERSON),
    with_vault: bool = True,
    external: bool = True,
) -> Counsellor:
    """Make somebody who counsels, with her role, her vault and her hours."""
    user = make_user("konselor") if external else make_employee("konselor", agency=agency).user
    grant(user, agency, Role.COUNSELLOR)
    if with_vault:
        make_vault(user_id=user.pk, passphrase=PASSPHRASE, now=LONG_AGO)
    counsellor_id = counselling.add_counsellor(
        actor=head,
        user_id=user.pk,
        profile=counselling.CounsellorProfile(
            display_name=name, zone=zone, sex=Sex.WOMAN, modes=modes, phone="021 555 0100",
            room="Ruang Melati",
        ),
        service_ids=service_ids,
        now=LONG_AGO,
    )  # fmt: skip
    actor = account(user, roles=[Role.COUNSELLOR])
    for weekday, starts, ends in hours:
        counselling.add_range(
            actor=actor,
            weekday=weekday,
            starts_minute=starts,
            ends_minute=ends,
            valid_from=date(2020, 1, 1),
            valid_until=None,
            now=LONG_AGO,
        )
    return Counsellor.objects.get(pk=counsellor_id)


def hold(
    practice: Practice,
    actor: Account,
    starts_at: datetime,
    *,
    counsellor: Counsellor | None = None,
    mode: str = Mode.PHONE,
    now: datetime = NOW,
) -> UUID:
    """Hold a time."""
    return counselling.hold_appointment(
        actor=actor,
        counsellor_id=(counsellor or practice.counsellor).pk,
        service_id=practice.service_id,
        starts_at=starts_at,
        mode=mode,
        now=now,
    )


def book(
    practice: Practice,
    actor: Account,
    starts_at: datetime,
    *,
    counsellor: Counsellor | None = None,
    now: datetime = NOW,
    **request: object,
) -> UUID:
    """Hold a time and book it."""
    appointment_id = hold(practice, actor, starts_at, counsellor=counsellor, now=now)
    counselling.book_appointment(
        actor=actor,
        appointment_id=appointment_id,
        request=counselling.BookingRequest(
            consent_version=rules.CONSENT_VERSION, **request  # type: ignore[arg-type]
        ),
        now=now,
    )  # fmt: skip
    return appointment_id


def make_client_account(practice: Practice, *, zone: str = "Asia/Jakarta") -> Account:
    """Make an employee of the practice's agency who is close to nobody there."""
    return account(make_employee("rina", agency=practice.agency, zone=zone))


WEEK = timedelta(days=7)
