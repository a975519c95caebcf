"""What a member types or presses: joining, her nickname, whom she would rather not meet."""

from collections.abc import Sequence
from typing import Any, Final, Self
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from groups.choices import SignalKind, Way
from portal.common.fields import capitals
from portal.common.forms import WRITTEN, TextField
from portal.people.rules import ALIAS_MAX

WORDS_MAX: Final = 1000
CODE_MAX: Final = 60
WHO_MAX: Final = 100
_NICKNAME: Final = {**WRITTEN, "autocapitalize": "none"}
_NICKNAME_HINT: Final = _(
    "The others and the facilitators see this, never your name. In another circle you have "
    "another one."
)


def nickname(*, required: bool) -> TextField:
    """Return a field for a nickname."""
    return TextField(
        label=pgettext_lazy("circle", "Nickname"),
        help_text=_NICKNAME_HINT,
        longest=ALIAS_MAX,
        required=required,
        widget=forms.TextInput(attrs=_NICKNAME),
        error_messages={"required": _("Choose a nickname with at least two letters.")},
    )


def version_of(text: str) -> int:
    """Return the version of the words that stood on the page, 0 where none did."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 0


class JoinForm(forms.Form):
    """Joining: every field has an answer already, or can stay empty; a code alone is asked."""

    field_order = ("code", "alias", "way", "words", "agreement")
    alias = nickname(required=False)
    way = forms.ChoiceField(
        label=_("How would you like to take part?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose a way of meeting."),
            "invalid_choice": _("Choose one of the ways of meeting."),
        },
    )
    code = TextField(
        label=_("Code"),
        help_text=_("Whoever suggested this circle to you can give you one."),
        longest=CODE_MAX,
        widget=forms.TextInput(attrs=_NICKNAME),
        error_messages={"required": _("Write the code you were given.")},
    )
    words = TextField(
        label=_("What would you like the facilitators to know?"),
        help_text=_(
            "One sentence is enough. It is sealed when you send it: the facilitators of this "
            "circle alone can open it."
        ),
        longest=WORDS_MAX,
        lines=True,
        required=False,
        widget=forms.Textarea(attrs={**WRITTEN, "rows": 4}),
    )
    agreement = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - Django's own
        ways: Sequence[tuple[str, str]],
        needs_code: bool,
        needs_talk: bool,
        **options: Any,  # noqa: ANN401 - Django's own
    ) -> None:
        super().__init__(*args, **options)
        unneeded = {
            "way": len(ways) < 2,
            "code": not needs_code,
            "words": not needs_talk,
        }
        for name, is_unneeded in unneeded.items():
            if is_unneeded:
                del self.fields[name]
        way = self.fields.get("way")
        if isinstance(way, forms.ChoiceField):
            way.choices = list(capitals(ways))

    @classmethod
    def of_any_circle(cls, data: QueryDict) -> Self:
        """Read what was sent before anything is known of the circle, which has its own say."""
        ways = [(way.value, str(way.label)) for way in Way]
        form = cls(data, ways=ways, needs_code=True, needs_talk=True)
        for field in form.fields.values():
            field.required = False
        return form

    def has_no_code(self) -> bool:
        """Say whether a code was asked for and left empty, which is no guess at one."""
        return "code" in self.data and not self.cleaned_data["code"]

    def clean_agreement(self) -> int:
        """Return the version of the agreement that stood on the page."""
        return version_of(self.cleaned_data["agreement"])


class NicknameForm(forms.Form):
    """Another nickname."""

    alias = nickname(required=True)


class AvoidForm(forms.Form):
    """Somebody one would rather not meet."""

    who = TextField(
        label=_("The person's work e-mail or NIP"),
        help_text=_("We answer the same whoever it is, and tell nobody."),
        longest=WHO_MAX,
        widget=forms.TextInput(attrs=_NICKNAME),
        error_messages={"required": _("Write a work e-mail or a NIP.")},
    )


class VersionForm(forms.Form):
    """The version of the agreement that stood on the page."""

    agreement = forms.CharField(required=False, max_length=20)

    def clean_agreement(self) -> int:
        """Return the number, 0 where none stood there."""
        return version_of(self.cleaned_data["agreement"])


class WayForm(forms.Form):
    """The way of meeting whose button was pressed."""

    way = forms.ChoiceField(choices=Way.choices, required=False)


class SignalForm(forms.Form):
    """The quiet word whose button was pressed; none takes the last one back."""

    kind = forms.ChoiceField(choices=SignalKind.choices, required=False)

    def clean_kind(self) -> SignalKind | None:
        """Return the kind, or None to take it back."""
        kind = self.cleaned_data["kind"]
        return SignalKind(kind) if kind else None


class OfferForm(forms.Form):
    """Whose page an offer stood on: the circle's, or that of one of its meetings."""

    group = forms.UUIDField(required=False)
    meeting = forms.UUIDField(required=False)

    def page(self) -> tuple[str, *tuple[UUID, ...]]:
        """Return the route to go back to; the list of circles where none was named."""
        sent = self.cleaned_data if self.is_valid() else {}
        if meeting := sent.get("meeting"):
            return "groups:circle-meeting", meeting
        if group := sent.get("group"):
            return "groups:circle", group
        return ("groups:circles",)
