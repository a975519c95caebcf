"""A browser at the pages of a circle, and what stands on them; plain typed functions."""

import re
from html import unescape

from django.http import HttpResponse
from django.test import Client

from portal.people.actors import Account
from portal.people.models import User
from tests.pages.counselling.conftest import sign_in
from tests.support.groups import Circle, join


def browser_of(actor: Account) -> Client:
    """Return a browser in which somebody is signed in."""
    return sign_in(User.objects.get(pk=actor.user_id))


def path_of(circle: Circle) -> str:
    """Return the address of a circle's page."""
    return f"/lingkar/{circle.group.pk}/"


def asked(page: HttpResponse, **typed: str) -> dict[str, str]:
    """Return the form of joining as the page fills it in, with what somebody typed."""
    html = page.content.decode()
    form = next(
        one for one in re.findall(r"<form.*?</form>", html, re.DOTALL) if "/ikut/" in one
    )
    sent = {}
    for tag in re.findall(r"<(?:input|textarea)[^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name is None or ("radio" in tag and "checked" not in tag):
            continue
        sent[name[1]] = unescape(value[1]) if value else ""
    return {**sent, **typed}


def title_of(page: HttpResponse) -> str:
    """Return the title of a page."""
    return page.content.decode().split("<title>")[1].split("</title>")[0]


def fill_up(circle: Circle, seats: int = 1) -> None:
    """Let strangers take that many places."""
    for _ in range(seats):
        join(circle)
