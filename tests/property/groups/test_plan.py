"""
The property of a plan: whatever is done to it, in whatever order, a meeting stays a meeting.

Over random plans, moves, turns, ends, cancellations, undone changes, nights and days going by:
no id comes back, no slot and no stretch has two rows, what has begun is never touched again,
a cancelled row comes back only by hand, and a series with a number of meetings never has more.
"""

from datetime import time, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from groups.choices import MeetingStatus, Rhythm, Way
from groups.models import PlanChange
from groups.services import changes, following, meetings, series
from groups.services.desk import GroupRefused
from tests.factories import NOW
from tests.support.groups import make_circle, plan_series
from tests.support.plans import meeting_rows

pytestmark = pytest.mark.django_db
COUNT = 6
ZONES = ("Asia/Jayapura", "Europe/Berlin", "America/New_York")

times = st.sampled_from([time(2, 30), time(8), time(23, 30)])
steps = st.lists(
    st.tuples(
        st.sampled_from(
            ["move", "turn", "turn", "end", "cancel", "reinstate", "undo", "night"]
        ),
        st.integers(0, COUNT - 1),
        st.integers(0, 6),
        times,
        st.sampled_from([None, None, None, Rhythm.WEEKLY, Rhythm.FORTNIGHTLY]),
        st.sampled_from([0, 1, 60 * 24, 60 * 24 * 9]),
    ),
    min_size=1,
    max_size=10,
)
worlds = st.fixed_dictionaries(
    {
        "zone": st.sampled_from(ZONES),
        "first": st.integers(1, 20).map(lambda n: NOW.date() + timedelta(days=n)),
        "at": times,
        "rhythm": st.sampled_from(list(Rhythm)),
        "steps": steps,
    }
)


def do(circle, row, step, *, now) -> None:
    kind, _place, day, at, rhythm, _minutes = step
    said = {"actor": circle.lead, "meeting_id": row.pk, "now": now}
    version = row.series.version if row.series else 0
    if kind == "move":
        when = row.period.lower.date() + timedelta(days=day - 3)
        meetings.move_meeting(day=when, at=at, duration_minutes=60, rev=row.rev, **said)
    elif kind == "turn":
        monthly = row.series.rule.startswith("FREQ=MONTHLY")
        plan = following.FollowingPlan(
            weekday=day,
            at=at,
            duration_minutes=45,
            ways=[Way.ROOM],
            rhythm=None if monthly else rhythm,
        )
        following.change_following(plan=plan, version=version, **said)
    elif kind == "end":
        following.end_following(version=version, **said)
    elif kind == "cancel":
        meetings.cancel_meeting(**said)
    elif kind == "reinstate":
        meetings.reinstate_meeting(**said)
    elif kind == "night":
        series.materialise(now=now)
        changes.tell_changes(now=now)
    else:
        waiting = PlanChange.objects.filter(group=circle.group, told=False)
        newest = waiting.order_by("-tell_at", "id").first()
        if newest is not None:
            changes.undo_change(actor=circle.lead, change_id=newest.pk, now=now)


class Watch:
    """What was seen of the rows so far."""

    def __init__(self, circle):
        self.circle, self.ids, self.before, self.lost = circle, {}, {}, frozenset()

    def look(self, kind, *, now) -> None:
        found = {row["id"]: row for row in meeting_rows(self.circle)}
        for pk, row in found.items():
            key = (row["root_id"], row["slot_key"], row["period_key"])
            assert self.ids.setdefault(pk, key) == key, "an id stands for another slot"
        gone = set(self.ids) - set(found)
        for pk, old in self.before.items():
            if old["period"].lower <= now:
                assert found.get(pk) == old, "what had begun was touched"
            elif pk in found:
                new = found[pk]
                assert new["rev"] >= old["rev"]
                watched = ("period", "ways", "status")
                if any(new[name] != old[name] for name in watched):
                    assert new["rev"] > old["rev"], "a notice about the old state could leave"
                if kind not in {"reinstate", "undo"}:
                    back = (old["status"], new["status"])
                    assert back != (MeetingStatus.CANCELLED, MeetingStatus.PLANNED)
        assert not gone or kind == "undo" or gone <= self.lost, "a row has vanished"
        self.lost = gone
        for names in (("root_id", "slot_key"), ("root_id", "period_key")):
            seen = [tuple(row[name] for name in names) for row in found.values()]
            assert len(seen) == len(set(seen))
        self.before = found


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
)
@given(world=worlds)
def test_whatever_is_done_to_a_plan_its_meetings_stay_themselves(world):
    circle = make_circle(zone=world["zone"])
    plan_series(
        circle,
        starts_on=world["first"],
        at=world["at"],
        meetings=COUNT,
        rhythm=world["rhythm"],
    )
    watch, now, rhythms = Watch(circle), NOW, False
    watch.look("plan", now=now)
    for step in world["steps"]:
        kind, place, *_rest, rhythm, minutes = step
        now += timedelta(minutes=minutes)
        planned = list(
            circle.group.meetings.select_related("series").order_by("slot_key", "id")
        )
        note(f"{kind} {place} {rhythm} {now}")
        try:
            do(circle, planned[place % len(planned)], step, now=now)
            rhythms = rhythms or (kind == "turn" and rhythm is not None)
        except GroupRefused as refused:
            note(f"  refused: {refused.reason}")
        watch.look(kind, now=now)
    series.materialise(now=now)
    watch.look("night", now=now)
    if not rhythms:
        # All of the plan lies within the horizon: as many meetings as were said, for good.
        assert len(watch.before) == COUNT
