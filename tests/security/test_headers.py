"""The headers of every kind of answer, exactly."""

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.support.browsers import browser
from tests.support.routes import all_routes
from tests.support.world import PERSONS, frozen_world, undone

CSP = (
    "default-src 'none'; base-uri 'none'; connect-src 'self'; font-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; img-src 'self'; manifest-src 'self'; "
    "script-src 'self'; style-src 'self'"
)
EVERY = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": CSP,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), browsing-topics=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
"""What every answer of the house carries, whoever asks and whatever the status."""
MAY_COME = {
    "Content-Length", "Content-Type", "Vary", "Location", "Allow", "Content-Language",
    "Content-Disposition", "Retry-After",
}  # fmt: skip
"""What an answer may carry besides; anything else is a leak until it is understood."""
COOKIES = {"HttpOnly", "Path", "SameSite"}


def directives(policy: str) -> set[str]:
    """Return the parts of a content policy, in no order."""
    return {part.strip() for part in policy.split(";") if part.strip()}


def wrong_headers(response: HttpResponse) -> list[str]:
    """Return what is missing, different or unexpected in an answer."""
    found = []
    for name, value in EVERY.items():
        got = response.headers.get(name, "")
        if name == "Cache-Control":
            # allauth adds its own words to the same end; the decisive one must stand there.
            same = "no-store" in got and "public" not in got
        elif name in {"Content-Security-Policy", "X-Frame-Options"}:
            # A bare redirect to the same address with a slash draws nothing.
            bare = response.status_code == 301
            same = directives(got) == directives(value) or (bare and not got)
        else:
            same = got == value
        if not same:
            found.append(f"{name}: {got or 'missing'}")
    known = {name.lower() for name in (*EVERY, *MAY_COME, "Expires")}
    found += [name for name in response.headers if name.lower() not in known]
    for cookie in response.cookies.values():
        flags = {flag for flag in ("httponly", "samesite") if not cookie[flag]}
        found += [f"cookie {cookie.key} without {flag}" for flag in flags]
        if cookie["domain"]:
            found.append(f"cookie {cookie.key} names a domain")
    return found


@pytest.mark.django_db
def test_every_page_carries_them() -> None:
    wrong = {}
    with frozen_world() as world:
        for route in all_routes():
            for person in ("anonymous", "owner", "assigned", "admin"):
                with undone():
                    client = world.browsers[person]
                    kept = client.cookies.copy()
                    response = client.get(route.path(**world.arguments(route.name)))
                    client.cookies = kept
                if found := wrong_headers(response):
                    wrong[f"{person} {route.name} {response.status_code}"] = found
    assert not wrong
    assert {"anonymous", "owner", "assigned", "admin"} <= {*PERSONS}


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/nowhere/", "/temu", "/static/nowhere.css", "/favicon.ico"])
def test_missing_pages_carry_them(path: str) -> None:
    for client in (Client(), browser()):
        assert not wrong_headers(client.get(path))


@pytest.mark.django_db
def test_refused_forms_carry_them() -> None:
    response = Client(enforce_csrf_checks=True).post("/bahasa/", {"language": "en"})
    assert response.status_code == 403
    assert not wrong_headers(response)


@pytest.mark.django_db
def test_no_answer_names_the_server_software() -> None:
    response = Client().get("/bantuan/")
    assert not {"Server", "X-Powered-By", "Via"} & {*response.headers}


def test_wrong_headers_are_found() -> None:
    response = HttpResponse("x")
    assert len(wrong_headers(response)) == len(EVERY)
    for name, value in EVERY.items():
        response.headers[name] = value
    assert not wrong_headers(response)
    response.headers["X-Appointment"] = "1"
    response.set_cookie("who", "rina")
    assert set(wrong_headers(response)) == {
        "X-Appointment", "cookie who without httponly", "cookie who without samesite",
    }  # fmt: skip
    response.headers["Content-Security-Policy"] = CSP.replace("'self'", "*", 1)
    assert any("Content-Security-Policy" in found for found in wrong_headers(response))
