"""
What can be done with the outbox.

`outbox`: what the rooms call inside their own transactions. `addresses`: where people want to
be told. `inbox`: reading marks. `planning`: reminders that the facts call for. `delivery`: the
sweep that sends. `tidying`: what goes after a while.
"""

from portal.notifications.policies import inbox_tag
from portal.notifications.registry import Recipient
from portal.notifications.selectors import address_choice
from portal.notifications.services.addresses import (
    NoSuchNamespace,
    choose_address,
    forget,
    forget_recipient,
)
from portal.notifications.services.delivery import Report, deliver_due
from portal.notifications.services.inbox import mark_all_read, mark_read
from portal.notifications.services.outbox import (
    Message,
    cannot_wait,
    enqueue,
    enqueue_account_mail,
    enqueue_all,
    house_windows,
    recipient_for,
    withdraw,
    withdraw_all,
    withdraw_for,
)
from portal.notifications.services.planning import plan_reminders, reminder_times
from portal.notifications.services.tidying import tidy

__all__ = [
    "Message",
    "NoSuchNamespace",
    "Recipient",
    "Report",
    "address_choice",
    "cannot_wait",
    "choose_address",
    "deliver_due",
    "enqueue",
    "enqueue_account_mail",
    "enqueue_all",
    "forget",
    "forget_recipient",
    "house_windows",
    "inbox_tag",
    "mark_all_read",
    "mark_read",
    "plan_reminders",
    "recipient_for",
    "reminder_times",
    "tidy",
    "withdraw",
    "withdraw_all",
    "withdraw_for",
]
