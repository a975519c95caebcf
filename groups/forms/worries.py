"""What somebody hands on because it worries her."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from groups.choices import ConcernLevel
from portal.common.fields import CHOOSE, choice_field
from portal.common.forms import WRITTEN, TextField

TEXT_MAX: Final = 4000
FACILITATORS, DUTY = "facilitators", "duty"
_ASK: Final = _("Choose one of the two.")
_MEMBERS_LEVELS: Final = (
    (ConcernLevel.AMBER, _("It worries me")),
    (ConcernLevel.RED, ConcernLevel.RED.label),
)
_READERS: Final = (
    (FACILITATORS, _("The facilitators of this circle")),
    (DUTY, _("The counsellor on duty instead, not the facilitators")),
)


def _text(hint: Any) -> TextField:  # noqa: ANN401 - a text in the language of the page
    return TextField(
        label=_("What worries you?"),
        help_text=hint,
        longest=TEXT_MAX,
        lines=True,
        widget=forms.Textarea(attrs={**WRITTEN, "rows": 6}),
        error_messages={"required": _("Write a sentence about what worries you.")},
    )


class MeetingWorryForm(forms.Form):
    """A facilitator's worry: about whom, how pressing, in which words."""

    who = forms.ChoiceField(
        label=_("About whom?"), required=False, error_messages={"invalid_choice": CHOOSE}
    )
    level = choice_field(
        _("How pressing is it?"),
        ConcernLevel.choices,
        ask=_ASK,
        initial=ConcernLevel.AMBER,
    )
    text = _text(_("What you saw or heard, and what was said about it. No real names."))

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - Django's own
        people: Sequence[tuple[str, str]],
        **options: Any,  # noqa: ANN401 - Django's own
    ) -> None:
        super().__init__(*args, **options)
        whole = ("", _("The circle as a whole"))
        self.fields["who"].choices = [whole, *people]  # type: ignore[attr-defined]  # a ChoiceField

    def enrolment_id(self) -> UUID | None:
        """Return whom it is about, None for the group as a whole."""
        chosen = self.cleaned_data["who"]
        return UUID(chosen) if chosen else None


class CircleWorryForm(forms.Form):
    """A member's worry: how pressing, in which words, for whose eyes."""

    level = choice_field(
        _("How pressing is it?"), _MEMBERS_LEVELS, ask=_ASK, initial=ConcernLevel.AMBER
    )
    text = _text(_("Nicknames are enough. You can also write about yourself."))
    reader = choice_field(_("Who shall read it?"), _READERS, ask=_ASK, initial=FACILITATORS)

    def __init__(self, *args: Any, readers: Sequence[str], **options: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **options)
        self._only = readers[0] if len(readers) == 1 else ""
        if self._only:
            del self.fields["reader"]

    def is_for_duty(self) -> bool:
        """Return whether whoever is on duty reads it instead of the facilitators."""
        return bool((self._only or self.cleaned_data["reader"]) == DUTY)
