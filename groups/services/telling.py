"""Telling members and those who work here, inside the transaction of what happened."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.utils.timezone import localdate

from groups import notices
from groups.models import Enrolment
from portal.notifications import services as notifications
from portal.notifications.services import Message, Recipient
from portal.people.choices import Role
from portal.people.selectors import list_with_role


def recipient_of(enrolment: Enrolment) -> Recipient:
    """Return how to tell a member of one group; it names nobody and no other group of hers."""
    return Recipient(tag=enrolment.member_tag, contact=enrolment.contact)


def tell_members(
    *,
    enrolments: Iterable[Enrolment],
    notice: str,
    subject_id: UUID,
    rev: int = 0,
    useful_until: datetime | None = None,
    urgent: bool = False,
    now: datetime,
) -> int:
    """Tell members of one group, each once; return how many."""
    messages = [
        Message(
            recipient=recipient_of(enrolment),
            notice=notice,
            subject_id=subject_id,
            rev=rev,
            useful_until=useful_until,
            urgent=urgent,
        )
        for enrolment in enrolments
    ]
    if messages:
        notifications.enqueue_all(messages=messages, now=now)
    return len(messages)


def tell_facilitators(
    *,
    user_ids: Iterable[UUID],
    notice: str,
    subject_id: UUID,
    rev: int = 0,
    useful_until: datetime | None = None,
    urgent: bool = False,
    now: datetime,
) -> int:
    """Tell facilitators, each once; return how many."""
    return _tell_staff(
        notices.FACILITATOR,
        sorted(set(user_ids)),
        Message(
            recipient=_NOBODY,
            notice=notice,
            subject_id=subject_id,
            rev=rev,
            useful_until=useful_until,
            urgent=urgent,
        ),
        now=now,
    )


def tell_head(
    *,
    agency_id: UUID,
    notice: str,
    subject_id: UUID,
    rev: int = 0,
    urgent: bool = False,
    now: datetime,
) -> int:
    """Tell whoever heads the service of an agency today; return how many."""
    heads = list_with_role(agency_id=agency_id, role=Role.HEAD, today=localdate(now))
    message = Message(
        recipient=_NOBODY, notice=notice, subject_id=subject_id, rev=rev, urgent=urgent
    )
    return _tell_staff(notices.HEAD, heads, message, now=now)


def tell_duty(
    *, agency_id: UUID, notice: str, subject_id: UUID, safety: bool, now: datetime
) -> int:
    """Tell whoever is on duty in an agency today, at once; return how many."""
    on_duty = list_with_role(agency_id=agency_id, role=Role.DUTY, today=localdate(now))
    message = Message(
        recipient=_NOBODY, notice=notice, subject_id=subject_id, rev=0, urgent=True,
        safety=safety,
    )  # fmt: skip
    return _tell_staff(notices.DUTY, on_duty, message, now=now)


_NOBODY = Recipient(tag=b"", contact=b"")


def _tell_staff(
    namespace: str, user_ids: list[UUID], pattern: Message, *, now: datetime
) -> int:
    messages = [
        Message(
            recipient=notifications.recipient_for(namespace=namespace, user_id=user_id),
            notice=pattern.notice,
            subject_id=pattern.subject_id,
            rev=pattern.rev,
            useful_until=pattern.useful_until,
            urgent=pattern.urgent,
            safety=pattern.safety,
        )
        for user_id in user_ids
    ]
    if messages:
        notifications.enqueue_all(messages=messages, now=now)
    return len(messages)
