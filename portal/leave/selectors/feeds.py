"""
Leave in calendars: days and a word, the same for every kind.

What a calendar holds is made from `AbsencePublic` alone. Its sequence counts what others can
see change (an earlier end, a recall, a cancellation): `LeaveRequest.rev` also counts days anew
after a change of holidays, which happens to some kinds and not to others, and would tell them
apart.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils.timezone import localdate
from django.utils.translation import pgettext

from portal.calendars.files import DaysEntry, neutral_days
from portal.leave.choices import KEPT, Action, FeedKind
from portal.leave.models import CalendarAddress, CaseEvent, LeaveDay, LeaveRequest
from portal.leave.policies import feeds as policies
from portal.leave.selectors.absences import AbsencePublic, absence_of
from portal.people.actors import Account
from portal.vault.services import open_field_text, tag

KEEP: Final = timedelta(days=90)
"""How long leave that is over or was cancelled stays in a calendar."""
_SHORTER: Final = (Action.END_EARLY, Action.RECALL)
_TAKEN_BACK: Final = (Action.CANCEL, Action.REVOKE, Action.SUPERSEDE)
_CHANGES: Final = (*_SHORTER, *_TAKEN_BACK)
_SEEN: Final = (Action.GRANT, Action.AMEND, *_CHANGES)


@dataclass(frozen=True, slots=True)
class FeedRow:
    """A calendar somebody can have; ``url`` is empty as long as she has none."""

    kind: FeedKind
    label: str
    url: str
    made_on: date | None

    def __repr__(self) -> str:
        return "<feed>"


def address_tag(token: str) -> bytes:
    """Return by what an address is found; the word itself is not stored in the open."""
    return tag("leave.calendar_address", token)


def list_feeds(*, actor: Account) -> list[FeedRow]:
    """
    Return the calendars the actor can have, with the address of those she has.

    :raises Http404: for somebody who is no employee.
    """
    made = {row.kind: row for row in policies.own_addresses(actor)}
    return [_feed_row(kind, made.get(kind)) for kind in policies.feed_kinds(actor)]


def feed(*, token: str, now: datetime) -> bytes | None:
    """
    Return what a calendar program reads at an address; None if there is no such address.

    None as well for an address that was taken back and for the account of somebody who left.
    Whoever has nobody under her any more reads an empty calendar. Three queries at most.
    """
    address = policies.find_address(token_tag=address_tag(token))
    if address is None:
        return None
    kind = FeedKind(address.kind)
    return neutral_days(_entries(policies.fed_requests(address), kind, now=now), is_feed=True)


def request_file(*, actor: Account, request_id: UUID, now: datetime) -> bytes:
    """
    Return one leave of the actor's own as a file for her calendar.

    :raises Http404: for another's, and for leave that is not granted.
    """
    rows = policies.own_fed_requests(actor).filter(pk=request_id)
    entries = list(_entries(rows, FeedKind.OWN, now=now, keep=None))
    if not entries:
        raise Http404
    return neutral_days(entries, is_feed=False)


def _feed_row(kind: FeedKind, row: CalendarAddress | None) -> FeedRow:
    if row is None:
        return FeedRow(kind, str(kind.label), "", None)
    token = open_field_text(row, "sealed_token")
    return FeedRow(kind, str(kind.label), f"{settings.PUBLIC_URL}/kal/{token}.ics", row.made_on)


def _entries(
    rows: QuerySet[LeaveRequest],
    kind: FeedKind,
    *,
    now: datetime,
    keep: timedelta | None = KEEP,
) -> Iterator[DaysEntry]:
    """Yield entries by their days; with ``keep`` without what is longer past."""
    days = LeaveDay.objects.filter(request=OuterRef("pk"), active=True)
    found = rows.annotate(has_days=Exists(days)).select_related("employee__user")
    since = localdate(now) - keep if keep is not None else date.min
    if keep is not None:
        # Taken back lately, or not over for long.
        found = found.filter(Q(last_day__gte=since) | Q(closed_on__gte=since))
    listed = list(found)
    events = _events_of(listed)
    entries = [_entry(row, events.get(row.pk, []), kind) for row in listed]
    kept = (
        one for one in entries if (one.stamped_on if one.cancelled else one.last_day) >= since
    )
    yield from sorted(kept, key=lambda one: (one.first_day, one.last_day, one.uid))


def _events_of(rows: Iterable[LeaveRequest]) -> Mapping[UUID, list[CaseEvent]]:
    """Return what others could see happen to these requests, in order; one query."""
    events: dict[UUID, list[CaseEvent]] = defaultdict(list)
    seen = CaseEvent.objects.filter(request__in=[row.pk for row in rows], action__in=_SEEN)
    for event in seen.order_by("request", "number"):
        events[event.request_id].append(event)
    return events


def _entry(row: LeaveRequest, events: list[CaseEvent], kind: FeedKind) -> DaysEntry:
    absence = absence_of(row)
    changes = [event for event in events if event.action in _CHANGES]
    is_shorter = any(event.action in _SHORTER for event in changes)
    return DaysEntry(
        # No table holds this word, and her own calendar and her manager's share none.
        uid=tag("leave.calendar_entry", kind.value, row.pk).hex()[:32],
        title=_title(absence, kind),
        first_day=absence.first_day,
        last_day=absence.last_day,
        stamped_on=events[-1].on_day if events else row.sent_on,
        sequence=len(changes),
        cancelled=row.state not in KEPT or (is_shorter and not _has_days(row)),
    )


def _has_days(row: LeaveRequest) -> bool:
    """Say whether a day is left; a recall can have taken them all (see the annotation)."""
    return bool(getattr(row, "has_days", True))


def _title(absence: AbsencePublic, kind: FeedKind) -> str:
    """Return the word of an entry; the name stands in the calendar of a superior alone."""
    if kind == FeedKind.OWN:
        title = pgettext("calendar", "Leave")
    else:
        title = pgettext("calendar", "%(name)s on leave") % {"name": absence.name}
    return f"{title} ({absence.part_label})" if absence.part_label else title
