"""What happens in one meeting."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from groups.choices import Feeling, Mark, Mood, SignalKind, Theme
from groups.models.groups import Facilitator
from groups.models.members import Enrolment
from groups.models.plan import Meeting
from portal.common.db import BaseModel
from portal.vault.fields import RowSealedField, sealed_check


class Attendance(BaseModel):
    """One member at one meeting; a member sets ``EXCUSED`` herself, ahead of time."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="attendances")
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.CASCADE, related_name="attendances"
    )
    mark = models.CharField(max_length=10, choices=Mark)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meeting", "enrolment"], name="attendance_once"),
        ]


class MeetingNote(BaseModel):
    """What a meeting was about, by theme and mood; never about one person."""

    meeting = models.OneToOneField(Meeting, on_delete=models.CASCADE, related_name="note")
    themes = ArrayField(models.CharField(max_length=12, choices=Theme), default=list)
    mood = models.CharField(max_length=5, choices=Mood, blank=True, default="")
    text = RowSealedField(null=True)

    class Meta:
        constraints = [sealed_check("text", "meeting_note_text_sealed", RowSealedField)]


class Debrief(BaseModel):
    """How a facilitator came out of a meeting; her text is read by herself alone."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="debriefs")
    facilitator = models.ForeignKey(Facilitator, on_delete=models.PROTECT, related_name="+")
    feeling = models.CharField(max_length=5, choices=Feeling)
    wants_talk = models.BooleanField(default=False)
    text = RowSealedField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meeting", "facilitator"], name="debrief_once"),
            sealed_check("text", "debrief_text_sealed", RowSealedField),
        ]


class MeetingSignal(BaseModel):
    """What a member lets the facilitators know during a meeting; deleted when it is over."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="signals")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=11, choices=SignalKind)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meeting", "enrolment"], name="signal_once"),
        ]
