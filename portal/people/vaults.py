"""
The vault of whoever sends a request, and what a lapsed form carries over the passphrase.

The cookie holds one half of an unlocked vault, Redis the other (``portal.vault.unlock``).
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.utils.http import url_has_allowed_host_and_scheme

from portal.people.actors import actor_of
from portal.people.sessions import AWAKE_KEY
from portal.vault.unlock import Locked, OpenVault, forget, keep_open, recall, remember

NEXT_KEY = "vault_next"
KEPT_PREFIX = "kept-"
_NOT_KEPT = frozenset({"csrfmiddlewaretoken", "passphrase"})


class RequestVault:
    """The vault of the signed-in person, looked up when a page first needs it."""

    def __init__(self, request: HttpRequest, clock: Callable[[], datetime]) -> None:
        self._request = request
        self._clock = clock
        self._vault: OpenVault | None = None
        self._looked = False
        self._cookie: str | None = None

    @property
    def is_open(self) -> bool:
        """Return whether the vault is unlocked in this browser."""
        return self._find() is not None

    def open(self, blob: bytes, *context: str) -> bytes:
        """
        Open what was sealed to the person.

        :raises Locked: if the vault is not unlocked in this browser.
        """
        vault = self._find()
        if vault is None:
            raise Locked
        return vault.open(blob, *context)

    def private_key(self, *, now: datetime) -> bytes:
        """
        Return the unlocked private key, to change the passphrase.

        :raises Locked: if the vault is not unlocked in this browser.
        """
        request = self._request
        secret = request.COOKIES.get(settings.VAULT_COOKIE_NAME, "")
        if not secret or not request.user.is_authenticated or not request.session.session_key:
            raise Locked
        return recall(
            secret=secret,
            user_id=request.user.pk,
            session_key=request.session.session_key,
            now=now,
        )

    def unlock(self, private_key: bytes, *, now: datetime) -> None:
        """Keep the vault open in this browser; the cookie goes out with the answer."""
        request = self._request
        if not request.session.session_key:
            request.session.save()
        self._cookie = remember(
            private_key=private_key,
            user_id=actor_of(request).user_id,
            session_key=request.session.session_key or "",
            now=now,
        )
        self._vault, self._looked = OpenVault(private_key), True

    def keep_open(self, *, until: datetime) -> None:
        """
        Let no idle time lock the vault before ``until``, as during an appointment.

        The session stays, too: without it the vault would be out of reach.

        :raises Locked: if the vault is not unlocked in this browser.
        """
        request = self._request
        keep_open(
            secret=request.COOKIES.get(settings.VAULT_COOKIE_NAME, ""),
            user_id=actor_of(request).user_id,
            session_key=request.session.session_key or "",
            until=until,
            now=self._clock(),
        )
        if request.session.get(AWAKE_KEY, 0.0) < until.timestamp():
            request.session[AWAKE_KEY] = until.timestamp()

    def lock(self) -> None:
        """Throw the server's half away and take the cookie back."""
        secret = self._request.COOKIES.get(settings.VAULT_COOKIE_NAME, "")
        if secret:
            forget(secret=secret)
        self._request.session.pop(AWAKE_KEY, None)
        self._vault, self._looked, self._cookie = None, True, ""

    def write_cookie(self, response: HttpResponseBase) -> None:
        """Send the cookie of a vault that was opened or locked during this request."""
        if self._cookie:
            response.set_cookie(
                settings.VAULT_COOKIE_NAME,
                self._cookie,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Strict",
            )
        elif self._cookie == "":
            response.delete_cookie(settings.VAULT_COOKIE_NAME, samesite="Strict")

    def _find(self) -> OpenVault | None:
        if not self._looked:
            self._looked = True
            try:
                self._vault = OpenVault(self.private_key(now=self._clock()))
            except Locked:
                self._vault = None
        return self._vault


def vault_of(request: HttpRequest) -> RequestVault:
    """Return the vault that the middleware attached."""
    vault: RequestVault = request.vault  # type: ignore[attr-defined]  # ours, on Django's request
    return vault


def kept_fields(sent: QueryDict) -> list[tuple[str, str]]:
    """Return what was typed into a form, to be carried over the passphrase in hidden fields."""
    return [
        (KEPT_PREFIX + name, value)
        for name, values in sent.lists()
        if name not in _NOT_KEPT
        for value in values
    ]


def kept_again(sent: QueryDict) -> list[tuple[str, str]]:
    """Return fields that are being carried already, under the names they travel with."""
    return [(KEPT_PREFIX + name, value) for name, value in restored_fields(sent)]


def restored_fields(sent: QueryDict) -> Iterable[tuple[str, str]]:
    """Yield the fields of the interrupted form under their own names."""
    for name, values in sent.lists():
        if name.startswith(KEPT_PREFIX):
            for value in values:
                yield name.removeprefix(KEPT_PREFIX), str(value)


def safe_path(path: str, request: HttpRequest) -> str:
    """Return a path of this site, or nothing."""
    own = path.startswith("/") and url_has_allowed_host_and_scheme(
        path, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return path if own else ""


def same_site_referrer(request: HttpRequest) -> str:
    """Return the path of the page that led here, if it is one of ours."""
    parts = urlsplit(request.headers.get("Referer", ""))
    if parts.netloc != request.get_host():
        return ""
    return safe_path(parts.path + (f"?{parts.query}" if parts.query else ""), request)
