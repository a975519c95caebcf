"""Staff without a second factor reach the pages that set it up, and nothing else."""

import pytest

from tests.support.browsers import browser
from tests.support.routes import Route, all_routes
from tests.support.world import STAFF, World, frozen_world, undone
from tests.support.writes import kept_writes, watched

ENROLMENT = ("/akun/2fa/", "/akun/2fa/reauthenticate/")
ROLES = {
    **STAFF, "assigned": "COUNSELLOR", "leader": "FACILITATOR", "duty": "DUTY",
}  # fmt: skip


def guarded(routes: list[Route]) -> list[Route]:
    """Return the routes of ours behind a sign-in."""
    return [
        route for route in routes if route.policy is not None and not route.policy.anonymous
    ]


def reached(world: World, person: str) -> list[str]:
    """Return every guarded page that somebody without a second factor gets."""
    found = []
    client = browser(world.users[person], mfa=False)
    for route in guarded(all_routes()):
        for method in ("get", "post"):
            with undone(), watched() as queries:
                response = getattr(client, method)(route.path(**world.arguments(route.name)))
            target = response.headers.get("Location", "").partition("?")[0]
            led = response.status_code == 302 and target in ENROLMENT
            wrote = kept_writes(queries)
            if not (led or response.status_code == 404) or wrote:
                found.append(f"{person} {method} {route.name}: {response.status_code}")
    return found


@pytest.mark.django_db
def test_without_a_second_factor_no_page_opens(settings) -> None:
    assert settings.REQUIRE_STAFF_MFA
    found = []
    with frozen_world() as world:
        for person in ROLES:
            found += reached(world, person)
    assert not found


@pytest.mark.django_db
def test_the_pages_that_set_it_up_open() -> None:
    with frozen_world() as world:
        for person in ROLES:
            client = browser(world.users[person], mfa=False)
            assert client.get("/akun/2fa/").status_code == 200
            assert client.get("/bantuan/").status_code == 200


@pytest.mark.django_db
def test_somebody_whose_role_has_ended_needs_none() -> None:
    with frozen_world() as world:
        assert browser(world.users["former"], mfa=False).get("/").status_code == 200
        assert browser(world.users["owner"], mfa=False).get("/").status_code == 200


@pytest.mark.django_db
def test_a_missing_guard_is_seen(settings) -> None:
    settings.REQUIRE_STAFF_MFA = False
    with frozen_world() as world:
        assert reached(world, "assigned")
