"""Plans of a circle as the tests change and compare them."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from groups.choices import Way
from groups.models import Duty, Meeting, MeetingSeries, Place, PlanChange
from groups.services import following
from portal.people.actors import Account
from tests.factories import NOW
from tests.support.groups import Circle, plan_series

FRIDAY = date(2026, 11, 27)
THURSDAY = 3
EIGHT = time(8)
TEN = time(10)


def plan_fridays(circle: Circle, *, meetings: int | None = 8, **more: Any) -> list[Meeting]:
    """Plan Fridays at eight from 27 November 2026 on; return the meetings."""
    plan_series(circle, starts_on=FRIDAY, at=EIGHT, meetings=meetings, **more)
    return rows(circle)


def rows(circle: Circle) -> list[Meeting]:
    """Return the meetings of a circle in the order their series first gave them."""
    return list(circle.group.meetings.select_related("series").order_by("slot_key", "id"))


def series_of(circle: Circle) -> list[MeetingSeries]:
    """Return the series of a circle, soonest first."""
    return list(circle.group.series.order_by("starts_on", "id"))


def turn(
    circle: Circle,
    pivot: Meeting,
    *,
    actor: Account | None = None,
    version: int | None = None,
    now: datetime = NOW,
    **plan: Any,
) -> UUID:
    """Let a series go on from a meeting as on Thursdays at ten, unless said otherwise."""
    row = Meeting.objects.select_related("series").get(pk=pivot.pk)
    assert row.series is not None
    values = {
        "weekday": THURSDAY,
        "at": TEN,
        "duration_minutes": row.series.duration_minutes,
        "ways": [Way(way) for way in row.series.ways],
    }
    return following.change_following(
        actor=actor or circle.lead,
        meeting_id=pivot.pk,
        plan=following.FollowingPlan(**{**values, **plan}),
        version=row.series.version if version is None else version,
        now=now,
    )


def full(*, model: Any, **which: Any) -> list[dict[str, Any]]:
    """Return whole rows, to compare byte by byte."""
    return list(model.objects.filter(**which).order_by("id").values())


def meeting_rows(circle: Circle) -> list[dict[str, Any]]:
    """Return the circle's meetings as whole rows in the order of their slots."""
    return list(Meeting.objects.filter(group=circle.group).order_by("slot_key", "id").values())


def kept_rows(circle: Circle) -> dict[str, list[dict[str, Any]]]:
    """Return what a change of plan never touches, as whole rows."""
    return {
        "enrolments": full(model=circle.group.enrolments.model, group=circle.group),
        "places": full(model=Place, pool__group=circle.group),
        "duties": full(model=Duty, meeting__group=circle.group),
    }


def last_change(circle: Circle) -> PlanChange:
    """Return the change of the plan written last."""
    return PlanChange.objects.filter(group=circle.group).order_by("-tell_at").first()  # type: ignore[return-value]
