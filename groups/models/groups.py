"""A group, what it asks of its members, who leads it, what it tells them."""

from datetime import date
from typing import Final, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from groups.choices import (
    AssignmentKind,
    GroupKind,
    GroupStatus,
    JoinPolicy,
    Turn,
    Visibility,
    Way,
)
from portal.common.db import BaseModel
from portal.vault.fields import RowSealedField, TagField, sealed_check, tag_check

GROUP_NAME_ONCE: Final = "group_name_once"
ASSIGNED_ONCE: Final = "assignment_once_while_open"


class SupportGroup(BaseModel):
    """
    A peer support group of an agency.

    ``name`` is discreet (inbox, lists, calendars of the facilitators); ``topic`` says what it
    is about and is shown inside the portal only, on the list for listed groups. ``run_sheet``
    is a list of ``[Block, minutes]`` in the order of the meeting.
    """

    agency = models.ForeignKey("people.Agency", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    topic = models.CharField(max_length=120)
    about = models.CharField(max_length=600, blank=True, default="")
    kind = models.CharField(max_length=8, choices=GroupKind)
    visibility = models.CharField(max_length=8, choices=Visibility, default=Visibility.LISTED)
    join_policy = models.CharField(max_length=9, choices=JoinPolicy, default=JoinPolicy.INSTANT)
    status = models.CharField(max_length=8, choices=GroupStatus, default=GroupStatus.DRAFT)
    language = models.CharField(max_length=40, default="Indonesia")
    zone = models.CharField(max_length=64)
    ways = ArrayField(models.CharField(max_length=8, choices=Way))
    room = models.CharField(max_length=100, blank=True, default="")
    directions = models.CharField(max_length=300, blank=True, default="")
    link_base = models.URLField(blank=True, default="")
    """Where online meetings are held; each meeting adds a secret of its own."""
    min_facilitators = models.PositiveSmallIntegerField(default=2)
    run_sheet = models.JSONField(default=list)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "name"],
                condition=~Q(status=GroupStatus.ARCHIVED),
                name=GROUP_NAME_ONCE,
            ),
            models.CheckConstraint(
                condition=Q(ways__len__gte=1), name="group_meets_in_some_way"
            ),
            models.CheckConstraint(
                condition=Q(min_facilitators__range=(1, 5)),
                name="group_facilitators_make_sense",
            ),
        ]


class Agreement(BaseModel):
    """One version of what the members of a group promise each other; never changed again."""

    group = models.ForeignKey(SupportGroup, on_delete=models.CASCADE, related_name="agreements")
    version = models.PositiveSmallIntegerField()
    text_id = models.TextField(max_length=4000)
    text_en = models.TextField(max_length=4000, blank=True, default="")
    published_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "version"], name="agreement_version_once"),
        ]


class Facilitator(BaseModel):
    """
    Somebody who leads groups; the tie to an account is open, facilitators are no secret.

    Whether she may lead today is her role grant, her active account and this row's
    ``is_active``; whether she counts for a meeting's readiness is ``trained_until``.
    """

    user = models.OneToOneField("people.User", on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey("people.Agency", on_delete=models.PROTECT, related_name="+")
    display_name = models.CharField(max_length=100)
    about = models.CharField(max_length=300, blank=True, default="")
    trained_until = models.DateField(null=True, blank=True)
    """The first day on which the training counts no more; empty means not trained yet."""
    is_active = models.BooleanField(default=True)


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    """Questions asked of assignments."""

    def on(self, day: date) -> Self:
        """Keep those in force on a day; ``ends_on`` is the first day without."""
        return self.filter(starts_on__lte=day).filter(
            Q(ends_on__isnull=True) | Q(ends_on__gt=day)
        )


class Assignment(BaseModel):
    """Somebody leads a group over ``[starts_on, ends_on)``; ended means all rights are gone."""

    group = models.ForeignKey(
        SupportGroup, on_delete=models.CASCADE, related_name="assignments"
    )
    facilitator = models.ForeignKey(
        Facilitator, on_delete=models.PROTECT, related_name="assignments"
    )
    kind = models.CharField(max_length=4, choices=AssignmentKind)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = models.Manager.from_queryset(AssignmentQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group", "facilitator"],
                condition=Q(ends_on__isnull=True),
                name=ASSIGNED_ONCE,
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="assignment_ends_after_it_starts",
            ),
        ]


class Invitation(BaseModel):
    """A code that opens a group by referral once; the code itself is on paper only."""

    group = models.ForeignKey(
        SupportGroup, on_delete=models.CASCADE, related_name="invitations"
    )
    code_tag = TagField(unique=True)
    valid_until = models.DateField()
    """The first day on which the code opens nothing."""
    turn = models.PositiveSmallIntegerField(choices=Turn, default=Turn.REFERRED)
    used = models.BooleanField(default=False)

    class Meta:
        constraints = [tag_check("code_tag", "invitation_code_length")]


class Announcement(BaseModel):
    """
    One-way word of the facilitators to everybody in a group.

    ``expected`` is how many recipients there were when it was written, ``told`` how many inbox
    items were written for them; the two are reconciled on the facilitators' page.
    """

    group = models.ForeignKey(
        SupportGroup, on_delete=models.CASCADE, related_name="announcements"
    )
    author = models.ForeignKey(Facilitator, on_delete=models.PROTECT, related_name="+")
    text = RowSealedField()
    urgent_reason = models.CharField(max_length=120, blank=True, default="")
    expected = models.PositiveSmallIntegerField()
    told = models.PositiveSmallIntegerField()
    position = models.PositiveIntegerField()
    """Later ones have higher numbers; the newest is shown first."""
    on_day = models.DateField()

    class Meta:
        constraints = [
            sealed_check("text", "announcement_text_sealed", RowSealedField),
            models.UniqueConstraint(
                fields=["group", "position"], name="announcement_position_once"
            ),
        ]


class Resource(BaseModel):
    """Something to read, for the members of a group."""

    group = models.ForeignKey(SupportGroup, on_delete=models.CASCADE, related_name="resources")
    title = models.CharField(max_length=120)
    text = RowSealedField()
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [sealed_check("text", "resource_text_sealed", RowSealedField)]
