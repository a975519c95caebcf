"""What comes with a request opens as it was written, and its length tells nothing."""

from uuid import uuid4

import pytest

from portal.leave.choices import Purpose
from portal.leave.models import LeaveRequest
from portal.leave.services.details import Details, open_details, seal_details
from portal.vault.services import CannotOpen

LONGEST = Details(
    purpose=Purpose.FAMILY_DEATH,
    address='"\\' * 100,
    phone="\U0001f33f" * 40,
    leave_out_manager=True,
)


@pytest.mark.parametrize("details", [Details(), LONGEST, Details(address="\U0001f33f" * 200)])
def test_details_open_as_they_were_written(details):
    row = LeaveRequest()
    seal_details(row, details)
    assert open_details(row) == details


def test_all_details_are_equally_long():
    lengths = set()
    for details in (Details(), LONGEST, Details(phone="0812", address="Jalan Melati 3")):
        row = LeaveRequest()
        seal_details(row, details)
        lengths.add(len(row.sealed_details))
    assert len(lengths) == 1


def test_details_open_in_their_own_request_only():
    row = LeaveRequest()
    seal_details(row, LONGEST)
    other = LeaveRequest(pk=uuid4(), sealed_details=row.sealed_details)
    with pytest.raises(CannotOpen):
        open_details(other)
