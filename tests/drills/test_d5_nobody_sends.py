"""D5: beat and all workers are down from 15.00 to 18.00; people and the web go on."""

from collections import Counter
from datetime import timedelta

import pytest
from django.core import mail

from counselling import notices, services
from counselling.services import BookingRequest
from portal.notifications import services as outbox
from portal.notifications.models import Delivery
from tests.factories import MONDAY, NOW, book, make_client_account, make_practice, wib
from tests.support.paper import table

pytestmark = pytest.mark.django_db(transaction=True)

TUESDAY = MONDAY + timedelta(days=1)
DOWN, BACK = wib(15), wib(18)
MORNING = wib(7, 15, day=TUESDAY) + timedelta(seconds=5)


def somebody(practice, name):
    """Return a client who takes mail at an address that tells the drill who she is."""
    person = make_client_account(practice)
    outbox.choose_address(
        namespace=notices.CLIENT, user_id=person.user_id, address=f"{name}@pribadi.test",
        now=NOW,
    )  # fmt: skip
    return person


def work(now):
    """Do what beat and the workers do; return who got a mail, and how many."""
    mail.outbox.clear()
    outbox.plan_reminders(now=now)
    outbox.deliver_due(now=now)
    return Counter(letter.to[0].partition("@")[0] for letter in mail.outbox)


def test_three_hours_without_workers(report):
    practice = make_practice()
    names = ("stays", "ill", "cancels", "moves")
    people = {name: somebody(practice, name) for name in names}
    starts = {
        "stays": wib(11, day=TUESDAY), "ill": wib(15), "cancels": wib(9, day=TUESDAY),
        "moves": wib(13, day=TUESDAY),
    }  # fmt: skip
    meetings = {name: book(practice, people[name], starts[name]) for name in names}
    before = work(wib(12, 15) + timedelta(seconds=5))

    services.call_in_ill(actor=practice.actor, now=wib(15) - timedelta(seconds=60))
    services.cancel_appointment(
        actor=people["cancels"], appointment_id=meetings["cancels"], now=wib(16, 30)
    )
    services.reschedule_appointment(
        actor=people["moves"], appointment_id=meetings["moves"],
        counsellor_id=practice.counsellor.pk, service_id=practice.service_id,
        starts_at=wib(14, day=TUESDAY), mode="", request=BookingRequest(consent_version=1),
        now=wib(16, 40),
    )  # fmt: skip
    back, again, morning = work(BACK), work(BACK + timedelta(minutes=1)), work(MORNING)
    states = Counter(
        f"{state.lower()} {reason.lower()}".strip()
        for state, reason in Delivery.objects.values_list("state", "reason")
    )
    said = [
        (name, before[name], back[name], again[name], morning[name], what)
        for name, what in (
            ("stays", "reminded of a meeting that still comes"),
            ("ill", "her meeting was cancelled and has passed: too late to help"),
            ("cancels", "took it back during the outage: no reminder of it"),
            ("moves", "moved it during the outage: told of the new time only"),
        )
    ]
    head = ["who", "12.15", "18.00, all back", "a minute later", "07.15 next day", ""]
    rows = "\n\nStates of the deliveries afterwards: " + ", ".join(
        f"{count} {name}" for name, count in sorted(states.items())
    )
    report("D5 Three hours without beat and workers", table(head, said) + rows + ".")
    assert back["stays"] == 1
    assert back["ill"] == 0
    assert not again
    assert max(back.values()) <= 1
    assert max(morning.values(), default=0) <= 1
