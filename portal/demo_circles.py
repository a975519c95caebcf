"""
The circles of the demo, made through the services as their people would make them.

`seed_demo` calls it with the accounts it has made. Idempotent: a circle that is there is left
alone, and each start gives the facilitators a meeting around now, so that there is one to run.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404
from django.utils.timezone import localdate

from groups.choices import (
    AssignmentKind,
    GroupKind,
    HolidayPolicy,
    Rhythm,
    Way,
)
from groups.models import Facilitator, SupportGroup
from groups.services import crew, enrolment, meetings, rota, series, setup
from portal.common.errors import Refused
from portal.people.actors import Account
from portal.people.choices import Role, Zone
from portal.people.models import Agency

MakeAccount = Callable[..., Account]
"""Returns somebody as the services see her: an account id, then the roles she holds."""

AGREEMENT_ID: Final = """Yang diceritakan di sini tinggal di sini.
Boleh hanya mendengar, dan boleh melewati giliran.
Kami berbicara tentang diri sendiri, tidak memberi nasihat yang tidak diminta.
Kami mulai dan selesai tepat waktu.
Kami memakai nama samaran dan tidak menyebut unit atau nama atasan.
Bila nyawa seseorang terancam, fasilitator mencari pertolongan dan sedapatnya berkata dulu."""
AGREEMENT_EN: Final = """What is said here stays here.
It is fine just to listen, and fine to pass.
We speak of ourselves, and give no advice that was not asked for.
We start and end on time.
We use made-up names and mention neither units nor managers.
If somebody's life is in danger, a facilitator gets help and says so first where possible."""

FRIDAY, TUESDAY = 5, 2
RUNNING: Final = "Lingkar Kenanga"
"""The circle that always has a meeting around now."""


@dataclass(frozen=True, slots=True)
class _Circle:
    """A circle of the demo: what it is, when it meets, which colleagues are in it."""

    plan: setup.GroupPlan
    weekday: int
    at: time
    members: slice
    rhythm: Rhythm = Rhythm.WEEKLY


CIRCLES: Final = (
    _Circle(
        plan=setup.GroupPlan(
            name=RUNNING,
            topic="Lelah oleh kerja yang tidak ada habisnya",
            about="Sepuluh orang yang sama, setiap Jumat sore. Satu putaran, satu tema.",
            zone=Zone.JAKARTA,
            capacity={Way.ROOM: 12},
            room="Ruang Kenanga, lantai 3",
            directions="Lewat tangga timur; pintunya terbuka sepuluh menit sebelum mulai.",
        ),
        weekday=FRIDAY,
        at=time(15, 0),
        members=slice(None),
    ),
    _Circle(
        plan=setup.GroupPlan(
            name="Lingkar Fajar",
            topic="Merawat orang tua atau anak sambil bekerja",
            about="Datang kalau bisa. Tempat diambil untuk satu pertemuan saja.",
            kind=GroupKind.OPEN,
            zone=Zone.JAYAPURA,
            capacity={Way.ONLINE: 10},
            link_base="https://temu.instansi.test/lingkar",
        ),
        weekday=TUESDAY,
        at=time(19, 0),
        members=slice(3),
        rhythm=Rhythm.FORTNIGHTLY,
    ),
    # As many members as places, so that there is a queue to stand in.
    _Circle(
        plan=setup.GroupPlan(
            name="Lingkar Embun",
            topic="Setelah kehilangan seseorang",
            about="Lingkar kecil dan pelan. Boleh diam.",
            zone=Zone.JAKARTA,
            capacity={Way.ROOM: 4},
            room="Ruang Embun, lantai 1",
        ),
        weekday=TUESDAY,
        at=time(16, 0),
        members=slice(3, 7),
    ),
)


def seed_circles(
    *,
    agency: Agency,
    people: Mapping[str, UUID],
    members: list[UUID],
    account: MakeAccount,
    now: datetime,
) -> None:
    """Make three circles, their crew and their members, and a meeting around now."""
    head = account(people["hadi"], Role.HEAD)
    lead = account(people["lina"], Role.FACILITATOR)
    if not Facilitator.objects.filter(user_id=people["lina"]).exists():
        _crew(head, people, now=now)
    if not SupportGroup.objects.filter(agency=agency).exists():
        for circle in CIRCLES:
            group = _open(head, lead, people, circle.plan, now=now)
            _plan(lead, group, circle, now=now)
            for user_id in members[circle.members]:
                _join(group, account(user_id), now=now)
    _meeting_around_now(lead, account(people["tirta"], Role.FACILITATOR), now=now)


def _crew(head: Account, people: Mapping[str, UUID], *, now: datetime) -> None:
    for handle, name in (("lina", "Lina"), ("tirta", "Tirta")):
        crew.add_facilitator(
            actor=head,
            user_id=people[handle],
            profile=crew.FacilitatorProfile(
                display_name=name,
                about="Fasilitator terlatih; pernah lelah juga.",
                trained_until=localdate(now) + timedelta(days=500),
            ),
            now=now,
        )


def _open(
    head: Account,
    lead: Account,
    people: Mapping[str, UUID],
    plan: setup.GroupPlan,
    *,
    now: datetime,
) -> SupportGroup:
    group_id = setup.create_group(actor=lead, plan=plan, now=now)
    setup.publish_agreement(
        actor=lead, group_id=group_id, text_id=AGREEMENT_ID, text_en=AGREEMENT_EN, now=now
    )
    crew.assign(
        actor=head,
        group_id=group_id,
        facilitator_id=Facilitator.objects.get(user_id=people["tirta"]).pk,
        kind=AssignmentKind.CO,
        now=now,
    )
    setup.open_group(actor=lead, group_id=group_id, now=now)
    return SupportGroup.objects.get(pk=group_id)


def _plan(lead: Account, group: SupportGroup, circle: _Circle, *, now: datetime) -> None:
    today = now.astimezone(ZoneInfo(group.zone)).date()
    ahead = (circle.weekday - today.isoweekday()) % 7 or 7
    series.plan_series(
        actor=lead,
        group_id=group.pk,
        plan=series.SeriesPlan(
            rhythm=circle.rhythm,
            starts_on=today + timedelta(days=ahead),
            at=circle.at,
            duration_minutes=90,
            until_on=None,
            count=None,
            ways=[Way(way) for way in group.ways],
            holiday_policy=HolidayPolicy.ASK,
        ),
        now=now,
    )


def _join(group: SupportGroup, actor: Account, *, now: datetime) -> None:
    enrolment.join_circle(
        actor=actor,
        group_id=group.pk,
        request=enrolment.JoinRequest(agreement_version=1),
        now=now,
    )


def _meeting_around_now(lead: Account, co: Account, *, now: datetime) -> None:
    """Give Kenanga a meeting that has just begun, unless one runs."""
    group = SupportGroup.objects.filter(name=RUNNING).first()
    if group is None or group.meetings.planned().filter(period__contains=now).exists():
        return
    starts_at = now - timedelta(minutes=now.minute % 15, seconds=now.second)
    local = starts_at.astimezone(ZoneInfo(group.zone))
    earlier = starts_at - timedelta(minutes=1)
    try:
        meeting_id = meetings.add_meeting(
            actor=lead,
            group_id=group.pk,
            day=local.date(),
            at=local.time().replace(second=0, microsecond=0),
            duration_minutes=90,
            ways=[Way.ROOM],
            now=earlier,
        )
        for actor in (lead, co):
            rota.confirm_duty(actor=actor, meeting_id=meeting_id, now=earlier)
    except (Http404, Refused):
        # A visitor has ended the circle, or it is midnight: the demo goes on without.
        return
