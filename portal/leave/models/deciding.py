"""Considerations, decisions, letters: who was asked, what was decided, under which number."""

from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from portal.common.db import BaseModel
from portal.leave.choices import (
    ConsiderationState,
    DecisionState,
    Opinion,
    Outcome,
    Reason,
    RevokeReason,
    WayForward,
)
from portal.leave.models.requests import LeaveRequest
from portal.leave.models.settings import Decree, LetterSeries
from portal.vault.fields import RowSealedField, TagField, sealed_check, tag_check

DECIDED_ONCE: Final = "decision_once_a_round"
NUMBER_ONCE: Final = "letter_number_once"
ASKED_ONCE: Final = "consideration_one_open"


class Consideration(BaseModel):
    """
    One question to one superior about one request, asked for every kind alike.

    ``asked`` is whose turn it is; ``acted_by`` who answered in that right. Time never answers:
    after five working days it lapses and the next step follows.
    """

    request = models.ForeignKey(
        LeaveRequest, on_delete=models.CASCADE, related_name="considerations"
    )
    asked = models.ForeignKey("people.Employee", on_delete=models.PROTECT, related_name="+")
    stand_in = models.ForeignKey(
        "people.Employee", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    """Who may answer instead: by delegation, or as substitute after the second reminder."""
    round = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(
        max_length=9, choices=ConsiderationState, default=ConsiderationState.OPEN
    )
    asked_on = models.DateField()
    step = models.PositiveSmallIntegerField(default=0)
    """Which step of the deadline has been taken: 1 and 2 reminders, 3 passed on, 5 lapsed."""
    opinion = models.CharField(max_length=9, choices=Opinion, blank=True, default="")
    reason = models.CharField(max_length=20, choices=Reason, blank=True, default="")
    other_first = models.DateField(null=True, blank=True)
    other_last = models.DateField(null=True, blank=True)
    acted_by = models.ForeignKey(
        "people.Employee", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["request"],
                condition=Q(state=ConsiderationState.OPEN),
                name=ASKED_ONCE,
            ),
            models.CheckConstraint(
                condition=~Q(state=ConsiderationState.GIVEN) | ~Q(opinion=""),
                name="consideration_given_says_something",
            ),
        ]


class Decision(BaseModel):
    """
    What an official decided. Pending for ten minutes, then signed; one a round.

    Anything but a grant carries a reason of the fixed vocabulary and a way forward.
    """

    request = models.ForeignKey(
        LeaveRequest, on_delete=models.CASCADE, related_name="decisions"
    )
    round = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=6, choices=Outcome)
    state = models.CharField(max_length=7, choices=DecisionState, default=DecisionState.PENDING)
    first_day = models.DateField()
    last_day = models.DateField()
    reason = models.CharField(max_length=20, choices=Reason, blank=True, default="")
    ways_forward = ArrayField(models.CharField(max_length=12, choices=WayForward), default=list)
    other_first = models.DateField(null=True, blank=True)
    other_last = models.DateField(null=True, blank=True)
    decided_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    decree = models.ForeignKey(
        Decree, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField()
    final_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["request", "round"],
                condition=~Q(state=DecisionState.UNDONE),
                name=DECIDED_ONCE,
            ),
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="decision_day_order"
            ),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.GRANT)
                | (~Q(reason="") & Q(ways_forward__len__gt=0)),
                name="decision_never_without_a_way_forward",
            ),
        ]


class Letter(BaseModel):
    """
    A signed letter: a number without gaps, taken when it was signed, never used again.

    ``token_tag`` finds it from the code on the paper; whoever scans it learns number and
    validity, nothing else.
    """

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="letter")
    series = models.ForeignKey(LetterSeries, on_delete=models.PROTECT, related_name="+")
    sequence = models.PositiveIntegerField()
    number = models.CharField(max_length=120)
    signed_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    signed_on = models.DateField()
    token_tag = TagField(unique=True)
    sealed_token = RowSealedField()
    pdf = RowSealedField()
    """The letter as it was signed; never drawn again."""
    revoked_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "sequence"], name=NUMBER_ONCE),
            tag_check("token_tag", "letter_token_length"),
            sealed_check("sealed_token", "letter_token_sealed", RowSealedField),
            sealed_check("pdf", "letter_paper_sealed", RowSealedField),
        ]


class Revocation(BaseModel):
    """Taking a granted leave back because of error or fraud; it takes two persons."""

    request = models.OneToOneField(
        LeaveRequest, on_delete=models.CASCADE, related_name="revocation"
    )
    reason = models.CharField(max_length=5, choices=RevokeReason)
    asked_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    asked_on = models.DateField()
    confirmed_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("asked_by")),
                name="revocation_by_two_persons",
            )
        ]
