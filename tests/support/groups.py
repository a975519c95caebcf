"""Circles and the people in them: plain typed functions that call the services."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import count
from uuid import UUID

from groups import policies
from groups.choices import (
    AssignmentKind,
    GroupKind,
    HolidayPolicy,
    Rhythm,
    Way,
)
from groups.models import Enrolment, Facilitator, Meeting, SupportGroup
from groups.services import crew, enrolment, series, setup
from portal.people.actors import Account
from portal.people.choices import Role
from portal.people.models import Agency
from portal.vault.services import make_vault, open_with_passphrase
from portal.vault.unlock import OpenVault
from tests.factories import (
    LONG_AGO,
    NOW,
    PASSPHRASE,
    account,
    grant,
    make_agency,
    make_employee,
)

_numbers = count(1)
TRAINED_UNTIL = date(2030, 1, 1)


@dataclass
class Circle:
    """A group with two facilitators, and the head of its agency's service."""

    agency: Agency
    group: SupportGroup
    lead: Account
    co: Account
    head: Account

    def facilitator(self, actor: Account) -> Facilitator:
        """Return the row of one of its facilitators."""
        return Facilitator.objects.get(user_id=actor.user_id)

    def fresh(self) -> SupportGroup:
        """Return the group as it stands."""
        return SupportGroup.objects.get(pk=self.group.pk)


def make_head(agency: Agency) -> Account:
    """Make somebody who heads the service of an agency."""
    employee = make_employee("kepala", agency=agency)
    grant(employee.user, agency, Role.HEAD)
    return account(employee)


def make_facilitator(
    agency: Agency,
    head: Account,
    *,
    name: str = "Lina",
    trained_until: date | None = TRAINED_UNTIL,
) -> Account:
    """Make somebody who may lead groups."""
    employee = make_employee("fasilitator", agency=agency)
    grant(employee.user, agency, Role.FACILITATOR)
    crew.add_facilitator(
        actor=head,
        user_id=employee.user_id,
        profile=crew.FacilitatorProfile(display_name=name, trained_until=trained_until),
        now=LONG_AGO,
    )
    return account(employee)


def make_duty(agency: Agency, *, with_vault: bool = True) -> Account:
    """Make somebody who is on duty in an agency."""
    employee = make_employee("jaga", agency=agency)
    grant(employee.user, agency, Role.DUTY)
    if with_vault:
        give_vault(employee.user_id)
    return account(employee)


def give_vault(user_id: UUID) -> None:
    """Give somebody a vault behind the tests' passphrase."""
    make_vault(user_id=user_id, passphrase=PASSPHRASE, now=LONG_AGO)


def vault_of(actor: Account) -> OpenVault:
    """Open somebody's vault with the tests' passphrase."""
    return OpenVault(open_with_passphrase(user_id=actor.user_id, passphrase=PASSPHRASE))


def make_circle(
    *,
    agency: Agency | None = None,
    head: Account | None = None,
    kind: GroupKind = GroupKind.CLOSED,
    capacity: int = 8,
    ways: Sequence[Way] = (Way.ROOM,),
    zone: str = "Asia/Jakarta",
    open_it: bool = True,
    now: datetime = LONG_AGO,
    **plan: object,
) -> Circle:
    """Make a group with two trained facilitators and an agreement, open to everybody."""
    agency = agency or make_agency()
    head = head or make_head(agency)
    lead = make_facilitator(agency, head, name="Lina")
    co = make_facilitator(agency, head, name="Tirta")
    values: dict[str, object] = {
        "name": f"Lingkar Kenanga {next(_numbers)}",
        "topic": "Kelelahan kerja",
        "kind": kind,
        "zone": zone,
        "capacity": dict.fromkeys(ways, capacity),
        "room": "Ruang Melati",
        "link_base": "https://temu.instansi.test/lingkar",
    }
    group_id = setup.create_group(
        actor=lead,
        plan=setup.GroupPlan(**{**values, **plan}),  # type: ignore[arg-type]
        now=now,
    )
    setup.publish_agreement(
        actor=lead,
        group_id=group_id,
        text_id="Yang diceritakan di sini tinggal di sini.",
        text_en="What is said here stays here.",
        now=now,
    )
    crew.assign(
        actor=head,
        group_id=group_id,
        facilitator_id=Facilitator.objects.get(user_id=co.user_id).pk,
        kind=AssignmentKind.CO,
        now=now,
    )
    if open_it:
        setup.open_group(actor=lead, group_id=group_id, now=now)
    return Circle(agency, SupportGroup.objects.get(pk=group_id), lead, co, head)


def make_member_account(circle: Circle, *, zone: str = "Asia/Jakarta") -> Account:
    """Make an employee of the circle's agency who is in nobody's line there."""
    return account(make_employee("rina", agency=circle.agency, zone=zone))


def join(
    circle: Circle,
    actor: Account | None = None,
    *,
    alias: str = "",
    way: str = "",
    now: datetime = NOW,
    **request: object,
) -> Account:
    """Let somebody press the button; return her."""
    actor = actor or make_member_account(circle)
    agreement = circle.group.agreements.order_by("-version").first()
    enrolment.join_circle(
        actor=actor,
        group_id=circle.group.pk,
        request=enrolment.JoinRequest(
            alias=alias,
            way=way,
            agreement_version=agreement.version if agreement else 0,
            **request,  # type: ignore[arg-type]
        ),
        now=now,
    )
    return actor


def enrolment_of(circle: Circle, actor: Account) -> Enrolment:
    """Return somebody's enrolment, as only she could find it."""
    tag = policies.member_tag_of(user_id=actor.user_id, group_id=circle.group.pk)
    return Enrolment.objects.get(group=circle.group, member_tag=tag)


def plan_series(
    circle: Circle,
    *,
    starts_on: date,
    at: time,
    meetings: int | None = 8,
    rhythm: Rhythm = Rhythm.WEEKLY,
    minutes: int = 90,
    holiday_policy: HolidayPolicy = HolidayPolicy.KEEP,
    ways: Sequence[Way] | None = None,
    now: datetime = NOW,
) -> UUID:
    """Plan a series as its lead does."""
    return series.plan_series(
        actor=circle.lead,
        group_id=circle.group.pk,
        plan=series.SeriesPlan(
            rhythm=rhythm,
            starts_on=starts_on,
            at=at,
            duration_minutes=minutes,
            until_on=None,
            count=meetings,
            ways=[Way(way) for way in (ways or circle.group.ways)],
            holiday_policy=holiday_policy,
        ),
        now=now,
    )


def meetings_of(circle: Circle) -> list[Meeting]:
    """Return all meetings of a circle, soonest first."""
    return list(circle.group.meetings.select_related("group").order_by("period", "id"))
