"""
A small believable organisation for the demo: people, hours, a diary, help contacts.

Idempotent: what is there is left alone, so that a second start keeps what visitors did. Each
start gives the counsellor a meeting around now, so that there is a day to look at.
"""

from argparse import ArgumentParser
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from counselling import rules
from counselling import services as counselling
from counselling.choices import Mode, Sex
from counselling.models import Appointment, Counsellor, Service
from counselling.notices import CLIENT
from portal.calendars.services import import_holidays
from portal.common.db import database_now
from portal.common.errors import Refused
from portal.demo_circles import seed_circles
from portal.demo_facts import PASSPHRASE, PASSWORD, PEOPLE
from portal.demo_leave import seed_leave
from portal.notifications.services import choose_address
from portal.people.actors import Account
from portal.people.choices import Role, Zone
from portal.people.models import Agency, Employee, Unit, User
from portal.people.services import create_user, grant_role, make_slip
from portal.vault.services import has_vault, make_vault
from portal.wellbeing.services import seed_contacts

NIPS = {
    "rina": "199003142015032001",
    "yosef": "198807202014031002",
    "bram": "198512012010011003",
    "sari": "198204052008012004",
    "lina": "199106212019022005",
    "tirta": "198701152010122012",
    "agus": "197811302003121006",
    "maya": "198909172016012007",
    "ratih": "197204172000032004",
    "putri": "198003082009012008",
    "hadi": "197505152000031009",
    "eko": "199212252021211010",
    "tono": "198110102007011011",
}
"""Thirteen civil servants; Eko is on contract (PPPK), Dewi belongs to another agency."""

UNITS = {
    "01": ("Sekretariat", Zone.JAKARTA),
    "02": ("Bidang Pelayanan", Zone.JAKARTA),
    "03": ("Bidang Data", Zone.JAKARTA),
    "04": ("Bagian Kepegawaian", Zone.JAKARTA),
    "05": ("Layanan Konseling", Zone.JAKARTA),
    "06": ("Kantor Wilayah Papua", Zone.JAYAPURA),
    "07": ("Klinik", Zone.JAKARTA),
    "08": ("Teknologi Informasi", Zone.JAKARTA),
    "09": ("Bagian Hukum", Zone.JAKARTA),
}
WORKS_IN = {
    "rina": "02", "agus": "02", "yosef": "06", "bram": "03", "sari": "05", "lina": "05",
    "tirta": "09",
    "hadi": "05", "maya": "04", "ratih": "01", "putri": "07", "eko": "08", "tono": "09",
}  # fmt: skip
ROLES = {
    "sari": (Role.COUNSELLOR, Role.DUTY), "dewi": (Role.COUNSELLOR,),
    "lina": (Role.FACILITATOR,), "tirta": (Role.FACILITATOR,), "maya": (Role.HR,),
    "ratih": (Role.HR, Role.OFFICIAL),
    "putri": (Role.REVIEWER,), "hadi": (Role.HEAD,), "eko": (Role.ADMIN,), "tono": (Role.DPO,),
}  # fmt: skip
SEALED_TO = frozenset({Role.COUNSELLOR, Role.FACILITATOR, Role.REVIEWER})
"""Who reads what people write, and so has a vault."""
COLLEAGUES = (
    "Ayu Puspita", "Dimas Saputra", "Fitri Rahmadani", "Gilang Permana", "Intan Lestari",
    "Joko Susilo", "Kartika Dewi", "Laras Ningtyas", "Mega Utami",
)  # fmt: skip
"""People of other units who take part in circles; nobody signs in as them."""
PRIVATE_ADDRESS = "rina.w@kotak-pribadi.test"
SLIP_NIP = "199508172022031012"
EVERY_DAY = range(1, 8)


class Command(BaseCommand):
    """Fill the demo."""

    help = "Fills the demo with a small organisation; refuses anywhere else."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take nothing but the clock of a test."""
        parser.add_argument("--now", type=datetime.fromisoformat, default=None)

    def handle(self, *_: object, **options: datetime | None) -> None:
        """Seed what is missing; prints nothing."""
        if not (settings.DEMO or getattr(settings, "TESTING", False)):
            raise CommandError("This house is no demo. Set TEDUH_DEMO=1 only for one.")
        now = options.get("now") or database_now()
        agency = _organisation(now=now)
        people = {person.handle: _person(person.handle, agency, now=now) for person in PEOPLE}
        _lines_of_report(people)
        _service(agency, people, now=now)
        import_holidays(years=[now.year, now.year + 1], now=now)
        seed_contacts(now=now, checked_on=now.date(), owner_id=people["hadi"])
        _private_address(people["rina"], now=now)
        _meeting_around_now(people, now=now)
        members = [people["bram"], *_colleagues(agency, now=now)]
        for seed in (seed_circles, seed_leave):
            seed(agency=agency, people=people, members=members, account=_account, now=now)


def _organisation(*, now: datetime) -> Agency:
    agency, made = Agency.objects.get_or_create(
        name="Badan Contoh Nusantara", defaults={"short_name": "BCN", "zone": Zone.JAKARTA}
    )
    Agency.objects.get_or_create(
        name="Dinas Mitra Sejahtera", defaults={"short_name": "DMS", "zone": Zone.JAKARTA}
    )
    root, _ = Unit.objects.get_or_create(
        agency=agency, code="00", defaults={"name": "Badan Contoh Nusantara"}
    )
    for code, (name, zone) in UNITS.items():
        Unit.objects.get_or_create(
            agency=agency, code=code, defaults={"name": name, "zone": zone, "parent": root}
        )
    if made:
        _somebody_without_mail(agency, now=now)
    return agency


def _somebody_without_mail(agency: Agency, *, now: datetime) -> None:
    """Make one account that waits for its printed slip, so that the page has somebody."""
    user_id = create_user(actor=None, full_name="Wayan Suta", nip=SLIP_NIP, now=now)
    Employee.objects.create(
        user_id=user_id, agency=agency, unit=Unit.objects.get(agency=agency, code="03")
    )
    make_slip(actor=None, user_id=user_id, now=now)


def _person(handle: str, agency: Agency, *, now: datetime) -> UUID:
    person = next(one for one in PEOPLE if one.handle == handle)
    user = User.objects.filter(email=person.email).first()
    if user is not None:
        return user.pk
    user_id = create_user(
        actor=None,
        full_name=person.full_name,
        email=person.email,
        nip=NIPS.get(handle),
        password=PASSWORD,
        now=now,
    )
    if handle in WORKS_IN:
        unit = Unit.objects.get(agency=agency, code=WORKS_IN[handle])
        Employee.objects.create(user_id=user_id, agency=agency, unit=unit)
    roles = ROLES.get(handle, ())
    for role in roles:
        grant_role(actor=None, user_id=user_id, agency_id=agency.pk, role=role, now=now)
    if SEALED_TO.intersection(roles) and not has_vault(user_id=user_id):
        make_vault(user_id=user_id, passphrase=PASSPHRASE, now=now)
    return user_id


def _colleagues(agency: Agency, *, now: datetime) -> list[UUID]:
    unit = Unit.objects.get(agency=agency, code="03")
    found = []
    for number, name in enumerate(COLLEAGUES):
        nip = f"1990010{number + 1}2015011{number + 100}"
        user = User.objects.filter(nip=nip).first()
        if user is None:
            user_id = create_user(actor=None, full_name=name, nip=nip, now=now)
            Employee.objects.create(user_id=user_id, agency=agency, unit=unit)
        else:
            user_id = user.pk
        found.append(user_id)
    return found


def _lines_of_report(people: dict[str, UUID]) -> None:
    manager = Employee.objects.get(user_id=people["agus"])
    Employee.objects.filter(user_id=people["rina"], manager=None).update(manager=manager)
    head = Employee.objects.get(user_id=people["hadi"])
    Employee.objects.filter(user_id__in=[people["sari"], people["lina"]], manager=None).update(
        manager=head
    )


def _service(agency: Agency, people: dict[str, UUID], *, now: datetime) -> None:
    if Service.objects.filter(agency=agency).exists():
        return
    head = _account(people["hadi"], Role.HEAD)
    service_id = counselling.add_service(
        actor=head, terms=counselling.ServiceTerms(name="Temu 50 menit"), now=now
    )
    _counsellor(
        head,
        people["sari"],
        service_id,
        counselling.CounsellorProfile(
            display_name="Sari",
            zone=Zone.JAKARTA,
            sex=Sex.WOMAN,
            modes=(Mode.PHONE, Mode.IN_PERSON, Mode.VIDEO),
            about="Psikolog. Mendengar dulu, bertanya kemudian.",
            languages=("Indonesia", "Sunda"),
            phone="021 555 0141",
            room="Ruang Melati, lantai 2",
            directions="Lewat tangga samping, tidak melewati meja penerima tamu.",
            link_base="https://temu.instansi.test/melati",
        ),
        hours=((8, 12), (13, 17)),
        now=now,
    )
    _counsellor(
        head,
        people["dewi"],
        service_id,
        counselling.CounsellorProfile(
            display_name="Dewi",
            zone=Zone.JAYAPURA,
            sex=Sex.WOMAN,
            modes=(Mode.PHONE, Mode.VIDEO),
            about="Psikolog dari instansi lain, di Jayapura.",
            languages=("Indonesia", "Melayu Papua"),
            phone="0967 555 0142",
            link_base="https://temu.instansi.test/dewi",
        ),
        hours=((9, 12), (14, 20)),
        now=now,
    )


def _counsellor(
    head: Account,
    user_id: UUID,
    service_id: UUID,
    profile: counselling.CounsellorProfile,
    *,
    hours: tuple[tuple[int, int], ...],
    now: datetime,
) -> None:
    counselling.add_counsellor(
        actor=head, user_id=user_id, profile=profile, service_ids=[service_id], now=now
    )
    actor = _account(user_id, Role.COUNSELLOR)
    today = now.astimezone(ZoneInfo(profile.zone)).date()
    for weekday in EVERY_DAY:
        for starts, ends in hours:
            counselling.add_range(
                actor=actor,
                weekday=weekday,
                starts_minute=starts * 60,
                ends_minute=ends * 60,
                valid_from=today - timedelta(days=7),
                valid_until=None,
                now=now,
            )
    Counsellor.objects.get(user_id=user_id).revisions.all().delete()


def _private_address(user_id: UUID, *, now: datetime) -> None:
    _, made = EmailAddress.objects.get_or_create(
        user_id=user_id, email=PRIVATE_ADDRESS, defaults={"verified": True, "primary": False}
    )
    if made:
        choose_address(namespace=CLIENT, user_id=user_id, address=PRIVATE_ADDRESS, now=now)


def _meeting_around_now(people: dict[str, UUID], *, now: datetime) -> None:
    """Give Sari a meeting that has just begun, with something written, unless she has one."""
    sari = Counsellor.objects.get(user_id=people["sari"])
    if Appointment.objects.filter(counsellor=sari, period__contains=now).exists():
        return
    starts_at = now.replace(second=0, microsecond=0) - timedelta(minutes=now.minute % 15)
    earlier = starts_at - timedelta(hours=4)
    counsellor = _account(people["sari"], Role.COUNSELLOR)
    try:
        counselling.open_period(
            actor=counsellor,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
            now=earlier,
        )
        sari.revisions.all().delete()
        actor = _account(people["bram"])
        appointment_id = counselling.hold_appointment(
            actor=actor,
            counsellor_id=sari.pk,
            service_id=sari.services.get().pk,
            starts_at=starts_at,
            mode=Mode.PHONE,
            now=earlier,
        )
        counselling.book_appointment(
            actor=actor,
            appointment_id=appointment_id,
            request=counselling.BookingRequest(
                name="Bram",
                reach="Lewat telepon, suara saja.",
                note="Beberapa minggu ini sulit tidur, dan pekerjaan tidak ada habisnya.",
                consent_version=rules.CONSENT_VERSION,
            ),
            now=earlier,
        )
    except Refused:
        # Somebody uses this time, or the visitor has booked as Bram: the demo goes on without.
        return


def _account(user_id: UUID, *roles: Role) -> Account:
    employee = Employee.objects.filter(user_id=user_id).select_related("unit").first()
    return Account(
        user_id=user_id,
        agency_id=employee.agency_id if employee else None,
        zone=employee.unit.zone if employee else Zone.JAKARTA,
        roles=frozenset(roles),
    )
