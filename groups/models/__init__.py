"""
Tables of the support groups and the promises the database keeps.

`groups`: a group, what it asks, who leads it. `plan`: series, meetings, the rota, changes.
`members`: enrolments and places. `meetings`: what happens in one. `worries`: what somebody
hands on. `numbers`: frozen tables.
"""

from groups.models.groups import (
    ASSIGNED_ONCE,
    GROUP_NAME_ONCE,
    Agreement,
    Announcement,
    Assignment,
    Facilitator,
    Invitation,
    Resource,
    SupportGroup,
)
from groups.models.meetings import Attendance, Debrief, MeetingNote, MeetingSignal
from groups.models.members import (
    ALIAS_ONCE,
    LIVE_PLACE_ONCE,
    MEMBER_ONCE,
    NUMBER_ONCE,
    SEAT_ONCE,
    SEAT_WITHIN,
    Block,
    CapacityPool,
    Enrolment,
    Place,
)
from groups.models.numbers import QuarterTable
from groups.models.plan import (
    PERIOD_ONCE,
    SLOT_ONCE,
    Duty,
    Meeting,
    MeetingSeries,
    PlanChange,
)
from groups.models.worries import Concern, SealedCopy

__all__ = [
    "ALIAS_ONCE",
    "ASSIGNED_ONCE",
    "GROUP_NAME_ONCE",
    "LIVE_PLACE_ONCE",
    "MEMBER_ONCE",
    "NUMBER_ONCE",
    "PERIOD_ONCE",
    "SEAT_ONCE",
    "SEAT_WITHIN",
    "SLOT_ONCE",
    "Agreement",
    "Announcement",
    "Assignment",
    "Attendance",
    "Block",
    "CapacityPool",
    "Concern",
    "Debrief",
    "Duty",
    "Enrolment",
    "Facilitator",
    "Invitation",
    "Meeting",
    "MeetingNote",
    "MeetingSeries",
    "MeetingSignal",
    "Place",
    "PlanChange",
    "QuarterTable",
    "Resource",
    "SealedCopy",
    "SupportGroup",
]
