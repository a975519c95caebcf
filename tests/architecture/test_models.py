"""Tables have random keys and silent names, and no road leads from a client to a person."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID, uuid4

from django.apps import apps
from django.db import models

OURS = {
    "people",
    "vault",
    "audit",
    "calendars",
    "notifications",
    "wellbeing",
    "counselling",
    "groups",
    "leave",
}
OTHER_KEYS = {
    "people.BrowserSession": "found by the hash of a cookie",
    "audit.ClientLink": "a chain has positions",
    "audit.StaffLink": "a chain has positions",
}
CROSSING = {
    "calendars.Holiday.agency": "people.Agency",
    "calendars.Holiday.unit": "people.Unit",
    "counselling.Counsellor.home_agency": "people.Agency",
    "counselling.Counsellor.user": "people.User",
    "counselling.Service.agency": "people.Agency",
    "groups.Facilitator.agency": "people.Agency",
    "groups.Facilitator.user": "people.User",
    "groups.QuarterTable.agency": "people.Agency",
    "groups.SupportGroup.agency": "people.Agency",
    "leave.Attestation.reviewer": "people.User",
    "leave.CalendarAddress.owner": "people.User",
    "leave.Consideration.acted_by": "people.Employee",
    "leave.Consideration.asked": "people.Employee",
    "leave.Consideration.stand_in": "people.Employee",
    "leave.Decision.decided_by": "people.User",
    "leave.Decree.agency": "people.Agency",
    "leave.Decree.entered_by": "people.User",
    "leave.Decree.holder": "people.User",
    "leave.Decree.unit": "people.Unit",
    "leave.Delegation.entered_by": "people.User",
    "leave.Delegation.giver": "people.Employee",
    "leave.Delegation.stand_in": "people.Employee",
    "leave.EvidenceKey.reviewer": "people.User",
    "leave.EvidenceOpening.reviewer": "people.User",
    "leave.HealthDossier.not_again": "people.User",
    "leave.HealthDossier.reviewer": "people.User",
    "leave.JointLeaveDuty.employee": "people.Employee",
    "leave.JointLeaveYear.agency": "people.Agency",
    "leave.LeaveAccount.employee": "people.Employee",
    "leave.LeaveDay.employee": "people.Employee",
    "leave.LeaveDesk.agency": "people.Agency",
    "leave.LeaveRequest.agency": "people.Agency",
    "leave.LeaveRequest.employee": "people.Employee",
    "leave.LeaveType.agency": "people.Agency",
    "leave.Letter.signed_by": "people.User",
    "leave.LetterSeries.agency": "people.Agency",
    "leave.PayBand.agency": "people.Agency",
    "leave.QuarterTable.agency": "people.Agency",
    "leave.ReturnPlan.manager": "people.Employee",
    "leave.ReturnPlan.proposed_by": "people.User",
    "leave.Revocation.asked_by": "people.User",
    "leave.Revocation.confirmed_by": "people.User",
    "leave.ServiceRecord.employee": "people.Employee",
    "leave.WorkPattern.agency": "people.Agency",
    "leave.WorkPattern.employee": "people.Employee",
    "leave.WorkPattern.unit": "people.Unit",
    "vault.PersonKey.user": "people.User",
    "wellbeing.HelpContact.owner": "people.User",
}
"""Every foreign key that leaves its room. A new one needs a reason that survives a review."""

CLIENT_SIDE = {
    "counselling.Client", "counselling.Consent", "counselling.Appointment",
    "groups.Enrolment", "groups.Place", "groups.Block", "groups.Attendance",
    "groups.MeetingSignal", "groups.Concern", "groups.SealedCopy",
    "notifications.Notification", "notifications.Delivery", "notifications.AddressChoice",
    "notifications.AccountMail", "audit.ClientEvent", "audit.ClientLink",
}  # fmt: skip
"""What is known of people who asked; none of it may lead to a person."""
PERSON_SIDE = {"people.User", "people.Employee", "people.RoleGrant", "people.ActivationSlip",
               "vault.PersonKey", "account.EmailAddress", "mfa.Authenticator",
               "socialaccount.SocialAccount"}  # fmt: skip
NO_SECRET = {
    "counselling.Counsellor",
    "counselling.Service",
    "groups.SupportGroup",
    "groups.Facilitator",
    "people.Agency",
    "people.Unit",
}
"""Who counsels where is published; a road through these says nothing about a client."""


def our_models() -> list[type[models.Model]]:
    """Return the models of our rooms."""
    return [model for model in apps.get_models() if model._meta.app_label in OURS]


def label(model: object) -> str:
    """Return a model's name as `app.Model`."""
    return model if isinstance(model, str) else model._meta.label  # type: ignore[attr-defined]


def relations(found: Iterable[type[models.Model]]) -> list[tuple[str, str, str]]:
    """Return every foreign key as (model, field, target), those of hidden tables as well."""
    return [
        (label(model), field.name, label(field.related_model))
        for model in found
        for field in model._meta.local_fields
        if field.is_relation
    ]


def reachable(edges: Iterable[tuple[str, str]], start: set[str], stop: set[str]) -> set[str]:
    """Return what can be reached over keys in either direction without entering ``stop``."""
    near: dict[str, set[str]] = defaultdict(set)
    for one, other in edges:
        near[one].add(other)
        near[other].add(one)
    seen, front = set(start), list(start)
    while front:
        for node in near[front.pop()] - stop - seen:
            seen.add(node)
            front.append(node)
    return seen


def _edges(*planted: tuple[str, str]) -> list[tuple[str, str]]:
    found = apps.get_models(include_auto_created=True)
    return [*((model, target) for model, _, target in relations(found)), *planted]


def test_keys_are_random() -> None:
    for model in our_models():
        if label(model) not in OTHER_KEYS:
            key = model._meta.pk
            assert isinstance(key, models.UUIDField), label(model)
            assert key.default is uuid4, label(model)


def test_lists_order_themselves() -> None:
    assert not [label(model) for model in our_models() if model._meta.ordering]


def _with_canaries(model: type[models.Model]) -> models.Model:
    row = model()
    for field in model._meta.concrete_fields:
        if isinstance(field, (models.CharField, models.TextField)) and not field.choices:
            setattr(row, field.attname, "canary words")
        elif isinstance(field, models.BinaryField):
            setattr(row, field.attname, b"canary words")
    return row


def test_a_row_names_itself_without_words() -> None:
    for model in our_models():
        if label(model) == "people.BrowserSession":
            assert str(model(key_hash="canary words")) == "browser session"
            continue
        row = _with_canaries(model)
        assert "canary" not in str(row), label(model)
        assert "canary" not in repr(row), label(model)


def test_a_talkative_row_would_be_found() -> None:
    class Talkative(models.Model):
        name = models.CharField(max_length=20)

        class Meta:
            app_label = "nowhere"
            managed = False

        def __str__(self) -> str:
            return self.name

    assert "canary" in str(_with_canaries(Talkative))
    del apps.all_models["nowhere"]


def test_keys_that_leave_their_room_are_written_down() -> None:
    crossing = {
        f"{model}.{field}": target
        for model, field, target in relations(our_models())
        if model.split(".")[0] != target.split(".")[0]
    }
    assert crossing == CROSSING


def test_every_model_stands_on_a_side() -> None:
    tied = {
        label(model)
        for model in our_models()
        if model._meta.app_label in {"counselling", "groups", "notifications"}
    }
    staff_side = {
        "counselling.Counsellor", "counselling.Service", "counselling.Availability",
        "counselling.AvailabilityException", "counselling.AvailabilityRevision",
        # What a circle is, when it meets and who leads it; its members know all of that.
        "groups.SupportGroup", "groups.Agreement", "groups.Announcement", "groups.Assignment",
        "groups.CapacityPool", "groups.Debrief", "groups.Duty", "groups.Facilitator",
        "groups.Invitation", "groups.Meeting", "groups.MeetingNote", "groups.MeetingSeries",
        "groups.PlanChange", "groups.QuarterTable", "groups.Resource",
    }  # fmt: skip
    assert tied <= CLIENT_SIDE | staff_side, "say on which side the new table stands"


def test_no_key_leads_from_a_client_to_a_person() -> None:
    assert not reachable(_edges(), CLIENT_SIDE, NO_SECRET) & PERSON_SIDE


def test_a_key_from_a_client_to_a_person_is_found() -> None:
    for planted in (
        ("counselling.Client", "people.User"),
        ("notifications.AddressChoice", "account.EmailAddress"),
        ("audit.ClientEvent", "people.Employee"),
        ("groups.Enrolment", "people.User"),
        ("groups.Attendance", "people.Employee"),
        ("groups.Place", "people.RoleGrant"),
        # Leave is a record under a name: a road through any table of it ends at a person.
        ("counselling.Appointment", "leave.LeaveRequest"),
        ("leave.HealthDossier", "counselling.Client"),
        ("groups.Enrolment", "leave.LeaveDay"),
        ("notifications.Notification", "leave.CalendarAddress"),
        ("audit.ClientEvent", "leave.CaseEvent"),
        ("leave.Evidence", "groups.SealedCopy"),
    ):
        assert reachable(_edges(planted), CLIENT_SIDE, NO_SECRET) & PERSON_SIDE


def test_no_column_of_a_client_could_hold_a_person() -> None:
    """An id without a key is a key all the same: each one has to say whose it is."""
    known = {
        "audit.ClientLink.event_id": "a line of the same record",
        "groups.SealedCopy.subject_id": "a worry or an enrolment, of one group",
        "notifications.Notification.subject_id": "a fact of a room: an appointment",
        "notifications.Delivery.lease_token": "a random token of whoever sends",
        "notifications.AccountMail.lease_token": "a random token of whoever sends",
    }
    ids = {
        f"{label(model)}.{field.name}"
        for model in our_models()
        if label(model) in CLIENT_SIDE
        for field in model._meta.local_fields
        if isinstance(field, models.UUIDField) and not field.primary_key
    }
    assert ids == {name for name in known if name in ids}


def test_random_keys_are_random() -> None:
    model = apps.get_model("counselling", "Client")
    first, second = model().pk, model().pk
    assert isinstance(first, UUID)
    assert first.version == 4
    assert first != second
