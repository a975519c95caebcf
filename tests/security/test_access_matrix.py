"""Every address, every method, every kind of person: one expected answer, or red."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.http import HttpResponse

from tests.security.cells import Cells
from tests.security.matrix import MATRIX
from tests.support.routes import Route, all_routes, ids_in
from tests.support.world import PERSONS, World, frozen_world, undone
from tests.support.writes import kept_writes, watched

SIGN_IN = "/masuk/?next="
READS_ANY = {"home:word", "home:settings"}
"""Pages that answer any other method as they answer GET, and write nothing."""
OFFER = {
    "counselling:counsellor-add", "counselling:counsellor-change",
    "counselling:counsellor-list",
    "counselling:offer-home", "counselling:service-add", "counselling:service-change",
    "counselling:service-list", "counselling:service-restore", "counselling:service-retire",
}  # fmt: skip
"""The desk of the head of the service: what is offered and numbers, nothing of a client's."""
ROUTES = {route.name: route for route in all_routes()}
ROOMS: dict[str, Callable[[str], bool]] = {
    "counselling": lambda name: name.startswith("counselling:"),
    "groups, half": lambda name: "groups:" <= name < "groups:f",
    "groups, other half": lambda name: "groups:f" <= name < "groups;",
    "leave, half": lambda name: "leave:" <= name < "leave:f",
    "leave, other half": lambda name: "leave:f" <= name < "leave;",
    "people": lambda name: name.startswith("people:"),
    "accounts": lambda name: ":" not in name,
    "others": lambda name: (
        ":" in name and not name.startswith(("counselling:", "groups:", "leave:", "people:"))
    ),
}


def answer(response: HttpResponse) -> int | str:
    """Return the cell an answer belongs to."""
    if response.status_code == 302 and response.headers["Location"].startswith(SIGN_IN):
        return "in"
    return int(response.status_code)


def ask(world: World, person: str, route: Route, method: str) -> tuple[int | str, list[str]]:
    """Return what a person gets, and which tables that wrote; nothing of it stays."""
    client = world.browsers[person]
    kept = client.cookies.copy()
    cache.clear()
    path = route.path(**world.arguments(route.name))
    with undone(), watched() as queries:
        response = getattr(client, method)(path)
    client.cookies = kept
    return answer(response), kept_writes(queries)


def show(cells: Cells) -> str:
    """Return a row of the table as one line to compare."""
    return " ".join(f"{person}={cells[person]}" for person in PERSONS)


def test_the_table_is_complete() -> None:
    there = {route.name for route in all_routes()}
    assert there - set(MATRIX) == set(), "an address that nobody has decided about"
    assert set(MATRIX) - there == set(), "a decision about an address that is gone"


def test_every_row_decides_about_everybody() -> None:
    assert all(set(cells) == set(PERSONS) for row in MATRIX.values() for cells in row)


def test_no_line_manager_gets_more_than_anybody() -> None:
    """Manager, HR, reviewer and administrator get nothing of a client's, by the table."""
    staff = ("manager", "hr", "reviewer", "official", "head", "admin", "dpo", "former")
    for name, row in MATRIX.items():
        if name.startswith("counselling:"):
            others = [person for person in staff if person != "head" or name not in OFFER]
            for cells in row:
                assert {cells[person] for person in others} == {cells["other"]}, name


def test_nobody_but_who_leads_it_gets_more_of_a_circle_than_anybody() -> None:
    """Manager, HR, reviewer, administrator and counsellors see no more than a colleague."""
    staff = ("manager", "hr", "reviewer", "official", "admin", "dpo", "former")
    heads = {"circle", "facilitator", "gate"}
    for name, row in MATRIX.items():
        if not name.startswith("groups:"):
            continue
        for cells in row:
            assert {cells[person] for person in staff} == {cells["other"]}, name
            # What the head of service gets is hers alone, and nothing with a member in it.
            if cells["head"] != cells["other"]:
                assert name.removeprefix("groups:").partition("-")[0] in heads, name


def test_nobody_without_a_part_in_it_gets_more_of_leave_than_anybody() -> None:
    """Peers, administrators, the officer for data protection and counsellors see no leave."""
    apart = ("peer", "head", "admin", "dpo", "former", "facilitator", "leader", "duty")
    superiors = {"team", "question", "stand-ins", "stand-in-end", "plan-manager"}
    for name, row in MATRIX.items():
        room, _, page = name.partition(":")
        for cells in row if room == "leave" else ():
            assert {cells[person] for person in apart} == {cells["other"]}, name
            led = [cells[person] for person in ("manager", "chief", "deputy")]
            assert set(led) == {cells["other"]} or page in superiors, name
            # What a reviewer opens nobody else opens, and she decides nothing.
            if cells["reviewer"] != cells["other"]:
                assert page.startswith(("review", "evidence", "plan-reviewer")), name
                assert {cells[one] for one in ("hr", "official")} == {cells["other"]}, name
            # A colleague from another agency gets what is her own, and no row of anybody here.
            if ids_in(ROUTES[name]) and cells["stranger"] != cells["other"]:
                assert cells["stranger"] in {302, 405}, name


@pytest.mark.django_db
@pytest.mark.parametrize("room", ROOMS)
def test_everybody_gets_what_the_table_says(room: str) -> None:
    wrong, written = [], []
    with frozen_world() as world:
        for route in all_routes():
            if not ROOMS[room](route.name) or route.name not in MATRIX:
                continue
            for method, cells in zip(("get", "post"), MATRIX[route.name], strict=True):
                got: Cells = {}
                for person in PERSONS:
                    got[person], writes = ask(world, person, route, method)
                    if got[person] in {"in", 404, 405} and writes:
                        written.append(f"{person} {method} {route.name}: {writes}")
                if got != cells:
                    wrong.append(
                        f"{method} {route.name}\n  is    {show(got)}\n  table {show(cells)}"
                    )
    assert not wrong, "\n".join(wrong)
    assert not written, "a refusal wrote something"


@pytest.mark.django_db
def test_other_methods_do_nothing() -> None:
    wrong = []
    with frozen_world() as world:
        for route in all_routes():
            for person in ("owner", "assigned", "leader", "admin", "hr", "reviewer"):
                for method in ("put", "patch", "delete"):
                    status, writes = ask(world, person, route, method)
                    reads = route.name in READS_ANY or not route.is_ours
                    if writes or (status not in {"in", 302, 404, 405} and not reads):
                        wrong.append(f"{person} {method} {route.name}: {status} {writes}")
    assert not wrong


@pytest.mark.django_db
def test_a_door_left_open_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the owner taken out of the question for rows, a cell turns red."""
    agenda = next(route for route in all_routes() if route.name == "counselling:agenda")
    ticket = next(route for route in all_routes() if route.name == "counselling:appointment")
    with frozen_world() as world:
        assert ask(world, "other", agenda, "get")[0] == 404
        assert ask(world, "other", ticket, "get")[0] == 404
        open_rows(monkeypatch)
        assert ask(world, "other", ticket, "get")[0] != MATRIX[ticket.name][0]["other"]


def open_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the owner out of the room's question for rows."""
    from counselling import policies
    from counselling.models import Appointment

    monkeypatch.setattr(policies, "appointments_of", lambda actor: Appointment.objects.all())
