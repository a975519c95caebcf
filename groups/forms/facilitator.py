"""What a facilitator types about a group: what it is, what it asks, what she tells it."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from groups.choices import Block, GroupKind, JoinPolicy, Visibility, Way
from groups.forms.fields import SEATS_MAX, ways_field
from groups.forms.planning import SeriesForm
from groups.rules.run import RUN_SHEET
from groups.selectors.profile import GroupProfile
from groups.services.setup import GroupPlan
from portal.common.fields import choice_field, number_field
from portal.common.forms import WRITTEN, TextField
from portal.people.choices import Zone

USUAL_SEATS: Final = 10
AGREEMENT_MAX: Final = 4000
TEXT_MAX: Final = 2000
AGREEMENT: Final = (
    _("What is said here stays here."),
    _("It is fine just to listen, and to pass when it is your turn."),
    _("We speak of ourselves. We give no advice that nobody asked for."),
    _("We use our nicknames, and name no unit and no manager."),
    _("We begin and end on time, so that everybody has a turn."),
    _("Everybody may leave at any time, without a reason."),
    _(
        "If a life is in danger, safety comes first: the facilitators bring in help, and tell "
        "you first if they can."
    ),
)
"""What a new group may begin with, in the tongue of whoever reads it."""


def usual_agreement(language: str) -> str:
    """Return the agreement a new group is offered, in one of the house's languages."""
    with translation.override(language):
        return "\n".join(str(line) for line in AGREEMENT)


class GroupForm(forms.Form):
    """What a group is; everything below the ways has a default that is good for most."""

    name = TextField(
        label=_("Name, as it stands in lists and calendars"),
        longest=60,
        help_text=_("Something that tells nothing outside, for instance Kenanga Circle."),
        error_messages={"required": _("Write a name that tells nothing outside.")},
    )
    topic = TextField(
        label=_("What it is about"),
        longest=120,
        help_text=_("Shown inside the portal alone, to people who look for a circle."),
        error_messages={"required": _("Write in a few words what it is about.")},
    )
    ways = ways_field()
    room_seats = number_field(
        _("Places in the room"),
        least=1,
        most=SEATS_MAX,
        initial=USUAL_SEATS,
        required=False,
    )
    online_seats = number_field(
        _("Places online"), least=1, most=SEATS_MAX, initial=USUAL_SEATS, required=False
    )
    room = TextField(
        label=_("Room"),
        longest=100,
        required=False,
        help_text=_("Members read it, nobody else."),
    )
    directions = TextField(
        label=_("How to get there"),
        longest=300,
        required=False,
        help_text=_("A way that does not lead past the own unit is worth a sentence."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    link_base = forms.URLField(
        label=_("Where online meetings are held"),
        max_length=200,
        required=False,
        assume_scheme="https",
        help_text=_("The address of your video service. Each meeting gets a room of its own."),
        error_messages={
            "invalid": _("Write an address that begins with https://"),
            "max_length": _("At most %(limit_value)d letters fit here."),
        },
    )
    about = TextField(
        label=_("A few sentences for those who consider joining"),
        longest=600,
        lines=True,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    kind = choice_field(_("Who comes"), GroupKind.choices, initial=GroupKind.CLOSED)
    visibility = choice_field(_("Who finds it"), Visibility.choices, initial=Visibility.LISTED)
    join_policy = choice_field(
        _("How people get in"), JoinPolicy.choices, initial=JoinPolicy.INSTANT
    )
    language = TextField(label=_("Language"), longest=40, initial="Indonesia")
    zone = choice_field(_("Time zone"), Zone.choices, radio=False)
    min_facilitators = number_field(
        _("Facilitators each meeting needs"), least=1, most=5, initial=2
    )

    def __init__(self, *args: Any, zone: str = "", **options: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **options)
        known = self.fields["zone"]
        if zone and zone not in Zone.values and isinstance(known, forms.ChoiceField):
            known.choices = [*Zone.choices, (zone, zone)]

    def clean_link_base(self) -> str:
        """Take only addresses that nobody on the way can read along."""
        link: str = self.cleaned_data["link_base"]
        if link and not link.startswith("https://"):
            raise ValidationError(_("Write an address that begins with https://"))
        return link

    def clean(self) -> dict[str, Any]:
        """Ask for places in each way that was ticked."""
        data: dict[str, Any] = {**self.cleaned_data}
        for way, name in _SEATS.items():
            if way in data.get("ways", ()) and not data.get(name) and name not in self.errors:
                self.add_error(name, _("Write how many places there are."))
        return data

    @staticmethod
    def initial_of(group: GroupProfile) -> dict[str, Any]:
        """Return what the form shows of a group."""
        names = (
            "name", "topic", "ways", "room", "directions", "link_base", "about", "kind",
            "visibility", "join_policy", "language", "zone", "min_facilitators",
        )  # fmt: skip
        seats = {name: group.capacity.get(way) for way, name in _SEATS.items()}
        return {name: getattr(group, name) for name in names} | seats

    def plan(self) -> GroupPlan:
        """Return what was typed in the words of the service."""
        data = self.cleaned_data
        same = (
            "name", "topic", "about", "language", "zone", "room", "directions", "link_base",
            "min_facilitators",
        )  # fmt: skip
        return GroupPlan(
            **{name: data[name] for name in same},
            kind=GroupKind(data["kind"]),
            visibility=Visibility(data["visibility"]),
            join_policy=JoinPolicy(data["join_policy"]),
            capacity={
                way: data[name] for way, name in _SEATS.items() if way.value in data["ways"]
            },
        )


_SEATS: Final = {Way.ROOM: "room_seats", Way.ONLINE: "online_seats"}


class AgreementForm(forms.Form):
    """What members promise each other, in both languages of the house."""

    text_id = TextField(
        label=_("Agreement in Indonesian"),
        longest=AGREEMENT_MAX,
        lines=True,
        help_text=_("One sentence a line. Everybody says yes to it before coming in."),
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": _("Write at least one sentence.")},
    )
    text_en = TextField(
        label=_("Agreement in English"),
        longest=AGREEMENT_MAX,
        lines=True,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
    )


class RunSheetForm(forms.Form):
    """How long each part of a meeting takes; 0 leaves a part out."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **options)
        for block in Block:
            self.fields[self.name_of(block)] = number_field(
                block.label, least=0, most=240, initial=RUN_SHEET.get(block, 0)
            )

    @staticmethod
    def name_of(block: Block) -> str:
        """Return the field of a part of the meeting."""
        return f"minutes_{block.value.lower()}"

    @classmethod
    def initial_of_sheet(cls, minutes: Mapping[Block, int]) -> dict[str, int]:
        """Return what the form shows of a run sheet."""
        return {cls.name_of(block): minutes.get(block, 0) for block in Block}

    def minutes(self) -> dict[Block, int]:
        """Return the minutes of each part."""
        return {block: self.cleaned_data[self.name_of(block)] for block in Block}

    def clean(self) -> dict[str, Any]:
        """Ask for at least one part."""
        data: dict[str, Any] = {**self.cleaned_data}
        if not self.errors and not any(data.values()):
            self.add_error(
                self.name_of(Block.TOPIC), _("Leave at least one part of the meeting in.")
            )
        return data

    @property
    def parts(self) -> list[forms.BoundField]:
        """Return the fields of the parts, in the order of the meeting."""
        return [self[self.name_of(block)] for block in Block]


class NewGroupForm(RunSheetForm, AgreementForm, SeriesForm, GroupForm):
    """A group in one page: what it is, when it meets, what it asks, how a meeting goes."""

    def __init__(self, *args: Any, today: date, **options: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, today=today, **options)

    @staticmethod
    def usual(*, zone: str) -> dict[str, Any]:
        """Return what an empty page shows."""
        return {
            "zone": zone,
            "ways": [Way.ROOM],
            "text_id": usual_agreement("id"),
            "text_en": usual_agreement("en"),
        }

    @staticmethod
    def copied(group: GroupProfile) -> dict[str, Any]:
        """Return what the page shows of a group that is copied; name and days stay open."""
        again = {
            **GroupForm.initial_of(group),
            **RunSheetForm.initial_of_sheet(group.run_sheet),
        }
        again |= {"text_id": group.text_id, "text_en": group.text_en, "name": ""}
        if group.series is not None:
            again |= {
                "rhythm": group.series.rhythm,
                "at": group.series.at,
                "duration_minutes": group.series.duration_minutes,
                "holiday_policy": group.series.holiday_policy,
            }
        return again

    @property
    def is_folded(self) -> bool:
        """Say whether the folded part may stay folded: nothing in it needs a fix."""
        return not set(self.errors) - set(UNFOLDED)


UNFOLDED: Final = (
    "name", "topic", "rhythm", "starts_on", "at", "duration_minutes", "ways", "room_seats",
    "online_seats",
)  # fmt: skip
"""What stands open on the page of a new group."""


class AnnounceForm(forms.Form):
    """One word to everybody in a group."""

    text = TextField(
        label=_("What would you like to tell everybody?"),
        longest=TEXT_MAX,
        lines=True,
        widget=forms.Textarea(attrs={**WRITTEN, "rows": 5}),
        error_messages={"required": _("Write one sentence at least.")},
    )
    urgent = forms.BooleanField(
        label=_("It cannot wait for the usual hours of mail"), required=False
    )
    urgent_reason = TextField(
        label=_("Why it cannot wait"),
        longest=120,
        required=False,
        help_text=_("For instance: the room has changed, and the meeting begins in an hour."),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for a reason where the message is pressing."""
        data: dict[str, Any] = {**self.cleaned_data}
        if (
            data.get("urgent")
            and not data.get("urgent_reason")
            and "urgent_reason" not in self.errors
        ):
            self.add_error(
                "urgent_reason", _("Write in a few words why it cannot wait, or untick it.")
            )
        return data

    def reason(self) -> str | None:
        """Return the reason of a pressing message, None for a usual one."""
        data = self.cleaned_data
        return str(data["urgent_reason"]) if data["urgent"] else None


class ResourceForm(forms.Form):
    """Something to read for the members."""

    title = TextField(
        label=_("Title"), longest=120, error_messages={"required": _("Write a title.")}
    )
    text = TextField(
        label=_("Text"),
        longest=AGREEMENT_MAX,
        lines=True,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": _("Write one sentence at least.")},
    )


class CapacityForm(forms.Form):
    """How many places one way of meeting has."""

    way = forms.ChoiceField(choices=Way.choices)
    capacity = number_field(_("Places"), least=0, most=SEATS_MAX)


class RemoveForm(forms.Form):
    """Whether somebody who is removed may come back."""

    may_not_return = forms.BooleanField(
        label=_("This person may not come back"), required=False
    )
