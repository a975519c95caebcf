"""The medical reviewer's browser and her pages; plain typed functions."""

import re
from typing import Any

from django.http import HttpResponse
from django.test import Client

from portal.leave.choices import Issuer, Verdict
from portal.leave.models import LeaveRequest
from portal.people.actors import Account
from portal.people.models import User
from portal.vault.services import open_with_passphrase
from portal.vault.unlock import remember
from tests.factories import NOW, PASSPHRASE
from tests.pages.counselling.conftest import sign_in

SEND = {"verdict": Verdict.ENOUGH, "issuer": Issuer.DOCTOR, "piece": 1}
"""The form of a verdict as it is filled in most often."""


def browser_of(actor: Account, *, language: str = "en") -> Client:
    """Return a browser in which somebody is signed in, in English unless said."""
    browser = sign_in(User.objects.get(pk=actor.user_id))
    browser.post("/bahasa/", {"language": language, "next": "/"})
    return browser


def unlock(browser: Client, actor: Account, settings: Any) -> None:
    """Open somebody's vault in her browser."""
    browser.cookies[settings.VAULT_COOKIE_NAME] = remember(
        private_key=open_with_passphrase(user_id=actor.user_id, passphrase=PASSPHRASE),
        user_id=actor.user_id,
        session_key=browser.session.session_key,
        now=NOW,
    )


def path(row: LeaveRequest, tail: str = "") -> str:
    """Return the address of a case, or of something under it."""
    return f"/m/{row.pk}/{tail}"


def images(page: HttpResponse) -> list[str]:
    """Return the addresses of the pictures on a page."""
    return re.findall(r'<img class="paper sens" src="([^"]+)"', page.content.decode())


def take(browser: Client, row: LeaveRequest) -> HttpResponse:
    """Take a case on and return its page."""
    return browser.post(path(row, "ambil/"), follow=True)


def look(browser: Client, row: LeaveRequest) -> HttpResponse:
    """Take a case on and look at every page of its certificate."""
    page = take(browser, row)
    for address in images(page):
        assert browser.get(address).status_code == 200
    return page
