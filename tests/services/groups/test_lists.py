"""Lists: in which order, how long, and nobody on them who is held back."""

from datetime import timedelta

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from groups.choices import Band, ConcernLevel, ConcernState, EnrolmentState, GroupKind, Refusal
from groups.models import Announcement, Concern, Enrolment
from groups.rules.words import MOST_TEXTS, NEWEST
from groups.selectors import closeness, concerns
from groups.selectors.circles import get_circle_page, list_circles
from groups.selectors.facilitation import get_group_page, list_desk
from groups.selectors.meeting import get_run_page
from groups.selectors.words import get_announcements, get_resources
from groups.services import announcements, resources
from groups.services import concerns as worries
from groups.services.desk import GroupRefused
from portal.notifications.models import Notification
from portal.people.models import Employee
from tests.factories import NOW, account, make_agency, make_employee, wib
from tests.support.groups import (
    enrolment_of,
    join,
    make_circle,
    make_duty,
    make_head,
    make_member_account,
    meetings_of,
    plan_series,
)

pytestmark = pytest.mark.django_db
DAY = wib(0).date()


# ---- nobody who is held back


@pytest.fixture
def hidden():
    """An open circle with one member, and her superior, whom nobody there knows of."""
    circle = make_circle(kind=GroupKind.OPEN, capacity=3)
    plan_series(circle, starts_on=DAY + timedelta(days=2), at=wib(10).time(), meetings=2)
    boss = make_member_account(circle)
    manager = Employee.objects.get(user_id=boss.user_id)
    join(circle, account(make_employee("bawahan", agency=circle.agency, manager=manager)))
    join(circle, boss, alias="Tersembunyi")
    row = enrolment_of(circle, boss)
    assert (row.state, row.held_back) == (EnrolmentState.ACTIVE, True)
    return circle, boss


def test_a_meeting_does_not_show_who_is_held_back(hidden):
    circle, _boss = hidden
    page = get_run_page(actor=circle.lead, meeting_id=meetings_of(circle)[0].pk, now=NOW)
    assert len(page.people) + len(page.other_aliases) == 1
    assert "Tersembunyi" not in page.other_aliases


def test_no_sum_counts_who_is_held_back(hidden):
    circle, _boss = hidden
    page = get_group_page(actor=circle.lead, group_id=circle.group.pk, now=NOW)
    assert (page.members, page.waiting, page.applicants) == (1, 0, 0)
    assert [row.members for row in list_desk(actor=circle.lead, now=NOW).groups] == [1]


def test_an_announcement_reaches_her_and_counts_those_who_show(hidden):
    circle, boss = hidden
    announcements.announce(actor=circle.lead, group_id=circle.group.pk, text="Hai.", now=NOW)
    tag = enrolment_of(circle, boss).member_tag
    assert Notification.objects.filter(recipient_tag=tag, notice__contains="announce").exists()
    page = get_announcements(actor=circle.lead, group_id=circle.group.pk, now=NOW)
    (row,) = page.rows
    assert (page.expected, row.expected, row.told, row.held) == (1, 1, 1, 1)
    assert row.is_complete


def test_no_worry_can_be_about_who_is_held_back(hidden):
    circle, boss = hidden
    make_duty(circle.agency)
    meeting = meetings_of(circle)[0]
    form = concerns.get_meeting_worry(actor=circle.lead, meeting_id=meeting.pk, now=NOW)
    assert len(form.people) == 1
    with pytest.raises(Http404):
        worries.raise_concern(
            actor=circle.lead,
            meeting_id=meeting.pk,
            enrolment_id=enrolment_of(circle, boss).pk,
            level=ConcernLevel.AMBER,
            text="Ia diam sekali.",
            now=NOW,
        )


# ---- a long line


def test_with_a_long_line_the_list_says_nothing_of_places(monkeypatch):
    agency = make_agency()
    head = make_head(agency)
    taken, free = (make_circle(agency=agency, head=head, capacity=20) for _ in range(2))
    boss = make_employee("kepala", agency=agency)
    below = [make_employee("staf", agency=agency, manager=boss) for _ in range(3)]
    join(taken, account(below[0]))
    actor = account(boss)

    def read():
        return {row.id: row for row in list_circles(actor=actor, now=NOW).others}

    monkeypatch.setattr(closeness, "LONGEST_LINE", 3)
    told = read()
    assert {row.band for row in told.values()} == {Band.FULL, Band.MANY}
    monkeypatch.setattr(closeness, "LONGEST_LINE", 2)
    with CaptureQueriesContext(connection) as queries:
        silent = read()
    assert {(row.band, row.band_label) for row in silent.values()} == {(None, "")}
    for group_id, row in told.items():
        other = silent[group_id]
        same = set(row.__slots__) - {"band", "band_label"}
        assert {name: getattr(row, name) for name in same} == {
            name: getattr(other, name) for name in same
        }
    # Nobody below is compared with any group.
    assert not any("groups_block" in query["sql"] for query in queries)
    # The page of one circle still tells.
    for circle, band in ((taken, Band.FULL), (free, Band.MANY)):
        page = get_circle_page(actor=actor, group_id=circle.group.pk, now=NOW)
        assert [row.band for row in page.ways] == [band]


# ---- order and length


def test_the_next_to_meet_comes_first():
    agency = make_agency()
    head = make_head(agency)

    def make(name, days):
        circle = make_circle(agency=agency, head=head, name=name)
        if days:
            plan_series(
                circle, starts_on=DAY + timedelta(days=days), at=wib(10).time(), meetings=1
            )
        return circle

    for name, days in (("Anyelir", 0), ("Beringin", 9), ("Cempaka", 2), ("Dahlia", 0)):
        made = make(name, days)
    make("Akasia", 9)
    seen = list_circles(actor=make_member_account(made), now=NOW).others
    assert [row.name for row in seen] == ["Cempaka", "Akasia", "Beringin", "Anyelir", "Dahlia"]


def test_the_newest_announcements_are_shown():
    circle = make_circle()
    member = join(circle)
    for number in range(NEWEST + 2):
        announcements.announce(
            actor=circle.lead, group_id=circle.group.pk, text=f"Kabar {number}", now=NOW
        )
    newest = [f"Kabar {number}" for number in range(NEWEST + 1, 1, -1)]
    page = get_announcements(actor=circle.lead, group_id=circle.group.pk, now=NOW)
    assert [row.text for row in page.rows] == newest
    shown = get_circle_page(actor=member, group_id=circle.group.pk, now=NOW).announcements
    assert [text for text, _day, _author in shown] == newest
    assert Announcement.objects.count() == NEWEST + 2


def test_a_reading_list_has_an_end_and_everything_on_it_shows():
    circle = make_circle()
    member = join(circle)

    def add(title):
        return resources.add_resource(
            actor=circle.lead, group_id=circle.group.pk, title=title, text="Isi.", now=NOW
        )

    titles = [f"Bacaan {number}" for number in range(MOST_TEXTS)]
    first, *_others = [add(title) for title in titles]
    with pytest.raises(GroupRefused) as refused:
        add("Satu lagi")
    assert refused.value.reason == Refusal.LIST_FULL
    page = get_resources(actor=circle.lead, group_id=circle.group.pk, now=NOW)
    assert [row.title for row in page.rows] == titles
    shown = get_circle_page(actor=member, group_id=circle.group.pk, now=NOW).resources
    assert [title for _id, title, _text in shown] == titles
    resources.remove_resource(
        actor=circle.lead, group_id=circle.group.pk, resource_id=first, now=NOW
    )
    add("Satu lagi")


def test_closed_worries_make_room_for_those_that_wait():
    circle = make_circle()
    plan_series(circle, starts_on=DAY + timedelta(days=2), at=wib(10).time(), meetings=1)
    duty = make_duty(circle.agency)
    meeting = meetings_of(circle)[0]

    def hand_on(level):
        return worries.raise_concern(
            actor=circle.lead,
            meeting_id=meeting.pk,
            enrolment_id=None,
            level=level,
            text="Ada yang berat.",
            now=NOW,
        )

    for _ in range(concerns.CLOSED_SHOWN + 2):
        hand_on(ConcernLevel.RED)
    Concern.objects.update(
        state=ConcernState.CLOSED, owner_tag=concerns.reader_tag_of(user_id=duty.user_id)
    )
    waiting = {hand_on(ConcernLevel.AMBER) for _ in range(concerns.CLOSED_SHOWN + 2)}
    desk = concerns.list_concerns(actor=duty, now=NOW)
    assert len(desk.closed) == concerns.CLOSED_SHOWN
    assert {row.id for row in desk.waiting} == waiting
    assert not Enrolment.objects.exists()
