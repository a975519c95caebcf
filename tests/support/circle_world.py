"""A circle with every kind of person around it, for the world in which doors are tried."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils.timezone import localdate

from groups.choices import AssignmentKind, ConcernLevel, JoinPolicy
from groups.models import Assignment, Facilitator, Place
from groups.services import (
    announcements,
    concerns,
    crew,
    enrolment,
    leaving,
    meetings,
    resources,
    rota,
)
from portal.people.actors import Account
from portal.people.choices import Role
from portal.people.models import Agency, User
from tests.factories import LONG_AGO, account, grant, make_employee
from tests.support.groups import (
    Circle,
    enrolment_of,
    give_vault,
    join,
    make_circle,
    make_facilitator,
    meetings_of,
    plan_series,
)

BEFORE = timedelta(days=3)


@dataclass
class Round:
    """The people around one circle, and its rows by the names they have in addresses."""

    users: dict[str, User]
    rows: dict[str, object]
    special: dict[str, dict[str, object]]
    """Rows for addresses that need another one than the rest, by route."""


def build_round(
    agency: Agency, head: Account, *, owner: User, facilitator: User, now: datetime
) -> Round:
    """
    Make the circle.

    ``owner`` has a place in it, ``waiting`` is offered one, ``gone`` has left; ``leader`` leads
    it, ``stand_in`` helps out in its next meeting, ``facilitator`` leads another circle;
    ``duty`` was handed a worry about ``owner``.
    """
    duty = make_employee("jaga", agency=agency).user
    grant(duty, agency, Role.DUTY)
    give_vault(duty.pk)
    circle = make_circle(agency=agency, head=head, capacity=2)
    give_vault(circle.lead.user_id)
    people = {
        "waiting": make_employee("menunggu", agency=agency).user,
        "gone": make_employee("pamit", agency=agency).user,
    }
    _members(circle, owner=owner, **people, now=now)
    plan_series(circle, starts_on=localdate(now) + timedelta(days=1), at=time(10), now=now)
    coming = meetings_of(circle)
    stand_in = make_facilitator(agency, head, name="Wulan")
    rota.stand_in(
        actor=head, meeting_id=coming[0].pk,
        facilitator_id=circle.facilitator(stand_in).pk, now=now,
    )  # fmt: skip
    _another(agency, head, facilitator)
    rows = {
        "group_id": circle.group.pk,
        "meeting_id": coming[0].pk,
        "place_id": Place.objects.get(enrolment=_of(circle, people["waiting"])).pk,
        "enrolment_id": _of(circle, owner).pk,
        "facilitator_id": circle.facilitator(circle.co).pk,
        "assignment_id": Assignment.objects.get(
            group=circle.group, kind=AssignmentKind.CO
        ).pk,
        "change_id": meetings.cancel_meeting(
            actor=circle.lead, meeting_id=coming[2].pk, now=now
        ),
        "concern_id": concerns.raise_concern(
            actor=circle.lead, meeting_id=coming[0].pk, enrolment_id=_of(circle, owner).pk,
            level=ConcernLevel.AMBER, text="Tidak lagi bercerita.", now=now,
        ),
    }  # fmt: skip
    resources.add_resource(
        actor=circle.lead, group_id=circle.group.pk, title="Napas", text="Pelan saja.", now=now
    )
    announcements.announce(
        actor=circle.lead, group_id=circle.group.pk, text="Sampai jumpa.", now=now
    )
    rows["resource_id"] = circle.group.resources.get().pk
    return Round(
        users={
            **people,
            "leader": User.objects.get(pk=circle.lead.user_id),
            "stand_in": User.objects.get(pk=stand_in.user_id),
            "duty": duty,
        },
        rows=rows,
        special=_applicant(agency, head, circle, now=now),
    )


def _of(circle: Circle, user: User):
    return enrolment_of(circle, account(user))


def _members(circle: Circle, *, owner: User, waiting: User, gone: User, now: datetime) -> None:
    """Let two have the places, a third wait, and one of the two leave: the third has a turn."""
    for number, user in enumerate((owner, gone, waiting)):
        join(circle, account(user), now=now - BEFORE + timedelta(minutes=number))
    leaving.leave_circle(
        actor=account(gone), group_id=circle.group.pk, now=now - timedelta(minutes=5)
    )


def _another(agency: Agency, head: Account, facilitator: User) -> None:
    """Let a facilitator lead a circle of her own."""
    facilitator_id = crew.add_facilitator(
        actor=head, user_id=facilitator.pk,
        profile=crew.FacilitatorProfile(display_name="Gita"), now=LONG_AGO,
    )  # fmt: skip
    other = make_circle(agency=agency, head=head)
    crew.assign(
        actor=head, group_id=other.group.pk, facilitator_id=facilitator_id,
        kind=AssignmentKind.LEAD, now=LONG_AGO,
    )  # fmt: skip


def _applicant(
    agency: Agency, head: Account, circle: Circle, *, now: datetime
) -> dict[str, dict[str, object]]:
    """Let somebody ask to join another circle of the same leader, where a talk comes first."""
    screened = make_circle(agency=agency, head=head, join_policy=JoinPolicy.SCREENING)
    crew.assign(
        actor=head, group_id=screened.group.pk, kind=AssignmentKind.LEAD, now=LONG_AGO,
        facilitator_id=Facilitator.objects.get(user_id=circle.lead.user_id).pk,
    )  # fmt: skip
    asks = account(make_employee("bertanya", agency=agency))
    enrolment.join_circle(
        actor=asks, group_id=screened.group.pk, now=now,
        request=enrolment.JoinRequest(agreement_version=1, way="ROOM", words="Boleh ikut?"),
    )  # fmt: skip
    row = enrolment_of(screened, asks)
    there: dict[str, object] = {"group_id": screened.group.pk, "enrolment_id": row.pk}
    return {"groups:member-accept": there, "groups:member-refer": there}
