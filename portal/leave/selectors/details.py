"""Reading what a request keeps sealed from the tables, but not from its own pages."""

import json

from portal.leave.choices import Purpose
from portal.leave.models import LeaveRequest
from portal.leave.rules.asking import Details
from portal.vault import services as vault

FIELD = "sealed_details"


def open_details(row: LeaveRequest) -> Details:
    """
    Return the wishes that came with a request.

    :raises CannotOpen: if the value belongs to another request, or is damaged.
    """
    body = json.loads(vault.open_field_text(row, FIELD))
    return Details(
        purpose=Purpose(body["purpose"]),
        address=body["address"],
        phone=body["phone"],
        leave_out_manager=body["leave_out_manager"],
    )
