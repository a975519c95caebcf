"""Leases: who holds a mail may send it; whoever lost hers may not."""

from datetime import timedelta
from unittest import mock

import pytest
from django.core import mail as post

from portal.notifications import rules, services
from portal.notifications.choices import Lane, Reason, State
from portal.notifications.models import Delivery
from portal.notifications.services import claims
from portal.notifications.services.claims import Hold
from tests.services.notifications.cast import NOON, only_delivery, outcome, sweep

pytestmark = pytest.mark.django_db


def hold(now=NOON):
    return Hold(now=now, due_by=now)


def test_a_withdrawal_takes_a_mail_from_the_hand_that_holds_it(room, rina):
    subject = room.tell(rina)
    mine = hold()
    (row,) = claims.claim_deliveries(mine, lane=Lane.ALL, limit=5)
    assert services.withdraw(subject_id=subject, now=NOON) == 1
    assert claims.renew(Delivery, [row.id], mine) == frozenset()
    assert claims.finish(Delivery, [row.id], state=State.SENT, hold=mine) == 0
    assert only_delivery().state == State.WITHDRAWN


@pytest.mark.parametrize("asks_for_the_lease", [True, False])
def test_a_withdrawal_between_question_and_sending_stops_the_mail(
    room, rina, monkeypatch, asks_for_the_lease
):
    """Without the sign of life before sending the mail leaves: the guard is what stops it."""
    subject = room.tell(rina)
    answer = room.still_true

    def withdrawn_meanwhile(*args):
        services.withdraw(subject_id=subject, now=NOON)
        return answer(*args)

    notice = services.delivery.registry.find_notice("test.news")
    object.__setattr__(notice, "still_true", withdrawn_meanwhile)
    if not asks_for_the_lease:
        monkeypatch.setattr(claims, "renew", lambda model, ids, hold: frozenset(ids))
    report = sweep()
    assert len(post.outbox) == (0 if asks_for_the_lease else 1)
    assert report.lost == 1
    assert report.sent == 0


def test_a_dead_holder_gives_its_rows_back(room, rina):
    room.tell(rina)
    lost = hold()
    claims.claim_deliveries(lost, lane=Lane.ALL, limit=5)
    assert sweep(NOON + timedelta(seconds=80)).claimed == 0
    assert sweep(NOON + timedelta(seconds=95)).sent == 1
    row = only_delivery()
    assert claims.put_back(
        Delivery,
        [row.id],
        pause=timedelta(0),
        reason=Reason.PUT_OFF,
        counted=True,
        hold=lost,
    ) == 0  # fmt: skip
    assert only_delivery().state == State.SENT


def test_a_holder_whose_rows_another_holds_writes_nothing(room, rina):
    room.tell(rina)
    lost, late = hold(), hold(NOON + timedelta(minutes=2))
    (row,) = claims.claim_deliveries(lost, lane=Lane.ALL, limit=5)
    claims.release_lapsed(late)
    assert len(claims.claim_deliveries(late, lane=Lane.ALL, limit=5)) == 1
    assert claims.renew(Delivery, [row.id], lost) == frozenset()
    assert claims.finish(Delivery, [row.id], state=State.SENT, hold=lost) == 0
    assert only_delivery().state == State.LEASED
    assert claims.finish(Delivery, [row.id], state=State.SENT, hold=late) == 1


def test_a_row_that_outlives_every_holder_ends(room, rina):
    room.tell(rina)
    claims.claim_deliveries(hold(), lane=Lane.ALL, limit=5)
    Delivery.objects.update(attempt=len(rules.BACKOFF) + 1)
    assert sweep(NOON + timedelta(minutes=5)).dead == 1
    assert outcome() == (State.DEAD, Reason.LEASE_EXPIRED)


def test_a_row_handed_over_but_not_confirmed_is_never_sent_again_by_itself(room, rina):
    room.tell(rina)
    claims.claim_deliveries(hold(), lane=Lane.ALL, limit=5)
    Delivery.objects.update(state=State.COMMITTING)
    assert sweep(NOON + timedelta(minutes=5)).claimed == 0
    assert outcome() == (State.UNCERTAIN, Reason.LEASE_EXPIRED)
    assert sweep(NOON + timedelta(hours=5)).claimed == 0
    assert post.outbox == []


def test_a_living_holder_keeps_its_rows(room, rina):
    room.tell(rina)
    mine = hold()
    (row,) = claims.claim_deliveries(mine, lane=Lane.ALL, limit=5)
    with mock.patch("portal.notifications.services.claims.time.monotonic") as clock:
        clock.return_value = mine.began + 80
        assert claims.renew(Delivery, [row.id], mine) == {row.id}
    assert sweep(NOON + timedelta(seconds=120)).claimed == 0
