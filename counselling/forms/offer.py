"""What the head of the service types: a kind of meeting, and what people read of a person."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from counselling.choices import Mode, Sex
from counselling.selectors import OfferedCounsellor, OfferedService
from counselling.services import CounsellorProfile, ServiceTerms
from portal.common.fields import capitals
from portal.common.forms import TextField
from portal.people.choices import Zone

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LANGUAGE_MAX: Final = 40
_CHOOSE = _("Choose one from the list.")


def _number(
    label: "StrOrPromise", *, least: int, most: int, initial: int, hint: "StrOrPromise" = ""
) -> forms.IntegerField:
    wrong = _("Write a whole number from {least} to {most}.")
    said = format_lazy(wrong, least=least, most=most)
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=most,
        initial=initial,
        help_text=hint,
        error_messages=dict.fromkeys(("required", "invalid"), said)
        | dict.fromkeys(("min_value", "max_value"), said),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


def _ways(ask: "StrOrPromise") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=_("Ways of meeting"),
        choices=lambda: capitals(Mode.choices),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": ask, "invalid_choice": _CHOOSE},
    )


class ServiceForm(forms.Form):
    """A kind of meeting; lengths in minutes, the horizon in days."""

    name = TextField(
        label=_("Name of the service"),
        longest=100,
        help_text=_("Plain and short: it also stands on the page “Hours”."),
        error_messages={"required": _("Write a name, for instance Meeting.")},
    )
    duration_minutes = _number(_("Length in minutes"), least=5, most=480, initial=50)
    grid_minutes = _number(
        _("Starts every so many minutes"),
        least=5,
        most=240,
        initial=15,
        hint=_("15 means: on the hour, quarter past, half past, quarter to."),
    )
    buffer_before_minutes = _number(_("Quiet minutes before"), least=0, most=240, initial=0)
    buffer_after_minutes = _number(_("Quiet minutes after"), least=0, most=240, initial=10)
    min_notice_minutes = _number(
        _("Shortest notice in minutes"),
        least=0,
        most=20160,
        initial=120,
        hint=_("120 means: bookable until two hours before the start."),
    )
    horizon_days = _number(_("Bookable how many days ahead"), least=1, most=365, initial=30)
    modes = _ways(_("Tick at least one way of meeting."))
    position = _number(
        _("Place in the list"),
        least=0,
        most=1000,
        initial=0,
        hint=_("Small numbers stand first. People are shown the times of the first service."),
    )

    @staticmethod
    def initial_of(row: OfferedService) -> dict[str, Any]:
        """Return what the form shows of a service."""
        return {name: getattr(row, name) for name in ServiceForm.base_fields}

    def terms(self, *, is_active: bool) -> ServiceTerms:
        """Return what was typed in the words of the service."""
        data = {**self.cleaned_data, "modes": tuple(Mode(way) for way in self._modes())}
        return ServiceTerms(**data, is_active=is_active)

    def _modes(self) -> list[str]:
        ways: list[str] = self.cleaned_data["modes"]
        return ways


class CounsellorForm(forms.Form):
    """What people read of a counsellor, where she is met, and what she takes part in."""

    display_name = TextField(
        label=_("Name people see"),
        longest=100,
        error_messages={"required": _("Write the name people see.")},
    )
    sex = forms.ChoiceField(
        label=_("Woman or man"),
        choices=lambda: capitals(Sex.choices),
        widget=forms.RadioSelect,
        help_text=_("As she or he states it, so that people can choose."),
        error_messages={"required": _("Choose one of the two."), "invalid_choice": _CHOOSE},
    )
    zone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("Her weekly hours are read on the clock of this zone."),
        error_messages={"required": _("Choose a time zone."), "invalid_choice": _CHOOSE},
    )
    other_zone = TextField(
        label=_("Another time zone"),
        longest=64,
        required=False,
        help_text=_("For somebody abroad, for instance Asia/Singapore."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    modes = _ways(_("Tick at least one way of meeting."))
    services = forms.MultipleChoiceField(
        label=_("Services"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _CHOOSE},
    )
    about = TextField(
        label=_("About"),
        longest=300,
        required=False,
        help_text=_("One or two sentences people read before they choose."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    languages = TextField(
        label=_("Languages"),
        longest=200,
        required=False,
        help_text=_("With commas between them: Indonesia, Jawa, English."),
    )
    phone = TextField(
        label=_("Phone for meetings"),
        longest=40,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    room = TextField(label=_("Room"), longest=100, required=False)
    directions = TextField(
        label=_("How to get there"),
        longest=300,
        required=False,
        help_text=_("A way that does not lead past the own unit is worth a sentence."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    link_base = forms.URLField(
        label=_("Link for video or chat"),
        max_length=200,
        required=False,
        assume_scheme="https",
        error_messages={
            "invalid": _("Write an address that begins with https://"),
            "max_length": _("At most %(limit_value)d letters fit here."),
        },
    )
    is_active = forms.BooleanField(
        label=_("Can be booked"),
        required=False,
        initial=True,
        help_text=_(
            "Without this tick nobody can book her and her own pages close. Meetings that are "
            "already booked are not cancelled by it; let her cancel or hold them first."
        ),
    )

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - Django's own
        services: Sequence[OfferedService],
        zone: str = "",
        **options: Any,  # noqa: ANN401 - Django's own
    ) -> None:
        super().__init__(*args, **options)
        zones: list[tuple[object, object]] = [*Zone.choices]
        if zone and zone not in Zone.values:
            zones.append((zone, zone))
        self._offer("zone", zones)
        self._offer("services", [(str(one.id), _service_label(one)) for one in services])

    def _offer(self, name: str, choices: Sequence[tuple[object, object]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def clean_other_zone(self) -> str:
        """Take a zone that the zone data knows, however its letters are cased."""
        wanted: str = self.cleaned_data["other_zone"].replace(" ", "_")
        if not wanted:
            return ""
        for name in available_timezones():
            if name.lower() == wanted.lower():
                return name
        raise ValidationError(_("This zone is not known. Write it like Asia/Singapore."))

    def clean_languages(self) -> tuple[str, ...]:
        """Read the languages between the commas, each once."""
        parts = (" ".join(part.split()) for part in self.cleaned_data["languages"].split(","))
        found = tuple(dict.fromkeys(part for part in parts if part))
        if any(len(part) > LANGUAGE_MAX for part in found):
            raise ValidationError(_("One of these is very long. Put commas between them."))
        return found

    def clean_link_base(self) -> str:
        """Take only addresses that nobody on the way can read along."""
        link: str = self.cleaned_data["link_base"]
        if link and not link.startswith("https://"):
            raise ValidationError(_("Write an address that begins with https://"))
        return link

    @staticmethod
    def initial_of(row: OfferedCounsellor) -> dict[str, Any]:
        """Return what the form shows of a counsellor."""
        same = ("sex", "zone", "modes", "about", "phone", "room", "directions", "link_base")
        return {
            **{name: getattr(row, name) for name in (*same, "is_active")},
            "display_name": row.name,
            "languages": ", ".join(row.languages),
            "services": [str(one) for one in row.service_ids],
        }

    def profile(self) -> CounsellorProfile:
        """Return what was typed in the words of the service."""
        data = self.cleaned_data
        same = ("display_name", "about", "languages", "phone", "room", "directions")
        return CounsellorProfile(
            **{name: data[name] for name in (*same, "link_base", "is_active")},
            zone=data["other_zone"] or data["zone"],
            sex=Sex(data["sex"]),
            modes=tuple(Mode(way) for way in data["modes"]),
        )

    def service_ids(self) -> list[UUID]:
        """Return the services that were ticked."""
        return [UUID(one) for one in self.cleaned_data["services"]]


class NewCounsellorForm(CounsellorForm):
    """A counsellor who is added: first of all, whose account it is."""

    field_order = ("login",)
    login = TextField(
        label=_("Work e-mail or NIP"),
        longest=254,
        help_text=_("Of an account that exists. Somebody from outside needs one first, too."),
        widget=forms.TextInput(
            attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}
        ),
        error_messages={"required": _("Write a work e-mail or a NIP.")},
    )


def _service_label(row: OfferedService) -> str:
    if row.is_active:
        return row.name
    return str(_("%(name)s (not offered at present)")) % {"name": row.name}
