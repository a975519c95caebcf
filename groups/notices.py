"""
Everything this room ever tells anyone; no name carries a confidential word.

Beside each stands its subject: whose id the row of the outbox carries. Where a revision is
named, a notice about an older one stays silent.
"""

from typing import Final

JOINED: Final = "lingkar.joined"  # the enrolment
QUEUED: Final = "lingkar.queued"  # the place
OFFERED: Final = "lingkar.offered"  # the place, Place.rev
FIRST_COME: Final = "lingkar.first_come"  # the meeting, Meeting.rev
LAPSED: Final = "lingkar.lapsed"  # the place, Place.rev
REFERRED: Final = "lingkar.referred"  # the enrolment
REMOVED: Final = "lingkar.removed"  # the enrolment
ENDED: Final = "lingkar.ended"  # the group
PLAN_CHANGED: Final = "lingkar.plan_changed"  # the change of plan
REMINDER: Final = "lingkar.reminder"  # the meeting, Meeting.rev
ANNOUNCED: Final = "lingkar.announced"  # the announcement
AGREEMENT: Final = "lingkar.agreement"  # the agreement
INVITED: Final = "lingkar.invited"  # the concern

FOR_FACILITATOR_PLAN: Final = "lingkar.f_plan"  # the change of plan
FOR_FACILITATOR_ASK: Final = "lingkar.f_ask"  # the meeting, Meeting.rev
FOR_FACILITATOR_STAND_IN: Final = "lingkar.f_stand_in"  # the meeting, Meeting.rev
FOR_FACILITATOR_STANDS_IN: Final = "lingkar.f_stands_in"  # the meeting, Meeting.rev
FOR_FACILITATOR_CO_LEFT: Final = "lingkar.f_co_left"  # the group
FOR_FACILITATOR_ASSIGNED: Final = "lingkar.f_assigned"  # the group
FOR_FACILITATOR_APPLIED: Final = "lingkar.f_applied"  # the enrolment
FOR_FACILITATOR_CONCERN: Final = "lingkar.f_concern"  # the concern
FOR_HEAD_GATE: Final = "lingkar.h_gate"  # the meeting, Meeting.rev
FOR_HEAD_UNDELIVERED: Final = "lingkar.h_undelivered"  # the place
FOR_HEAD_TALK: Final = "lingkar.h_talk"  # the debrief
FOR_DUTY_CONCERN: Final = "lingkar.d_concern"  # the concern

MEMBER: Final = "lingkar.member"
"""An inbox a person *and group*: two groups of one person share no tag."""
FACILITATOR: Final = "lingkar.facilitator"
HEAD: Final = "lingkar.head"
DUTY: Final = "lingkar.duty"
"""Inboxes of the people who work here; who they are is no secret."""
