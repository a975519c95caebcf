"""What a facilitator types or taps in a meeting: who came, what it was about, how she is."""

from typing import Final
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from groups.choices import Feeling, Mark, Mood, Theme
from portal.common.fields import CHOOSE, capitals, choice_field
from portal.common.forms import WRITTEN, TextField

NOTE_MAX: Final = 2000


class MarkForm(forms.Form):
    """One tap: somebody, and how she came; an empty mark takes the last one back."""

    tap = forms.CharField(max_length=60)

    def clean_tap(self) -> tuple[UUID, Mark | None]:
        """Read whom the tap is about, and what it says."""
        person, _bar, mark = str(self.cleaned_data["tap"]).partition("|")
        try:
            return UUID(person), Mark(mark) if mark else None
        except ValueError as error:
            raise ValidationError("unknown tap") from error

    def read(self) -> tuple[UUID, Mark | None]:
        """Return whom the tap is about, and what it says."""
        read: tuple[UUID, Mark | None] = self.cleaned_data["tap"]
        return read


class StepForm(forms.Form):
    """The part of the run sheet to go to; empty stops it."""

    block_no = forms.IntegerField(min_value=0, max_value=100, required=False)


class NoteForm(forms.Form):
    """What a meeting was about, without anybody in it."""

    themes = forms.MultipleChoiceField(
        label=_("What it was about"),
        choices=lambda: capitals(Theme.choices),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        error_messages={"invalid_choice": CHOOSE},
    )
    mood = choice_field(_("How it felt as a whole"), Mood.choices, required=False)
    text = TextField(
        label=_("How the meeting went"),
        longest=NOTE_MAX,
        lines=True,
        required=False,
        widget=forms.Textarea(attrs={**WRITTEN, "rows": 6}),
    )


class DebriefForm(forms.Form):
    """How a facilitator comes out of a meeting."""

    feeling = choice_field(
        _("How are you after this meeting?"),
        Feeling.choices,
        ask=_("Choose what fits best."),
    )
    wants_talk = forms.BooleanField(
        label=_("I would like to talk with the head of the service"), required=False
    )
    text = TextField(
        label=_("For yourself"),
        longest=NOTE_MAX,
        lines=True,
        required=False,
        help_text=_("You alone read this."),
        widget=forms.Textarea(attrs={**WRITTEN, "rows": 4}),
    )
