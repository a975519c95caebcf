"""The waitlist as a machine: whatever people press in whatever order, nobody is passed over."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from groups.choices import LIVE_PLACES, EnrolmentState, PlaceState, Refusal, Way
from groups.models import CapacityPool, Enrolment, Place
from groups.services import enrolment, offers, places, setup
from groups.services.desk import GroupRefused
from groups.services.enrolment import JoinRequest, join_circle, recheck
from groups.services.seats import rooms_of
from portal.people.models import Employee
from tests.factories import NOW, account, make_employee
from tests.support.groups import enrolment_of, make_circle, make_member_account

pytestmark = pytest.mark.django_db

PEOPLE = 7
EXPECTED = {
    Refusal.ALREADY_IN, Refusal.NOT_OPEN, Refusal.OFFER_GONE, Refusal.NOT_MEMBER,
}  # fmt: skip
who = st.integers(0, PEOPLE - 1)


class Waitlist(RuleBasedStateMachine):
    """A closed group, six strangers, and one whose boss is among them."""

    def __init__(self) -> None:
        super().__init__()
        self.atom = transaction.atomic()
        self.atom._from_testcase = True  # so that deeds may be durable inside
        self.atom.__enter__()
        self.now = NOW
        self.circle = make_circle(capacity=2)
        self.people = [make_member_account(self.circle) for _ in range(PEOPLE - 1)]
        boss = Employee.objects.get(user_id=self.people[0].user_id)
        below = make_employee("bawahan", agency=self.circle.agency, manager=boss)
        self.people.append(account(below))
        self.capacity = self.pool().capacity
        self.most_seated = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atom.__exit__(None, None, None)

    def pool(self) -> CapacityPool:
        return CapacityPool.objects.get(group=self.circle.group)

    def places(self):
        return Place.objects.filter(pool__group=self.circle.group)

    def do(self, deed) -> None:
        try:
            deed()
        except GroupRefused as refused:
            if refused.reason not in EXPECTED:
                raise

    def own(self, one: int, state: PlaceState) -> Place | None:
        row = Enrolment.objects.filter(group=self.circle.group).filter(
            pk__in=[found.pk for found in self.rows(one)]
        )
        return Place.objects.filter(enrolment__in=row, state=state).first()

    def rows(self, one: int):
        try:
            return [enrolment_of(self.circle, self.people[one])]
        except Enrolment.DoesNotExist:
            return []

    @rule(one=who)
    def join(self, one):
        (room,) = rooms_of([self.pool()])
        waited = bool(room.queue)
        before = self.places().count()
        self.do(
            lambda: join_circle(
                actor=self.people[one],
                group_id=self.circle.group.pk,
                request=JoinRequest(agreement_version=1),
                now=self.now,
            )
        )
        if waited and self.places().count() > before:
            # Nobody walks past a queue.
            assert not self.own(one, PlaceState.TAKEN)

    @rule(one=who)
    def leave(self, one):
        if self.rows(one):
            self.do(
                lambda: enrolment.leave_circle(
                    actor=self.people[one], group_id=self.circle.group.pk, now=self.now
                )
            )

    @rule(one=who, takes=st.booleans())
    def answer(self, one, takes):
        place = self.own(one, PlaceState.OFFERED)
        if place is not None:
            deed = offers.take_offer if takes else offers.decline_offer
            self.do(lambda: deed(actor=self.people[one], place_id=place.pk, now=self.now))

    @rule(one=who)
    def look_again(self, one):
        if self.rows(one):
            recheck(actor=self.people[one], group_id=self.circle.group.pk, now=self.now)

    @rule(one=who, comes_back=st.booleans())
    def take_a_break(self, one, comes_back):
        if self.rows(one):
            deed = enrolment.resume_circle if comes_back else enrolment.pause_circle
            self.do(
                lambda: deed(
                    actor=self.people[one], group_id=self.circle.group.pk, now=self.now
                )
            )

    @rule(capacity=st.integers(0, 5))
    def resize(self, capacity):
        places.set_capacity(
            actor=self.circle.lead, group_id=self.circle.group.pk, way=Way.ROOM,
            capacity=capacity, now=self.now,
        )  # fmt: skip

    @rule(hours=st.sampled_from([1, 30, 100]))
    def wait(self, hours):
        self.now += timedelta(hours=hours)
        offers.sweep_offers(now=self.now)

    @rule(opens=st.booleans())
    def pause_the_group(self, opens):
        deed = setup.open_group if opens else setup.pause_group
        deed(actor=self.circle.lead, group_id=self.circle.group.pk, now=self.now)

    @invariant()
    def seats_are_not_oversold(self):
        seated = self.places().seated().count()
        capacity = self.pool().capacity
        if capacity >= self.most_seated:
            assert seated <= capacity
        else:
            # Fewer places than were taken: nobody was thrown out, nobody let in.
            assert seated <= max(self.most_seated, capacity)
        self.most_seated = max(seated, 0)

    @invariant()
    def order_is_kept_within_a_turn(self):
        """Whoever was offered or given a place from the queue came before all who wait."""
        # Whoever a visit has just cleared has a smaller number than those asked meanwhile.
        apart = [row.pk for one in (0, PEOPLE - 1) for row in self.rows(one)]
        claims = self.places().exclude(enrolment__in=apart)
        waiting = claims.waiting().values_list("turn", "queue_no")
        offered = claims.filter(state=PlaceState.OFFERED).values_list("turn", "queue_no")
        if waiting and offered:
            assert max(offered) < min(waiting)

    @invariant()
    def nobody_held_back_has_a_place(self):
        assert (
            not self.places().filter(enrolment__held_back=True, state=PlaceState.TAKEN).exists()
        )

    @invariant()
    def boss_and_subordinate_are_never_in_together(self):
        inside = [
            row
            for one in (0, PEOPLE - 1)
            for row in self.rows(one)
            if row.state in {EnrolmentState.ACTIVE, EnrolmentState.PAUSED}
        ]
        assert len(inside) <= 1

    @invariant()
    def one_live_claim_each(self):
        live = list(
            self.places().filter(state__in=LIVE_PLACES).values_list("enrolment", flat=True)
        )
        assert len(live) == len(set(live))

    @invariant()
    def members_have_a_place_and_only_they(self):
        taken = set(
            self.places().filter(state=PlaceState.TAKEN).values_list("enrolment", flat=True)
        )
        members = Enrolment.objects.members().filter(group=self.circle.group)
        assert taken == set(members.values_list("pk", flat=True))


def test_the_waitlist_keeps_its_promises():
    run_state_machine_as_test(
        Waitlist,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
