"""
The only door to requests, evidence and decisions.

Own: what somebody asked for herself. Team: what a superior is asked about. Review: what a
medical reviewer holds keys to. Desk: what HR and the authorised officials of an agency see.
"""

from portal.leave.policies.desk import (
    desk_agency,
    desk_requests,
    get_desk_request,
    get_settled_agency,
)
from portal.leave.policies.own import (
    employee_id_of,
    get_own_request,
    own_requests,
    recipient_id,
)
from portal.leave.policies.review import get_review, reviewed_agencies, reviews
from portal.leave.policies.team import (
    get_consideration,
    get_team_request,
    open_considerations,
    team_requests,
)

__all__ = [
    "desk_agency",
    "desk_requests",
    "employee_id_of",
    "get_consideration",
    "get_desk_request",
    "get_own_request",
    "get_review",
    "get_settled_agency",
    "get_team_request",
    "open_considerations",
    "own_requests",
    "recipient_id",
    "reviewed_agencies",
    "reviews",
    "team_requests",
]
