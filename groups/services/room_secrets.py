"""The last part of an online address: drawn anew when somebody loses her right to it."""

import secrets
from collections.abc import Sequence
from typing import Final

from groups.models import Meeting
from portal.vault.services import seal_field

SECRET_BYTES: Final = 16


def rotate_secrets(*, meetings: Sequence[Meeting]) -> None:
    """
    Draw new secrets for meetings, inside the group's lock; links handed out lead nowhere now.

    One statement, whatever their number.
    """
    for meeting in meetings:
        seal_field(meeting, "room_secret", secrets.token_urlsafe(SECRET_BYTES))
    Meeting.objects.bulk_update(meetings, ["room_secret"])
