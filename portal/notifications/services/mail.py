"""The one neutral mail, and the way to the mail server."""

import smtplib
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.utils import parseaddr
from enum import Enum
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend
from django.template.loader import render_to_string
from django.urls import reverse

from portal.notifications import rules
from portal.vault import services as vault

_NO_ANSWERS_TO_STOP = 3


class Outcome(Enum):
    """What became of one attempt."""

    SENT = "SENT"
    REFUSED = "REFUSED"
    PUT_OFF = "PUT_OFF"
    NO_ANSWER = "NO_ANSWER"


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail ready to leave."""

    address: str
    subject: str
    body: str
    row_id: UUID

    def __repr__(self) -> str:
        return "<letter>"


def neutral_letter(*, address: str, row_id: UUID) -> Letter:
    """
    Return the mail that says that there is news, and nothing else.

    The same words for everything the portal sends, in both languages because none is stored,
    and one link: the page where people sign in.
    """
    context = {
        "brand": settings.BRAND,
        "sign_in": f"{settings.PUBLIC_URL}{reverse('account_login')}",
    }
    return Letter(
        address=address,
        subject=" ".join(render_to_string("notifications/mail_subject.txt", context).split()),
        body=render_to_string("notifications/mail_body.txt", context).strip() + "\n",
        row_id=row_id,
    )


def message_id(row_id: UUID) -> str:
    """
    Return a Message-ID that only the notifier can tie to its row.

    :raises NotifierKeyMissing: in a process that does not send.
    """
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{vault.mac_as_notifier('message id', row_id).hex()[:40]}@{domain}>"


@dataclass(slots=True)
class Post:
    """
    The way to the mail server during one sweep.

    ``is_down`` says that it does not answer: no connection, or three silences in a row. Nothing
    more is tried in this sweep then, and no attempt is counted.
    """

    is_down: bool = False
    _silences: int = 0
    _backend: BaseEmailBackend | None = field(default=None)

    def send(self, letter: Letter) -> Outcome:
        """Hand one mail to the server and say what it answered; never raises for a bad one."""
        try:
            message = self._message(letter)
            self._open().send_messages([message])
        except smtplib.SMTPRecipientsRefused as error:
            outcome = _verdict([code for code, _ in error.recipients.values()])
        except smtplib.SMTPDataError as error:
            outcome = _verdict([error.smtp_code])
        except smtplib.SMTPConnectError:
            outcome = Outcome.NO_ANSWER
        except smtplib.SMTPResponseException:
            # Sender, greeting or credentials were refused: our own fault, not this address's.
            outcome = Outcome.PUT_OFF
        except (smtplib.SMTPException, OSError):
            outcome = Outcome.NO_ANSWER
        except ValueError:
            # A line break in a header, an address that cannot be written: it will never leave.
            outcome = Outcome.REFUSED
        else:
            outcome = Outcome.SENT
        self._note(outcome)
        return outcome

    def close(self) -> None:
        """Say goodbye to the server, if it still listens."""
        backend, self._backend = self._backend, None
        if backend is not None:
            backend.close()

    def _open(self) -> BaseEmailBackend:
        if self._backend is not None:
            return self._backend
        backend: BaseEmailBackend = get_connection()
        if isinstance(backend, SmtpBackend):
            # One connection a sweep; other backends (files, memory) get one a mail.
            try:
                backend.open()
            except OSError:
                self.is_down = True
                raise
            self._backend = backend
        return backend

    def _note(self, outcome: Outcome) -> None:
        self._silences = self._silences + 1 if outcome is Outcome.NO_ANSWER else 0
        if self._silences >= _NO_ANSWERS_TO_STOP:
            self.is_down = True
        if outcome is not Outcome.SENT:
            self.close()

    def _message(self, letter: Letter) -> EmailMessage:
        return EmailMessage(
            subject=letter.subject,
            body=letter.body,
            from_email=settings.DEFAULT_FROM_EMAIL,
            to=[letter.address],
            headers={
                "Message-ID": message_id(letter.row_id),
                "Auto-Submitted": "auto-generated",
                "X-Auto-Response-Suppress": "All",
            },
        )


def _verdict(codes: Sequence[int]) -> Outcome:
    return Outcome.REFUSED if rules.is_permanent(codes) else Outcome.PUT_OFF
