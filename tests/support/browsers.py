"""Signed-in browsers of the cast, with or without a second factor in the session."""

from allauth.account.internal.flows.login import record_authentication
from django.test import Client, RequestFactory

from portal.people.models import User

BACKEND = "portal.people.backends.HouseBackend"


def browser(user: User | None = None, *, mfa: bool = False, **options: bool) -> Client:
    """Return a browser in which somebody is signed in, or nobody."""
    client = Client(raise_request_exception=True, **options)
    if user is None:
        return client
    client.force_login(user, backend=BACKEND)
    request = RequestFactory().get("/")
    request.session = client.session
    record_authentication(request, user, method="password")
    if mfa:
        record_authentication(request, user, method="mfa", type="totp")
    request.session.save()
    return client
