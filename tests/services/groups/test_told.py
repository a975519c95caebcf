"""Every line of the inbox: true to the facts, discreet, in a fixed number of queries."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from groups import notices
from groups.choices import ChangeKind, ConcernLevel, GroupKind, PlaceState
from groups.models import (
    Agreement,
    Announcement,
    CapacityPool,
    Concern,
    Debrief,
    Enrolment,
    Facilitator,
    Meeting,
    Place,
    PlanChange,
)
from groups.services import setup
from groups.services.concerns import invite_to_talk
from portal.notifications import registry
from portal.notifications import selectors as inbox
from portal.vault.services import seal_field
from tests.factories import NOW
from tests.security.test_notices import denied_in
from tests.support.groups import (
    Circle,
    enrolment_of,
    join,
    make_circle,
    make_duty,
    meetings_of,
    plan_series,
)
from tests.support.words import avoided_in
from tests.support.worries import hand_on, told

pytestmark = pytest.mark.django_db

WEDNESDAY = date(2026, 11, 25)
ALL = sorted(value for value in vars(notices).values() if str(value).startswith("lingkar."))
NAMESPACES = {notices.MEMBER, notices.FACILITATOR, notices.HEAD, notices.DUTY}
TOPIC = "Kelelahan kerja"


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@dataclass
class Scene:
    """A circle in which everything has happened that anybody is told of."""

    circle: Circle
    subjects: dict[str, list[tuple[object, int]]]


@pytest.fixture
def circle() -> Circle:
    """A circle that meets on Wednesdays."""
    made = make_circle(name="Kenanga Rabu", topic=TOPIC)
    plan_series(made, starts_on=WEDNESDAY, at=time(10, 0))
    return made


def make_place(circle, state, *, meeting=None, number=1, **more):
    """Put somebody of a circle into a state no service is asked for here."""
    pool = CapacityPool.objects.get(group=circle.group, meeting=meeting)
    member = enrolment_of(circle, join(circle))
    Place.objects.filter(enrolment=member).delete()
    return Place.objects.create(
        pool=pool, enrolment=member, state=state, queue_no=1000 + number, **more
    )


def at(row, rev=0):
    return [(row.pk, rev)]


@pytest.fixture
def scene(circle) -> Scene:
    """Everything at once; most of it written as rows, since the words follow the rows."""
    member = enrolment_of(circle, join(circle, alias="Langit"))
    meeting = meetings_of(circle)[0]
    lead = Facilitator.objects.get(user_id=circle.lead.user_id)
    soon = NOW + timedelta(hours=5)
    offered = make_place(
        circle, PlaceState.OFFERED, seat_no=3, offer_expires_at=soon, rev=1, undelivered=True
    )
    states = {
        name: enrolment_of(circle, join(circle)) for name in ("REFERRED", "REMOVED", "APPLIED")
    }
    for name, row in states.items():
        left = None if name == "APPLIED" else NOW.date().replace(day=1)
        Enrolment.objects.filter(pk=row.pk).update(state=name, left_month=left)
    change = PlanChange.objects.create(
        group=circle.group, kind=ChangeKind.MOVED, affected=[meeting.pk],
        from_on=WEDNESDAY, tell_at=NOW,
    )  # fmt: skip
    announcement = Announcement(
        group=circle.group, author=lead, expected=1, told=1, position=1, on_day=WEDNESDAY
    )
    seal_field(announcement, "text", "Depresi dan trauma.")
    announcement.save()
    worry = Concern.objects.create(
        group=circle.group, enrolment=member, raised_by="FACILITATOR",
        level=ConcernLevel.RED, for_duty=True, on_day=WEDNESDAY,
    )  # fmt: skip
    letter = Concern.objects.create(
        group=circle.group, enrolment=member, raised_by="MEMBER",
        level=ConcernLevel.AMBER, for_duty=False, on_day=WEDNESDAY,
    )  # fmt: skip
    debrief = Debrief.objects.create(
        meeting=meeting, facilitator=lead, feeling="HEAVY", wants_talk=True
    )
    ended = make_circle(agency=circle.agency, head=circle.head, name="Melati")
    setup.end_group(actor=ended.lead, group_id=ended.group.pk, now=NOW)
    agreement = Agreement.objects.get(group=circle.group)
    by_meeting = at(meeting, meeting.rev)
    lapsed = make_place(circle, PlaceState.LAPSED, number=3, rev=2)
    # The last one: whoever joins after her would find her a place.
    queued = make_place(circle, PlaceState.WAITING, number=2)
    return Scene(
        circle,
        {
            notices.QUEUED: at(queued),
            notices.JOINED: at(member, member.rev),
            notices.OFFERED: at(offered, 1),
            notices.FIRST_COME: by_meeting,
            notices.LAPSED: at(lapsed, 2),
            notices.REFERRED: at(states["REFERRED"], states["REFERRED"].rev),
            notices.REMOVED: at(states["REMOVED"], states["REMOVED"].rev),
            notices.ENDED: at(ended.group),
            notices.PLAN_CHANGED: at(change),
            notices.REMINDER: by_meeting,
            notices.ANNOUNCED: at(announcement),
            notices.AGREEMENT: at(agreement),
            notices.INVITED: at(worry),
            notices.FOR_FACILITATOR_PLAN: at(change),
            notices.FOR_FACILITATOR_ASK: by_meeting,
            notices.FOR_FACILITATOR_STAND_IN: by_meeting,
            notices.FOR_FACILITATOR_STANDS_IN: by_meeting,
            notices.FOR_FACILITATOR_CO_LEFT: at(circle.group),
            notices.FOR_FACILITATOR_ASSIGNED: at(circle.group),
            notices.FOR_FACILITATOR_APPLIED: at(states["APPLIED"], states["APPLIED"].rev),
            notices.FOR_FACILITATOR_CONCERN: at(letter),
            notices.FOR_HEAD_GATE: by_meeting,
            notices.FOR_HEAD_UNDELIVERED: at(offered, 1),
            notices.FOR_HEAD_TALK: at(debrief),
            notices.FOR_DUTY_CONCERN: at(worry),
        },
    )


LATE = timedelta(hours=46)
"""From Monday 08.00 to Wednesday 06.00 WIB: a stand-in is looked for from a day ahead on."""


def lines_of(name, pairs, *, now=NOW, zone="Asia/Jakarta"):
    many = registry.find_notice(name).many
    assert many is not None
    return many(pairs, zone, now)


def test_every_notice_of_the_room_is_registered():
    known = {notice.name for notice in registry.list_notices()}

    assert set(ALL) - NAMESPACES <= known
    assert set(registry.list_namespaces()) >= NAMESPACES
    assert registry.is_scoped(notices.MEMBER)
    assert "lingkar" in dict(registry.list_planners())


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_line_is_discreet_and_leads_somewhere(scene, client, language):
    assert set(scene.subjects) == set(ALL) - NAMESPACES, "a notice without a scene"
    for name, pairs in scene.subjects.items():
        now = NOW + LATE if name == notices.FOR_FACILITATOR_STAND_IN else NOW
        with translation.override(language):
            (line,) = lines_of(name, pairs, now=now, zone="Asia/Jayapura").values()
        words = f"{line.title} {line.body}"
        assert line.title, name
        assert line.body, name
        assert client.get(line.url).status_code == 302, "a page that asks who is there"
        assert not denied_in(words.replace(scene.circle.group.name, "")), words
        assert not avoided_in(words), words
        for secret in (TOPIC, "Langit", "Depresi", "Ruang Melati", "https://", "!"):
            assert secret not in words


def test_a_page_of_lines_costs_what_one_costs(scene):
    for name, pairs in scene.subjects.items():
        with CaptureQueriesContext(connection) as one:
            lines_of(name, pairs)
        with CaptureQueriesContext(connection) as thirty:
            lines_of(name, [*pairs, *((uuid4(), 0) for _ in range(30))])
        assert len(thirty) == len(one), name


def test_a_subject_that_is_gone_says_nothing():
    for name in set(ALL) - NAMESPACES:
        assert lines_of(name, [(uuid4(), 0)]) == {}
        assert not registry.find_notice(name).still_true(uuid4(), 0, NOW)
        assert registry.find_notice(name).lines(uuid4(), "Asia/Jakarta").title == ""


REVISED = (
    notices.OFFERED, notices.LAPSED, notices.FIRST_COME, notices.REMINDER, notices.JOINED,
    notices.FOR_FACILITATOR_ASK, notices.FOR_HEAD_GATE,
)  # fmt: skip


def test_an_older_revision_stays_silent(scene):
    for name in REVISED:
        ((subject, rev),) = scene.subjects[name]
        assert registry.find_notice(name).still_true(subject, rev, NOW)
        assert not registry.find_notice(name).still_true(subject, rev + 1, NOW)


def test_a_meeting_that_began_is_no_news(scene):
    begins = meetings_of(scene.circle)[0].period.lower
    for name, pairs in scene.subjects.items():
        if pairs == scene.subjects[notices.REMINDER]:
            notice = registry.find_notice(name)
            assert notice.still_true(*pairs[0], begins - timedelta(minutes=1))
            assert not notice.still_true(*pairs[0], begins)


def test_an_offer_ends_with_its_clock(scene):
    ((subject, rev),) = scene.subjects[notices.OFFERED]
    offered = registry.find_notice(notices.OFFERED)

    assert "13.00 WIB" in offered.lines(subject, "Asia/Jakarta").title
    assert "15.00 WIT" in offered.lines(subject, "Asia/Jayapura").title
    assert not offered.still_true(subject, rev, NOW + timedelta(hours=5))
    Place.objects.filter(pk=subject).update(state=PlaceState.TAKEN, offer_expires_at=None)
    assert not offered.still_true(subject, rev, NOW)


def change_line(circle, kind, meetings):
    change = PlanChange.objects.create(
        group=circle.group, kind=kind, affected=[row.pk for row in meetings],
        from_on=WEDNESDAY, tell_at=NOW,
    )  # fmt: skip
    return lines_of(notices.PLAN_CHANGED, at(change)).get((change.pk, 0))


def test_a_change_says_which_circle_from_when_and_how(circle):
    first, second, *_rest = meetings_of(circle)
    moved = change_line(circle, ChangeKind.MOVED, [first])
    assert "Kenanga Rabu" in moved.title
    assert "25 November 2026" in moved.title
    assert "10.00 WIB" in moved.body

    following = change_line(circle, ChangeKind.FOLLOWING, [first, second])
    assert "10.00 WIB" in following.body
    Meeting.objects.update(status="CANCELLED", cancel_reason="PLAN")
    assert "no more meetings" in change_line(circle, ChangeKind.FOLLOWING, [first, second]).body
    assert "does not take place" in change_line(circle, ChangeKind.CANCELLED, [first]).body


def test_a_cancellation_that_was_taken_back_since_says_so(circle):
    first = meetings_of(circle)[0]

    assert "after all" in change_line(circle, ChangeKind.CANCELLED, [first]).body


def test_a_change_of_the_past_is_no_news(circle):
    first = meetings_of(circle)[0]
    Meeting.objects.filter(pk=first.pk).update(
        period=(NOW - timedelta(hours=3), NOW - timedelta(hours=1))
    )

    assert change_line(circle, ChangeKind.MOVED, [first]) is None


def test_a_queue_for_one_meeting_names_it():
    circle = make_circle(kind=GroupKind.OPEN, capacity=1)
    plan_series(circle, starts_on=WEDNESDAY, at=time(10, 0))
    meeting = meetings_of(circle)[0]
    place = make_place(circle, PlaceState.WAITING, meeting=meeting)

    (line,) = lines_of(notices.QUEUED, at(place)).values()

    assert "10.00 WIB" in line.title
    assert str(meeting.pk) in line.url
    Meeting.objects.update(status="CANCELLED", cancel_reason="PLAN")
    assert not lines_of(notices.QUEUED, at(place))


def test_only_the_agreement_in_force_is_news(circle):
    join(circle)
    old = Agreement.objects.get(group=circle.group)
    setup.publish_agreement(
        actor=circle.lead, group_id=circle.group.pk, text_id="Baru.", text_en="", now=NOW
    )

    assert not lines_of(notices.AGREEMENT, at(old))
    assert lines_of(notices.AGREEMENT, at(Agreement.objects.get(version=2)))


def test_the_inbox_reads_every_group_under_a_tag_of_its_own(circle):
    other = make_circle(agency=circle.agency, head=circle.head, name="Melati")
    member = join(circle)
    join(other, member)

    titles = told(member)

    assert any("Kenanga Rabu" in one for one in titles)
    assert any("Melati" in one for one in titles)
    tags = {enrolment_of(one, member).member_tag for one in (circle, other)}
    assert len(tags) == 2


def test_somebody_who_left_still_reads_an_invitation(circle):
    """Who left may be the very person somebody worries about."""
    duty, member = make_duty(circle.agency), join(circle)
    enrolment = enrolment_of(circle, member)
    concern_id = hand_on(circle, about=enrolment.pk)
    Enrolment.objects.filter(pk=enrolment.pk).update(
        state="LEFT", left_month=NOW.date().replace(day=1)
    )

    invite_to_talk(actor=duty, concern_id=concern_id, now=NOW)

    rows = inbox.list_inbox(user_id=member.user_id, zone="Asia/Jakarta", now=NOW)
    assert [row.url for row in rows if "talk" in row.title] == ["/temu/"]
    assert any("help page" in row.body for row in rows)
