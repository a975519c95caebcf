"""Every address declares who may enter, and says nothing itself."""

import re

import pytest
from django.urls import URLPattern, path

from portal.people.policies import Who, registry
from portal.people.urls import THIRD_PARTY_ROUTES
from tests.support.routes import Route, all_routes, walk

OPEN = {"health": "says that the house answers, in one word; reads no row of anybody"}
"""Addresses of the house without a policy: none may show a person anything."""
TELLING = re.compile(
    r"konsel|counsel|lelah|sakit-|jiwa|mental|psiko|krisis|crisis|depres|dukung|group|"
    r"superuser|appointment|booking",
    re.IGNORECASE,
)
"""What no address says. “Lingkar”, a circle, is a word of every day, as “temu” is."""


def without_policy(routes: list[Route]) -> list[str]:
    """Return the routes nobody guards and nobody has reviewed."""
    return [
        route.name
        for route in routes
        if route.policy is None and route.name not in {*THIRD_PARTY_ROUTES, *OPEN}
    ]


def test_every_route_declares_a_policy() -> None:
    assert not without_policy(all_routes())


def test_a_route_without_a_policy_is_found() -> None:
    naked = URLPattern(path("x/", lambda request: None).pattern, lambda request: None, name="x")
    assert without_policy([Route("x", (), getattr(naked.callback, "policy", None))]) == ["x"]


def test_the_reviewed_list_names_real_routes() -> None:
    there = {route.name for route in all_routes()}
    assert set(OPEN) <= there
    # Sign-up exists only where the organisation named its mail domain.
    assert set(THIRD_PARTY_ROUTES) - {"account_signup"} <= there


def test_the_reviewed_list_gives_reasons() -> None:
    assert all(len(reason) > 20 for reason in THIRD_PARTY_ROUTES.values())


def test_no_route_of_ours_hides_among_the_reviewed() -> None:
    ours = [
        route.name
        for route in walk()
        if route.name in THIRD_PARTY_ROUTES and route.policy is not None
    ]
    assert not ours, "it has a policy: take it off the list"


def test_every_policy_guards_a_route() -> None:
    used = {route.policy.name for route in walk() if route.policy is not None}
    # Tests that ran before in this process have left policies of their own.
    ours = {entry.name for entry in registry() if not entry.name.startswith("tests.")}
    # Sign-up has a policy even where it is switched off.
    assert ours - used <= {"people.signup"}


def test_names_are_given_once() -> None:
    names = [route.name for route in walk()]
    twice = {name for name in names if names.count(name) > 1}
    # `/kalender/` and `/a/audit/` differ in a number, under names of their own.
    assert not twice


def test_anonymous_doors_are_few_and_known() -> None:
    open_doors = {
        route.name for route in walk() if route.policy is not None and route.policy.anonymous
    }
    assert open_doors <= {
        "home:help", "home:calendar", "home:calendar-year", "privacy:who", "privacy:safe",
        "people:language", "people:exit", "people:activation", "account_login",
        "account_logout", "account_signup", "account_email", "notifications:outbox-health",
        # A code on a paper tells its number and validity; a calendar knows a secret address.
        "leave:check", "leave:feed",
    }  # fmt: skip


def test_addresses_say_nothing() -> None:
    for route in walk():
        if route.name not in THIRD_PARTY_ROUTES:
            assert not TELLING.search(route.path()), route.path()


def test_pages_for_a_role_ask_for_it_at_the_door() -> None:
    """Whoever may look at people's rows holds a role; the door says which."""
    for route in walk():
        if route.policy and re.match(r"/(a|f|j|k|l)/", route.path()):
            assert route.policy.roles, f"{route.name} is open to every account"


@pytest.mark.parametrize("name", ["counselling:appointment", "counselling:appointment-book"])
def test_a_client_page_is_open_to_no_role(name: str) -> None:
    route = next(route for route in walk() if route.name == name)
    assert route.policy is not None
    assert route.policy.who == (Who.OWNER,)
