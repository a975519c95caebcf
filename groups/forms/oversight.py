"""What the head of the service types: who leads, how many places, who trains until when."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from groups.choices import AssignmentKind, Way
from groups.forms.fields import SEATS_MAX
from groups.selectors.crew import CrewRow
from groups.selectors.gates import Choice
from groups.services.crew import FacilitatorProfile
from portal.common.fields import DayField, choice_field, number_field
from portal.common.forms import TextField

_NOBODY: Final = _("Choose somebody from the list.")


class _WhoForm(forms.Form):
    """Somebody from a list of facilitators."""

    facilitator = choice_field(_("Facilitator"), (), ask=_NOBODY, radio=False)

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - Django's own
        people: Sequence[Choice],
        **options: Any,  # noqa: ANN401 - Django's own
    ) -> None:
        super().__init__(*args, **options)
        field = self.fields["facilitator"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(str(one.id), one.name) for one in people]

    def facilitator_id(self) -> UUID:
        """Return who was chosen."""
        return UUID(self.cleaned_data["facilitator"])


class StandInForm(_WhoForm):
    """Who stands in at one meeting."""


class AssignForm(_WhoForm):
    """Who leads a group from today on, and as what."""

    kind = choice_field(
        _("What for"),
        AssignmentKind.choices,
        initial=AssignmentKind.CO.value,
        ask=_("Choose one of the two."),
    )

    def chosen_kind(self) -> AssignmentKind:
        """Return as what."""
        return AssignmentKind(self.cleaned_data["kind"])


class CapacityForm(forms.Form):
    """How many places one way of meeting has; one form a way."""

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - Django's own
        way: str,
        label: str,
        **options: Any,  # noqa: ANN401 - Django's own
    ) -> None:
        super().__init__(*args, **{**options, "prefix": way.lower()})
        self.way = Way(way)
        said = _("Places (%(way)s)") % {"way": label}
        self.fields["capacity"] = number_field(said, least=0, most=SEATS_MAX)

    def capacity(self) -> int:
        """Return how many."""
        return int(self.cleaned_data["capacity"])


class FacilitatorForm(forms.Form):
    """What members read of a facilitator, and until when her training counts."""

    display_name = TextField(
        label=_("Name people see"),
        longest=100,
        error_messages={"required": _("Write the name people see.")},
    )
    trained_until = DayField(
        label=_("Training counts until"),
        required=False,
        help_text=_(
            "The first day on which it counts no more. Without a training that counts, nobody "
            "makes a meeting ready."
        ),
    )
    about = TextField(
        label=_("About"),
        longest=300,
        lines=True,
        required=False,
        help_text=_("One or two sentences people read before they join."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    @staticmethod
    def initial_of(row: CrewRow) -> dict[str, Any]:
        """Return what the form shows of a facilitator."""
        return {
            "display_name": row.name,
            "trained_until": row.trained_until,
            "about": row.about,
            "is_active": row.is_active,
        }

    def profile(self) -> FacilitatorProfile:
        """Return what was typed in the words of the service."""
        data = self.cleaned_data
        return FacilitatorProfile(
            display_name=data["display_name"],
            about=data["about"],
            trained_until=data["trained_until"],
            is_active=data.get("is_active", True),
        )


class NewFacilitatorForm(FacilitatorForm):
    """A facilitator who is added: first of all, whose account it is."""

    field_order = ("login",)
    login = TextField(
        label=_("Work e-mail or NIP"),
        longest=254,
        help_text=_("Of an open account that holds the role of a facilitator."),
        widget=forms.TextInput(
            attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}
        ),
        error_messages={"required": _("Write a work e-mail or a NIP.")},
    )


class FormerFacilitatorForm(FacilitatorForm):
    """A facilitator who has ended: she can lead again, in groups she is given anew."""

    is_active = forms.BooleanField(
        label=_("Leads groups again"),
        required=False,
        help_text=_("She is given no group by this; that is done on each group's page."),
    )
