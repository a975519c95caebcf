"""
How many questions each page asks the database, written down, and that rows do not add to them.

The ledger is `query_counts.json`; `UPDATE_QUERY_COUNTS=1` rewrites it, and the change of a
number stands in the commit that caused it. Statements that only open or close a transaction do
not count. Each page is asked twice: by people with next to nothing, and by people with a lot.
"""

import json
import os
from collections.abc import Callable
from datetime import time, timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.timezone import localdate

from counselling import services
from counselling.choices import AppointmentStatus
from groups.choices import AssignmentKind, ConcernLevel
from groups.models import Facilitator, SupportGroup
from groups.selectors.every import every_group, look_again
from groups.services import announcements, concerns, crew, resources
from groups.statistics import freeze
from portal.people.choices import Role
from tests.factories import NOW, account, add_counsellor, grant, make_employee
from tests.support.clock import at, follow_the_clock
from tests.support.groups import Circle, join, make_circle, plan_series
from tests.support.leave_world import more_rest
from tests.support.routes import all_routes
from tests.support.world import World, build_world, hold_soonest, meet, undone

LEDGER = Path(__file__).with_name("query_counts.json")
BUDGETS = {
    "home:home": 8, "counselling:times": 6, "counselling:times-later": 6,
    "hold": 16, "counselling:appointment-book": 16,
    # A nickname, a seat or a turn, and whatever may stand in between, all under two locks.
    "groups:circle-join": 22,
    # News is read kind by kind, and leave has kinds of its own.
    "notifications:inbox": 11,
    "leave:ask": 6, "leave:team-guide": 3,
    # Until when a question waits takes a calendar: units, weeks, holidays, days worked.
    "leave:team": 11,
    # Three rooms are asked apart what they keep of her; the file holds all of one room.
    "privacy:data": 12, "privacy:leave-data": 16,
}  # fmt: skip
KINDS = {"GET notifications:inbox": 3}
"""News is read kind by kind: so many kinds more than at first, however many of each."""
REST = 10
FRAME = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")
MANY = 24


def person_for(name: str) -> str:
    """Return who asks for a page."""
    if name.startswith(("counselling:service", "counselling:counsellor")):
        return "head"
    if name.startswith("groups:"):
        return _of_the_circles(name)
    if name.startswith("leave:"):
        return _of_leave(name)
    staff = ("counselling:agenda", "counselling:week", "counselling:schedule")
    if name.startswith(staff):
        return "assigned"
    if name.startswith("privacy:audit"):
        return "dpo"
    by_room = {"wellbeing": "head"}
    admin = any(
        name.startswith(f"people:{page}")
        for page in ("admin", "account", "role", "slip", "holiday", "roster")
    )
    return "admin" if admin else by_room.get(name.partition(":")[0], "owner")


def _of_the_circles(name: str) -> str:
    page = name.removeprefix("groups:")
    if page.startswith(("circle-desk", "circle-oversee", "circle-numbers", "gate", "facil")):
        return "head"
    if page.startswith("circle"):
        return "owner"
    return "duty" if page.startswith(("duty-desk", "concern")) else "leader"


def _of_leave(name: str) -> str:
    path = next(route for route in all_routes() if route.name == name).path()
    by_path = {"h": "official", "m": "reviewer", "t": "manager", "cuti": "owner"}
    person = by_path.get(path.split("/")[1], "owner")
    shared = ("queue", "running", "case", "decide", "numbers", "desk", "decision", "revocation")
    kept_by_hr = person == "official" and not name.removeprefix("leave:").startswith(shared)
    return "hr" if kept_by_hr else person


def looked_at(name: str) -> Callable[[World], object]:
    """Return how a page is looked at."""
    route = next(route for route in all_routes() if route.name == name)

    def ask(world: World) -> object:
        client = world.browsers[person_for(name)]
        return client.get(route.path(**world.arguments(name)))

    return ask


def press_hold(world: World) -> object:
    """Press the first time of the list."""
    client = world.browsers["other"]
    token = world.first_token
    return client.post("/temu/", {"time": token})


def press_book(world: World) -> object:
    """Press the button of the check page, with a note."""
    form = {"consent": "1", "alias": "Langit Sore", "mode": "PHONE", "note": "Halo"}
    return world.browsers["owner"].post(f"/temu/{world.held}/pesan/", form)


def press_join(world: World) -> object:
    """Join a circle, which is full: the queue is the longer way."""
    path = f"/lingkar/{world.rows['group_id']}/ikut/"
    return world.browsers["other"].post(path, {"agreement": "1", "alias": ""})


def press_take(world: World) -> object:
    """Take a place that is kept."""
    return world.browsers["waiting"].post(f"/lingkar/tempat/{world.rows['place_id']}/ambil/")


def press_cancel(world: World) -> object:
    """Take a meeting back."""
    return world.browsers["owner"].post(f"/temu/{world.rows['appointment_id']}/batal/")


GET_PAGES = [
    route.name
    for route in all_routes()
    if route.is_ours and ":" in route.name and route.policy is not None
]
ACTIONS = {
    "hold": press_hold,
    "counselling:appointment-book": press_book,
    "counselling:appointment-cancel": press_cancel,
    "groups:circle-join": press_join,
    "groups:offer-take": press_take,
}


def count(ask: Callable[[World], object], world: World) -> tuple[int, int]:
    """Return the status of an answer and how many questions it cost, with a warm frame."""
    cache.clear()
    look_again()
    every_group()
    with undone(), CaptureQueriesContext(connection) as queries:
        response = ask(world)
    asked = [query for query in queries if not query["sql"].startswith(FRAME)]
    return response.status_code, len(asked)  # type: ignore[attr-defined]


def measure(world: World) -> dict[str, int]:
    """
    Return the questions of every page that answers a look, and of the main deeds.

    Each is asked at the same instant: a session is written once a minute, whoever comes.
    """
    world.first_token = _first_token(world)
    found = {}
    for name in GET_PAGES:
        with at(NOW):
            status, asked = count(looked_at(name), world)
        if status == 200:
            found[f"GET {name}"] = asked
    for name, press in ACTIONS.items():
        with at(NOW):
            status, asked = count(press, world)
        assert status == 302, f"{name}: {status}"
        found[f"POST {name}"] = asked
    return found


def _first_token(world: World) -> str:
    """Return the first time with the practice's own counsellor, who is there from the start."""
    times = world.browsers["other"].get("/temu/").context["times"]
    own = world.practice.counsellor.pk
    return next(row.token for row in times if row.counsellor_id == own)


def fill(world: World) -> None:
    """Give everybody a lot of everything."""
    now, practice = timezone.now(), world.practice
    owner = account(world.users["owner"])
    for number in range(MANY):
        before = now - timedelta(days=60 + number)
        past = meet(practice, owner, before)
        services.note_attendance(
            actor=practice.actor, appointment_id=past, outcome=AppointmentStatus.FULFILLED,
            now=before + timedelta(days=8),
        )  # fmt: skip
    for number in range(MANY):
        employee = make_employee("banyak", agency=practice.agency)
        grant(employee.user, practice.agency, Role.HR if number % 2 else Role.FACILITATOR)
        if number < 8:
            meet(practice, account(employee), now)
    for number in range(6):
        add_counsellor(
            practice.agency, practice.head, [practice.service_id], name=f"Konselor {number}"
        )
    # A new hold takes the place of an older one, and each of the meetings above was one.
    world.held = hold_soonest(practice, owner, now)
    _more_rows(world)
    _more_circles(world)
    assert world.room is not None
    more_rest(world.room, now=now, many=MANY // 2)


def _more_rows(world: World) -> None:
    from portal.wellbeing.models import HelpContact

    first = HelpContact.objects.get(pk=world.rows["contact_id"])
    for number in range(MANY):
        first.pk, first._state.adding = None, True
        first.id = HelpContact().id
        first.name, first.position = f"Nomor {number}", 2 + number
        first.save(force_insert=True)
    for number in range(MANY):
        services.close_period(
            actor=world.practice.actor,
            starts_at=timezone.now() + timedelta(days=70 + number),
            ends_at=timezone.now() + timedelta(days=70 + number, hours=2),
            now=timezone.now(),
        )


def _more_circles(world: World) -> None:
    """Fill the circle and its queue, plan more meetings, and make more circles around it."""
    now, practice = timezone.now(), world.practice
    group = SupportGroup.objects.get(pk=world.rows["group_id"])
    lead, owner = account(world.users["leader"]), account(world.users["owner"])
    head, agency = practice.head, practice.agency
    around = Circle(agency, group, lead, lead, head)
    for _ in range(MANY):
        join(around, account(make_employee("banyak", agency=agency)), now=now)
    plan_series(
        around, starts_on=localdate(now) + timedelta(days=2), at=time(14), meetings=10, now=now
    )
    for number in range(MANY // 2):
        resources.add_resource(
            actor=lead, group_id=group.pk, title=f"Bacaan {number}", text="Pelan.", now=now
        )
        announcements.announce(actor=lead, group_id=group.pk, text="Sampai jumpa.", now=now)
        concerns.raise_concern(
            actor=lead, meeting_id=world.rows["meeting_id"], enrolment_id=None,
            level=ConcernLevel.AMBER, text="Ada yang diam.", now=now,
        )  # fmt: skip
    for _ in range(6):
        more = make_circle(agency=agency, head=head)
        crew.assign(
            actor=head, group_id=more.group.pk, kind=AssignmentKind.LEAD, now=now,
            facilitator_id=Facilitator.objects.get(user_id=lead.user_id).pk,
        )  # fmt: skip
        join(more, owner, now=now)
        plan_series(
            more, starts_on=localdate(now) + timedelta(days=1), at=time(9), meetings=3, now=now
        )
    freeze(now=now + timedelta(days=800))


@pytest.fixture
def measured(db, monkeypatch) -> tuple[dict[str, int], dict[str, int]]:
    """Return the ledger of people with little and of people with a lot, on a usual Monday."""
    follow_the_clock(monkeypatch)
    with at(NOW):
        world = build_world()
        few = measure(world)
        fill(world)
        return few, measure(world)


def test_the_ledger_is_true_and_rows_add_nothing(measured) -> None:
    few, many = measured
    grown = {
        page: (few[page], many[page])
        for page in few
        if many[page] > few[page] + KINDS.get(page, 0)
    }
    ledger = {page: {"few": few[page], "many": many[page]} for page in sorted(few)}
    if os.environ.get("UPDATE_QUERY_COUNTS") == "1":
        LEDGER.write_text(json.dumps(ledger, indent=2) + "\n", "utf-8")
    written = json.loads(LEDGER.read_text("utf-8"))
    differ = {
        page: (written.get(page), ledger.get(page))
        for page in {*written, *ledger}
        if written.get(page) != ledger.get(page)
    }
    assert not differ, "run once with UPDATE_QUERY_COUNTS=1 and look at the change"
    assert not grown, "these pages ask more when there are more rows"


def budget(page: str) -> int:
    """Return how many questions a page may ask."""
    return BUDGETS.get(page.partition(" ")[2], 16 if page.startswith("POST") else REST)


def test_every_page_keeps_its_budget() -> None:
    over = {
        page: f"{max(counts.values())} > {budget(page)}"
        for page, counts in json.loads(LEDGER.read_text("utf-8")).items()
        if max(counts.values()) > budget(page)
    }
    assert not over


def test_the_ledger_knows_every_page() -> None:
    pages = {page.partition(" ")[2] for page in json.loads(LEDGER.read_text("utf-8"))}
    assert {"home:home", "counselling:times", "counselling:agenda", "counselling:week",
            "counselling:appointment", "notifications:inbox", "home:mine", "privacy:audit",
            "people:account-list", "people:role-list", "hold", "groups:circles",
            "groups:circle", "groups:circle-meeting", "groups:desk", "groups:group",
            "groups:meeting", "groups:group-plan", "groups:circle-desk", "groups:gate",
            "groups:duty-desk", "groups:circle-join", "groups:offer-take", "leave:own",
            "leave:request", "leave:queue", "leave:case", "leave:running", "leave:team",
            "leave:question", "leave:reviews", "leave:people", "leave:entitlement",
            "leave:feed"} <= pages  # fmt: skip


@pytest.mark.django_db
def test_a_page_that_asks_more_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    from portal.wellbeing import selectors
    from portal.wellbeing.models import HelpContact

    world = build_world()
    ask = looked_at("home:help")
    before = count(ask, world)
    read = selectors.read_help_page

    def curious(**facts):
        HelpContact.objects.count()
        return read(**facts)

    monkeypatch.setattr("portal.home.views.read_help_page", curious)
    assert count(ask, world)[1] == before[1] + 1
