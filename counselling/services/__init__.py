"""What can be done in the counselling room. One function, one deed, one transaction."""

from counselling.services.attendance import (
    OpenedRequest,
    RequestUnreadable,
    note_attendance,
    open_request,
)
from counselling.services.booking import (
    book_appointment,
    choose_address,
    hold_appointment,
    release_hold,
)
from counselling.services.changes import (
    call_in_ill,
    cancel_appointment,
    mark_cancel_seen,
    reschedule_appointment,
)
from counselling.services.claims import BookingRefused
from counselling.services.clients import AliasRefused
from counselling.services.offering import (
    CounsellorProfile,
    OfferRefused,
    ServiceTerms,
    add_counsellor,
    add_service,
    change_counsellor,
    change_service,
    restore_service,
    retire_service,
)
from counselling.services.requests import BookingRequest
from counselling.services.schedule import (
    ScheduleRefused,
    add_range,
    close_period,
    open_period,
    remove_exception,
    remove_range,
    undo_schedule,
)
from counselling.services.tidying import tidy

__all__ = [
    "AliasRefused",
    "BookingRefused",
    "BookingRequest",
    "CounsellorProfile",
    "OfferRefused",
    "OpenedRequest",
    "RequestUnreadable",
    "ScheduleRefused",
    "ServiceTerms",
    "add_counsellor",
    "add_range",
    "add_service",
    "book_appointment",
    "call_in_ill",
    "cancel_appointment",
    "change_counsellor",
    "change_service",
    "choose_address",
    "close_period",
    "hold_appointment",
    "mark_cancel_seen",
    "note_attendance",
    "open_period",
    "open_request",
    "release_hold",
    "remove_exception",
    "remove_range",
    "reschedule_appointment",
    "restore_service",
    "retire_service",
    "tidy",
    "undo_schedule",
]
