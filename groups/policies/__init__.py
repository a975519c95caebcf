"""
The only door to groups, meetings, enrolments and worries.

Absent and not-yours are one and the same 404. Nothing here asks who administers the house.
"""

from groups.policies.facilitators import (
    STAND_IN_AFTER,
    facilitated_groups,
    facilitated_meetings,
    facilitator_of,
    get_facilitated_change,
    get_facilitated_enrolment,
    get_facilitated_group,
    get_facilitated_meeting,
    get_facilitated_pool,
    get_plannable_meeting,
    rota_meetings,
)
from groups.policies.head import (
    get_headed_assignment,
    get_headed_facilitator,
    get_headed_group,
    get_headed_meeting,
    headed_agency,
    headed_facilitators,
    headed_groups,
    headed_meetings,
)
from groups.policies.members import (
    enrolments_of,
    get_circle,
    get_member_meeting,
    get_own_place,
    listed_groups,
    own_enrolment,
    visible_groups,
)
from groups.policies.tags import (
    NO_AGENCY,
    ROUTE,
    blocked_tag_of,
    member_tag_of,
    one_of,
    reader_tag_of,
)
from groups.policies.worries import (
    concerns_sealed_to_others,
    get_concern,
    readable_concerns,
)

__all__ = [
    "NO_AGENCY",
    "ROUTE",
    "STAND_IN_AFTER",
    "blocked_tag_of",
    "concerns_sealed_to_others",
    "enrolments_of",
    "facilitated_groups",
    "facilitated_meetings",
    "facilitator_of",
    "get_circle",
    "get_concern",
    "get_facilitated_change",
    "get_facilitated_enrolment",
    "get_facilitated_group",
    "get_facilitated_meeting",
    "get_facilitated_pool",
    "get_headed_assignment",
    "get_headed_facilitator",
    "get_headed_group",
    "get_headed_meeting",
    "get_member_meeting",
    "get_own_place",
    "get_plannable_meeting",
    "headed_agency",
    "headed_facilitators",
    "headed_groups",
    "headed_meetings",
    "listed_groups",
    "member_tag_of",
    "one_of",
    "own_enrolment",
    "readable_concerns",
    "reader_tag_of",
    "rota_meetings",
    "visible_groups",
]
