"""
The classification of every column of the house; an unclassified one fails the tests.

A field is classified by its class (`SealedField`, `RowSealedField`, `BoxField`, `WrapField`,
`TagField`) or by standing here, in the reviewed list of what may lie open in the database. To
add a line is to say: whoever steals a copy of the database may read this, beside everything
else that is open, and still not learn who asked for help. A second list explains every clock
that is finer than a day, ours and those of the packages we use, since equal instants tie rows
together.

One line a model, in alphabetical order.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.contrib.postgres.fields import DateTimeRangeField
from django.db.models import DateTimeField, Field

from portal.vault.fields import SEALED_FIELDS, TagField


def _open(names: str) -> frozenset[str]:
    return frozenset(names.split())


PLAIN: dict[str, frozenset[str]] = {
    # allauth: an address proven to belong to an account
    "account.EmailAddress": _open("id user email verified primary"),
    "account.EmailConfirmation": _open("id email_address created sent key"),
    "audit.ClientEvent": _open("id sequence on_day handle action subject"),
    "audit.ClientLink": _open("position event_id sequence"),
    "audit.RefusalCount": _open("id route hour count"),
    "audit.StaffEvent": _open("id sequence at role handle action subject reason"),
    "audit.StaffLink": _open("position event_id sequence"),
    # Django: unused by the house, rights are role grants
    "auth.Group": _open("id name permissions"),
    "auth.Permission": _open("id name content_type codename"),
    # a holiday is public
    "calendars.Holiday": _open("id day agency unit name kind status source note"),
    "contenttypes.ContentType": _open("id app_label model"),
    # the ties are between random ids: a pseudonym, a counsellor and a time, never an account
    "counselling.Appointment": _open(
        "id client counsellor service period blocked mode status hold_expires_at rev"
        " cancelled_by cancel_seen"
    ),
    # when a counsellor can be booked: anybody signed in may see it
    "counselling.Availability": _open(
        "id counsellor weekday starts_minute ends_minute valid_from valid_until"
    ),
    "counselling.AvailabilityException": _open("id counsellor period kind"),
    "counselling.AvailabilityRevision": _open("id counsellor deed row made_at"),
    "counselling.Client": _open("id created_month"),
    "counselling.Consent": _open("id client kind version given_month"),
    # who counsels is no secret
    "counselling.Counsellor": _open(
        "id user home_agency display_name about zone languages sex modes phone room directions"
        " link_base is_active services"
    ),
    "counselling.Service": _open(
        "id agency name duration_minutes grid_minutes buffer_before_minutes"
        " buffer_after_minutes min_notice_minutes horizon_days modes position is_active"
    ),
    # what everybody of an agency may read of its groups; the words inside are sealed
    "groups.Agreement": _open("id group version text_id text_en published_on"),
    "groups.Announcement": _open("id group author urgent_reason expected told position on_day"),
    "groups.Assignment": _open("id group facilitator kind starts_on ends_on"),
    # ties between random ids: a nickname of one group and a meeting, never an account
    "groups.Attendance": _open("id meeting enrolment mark"),
    "groups.Block": _open("id enrolment"),
    "groups.CapacityPool": _open("id group meeting way capacity last_number"),
    "groups.Concern": _open("id group meeting enrolment raised_by level state for_duty on_day"),
    "groups.Debrief": _open("id meeting facilitator feeling wants_talk"),
    "groups.Duty": _open("id meeting facilitator state"),
    "groups.Enrolment": _open(
        "id group state held_back barred way turn rev agreement_version joined_month left_month"
    ),
    # who leads groups is no secret
    "groups.Facilitator": _open("id user agency display_name about trained_until is_active"),
    "groups.Invitation": _open("id group valid_until turn used"),
    "groups.Meeting": _open(
        "id group series root slot_key period_key period zone ways status cancel_reason rev"
        " overrides clock_note holiday_kept room directions runs_anyway block_no block_since"
    ),
    "groups.MeetingNote": _open("id meeting themes mood"),
    "groups.MeetingSeries": _open(
        "id group root rule starts_on at zone duration_minutes until_on ways holiday_policy"
        " room directions version"
    ),
    "groups.MeetingSignal": _open("id meeting enrolment kind"),
    "groups.Place": _open(
        "id pool enrolment state turn queue_no seat_no offer_expires_at undelivered asks_again"
        " rev"
    ),
    "groups.PlanChange": _open(
        "id group series author kind before affected from_on tell_at told"
    ),
    "groups.QuarterTable": _open("id agency quarter rows frozen_on"),
    "groups.Resource": _open("id group title position"),
    "groups.SealedCopy": _open("id subject_id"),
    "groups.SupportGroup": _open(
        "id agency name topic about kind visibility join_policy status language zone ways room"
        " directions link_base min_facilitators run_sheet ended_on"
    ),
    # leave: who is away when, of which kind, decided by whom, as an HR file has it; never why
    "leave.Attestation": _open(
        "id request reviewer verdict covers_from covers_until issuer missing sha256"
        " number sequence series on_day stands replaced"
    ),
    "leave.CalendarAddress": _open("id owner kind made_on"),
    "leave.CaseEvent": _open("id request number action state role on_day"),
    "leave.Consideration": _open(
        "id request asked stand_in round state asked_on step opinion reason other_first"
        " other_last acted_by answered_on"
    ),
    "leave.Decision": _open(
        "id request round outcome state first_day last_day reason ways_forward"
        " other_first other_last decided_by decree decided_at final_at"
    ),
    "leave.Decree": _open(
        "id valid_from valid_until agency number issued_on holder office unit families"
        " is_ppk entered_by withdrawn_on"
    ),
    "leave.Delegation": _open(
        "id valid_from valid_until giver stand_in kind decree_number entered_by withdrawn_on"
    ),
    "leave.Evidence": _open("id dossier number is_words pages sha256 handed_in_on"),
    "leave.EvidenceKey": _open("id evidence reviewer"),
    "leave.EvidenceOpening": _open("id evidence reviewer on_day"),
    "leave.EvidencePage": _open("id evidence number"),
    "leave.HealthDossier": _open("id request reviewer not_again emptied_on"),
    "leave.JointLeaveDuty": _open("id employee day"),
    "leave.JointLeaveYear": _open("id agency year deducts legal_basis"),
    "leave.LeaveAccount": _open("id employee code leave_year source_year available"),
    "leave.LeaveDay": _open("id request employee day slots quantity active"),
    "leave.LeaveDesk": _open(
        "id agency mode profile all_sick_leave reviewer_decree reviewer_decree_on"
        " hr_decides retention_days retention_basis number_template place"
    ),
    "leave.LeaveRequest": _open(
        "id employee agency leave_type key first_day last_day part days state certificate"
        " version rev round sent_on evidence_due_on is_provisional is_abroad desk_only"
        " continues supersedes wanted_last_day pay_bands closed_on"
    ),
    "leave.LeaveType": _open(
        "id valid_from valid_until agency code family employments name_id name_en unit"
        " most most_months extra_months service_months service_below purpose has_account"
        " yearly carry_one carry_two half_days evidence evidence_within can_refuse"
        " can_defer can_recall is_provisional decider manager_sees is_on position legal_basis"
    ),
    "leave.LedgerEntry": _open("id account kind quantity request reverses key on_day"),
    "leave.Letter": _open("id decision series sequence number signed_by signed_on revoked_on"),
    "leave.LetterSeries": _open("id agency kind year last_number"),
    "leave.PayBand": _open(
        "id valid_from valid_until agency family code care from_day until_day"
        " percent_a_day legal_basis"
    ),
    "leave.QuarterTable": _open("id agency quarter rows frozen_on"),
    "leave.ReturnPlan": _open(
        "id request state restrictions review_days version proposed_by manager"
        " employee_agreed_on reviewer_agreed_on manager_agreed_on ended_on"
    ),
    "leave.ReturnStage": _open("id plan number first_day last_day percent place"),
    "leave.Revocation": _open("id request reason asked_by asked_on confirmed_by confirmed_on"),
    "leave.ServiceRecord": _open("id employee started_on contract_until"),
    "leave.WorkPattern": _open(
        "id valid_from valid_until agency unit employee kind days weekly_minutes legal_basis"
    ),
    # allauth: the secrets inside data are sealed by our adapter before they get here
    "mfa.Authenticator": _open("id user type data created_at last_used_at"),
    # account mails: state only; the words are in a box
    "notifications.AccountMail": _open(
        "id state not_before useful_until lease_token lease_until attempt reason day_on"
    ),
    "notifications.AddressChoice": _open("id level"),
    "notifications.Delivery": _open(
        "id state not_before useful_until lease_token lease_until attempt reason day_on"
        " notification channel priority"
    ),
    "notifications.Notification": _open(
        "id notice subject_id rev read created_hour useful_until"
    ),
    # a slip that was printed for everybody of a roster; the code is a tag
    "people.ActivationSlip": _open("id user valid_until"),
    "people.Agency": _open("id name short_name zone sender"),
    # found by a hash of the cookie; whose it is, is sealed
    "people.BrowserSession": _open("key_hash expires_hour"),
    # the directory of an organisation, as its phone book has it
    "people.Employee": _open("id user agency unit manager employment zone"),
    "people.RoleGrant": _open("id user agency role starts_on ends_on granted_by"),
    "people.Unit": _open("id agency parent code name zone"),
    # the password is Argon2; there is no last_login
    "people.User": _open("id nip email full_name is_active password session_stamp"),
    # allauth: claims and tokens are not kept
    "socialaccount.SocialAccount": _open(
        "id user provider uid last_login date_joined extra_data"
    ),
    "socialaccount.SocialApp": _open(
        "id provider provider_id name client_id secret key settings"
    ),
    "socialaccount.SocialToken": _open("id app account token token_secret expires_at"),
    # the two halves of it that are public by nature; the rest is sealed
    "vault.PersonKey": _open("id user public_key salt"),
    # public by purpose: the help page
    "wellbeing.HelpContact": _open(
        "id kind position name number dial web hours region for_whom waiting_note hours_en"
        " region_en for_whom_en waiting_note_en owner checked_on retired_on"
    ),
    # a number a month, about nobody
    "wellbeing.TapCount": _open("id month taps"),
}

CLOCKS: dict[str, str] = {
    "account.EmailConfirmation.created": "never written: addresses are confirmed by code",
    "account.EmailConfirmation.sent": "never written: addresses are confirmed by code",
    "audit.RefusalCount.hour": "a whole hour, without an actor",
    "audit.StaffEvent.at": "the record of staff deeds needs its instant; clients have days",
    "counselling.Appointment.blocked": "the period with its buffers",
    "counselling.Appointment.hold_expires_at": "ten minutes; a CHECK ends it with the hold",
    "counselling.Appointment.period": "a time was agreed on; beside it stands a pseudonym",
    "counselling.AvailabilityException.period": "when a counsellor is away or open",
    "counselling.AvailabilityRevision.made_at": "a counsellor's own edits, for undo",
    "groups.Meeting.block_since": "while a meeting runs: when its facilitators turned the page",
    "groups.Meeting.period": "when a group meets; its members know it",
    "groups.Place.offer_expires_at": "end of an offer: whole windows and waking hours",
    "groups.PlanChange.tell_at": "a facilitator's own edit, three minutes later",
    "leave.Decision.decided_at": "an official's deed, to be undone for ten minutes",
    "leave.Decision.final_at": "ten minutes after it",
    "mfa.Authenticator.created_at": "a package's: somebody enrolled a second factor",
    "mfa.Authenticator.last_used_at": "a package's: somebody, mostly staff, signed in",
    "notifications.AccountMail.lease_until": "while one process holds it, seconds",
    "notifications.AccountMail.not_before": "until it has left, seconds; belongs to no room",
    "notifications.AccountMail.useful_until": "until it has left, seconds; belongs to no room",
    "notifications.Delivery.lease_until": "while one process holds it; emptied when finished",
    "notifications.Delivery.not_before": "a window of the house; emptied when finished",
    "notifications.Delivery.useful_until": "the fact's own end; emptied when finished",
    "notifications.Notification.created_hour": "a whole hour",
    "notifications.Notification.useful_until": "a whole hour",
    "people.BrowserSession.expires_hour": "rounded up to the hour",
    "socialaccount.SocialAccount.date_joined": "a package's: somebody's first single sign-on",
    "socialaccount.SocialAccount.last_login": "a package's: a sign-in leads to all rooms alike",
    "socialaccount.SocialToken.expires_at": "never written: tokens are not kept",
}


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column that must refuse plain text."""

    name: str
    table: str
    column: str
    versions: tuple[int, ...]


def unclassified() -> list[str]:
    """Return every field, as `app.Model.field`, that is not sealed, no tag and not listed."""
    return [
        name
        for label, field, name in _fields()
        if not isinstance(field, (*SEALED_FIELDS, TagField))
        and field.name not in PLAIN.get(label, frozenset())
    ]


def stale() -> list[str]:
    """Return lines of both lists that stand for no open field or no clock."""
    there = {name: field for _, field, name in _fields()}
    listed = [f"{label}.{name}" for label, names in PLAIN.items() for name in sorted(names)]
    return [
        name
        for name in listed
        if name not in there or isinstance(there[name], (*SEALED_FIELDS, TagField))
    ] + [name for name in CLOCKS if name not in there or not _is_clock(there[name])]


def unexplained_clocks() -> list[str]:
    """Return every column that holds an instant without a reason for being finer than a day."""
    return [name for _, field, name in _fields() if _is_clock(field) and not CLOCKS.get(name)]


def sealed_columns() -> list[SealedColumn]:
    """Return every sealed column of every table."""
    return [
        SealedColumn(name, field.model._meta.db_table, field.column, field.versions)
        for _, field, name in _fields()
        if isinstance(field, SEALED_FIELDS)
    ]


def _is_clock(field: "Field[object, object]") -> bool:
    return isinstance(field, (DateTimeField, DateTimeRangeField))


def _fields() -> "Iterator[tuple[str, Field[object, object], str]]":
    for model in apps.get_models():
        label = model._meta.label
        for field in (*model._meta.local_concrete_fields, *model._meta.local_many_to_many):
            yield label, field, f"{label}.{field.name}"
