"""Browsers at the desk of leave, and what their pages say; plain typed functions."""

import re
from html import unescape

from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from portal.people.actors import Account
from portal.people.models import User
from tests.pages.counselling.conftest import sign_in, text_of

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


def at_the_desk(actor: Account, *, language: str = "en") -> Client:
    """Return a browser in which somebody of the desk is signed in, in English unless said."""
    browser = sign_in(User.objects.get(pk=actor.user_id))
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return browser


def said(page: HttpResponse) -> str:
    """Return a page as it is read out."""
    return unescape(text_of(page))


def hidden(page: HttpResponse) -> dict[str, list[str]]:
    """Return the hidden fields of a page by name, without the token."""
    found: dict[str, list[str]] = {}
    for name, value in HIDDEN.findall(page.content.decode()):
        if name != "csrfmiddlewaretoken":
            found.setdefault(unescape(name), []).append(unescape(value))
    return found
