"""A browser at the administrators' pages; plain typed functions."""

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from portal.people.models import User


def client_of(user: User) -> Client:
    """Return a browser in which somebody is signed in."""
    client = Client()
    client.force_login(user)
    return client


def url(name: str, *args: object) -> str:
    """Return the address of a page of people and accounts."""
    return reverse(f"people:{name}", args=args)


def text_of(answer: HttpResponse, status: int = 200) -> str:
    """Return a page as it was sent; it has that status."""
    assert answer.status_code == status
    return answer.content.decode()
