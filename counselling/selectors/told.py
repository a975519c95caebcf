"""What the inbox and the reminders say about a meeting, from the facts of the moment."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from counselling import notices
from counselling.choices import AppointmentStatus, CancelledBy, Mode
from counselling.models import Appointment
from portal.common.wording import clock, long_day
from portal.notifications.registry import InboxLines, Planned, Recipient, SubjectAtRev
from portal.notifications.services import reminder_times


def is_booked(subject_id: UUID, rev: int, now: datetime) -> bool:
    """Return whether this very time is still booked and still ahead."""
    return Appointment.objects.open(now=now).filter(pk=subject_id, rev=rev).exists()


def is_ahead(subject_id: UUID, rev: int, now: datetime) -> bool:
    """Return whether this very time is still booked and has not begun: for reminders."""
    return is_booked(subject_id, rev, now) and not _has_begun(subject_id, now)


def is_cancelled(subject_id: UUID, rev: int, now: datetime) -> bool:  # noqa: ARG001 - one signature
    """Return whether the meeting is cancelled and nothing has happened to it since."""
    return Appointment.objects.filter(
        pk=subject_id, rev=rev, status=AppointmentStatus.CANCELLED
    ).exists()


def has_left(subject_id: UUID, rev: int, now: datetime) -> bool:  # noqa: ARG001 - one signature
    """Return whether the meeting left a diary: cancelled, or moved on to somebody else."""
    return (
        Appointment.objects.filter(pk=subject_id, rev__gte=rev)
        .exclude(status=AppointmentStatus.HELD)
        .exists()
    )


def _has_begun(subject_id: UUID, now: datetime) -> bool:
    return Appointment.objects.filter(pk=subject_id, period__startswith__lte=now).exists()


def plan_reminders(*, now: datetime, until: datetime) -> Iterable[Planned]:
    """
    Yield the reminders that the booked meetings of the next days call for, soonest first.

    The evening before and the same morning, in the windows in which all mail of the house
    leaves.
    """
    rows = (
        Appointment.objects.filter(
            status=AppointmentStatus.BOOKED, client__contact__isnull=False
        )
        .filter(period__startswith__gt=now, period__startswith__lt=until + timedelta(days=2))
        .select_related("client")
        .order_by("period", "id")
    )
    for row in rows:
        if row.client.owner_tag is None or row.client.contact is None:
            continue
        recipient = Recipient(tag=row.client.owner_tag, contact=row.client.contact)
        for due_at in reminder_times(starts_at=row.period.lower):
            if due_at < until:
                yield Planned(
                    recipient=recipient,
                    notice=notices.REMINDER,
                    subject_id=row.pk,
                    rev=row.rev,
                    due_at=due_at,
                    useful_until=row.period.lower,
                )


def client_lines(
    notice: str, pairs: Sequence[SubjectAtRev], zone: str, now: datetime
) -> Mapping[SubjectAtRev, InboxLines]:
    """Return what a client's inbox says; a line whose fact has passed over is left out."""
    return _told(_client_line, notice, pairs, zone, now)


def counsellor_lines(
    notice: str, pairs: Sequence[SubjectAtRev], zone: str, now: datetime
) -> Mapping[SubjectAtRev, InboxLines]:
    """Return what a counsellor's inbox says about her diary; never a name, never an alias."""
    return _told(_counsellor_line, notice, pairs, zone, now)


def one_line(
    many: Callable[[Sequence[SubjectAtRev], str, datetime], Mapping[SubjectAtRev, InboxLines]],
    subject_id: UUID,
    zone: str,
) -> InboxLines:
    """Return the line of one subject as it stands; an empty one when there is none."""
    row = Appointment.objects.filter(pk=subject_id).first()
    pair = (subject_id, row.rev if row else 0)
    now = row.period.lower - timedelta(minutes=1) if row else datetime.min.replace(tzinfo=UTC)
    return many([pair], zone, now).get(pair, InboxLines("", "", ""))


def _told(
    line_of: Callable[[str, Appointment, int, str, datetime], InboxLines | None],
    notice: str,
    pairs: Sequence[SubjectAtRev],
    zone: str,
    now: datetime,
) -> dict[SubjectAtRev, InboxLines]:
    found = Appointment.objects.filter(pk__in={pair[0] for pair in pairs})
    rows = {row.pk: row for row in found.select_related("counsellor")}
    lines = {
        (pk, rev): line_of(notice, rows[pk], rev, zone, now) for pk, rev in pairs if pk in rows
    }
    return {pair: line for pair, line in lines.items() if line is not None}


def _client_line(
    notice: str, row: Appointment, rev: int, zone: str, now: datetime
) -> InboxLines | None:
    when = _when(row, zone)
    url = reverse("counselling:appointment", args=[row.pk])
    way = _("With %(name)s, %(way)s.") % {
        "name": row.counsellor.display_name,
        "way": Mode(row.mode).label,
    }
    if row.status == AppointmentStatus.CANCELLED:
        if row.cancelled_by == CancelledBy.COUNSELLOR:
            return InboxLines(
                _("Your meeting on %(when)s is off") % {"when": when},
                _("We are sorry. Three other times are waiting for you here."),
                url,
            )
        return InboxLines(
            _("Your meeting on %(when)s is cancelled") % {"when": when},
            _("That is fine. You can book again whenever you like."),
            url,
        )
    if row.rev != rev or (notice == notices.REMINDER and row.period.lower <= now):
        return None
    titles = {
        notices.BOOKED: _("Your meeting is booked: %(when)s"),
        notices.MOVED: _("Your meeting has moved: %(when)s"),
        notices.REMINDER: _("Your meeting comes up: %(when)s"),
    }
    title = titles.get(notice)
    return InboxLines(title % {"when": when}, way, url) if title else None


def _counsellor_line(
    notice: str, row: Appointment, rev: int, _zone: str, now: datetime
) -> InboxLines | None:
    if notice == notices.FOR_COUNSELLOR_CANCELLED:
        return InboxLines(
            _("A meeting has left your agenda"),
            _("Your agenda shows how your days stand now."),
            reverse("counselling:agenda"),
        )
    if row.rev != rev or row.status != AppointmentStatus.BOOKED or row.period.upper <= now:
        return None
    titles = {
        notices.FOR_COUNSELLOR_BOOKED: _("New on your agenda: %(when)s"),
        notices.FOR_COUNSELLOR_MOVED: _("Moved on your agenda: %(when)s"),
    }
    title = titles.get(notice)
    if title is None:
        return None
    url = reverse("counselling:agenda-appointment", args=[row.pk])
    # In the zone of her agenda, which an account without a unit does not carry.
    when = _when(row, row.counsellor.zone)
    return InboxLines(title % {"when": when}, str(Mode(row.mode).label), url)


def _when(row: Appointment, zone: str) -> str:
    starts_at = row.period.lower
    return f"{long_day(starts_at, zone)}, {clock(starts_at, zone)}"
