"""Ways from a person to a client that the design forbids, to be planted one at a time."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from tests.support.exits import Record


@dataclass
class Victim:
    """One person and her client, as only the house's key can tell."""

    user: str
    employee: str
    email: str
    nip: str
    name: str
    client: str
    tag: bytes
    appointment: str


def row(where: str, **parts: object) -> Record:
    """Return a row as whoever stole the table would read it."""
    return Record(
        where,
        tuple(
            (name, value if isinstance(value, bytes) else str(value).encode())
            for name, value in parts.items()
        ),
    )


LEAKS: dict[str, Callable[[Victim], list[Record]]] = {
    "one recipient tag for two rooms": lambda v: [
        row("notifications_notification", id=uuid4(), recipient_tag=v.tag,
             subject_id=v.employee)
    ],
    "an account on a client": lambda v: [
        row("counselling_client", id=v.client, user_id=v.user)
    ],
    "an account on an appointment": lambda v: [
        row("counselling_appointment", id=v.appointment, booked_by=v.user)
    ],
    "an account in the record of client deeds": lambda v: [
        row("audit_clientevent", handle=v.user, subject=v.client)
    ],
    "an account in a reason": lambda v: [
        row("audit_staffevent", subject=v.appointment, reason=f"for {v.name}")
    ],
    "an employee in hex": lambda v: [
        row("counselling_client", id=v.client, note=v.employee.replace("-", ""))
    ],
    "a Message-ID that is a delivery": lambda v: [
        row("notifications_delivery", id="c0ffee00-0000-4000-8000-00000000d0d0",
             notification_id=v.client),
        row("mail", **{"Message-ID": "<c0ffee00-0000-4000-8000-00000000d0d0@x>"}, To=v.email),
    ],
    "an appointment in a mail": lambda v: [
        row("mail", To=v.email, body=f"/temu/{v.appointment}/")
    ],
    "clocks of the same second": lambda v: [
        row("counselling_client", id=v.client, created_at="2026-11-25 03:14:15+00"),
        row("people_employee", id=v.employee, seen_at="2026-11-25 03:14:15.92+00"),
    ],
    "a session that knows its second": lambda v: [
        row("people_browsersession", user_id=v.user, last_seen="2026-11-25 10:14:15+07"),
        row("counselling_appointment", id=v.appointment,
             hold_expires_at="2026-11-25 03:14:15+00"),
    ],
    "a log line with both": lambda v: [
        row("log", line=f"2026-11-25 10:00:01,001 INFO teduh booked {v.user} {v.appointment}")
    ],
    "a log line of a sign-in beside a clock": lambda v: [
        row("log", line=f"2026-11-25 10:14:15,101 INFO teduh welcome {v.nip}"),
        row("counselling_client", id=v.client, touched="2026-11-25T03:14:15Z"),
    ],
    "a key in Redis": lambda v: [row("redis", key=f"lock:{v.user}:{v.client}")],
    "a task that carries both": lambda v: [
        row("redis", key="default",
             value=base64.b64encode(f'[[], {{"{v.user}": "{v.appointment}"}}]'.encode()))
    ],
    "a contact in the open": lambda v: [
        row("counselling_client", id=v.client,
             contact=b"\x02" + bytes.fromhex(v.user.replace("-", "")).rjust(300, b"\xff"))
    ],
    "a contact in base64": lambda v: [
        row("counselling_client", id=v.client,
             contact=base64.b64encode(b"x" + bytes.fromhex(v.user.replace("-", ""))))
    ],
    "an address on a client": lambda v: [
        row("notifications_addresschoice", tag=v.tag, address=v.email)
    ],
}  # fmt: skip


HALF_NAMES: dict[str, dict[str, str]] = {
    "a zone on a delivery": {"reason": "quiet hours of Asia/Makassar"},
    "a unit on a delivery": {"reason": "suppressed for {unit}"},
}
