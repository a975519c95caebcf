"""What goes after a while."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from portal.notifications import rules
from portal.notifications.choices import LIVE
from portal.notifications.models import AccountMail, Delivery, Notification
from portal.notifications.services.outbox import house_day


def tidy(*, now: datetime) -> int:
    """
    Strip what is finished for 30 days and empty old inboxes; return how many rows it touched.

    A finished delivery keeps its key, channel and state for ever (see its model). Items of the
    inbox go 30 days after they were read and 90 days unread, unless a mail about them is
    waiting.
    """
    last_day = house_day(now - rules.KEEP_FINISHED)
    with transaction.atomic():
        stripped = Delivery.objects.filter(day_on__lt=last_day).update(day_on=None, reason="")
        mails, _ = AccountMail.objects.filter(day_on__lt=last_day).delete()
        old = Q(read=True, created_hour__lt=now - rules.KEEP_READ) | Q(
            created_hour__lt=now - rules.KEEP_UNREAD
        )
        waiting = Delivery.objects.filter(state__in=LIVE).values("notification")
        items, _ = Notification.objects.filter(old).exclude(id__in=waiting).delete()
    return stripped + mails + items
