"""
What a member does in one group leaves no trace beside what she is in another.

Somebody is in two groups, in the same state in both. Whatever she does in the first, no row of
the second is written, no statement that writes names both, and nothing about her is written
where people, vaults or counselling are kept. A copy of the tables, or of their log, then never
shows two of her nicknames at one moment.
"""

import inspect
import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.db import connection

from groups.choices import LIVE_PLACES, ConcernLevel, GroupKind, PlaceState, SignalKind, Way
from groups.models import Place
from groups.services import (
    concerns,
    enrolment,
    leaving,
    meetings,
    offers,
    places,
    run,
    standing,
)
from tests.factories import NOW, wib
from tests.support.groups import (
    enrolment_of,
    give_vault,
    join,
    make_circle,
    make_duty,
    make_member_account,
    meetings_of,
    plan_series,
)
from tests.support.writes import WRITES, watched

pytestmark = pytest.mark.django_db
DAY = wib(0).date() + timedelta(days=4)
ADDRESS = "rina@rumah.test"
OURS = ("groups", "notifications", "audit")
FOREIGN = re.compile(r'"(people|vault|counselling|account)_\w+"')


class Twice:
    """One person in two open circles, with a seat in the first meeting of each."""

    def __init__(self) -> None:
        first = make_circle(kind=GroupKind.OPEN, capacity=2, ways=(Way.ONLINE, Way.ROOM))
        second = make_circle(
            kind=GroupKind.OPEN,
            capacity=2,
            ways=(Way.ONLINE, Way.ROOM),
            agency=first.agency,
            head=first.head,
        )
        self.circles = (first, second)
        self.actor = make_member_account(first)
        EmailAddress.objects.create(user_id=self.actor.user_id, email=ADDRESS, verified=True)
        give_vault(make_duty(first.agency, with_vault=False).user_id)
        for circle in self.circles:
            give_vault(circle.lead.user_id)
            plan_series(circle, starts_on=DAY, at=wib(10).time(), meetings=2)
            join(circle, self.actor, address=ADDRESS)
            self.take(circle, self.actor)
        self.group_id = first.group.pk
        self.meeting = meetings_of(first)[0]

    def take(self, circle, actor, way=Way.ONLINE) -> None:
        meeting = meetings_of(circle)[0]
        places.take_place(actor=actor, meeting_id=meeting.pk, way=way, now=NOW)

    def leave(self) -> None:
        for circle in self.circles:
            enrolment.leave_circle(actor=self.actor, group_id=circle.group.pk, now=NOW)

    def give_up(self) -> None:
        for circle in self.circles:
            meeting = meetings_of(circle)[0]
            places.give_up_place(actor=self.actor, meeting_id=meeting.pk, now=NOW)

    def be_offered(self):
        """Let a place be kept for her in each; return the first."""
        self.give_up()
        for circle in self.circles:
            others = [join(circle) for _ in range(2)]
            for one in others:
                self.take(circle, one)
            self.take(circle, self.actor)
            places.give_up_place(actor=others[0], meeting_id=meetings_of(circle)[0].pk, now=NOW)
        own = enrolment_of(self.circles[0], self.actor)
        return Place.objects.get(enrolment=own, state=PlaceState.OFFERED).pk

    def be_asked(self) -> None:
        """Let each meeting be held in the other way only."""
        for circle in self.circles:
            meeting = meetings_of(circle)[0]
            meetings.change_meeting_place(
                actor=circle.lead, meeting_id=meeting.pk, room="", directions="",
                ways=[Way.ROOM], rev=meeting.rev, now=NOW,
            )  # fmt: skip

    def marks(self, circle) -> list[str]:
        """Return whatever stands for her, or for the circle, in a row."""
        own = enrolment_of(circle, self.actor)
        claims = own.places.filter(state__in=LIVE_PLACES).values_list("pk", flat=True)
        meeting_ids = circle.group.meetings.values_list("pk", flat=True)
        ids = [own.pk, circle.group.pk, *claims, *meeting_ids]
        return [bytes(own.member_tag).hex(), *map(str, ids)]


def nothing(world):
    """Leave her as she is."""


def own_group(deed, **said):
    return lambda world, now: deed(actor=world.actor, group_id=world.group_id, now=now, **said)


def own_meeting(deed, **said):
    return lambda world, now: deed(
        actor=world.actor, meeting_id=world.meeting.pk, now=now, **said
    )


def rejoin(world, now):
    world.leave()
    return lambda: join(world.circles[0], world.actor, address=ADDRESS)


def prepared(prepare, deed):
    def begin(world, now):
        prepare(world)
        return lambda: deed(world, now)

    return begin


def with_offer(deed):
    def begin(world, now):
        place_id = world.be_offered()
        return lambda: deed(actor=world.actor, place_id=place_id, now=now)

    return begin


SOON = timedelta(minutes=-5)
RUNNING = timedelta(minutes=5)

DEEDS = {
    "join_circle": (rejoin, None),
    "leave_circle": (prepared(nothing, own_group(enrolment.leave_circle)), None),
    "recheck": (prepared(nothing, own_group(enrolment.recheck)), None),
    "pause_circle": (prepared(nothing, own_group(standing.pause_circle)), None),
    "resume_circle": (prepared(nothing, own_group(standing.resume_circle)), None),
    "rename_in_circle": (
        prepared(nothing, own_group(standing.rename_in_circle, alias="Bintang Kecil")),
        None,
    ),
    "accept_agreement": (
        prepared(nothing, own_group(standing.accept_agreement, version=1)),
        None,
    ),
    "choose_circle_address": (
        prepared(nothing, own_group(standing.choose_circle_address, address="")),
        None,
    ),
    "block_person": (prepared(nothing, own_group(standing.block_person, who="a@b.test")), None),
    "clear_blocks": (prepared(nothing, own_group(standing.clear_blocks)), None),
    "take_place": (
        prepared(Twice.give_up, own_meeting(places.take_place, way=Way.ROOM)),
        None,
    ),
    "give_up_place": (prepared(nothing, own_meeting(places.give_up_place)), None),
    "confirm_place": (prepared(Twice.be_asked, own_meeting(places.confirm_place)), None),
    "excuse": (prepared(nothing, own_meeting(places.excuse)), None),
    "take_back_excuse": (prepared(nothing, own_meeting(places.take_back_excuse)), None),
    "take_offer": (with_offer(offers.take_offer), None),
    "decline_offer": (with_offer(offers.decline_offer), None),
    "enter_room": (
        prepared(nothing, own_meeting(run.enter_room, agreement_version=1)),
        SOON,
    ),
    "send_signal": (
        prepared(nothing, own_meeting(run.send_signal, kind=SignalKind.STEPPED_OUT)),
        RUNNING,
    ),
    "write_to_facilitators": (
        prepared(
            nothing,
            own_group(
                concerns.write_to_facilitators,
                text="Ia diam sekali.",
                level=ConcernLevel.RED,
                to_duty=False,
            ),
        ),
        None,
    ),
}
STAFF = {
    "offer_next", "set_capacity", "remove_member", "step_run", "host_room", "raise_concern",
    "open_concern", "take_concern", "close_concern", "invite_to_talk",
}  # fmt: skip


def public_deeds(module) -> set[str]:
    """Return the functions of a module with which somebody does something."""
    own = inspect.getmembers(module, inspect.isfunction)
    return {
        name
        for name, deed in own
        if deed.__module__ == module.__name__
        and not name.startswith("_")
        and next(iter(inspect.signature(deed).parameters), "") == "actor"
    }


def test_every_deed_of_a_member_is_driven_here():
    modules = (concerns, enrolment, leaving, offers, places, run, standing)
    found = set().union(*map(public_deeds, modules))
    helpers = {"set_address"}
    assert found - STAFF - helpers == set(DEEDS)


def rows() -> dict[str, set[str]]:
    """Return every row of the room, its notices and its records, with its version."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if model._meta.app_label not in OURS:
                continue
            table = model._meta.db_table
            cursor.execute(f"SELECT t.xmin::text || t::text FROM {table} t")
            found[table] = {row[0] for row in cursor.fetchall()}
    return found


def written(before: dict[str, set[str]], after: dict[str, set[str]]) -> list[str]:
    """Return the rows that were added, changed or taken out."""
    return [row for table in before for row in before[table] ^ after[table]]


@pytest.mark.parametrize("name", DEEDS)
def test_a_deed_in_one_group_writes_nothing_of_another(name):
    world = Twice()
    begin, when = DEEDS[name]
    now = NOW if when is None else world.meeting.period.lower + when
    deed = begin(world, now)
    own, other = (world.marks(circle) for circle in world.circles)
    before = rows()
    with watched() as queries:
        deed()
    said = [query["sql"] for query in queries if query["sql"].startswith(WRITES)]
    touched = written(before, rows())
    assert not [row for row in touched if any(mark in row for mark in other)]
    assert not [sql for sql in said if any(mark in sql for mark in other)]
    assert not [sql for sql in said if FOREIGN.search(sql)]
    # The net is fine enough: what she did is in it.
    if name not in {"recheck", "enter_room"}:
        assert [row for row in touched if any(mark in row for mark in own)]
