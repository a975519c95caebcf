"""What somebody hands on because it worries her, and texts sealed to their readers."""

from django.db import models

from groups.choices import ConcernLevel, ConcernState, RaisedBy
from groups.models.groups import SupportGroup
from groups.models.members import Enrolment
from groups.models.plan import Meeting
from portal.common.db import BaseModel
from portal.vault.fields import SealedField, TagField, sealed_check, tag_check


class Concern(BaseModel):
    """
    A worry about somebody in a group, or in general, handed on.

    Its words lie in a `SealedCopy` for each reader, nowhere else. ``for_duty`` says whether the
    duty counsellors read it (and take it), or the group's facilitators alone. ``owner_tag``
    finds whoever took it from her account, never the other way.
    """

    group = models.ForeignKey(SupportGroup, on_delete=models.CASCADE, related_name="concerns")
    meeting = models.ForeignKey(
        Meeting, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    """Whom it is about, or who wrote it where a member did; empty for the group as a whole."""
    raised_by = models.CharField(max_length=11, choices=RaisedBy)
    level = models.CharField(max_length=5, choices=ConcernLevel)
    state = models.CharField(max_length=6, choices=ConcernState, default=ConcernState.OPEN)
    for_duty = models.BooleanField()
    owner_tag = TagField(null=True)
    on_day = models.DateField()

    class Meta:
        constraints = [
            tag_check("owner_tag", "concern_owner_length"),
            models.CheckConstraint(
                condition=models.Q(state=ConcernState.OPEN) | models.Q(owner_tag__isnull=False),
                name="concern_taken_by_somebody",
            ),
        ]


class SealedCopy(BaseModel):
    """
    A text sealed to one reader: a worry, or what somebody wrote when she asked to join.

    ``subject_id`` is the concern or the enrolment. ``reader_tag`` finds the reader's copies
    from her account; only her vault opens ``sealed``.
    """

    subject_id = models.UUIDField()
    reader_tag = TagField()
    sealed = SealedField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject_id", "reader_tag"], name="copy_once"),
            tag_check("reader_tag", "copy_reader_length"),
            sealed_check("sealed", "copy_sealed"),
        ]
