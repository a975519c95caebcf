"""Deeds of the record in words that people read."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Deed(TextChoices):
    """What the record names; a deed without words here is shown by its code."""

    AUDIT_READ = "audit.read", _("opened the audit")
    CONTACT_ADD = "contact.add", _("added a help contact")
    CONTACT_CHANGE = "contact.change", _("changed a help contact")
    CONTACT_CHECK = "contact.check", _("tried a help contact")
    CONTACT_RETIRE = "contact.retire", _("took a help contact off the page")
    CONTACT_RESTORE = "contact.restore", _("put a help contact back")
    CONTACT_SEED = "contact.seed", _("filled the help page for the first time")
    ROSTER_APPLY = "people.roster.apply", _("imported the staff list")
    ACCOUNT_CREATE = "people.account.create", _("made an account")
    ACCOUNT_DEACTIVATE = "people.account.deactivate", _("closed an account")
    ACCOUNT_REACTIVATE = "people.account.reactivate", _("opened an account again")
    ROLE_GRANT = "people.role.grant", _("gave a role")
    ROLE_END = "people.role.end", _("ended a role")
    ROLE_REOPEN = "people.role.reopen", _("gave a role back")
    SLIP_MAKE = "people.slip.make", _("printed an activation slip")
    SERVICE_ADDED = "service.added", _("added a service")
    SERVICE_CHANGED = "service.changed", _("changed a service")
    SERVICE_RETIRED = "service.retired", _("took a service off the list")
    SERVICE_RESTORED = "service.restored", _("offered a service again")
    COUNSELLOR_ADDED = "counsellor.added", _("added a counsellor")
    COUNSELLOR_CHANGED = "counsellor.changed", _("changed a counsellor's page")
    VAULT_MAKE = "vault.make", _("made a vault")
    VAULT_OPEN = "vault.open", _("opened the own vault")
    VAULT_CHANGE = "vault.change", _("changed the passphrase of the vault")
    VAULT_RECOVER = "vault.recover", _("opened the vault with the recovery code")
    VAULT_ABANDON = "vault.abandon", _("gave up the own vault and what was sealed to it")
    REQUEST_OPENED = "request.opened", _("opened what was written before a meeting")
    ATTENDED = "attendance.fulfilled", _("noted that a meeting took place")
    MISSED = "attendance.no_show", _("noted that nobody came")
    TAKEN_BACK = "attendance.booked", _("took a note on attendance back")
    DAY_CLOSED = "agenda.day_closed", _("closed a day and cancelled its meetings")
    SERIES_PLANNED = "circle.series_planned", _("planned a series of meetings")
    MEETING_ADDED = "circle.meeting_added", _("added a meeting")
    PLAN_FOLLOWING = "circle.plan_following", _("changed all meetings from one on")
    PLAN_ENDED = "circle.plan_ended", _("ended a series of meetings")
    PLAN_UNDONE = "circle.plan_undone", _("took a change of the plan back")
    MEETING_MOVED = "circle.meeting_moved", _("moved a meeting")
    MEETING_PLACE = "circle.meeting_place", _("gave a meeting another room or way")
    MEETING_CANCELLED = "circle.meeting_cancelled", _("cancelled a meeting")
    MEETING_REINSTATED = (
        "circle.meeting_reinstated",
        _("let a cancelled meeting take place"),
    )
    HOLIDAY_ANSWERED = (
        "circle.holiday_answered",
        _("decided about a meeting on a holiday"),
    )
    CONCERN_RAISED = "circle.concern_raised", _("handed a worry on")
    CONCERN_OPENED = "circle.concern_opened", _("opened what was written about a worry")
    CONCERN_TAKEN = "circle.concern_taken", _("began to look after a worry")
    CONCERN_CLOSED = "circle.concern_closed", _("closed a worry")
    CONCERN_INVITED = (
        "circle.concern_invited",
        _("offered a member a talk"),
    )
    CIRCLE_MARKED = "circle.attendance", _("noted who came to a circle")
    CIRCLE_NOTED = "circle.note", _("wrote the note of a circle's meeting")
    CIRCLE_ANNOUNCED = "circle.announced", _("announced something in a circle")
    READING_ADDED = "circle.resource_added", _("added something to read")
    READING_REMOVED = "circle.resource_removed", _("took something to read away")
    CIRCLE_CREATED = "circle.created", _("made a circle")
    CIRCLE_CHANGED = "circle.changed", _("changed what a circle is")
    CIRCLE_AGREEMENT = "circle.agreement", _("published an agreement of a circle")
    CIRCLE_OPENED = "circle.opened", _("opened a circle")
    CIRCLE_PAUSED = "circle.paused", _("let a circle take nobody in for a while")
    CIRCLE_ENDED = "circle.ended", _("ended a circle")
    CIRCLE_ASSIGNED = "circle.assigned", _("gave a facilitator a circle")
    FACILITATOR_ADDED = "facilitator.added", _("added a facilitator")
    FACILITATOR_CHANGED = "facilitator.changed", _("changed a facilitator's entry")
    CIRCLE_UNASSIGNED = "circle.unassigned", _("took a circle from a facilitator")
    FACILITATOR_ENDED = "facilitator.ended", _("ended somebody's work as a facilitator")
    DUTY_CONFIRMED = "duty.confirmed", _("confirmed a meeting")
    DUTY_SWAP = "duty.swap_wanted", _("looked for a stand-in")
    DUTY_VACATED = "duty.vacated", _("said that she is not there")
    DUTY_TAKEN = "duty.taken_over", _("took a meeting over")
    DUTY_STAND_IN = "duty.stand_in", _("named a stand-in")
    DUTY_RUNS = "duty.runs_anyway", _("let a meeting run with fewer facilitators")
    CIRCLE_ACCEPTED = "circle.accepted", _("took somebody into a circle")
    CIRCLE_REFERRED = "circle.referred", _("suggested another circle to somebody")
    CIRCLE_REMOVED = "circle.removed", _("removed somebody from a circle")
    CIRCLE_CAPACITY = "circle.capacity", _("set how many places a circle has")
    CIRCLE_OFFERED = "circle.offered", _("offered a place to whoever was next")
    CIRCLE_APPLICATION = (
        "circle.application_opened",
        _("opened what somebody wrote when asking to join"),
    )
    LEAVE_DECIDED = "leave.decided", _("decided about a request for leave")
    LEAVE_UNDONE = "leave.undone", _("took a decision about leave back within ten minutes")
    LEAVE_SIGNED = "leave.signed", _("had a decision about leave signed")
    LEAVE_CANCELLED = "leave.cancelled", _("cancelled leave as its employee asked")
    LEAVE_KEPT = "leave.kept", _("let granted leave stay as it is")
    LEAVE_ENDED_EARLY = "leave.ended_early", _("agreed to an earlier return from leave")
    LEAVE_RECALLED = "leave.recalled", _("called somebody back from leave")
    LEAVE_REVOCATION_ASKED = (
        "leave.revocation_asked",
        _("asked for granted leave to be revoked"),
    )
    LEAVE_REVOCATION_DROPPED = (
        "leave.revocation_dropped",
        _("no longer asked for granted leave to be revoked"),
    )
    LEAVE_REVOKED = "leave.revoked", _("revoked granted leave as the second person")
    LEAVE_DECREE_ENTERED = "leave.decree_entered", _("entered a decree on leave")
    LEAVE_DECREE_WITHDRAWN = "leave.decree_withdrawn", _("withdrew a decree on leave")
    LEAVE_PAYROLL_TAKEN = "leave.payroll_taken", _("took the days of leave for the payroll")
    LEAVE_ATTESTED_TAKEN = "leave.attested_exported", _("took out the list of attestations")
    LEAVE_ATTESTED = "leave.attested", _("gave a verdict on a certificate")
    LEAVE_ASKED_AGAIN = "leave.asked_again", _("asked for one more thing about a certificate")
    LEAVE_TAKEN_ON = "leave.taken_on", _("began to look after a certificate")
    LEAVE_GIVEN_BACK = "leave.given_back", _("left a certificate to the other reviewers")
    LEAVE_EVIDENCE_OPENED = "leave.evidence_opened", _("opened what was handed in")
    LEAVE_CONSIDERED = "leave.consider", _("gave a consideration on leave")
    LEAVE_STAND_IN = "leave.delegate", _("named a stand-in for a superior")
    LEAVE_STAND_IN_ENDED = "leave.end_delegation", _("ended what a stand-in may do")
    LEAVE_DESK_SET = "leave.desk_set", _("changed how leave is done here")
    LEAVE_DESK_CLOSED = "leave.desk_closed", _("closed leave for the agency")
    LEAVE_ADJUSTED = "leave.adjusted", _("corrected what is left of somebody's leave")
    LEAVE_RULE_CHANGED = "leave.rule_changed", _("changed the rule of a kind of leave")
    LEAVE_KIND_ON = "leave.kind_on", _("offered a kind of leave")
    LEAVE_KIND_OFF = "leave.kind_off", _("took a kind of leave off the list")
    LEAVE_BANDS_SET = "leave.bands_set", _("changed the bands of the payroll")
    LEAVE_WEEK_SET = "leave.week_set", _("entered a working week")
    LEAVE_WEEK_ENDED = "leave.week_ended", _("ended a working week")
    LEAVE_JOINT_DUTY = "leave.joint_duty", _("noted that somebody worked on joint leave")
    LEAVE_JOINT_DUTY_WITHDRAWN = (
        "leave.joint_duty_withdrawn",
        _("took a note on work on joint leave back"),
    )
    LEAVE_JOINT_YEAR = "leave.joint_year", _("set whether joint leave costs annual leave")
    LEAVE_SERVICE_SET = "leave.service_set", _("entered since when somebody has served")
    LEAVE_PLAN_PROPOSED = "leave.plan_propose", _("proposed how somebody comes back in stages")
    LEAVE_PLAN_AGREED = "leave.plan_agree", _("agreed to a plan of coming back in stages")
    LEAVE_PLAN_ENDED = "leave.plan_end", _("ended a plan of coming back in stages")
