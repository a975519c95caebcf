"""Whose leave a calendar address shows: whoever holds the address holds the right."""

from django.db.models import QuerySet
from django.http import Http404

from portal.leave.choices import KEPT, FeedKind, State
from portal.leave.models import CalendarAddress, LeaveRequest
from portal.people.actors import Account
from portal.people.models import Employee

TAKEN_BACK = (State.CANCELLED, State.REVOKED, State.SUPERSEDED)
"""Granted once, and not taking place: a calendar has to hear of it."""


def find_address(*, token_tag: bytes) -> CalendarAddress | None:
    """Return the address behind a token, of somebody who is still here; None for any other."""
    return CalendarAddress.objects.filter(token_tag=token_tag, owner__is_active=True).first()


def own_addresses(actor: Account) -> QuerySet[CalendarAddress]:
    """Return the actor's own addresses."""
    return CalendarAddress.objects.filter(owner_id=actor.user_id)


def feed_kinds(actor: Account) -> tuple[FeedKind, ...]:
    """
    Return which calendars the actor can have: her own, and one of those under her.

    :raises Http404: for somebody who is no employee.
    """
    if not Employee.objects.filter(user_id=actor.user_id).exists():
        raise Http404
    under_her = Employee.objects.filter(manager__user_id=actor.user_id, user__is_active=True)
    return (FeedKind.OWN, FeedKind.UNDER_ME) if under_her.exists() else (FeedKind.OWN,)


def fed_requests(address: CalendarAddress) -> QuerySet[LeaveRequest]:
    """
    Return the leave an address shows by the line of now: granted, or taken back after that.

    Her own, or that of her direct reports. Not of those she stands in for: a calendar would
    keep them after the delegation is over.
    """
    shown = LeaveRequest.objects.filter(state__in=(*KEPT, *TAKEN_BACK), desk_only=False)
    if address.kind == FeedKind.OWN:
        return shown.filter(employee__user_id=address.owner_id)
    return shown.filter(
        employee__manager__user_id=address.owner_id, employee__user__is_active=True
    ).exclude(employee__user_id=address.owner_id)


def own_fed_requests(actor: Account) -> QuerySet[LeaveRequest]:
    """Return the actor's own leave that a calendar may hold."""
    return LeaveRequest.objects.filter(
        employee__user_id=actor.user_id, state__in=(*KEPT, *TAKEN_BACK), desk_only=False
    )
