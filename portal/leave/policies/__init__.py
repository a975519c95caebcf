"""
The only door to requests, evidence and decisions.

Own: what somebody asked for herself. Team: what a superior is asked about. Review: what a
medical reviewer holds keys to. Desk: what HR and the authorised officials of an agency see.
"""

from portal.leave.policies.desk import (
    desk_agency,
    desk_requests,
    get_decree,
    get_desk_request,
    get_own_decision,
    get_settled_agency,
)
from portal.leave.policies.own import (
    employee_id_of,
    get_own_request,
    own_card,
    own_requests,
    recipient_id,
)
from portal.leave.policies.review import (
    get_review,
    keyed_reviews,
    reviewed_agencies,
    reviewers_for,
    reviews,
)
from portal.leave.policies.team import (
    answered_considerations,
    delegations_on,
    ended_considerations,
    get_consideration,
    get_delegation,
    get_giver,
    is_in_force,
    is_over,
    open_considerations,
    own_delegations,
    requests_of_reports,
)

__all__ = [
    "answered_considerations",
    "delegations_on",
    "desk_agency",
    "desk_requests",
    "employee_id_of",
    "ended_considerations",
    "get_consideration",
    "get_decree",
    "get_delegation",
    "get_desk_request",
    "get_giver",
    "get_own_decision",
    "get_own_request",
    "get_review",
    "get_settled_agency",
    "is_in_force",
    "is_over",
    "keyed_reviews",
    "open_considerations",
    "own_card",
    "own_delegations",
    "own_requests",
    "recipient_id",
    "requests_of_reports",
    "reviewed_agencies",
    "reviewers_for",
    "reviews",
]
