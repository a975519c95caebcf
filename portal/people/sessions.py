"""
Signed-in browsers as rows of PostgreSQL that tell a reader of the table nothing.

A row is found by the SHA-256 of the cookie, so the table opens no session; its content is
sealed and bound to that hash, so rows cannot be swapped. A session ends after thirty idle
minutes and twelve hours in all; idle time does not end it before an instant that stands under
``AWAKE_KEY``, as during an appointment. These times stand inside the sealed content; outside is
one expiry, rounded up to the hour. The last visit is rewritten at most once a minute.

What a session holds: the account, its backend and its proof (Django), when and how the person
proved who she is, with the name she typed (allauth), a chosen filter, flash messages, the page
to return to after the vault was opened and, of a counsellor at work, until when to stay awake.
While somebody signs in, allauth adds the state of that attempt (which account waits for which
code; a candidate TOTP secret; the challenge of a passkey; a form that waits for the password)
and removes it when the attempt ends. ``_session_expiry`` says that the cookie ends with the
browser. Nothing here says what a person came for.
"""

import hashlib
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.contrib.sessions.serializers import JSONSerializer
from django.db import IntegrityError, transaction

from portal.people.models import BrowserSession
from portal.vault.services import CannotOpen, KeyMissing, open_field, seal_field

TOUCH_SECONDS = 60
AWAKE_KEY = "awake_until"
"""In a session: seconds since 1970 before which idle time does not end it."""


def hash_key(session_key: str) -> str:
    """Return what the table stores of a session key."""
    return hashlib.sha256(session_key.encode()).hexdigest()


class SessionStore(SessionBase):
    """The session engine of the house."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self._born: float | None = None

    def load(self) -> dict[str, Any]:
        """Return the content of a living session; a dead one is deleted and becomes empty."""
        now = time.time()
        key_hash = hash_key(self.session_key or "")
        row = BrowserSession.objects.filter(pk=key_hash).first()
        content = _read(row) if row else None
        if content is None or not _alive(content, now):
            if row:
                row.delete()
            self._session_key = None
            return {}
        self._born = content["born"]
        if now - content["seen"] >= TOUCH_SECONDS:
            _touch(key_hash, now)
        data: dict[str, Any] = content["data"]
        return data

    def exists(self, session_key: str | None) -> bool:
        """Return whether a row with this key exists."""
        return BrowserSession.objects.filter(pk=hash_key(session_key or "")).exists()

    def create(self) -> None:
        """Insert a row under a new key; its twelve hours begin unless somebody is signed in."""
        while True:
            self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]  # untyped in the stubs
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def cycle_key(self) -> None:
        """
        Move to a new key, keeping the content.

        Signing in begins new twelve hours; a changed password does not.
        """
        if SESSION_KEY not in self:
            self._born = None
        super().cycle_key()

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 - Django's signature
        """
        Write the content.

        :raises CreateError: if a new key is taken.
        :raises UpdateError: if the row is gone: signed out elsewhere meanwhile.
        """
        if self.session_key is None:
            self.create()
            return
        now = time.time()
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]  # as above
        self._born = self._born or now
        row = _row(hash_key(self.session_key), {"born": self._born, "seen": now, "data": data})
        if must_create:
            try:
                with transaction.atomic():
                    row.save(force_insert=True)
            except IntegrityError as error:
                raise CreateError from error
        elif not BrowserSession.objects.filter(pk=row.pk).update(
            sealed=row.sealed, expires_hour=row.expires_hour
        ):
            raise UpdateError

    def delete(self, session_key: str | None = None) -> None:
        """Remove the row of a key, or of this session."""
        key = session_key or self.session_key
        if key:
            BrowserSession.objects.filter(pk=hash_key(key)).delete()

    def flush(self) -> None:
        """Remove the row and begin anew."""
        super().flush()
        self._born = None

    @classmethod
    def clear_expired(cls) -> None:
        """Remove rows past their hour."""
        now = datetime.fromtimestamp(time.time(), UTC)
        BrowserSession.objects.filter(expires_hour__lte=now).delete()


def _row(key_hash: str, content: dict[str, Any]) -> BrowserSession:
    end = datetime.fromtimestamp(content["born"] + settings.SESSION_COOKIE_AGE, UTC)
    hour = end.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    row = BrowserSession(key_hash=key_hash, expires_hour=hour)
    seal_field(row, "sealed", JSONSerializer().dumps(content))
    return row


def _read(row: BrowserSession) -> dict[str, Any] | None:
    try:
        content: dict[str, Any] = JSONSerializer().loads(open_field(row, "sealed"))
    except (CannotOpen, KeyMissing):
        return None
    return content


def _alive(content: dict[str, Any], now: float) -> bool:
    seen: float = content["seen"]
    born: float = content["born"]
    awake_until: float = content["data"].get(AWAKE_KEY, 0.0)
    is_awake = now - seen < settings.SESSION_IDLE_SECONDS or now < awake_until
    return is_awake and now - born < settings.SESSION_COOKIE_AGE


def _touch(key_hash: str, now: float) -> None:
    """Rewrite the last visit under a row lock, so that what another request saved survives."""
    with transaction.atomic():
        row = BrowserSession.objects.select_for_update().filter(pk=key_hash).first()
        content = _read(row) if row else None
        if content is not None:
            _row(key_hash, {**content, "seen": now}).save(force_update=True)
