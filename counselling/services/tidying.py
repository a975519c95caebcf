"""What is swept now and then: lapsed holds, and meetings of people who left."""

from datetime import datetime
from uuid import UUID

from counselling.choices import AppointmentStatus
from counselling.models import Appointment, Client, Counsellor
from counselling.notices import CLIENT
from counselling.services.changes import (
    cancel_for_departed_client,
    cancel_for_departed_counsellor,
)
from portal.notifications.services import inbox_tag
from portal.people.selectors import list_departed


def tidy(*, now: datetime) -> int:
    """Sweep once and return how many rows went or changed; safe to run at any time, twice."""
    return (
        release_lapsed_holds(now=now)
        + cancel_for_departed_clients(now=now)
        + cancel_for_departed_counsellors(now=now)
    )


def release_lapsed_holds(*, now: datetime) -> int:
    """Delete holds that have lapsed; nobody waits for this, they count for nothing already."""
    lapsed = Appointment.objects.filter(status=AppointmentStatus.HELD, hold_expires_at__lte=now)
    return lapsed.delete()[0]


def cancel_for_departed_clients(*, now: datetime) -> int:
    """
    Take back coming meetings of closed accounts; return how many.

    The client is found from the account by its tag; nothing leads the other way.
    """
    tags = {inbox_tag(namespace=CLIENT, user_id=user_id) for user_id in list_departed()}
    found = Client.objects.filter(
        owner_tag__in=tags,
        appointments__status=AppointmentStatus.BOOKED,
        appointments__period__endswith__gt=now,
    ).distinct()
    ids: list[UUID] = list(found.values_list("id", flat=True))
    return sum(cancel_for_departed_client(client_id=client_id, now=now) for client_id in ids)


def cancel_for_departed_counsellors(*, now: datetime) -> int:
    """Cancel coming meetings of counsellors whose account was closed; return how many."""
    ids: list[UUID] = list(
        Counsellor.objects.filter(
            user__is_active=False,
            appointments__status=AppointmentStatus.BOOKED,
            appointments__period__startswith__gt=now,
        )
        .distinct()
        .values_list("id", flat=True)
    )
    return sum(cancel_for_departed_counsellor(counsellor_id=one, now=now) for one in ids)
