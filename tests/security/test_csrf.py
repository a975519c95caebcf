"""No form of the house can be sent from somewhere else."""

import pytest
from django.urls import resolve

from tests.support.browsers import browser
from tests.support.routes import Route, all_routes
from tests.support.world import World, frozen_world, undone
from tests.support.writes import kept_writes, watched

UNSAFE = ("post", "put", "patch", "delete")
EXPLAINED = {
    "people:exit": "the way out never fails; a stranger's page could at most sign somebody out",
}
"""Routes that need no token, and why."""


def exempt(routes: list[Route]) -> list[str]:
    """Return the routes whose view asks for no token."""
    return [
        route.name
        for route in routes
        if getattr(resolve(route.path()).func, "csrf_exempt", False)
        and route.name not in EXPLAINED
    ]


def test_no_view_is_exempt() -> None:
    assert not exempt(all_routes())


def _taken(world: World, person: str, methods: tuple[str, ...]) -> list[str]:
    """Send every unsafe request without a token and return those that were not refused."""
    found = []
    strict = browser(world.users.get(person), mfa=True, enforce_csrf_checks=True)
    for route in all_routes():
        for method in methods:
            path = route.path(**world.arguments(route.name))
            with undone(), watched() as queries:
                response = getattr(strict, method)(path)
            writes = kept_writes(queries)
            if (response.status_code != 403 or writes) and route.name not in EXPLAINED:
                found.append(f"{person} {method} {route.name}: {response.status_code} {writes}")
    return found


@pytest.mark.django_db
def test_a_form_without_a_token_is_refused() -> None:
    taken = []
    with frozen_world() as world:
        for person in ("anonymous", "assigned", "leader", "duty", "head", "admin", "dpo"):
            taken += _taken(world, person, ("post",))
        taken += _taken(world, "owner", UNSAFE)
    assert not taken


@pytest.mark.django_db
def test_the_way_out_takes_no_more_than_the_session() -> None:
    with frozen_world() as world:
        strict = browser(world.users["owner"], enforce_csrf_checks=True)
        with undone(), watched() as queries:
            strict.post("/tutup/")
    assert not kept_writes(queries)


@pytest.mark.django_db
def test_the_token_of_another_browser_is_refused() -> None:
    stranger = browser(enforce_csrf_checks=True)
    stranger.get("/masuk/")
    token = stranger.cookies[next(name for name in stranger.cookies if "csrf" in name)].value
    own = browser(enforce_csrf_checks=True)
    own.get("/masuk/")
    other = token[:-6] + "aaaaaa"
    assert (
        own.post("/bahasa/", {"language": "en", "csrfmiddlewaretoken": other}).status_code
        == 403
    )


@pytest.mark.django_db
def test_a_form_from_the_page_itself_is_taken() -> None:
    own = browser(enforce_csrf_checks=True)
    page = own.get("/masuk/")
    token = str(page.context["csrf_token"])
    answer = own.post("/bahasa/", {"language": "en", "csrfmiddlewaretoken": token})
    assert answer.status_code == 302


@pytest.mark.django_db
def test_a_form_from_another_site_is_refused_with_a_token() -> None:
    own = browser(enforce_csrf_checks=True)
    token = str(own.get("/masuk/").context["csrf_token"])
    for origin in ("https://elsewhere.test", "null"):
        answer = own.post(
            "/bahasa/",
            {"language": "en", "csrfmiddlewaretoken": token},
            headers={"origin": origin},
        )
        assert answer.status_code == 403


def test_an_exempt_view_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    route = next(route for route in all_routes() if route.name == "people:language")
    monkeypatch.setattr(resolve(route.path()).func, "csrf_exempt", True, raising=False)
    assert exempt([route]) == ["people:language"]
