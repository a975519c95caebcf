"""What administrators type; nothing here decides who may."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.calendars.choices import HolidayKind, HolidayStatus
from portal.people.administration import Choice
from portal.people.choices import Role
from portal.people.roster import COLUMNS, decode

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

YEARS = range(1990, 2101)
"""The years the holiday pages show."""
MOST_BYTES = 5 * 1024 * 1024
_DAY = _("Write the day with day, month and year, for example 24 11 2026.")


class DayInput(forms.DateInput):
    """A date as browsers pick it."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def _day(
    label: "StrOrPromise", *, required: bool = True, help_text: "StrOrPromise" = ""
) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=DayInput(),
        input_formats=["%Y-%m-%d", "%d %m %Y", "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y"],
        error_messages={"required": _DAY, "invalid": _DAY},
    )


class AgencyForm(forms.Form):
    """A form about one agency; asks which only where there are several."""

    agency = forms.TypedChoiceField(label=_("Agency"), coerce=UUID)

    def __init__(self, *args: Any, agencies: list[Choice], **kwargs: Any) -> None:  # noqa: ANN401 - Django's form
        super().__init__(*args, **kwargs)
        field = self.fields["agency"]
        field.choices = [(str(one.id), one.name) for one in agencies]  # type: ignore[attr-defined]  # a choice field
        if len(agencies) == 1:
            field.widget = forms.HiddenInput()
            field.initial = str(agencies[0].id)


class RosterForm(AgencyForm):
    """A roster, as a file or pasted."""

    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_("CSV from a spreadsheet, up to 5 MB. It is read and not kept."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
    )
    text = forms.CharField(
        label=_("Or paste the lines here"),
        required=False,
        strip=False,
        help_text=_("The first line names the columns: %(columns)s.")
        % {"columns": "; ".join(COLUMNS)},
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off"}),
    )
    field_order = ("agency", "file", "text")

    def clean(self) -> dict[str, Any]:
        """Keep one text, whichever way it came."""
        data: dict[str, Any] = super().clean() or {}
        file = data.get("file")
        if file is not None and file.size > MOST_BYTES:
            self.add_error("file", _("The file is larger than 5 MB."))
        elif file is not None:
            data["text"] = decode(file.read()).replace("\x00", "")
        if not data.get("text", "").strip() and not self.errors:
            raise ValidationError(_("Choose a file, or paste the lines."))
        return data


class RosterApplyForm(AgencyForm):
    """The text of the preview again, and whether the absent leave."""

    text = forms.CharField(strip=False, widget=forms.HiddenInput())
    close_absent = forms.IntegerField(required=False, min_value=1)


class SearchForm(forms.Form):
    """A person to look for."""

    text = forms.CharField(
        label=_("Name, e-mail or NIP"),
        max_length=200,
        help_text=_("A part of the name is enough; e-mail and NIP in full."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Write a part of the name, an e-mail or a NIP.")},
    )


class GrantForm(AgencyForm):
    """A role for somebody, from a day to a day."""

    user = forms.UUIDField(widget=forms.HiddenInput())
    role = forms.ChoiceField(label=_("Role"), choices=Role)
    starts_on = _day(_("From"), required=False, help_text=_("Empty means today."))
    last_day = _day(
        _("Last day"), required=False, help_text=_("Empty means until somebody ends it.")
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:  # noqa: ANN401 - Django's form
        super().__init__(*args, **kwargs)
        self.today = today

    def clean(self) -> dict[str, Any]:
        """Check that the days follow each other and do not rewrite the past."""
        data: dict[str, Any] = super().clean() or {}
        first, last = data.get("starts_on"), data.get("last_day")
        if first and first < self.today:
            self.add_error("starts_on", _("Choose today or a later day."))
        if last and last < (first or self.today):
            self.add_error("last_day", _("Choose a last day on or after the first."))
        return data


class HolidayForm(AgencyForm):
    """A holiday by hand."""

    day = _day(_("Day"))
    name = forms.CharField(
        label=_("Name"),
        max_length=200,
        error_messages={"required": _("Write what the day is called.")},
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=HolidayKind,
        initial=HolidayKind.LOCAL,
        help_text=_(
            "A local holiday counts for your agency or one unit of it, the others for "
            "everybody."
        ),
    )
    unit = forms.TypedChoiceField(
        label=_("Unit"),
        coerce=UUID,
        required=False,
        empty_value=None,
        help_text=_(
            "For a local holiday only. The day of a unit counts there and in the units below "
            "when leave is counted; meetings can still be booked."
        ),
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=200,
        required=False,
        help_text=_("For example the number of the decree."),
    )

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - Django's form
        agencies: list[Choice],
        units: Mapping[UUID, list[Choice]],
        **kwargs: Any,  # noqa: ANN401 - Django's form
    ) -> None:
        super().__init__(*args, agencies=agencies, **kwargs)
        self.units = units
        groups: list[Any] = [
            (agency.name, [(str(unit.id), unit.name) for unit in units[agency.id]])
            for agency in agencies
        ]
        choices = groups if len(groups) > 1 else [one for group in groups for one in group[1]]
        self.fields["unit"].choices = [("", _("The whole agency")), *choices]  # type: ignore[attr-defined]  # a choice field

    def clean(self) -> dict[str, Any]:
        """Check that a unit belongs to the agency and to a day that is local."""
        data: dict[str, Any] = super().clean() or {}
        unit, kind, agency = data.get("unit"), data.get("kind"), data.get("agency")
        if unit is None or kind is None or agency is None:
            return data
        if kind != HolidayKind.LOCAL:
            self.add_error(
                "unit",
                _("Only a local holiday can belong to one unit. Choose that kind, or no unit."),
            )
        elif unit not in {one.id for one in self.units[agency]}:
            self.add_error(
                "unit",
                _("This unit belongs to another agency. Choose one of the agency, or none."),
            )
        return data

    def clean_day(self) -> date:
        """Keep to years that the pages show."""
        day: date = self.cleaned_data["day"]
        if day.year not in YEARS:
            raise ValidationError(_DAY)
        return day


class HolidayStatusForm(forms.Form):
    """What a holiday shall be."""

    status = forms.ChoiceField(choices=HolidayStatus)


class SlipFilterForm(AgencyForm):
    """Whose slips: one unit, or everybody."""

    unit = forms.TypedChoiceField(
        label=_("Unit"), coerce=UUID, required=False, empty_value=None
    )

    def __init__(self, *args: Any, units: list[Choice], **kwargs: Any) -> None:  # noqa: ANN401 - Django's form
        super().__init__(*args, **kwargs)
        choices = [("", _("All units")), *((str(unit.id), unit.name) for unit in units)]
        self.fields["unit"].choices = choices  # type: ignore[attr-defined]  # a choice field


class SlipForm(forms.Form):
    """The people chosen for slips."""

    people = forms.TypedMultipleChoiceField(coerce=UUID)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's form
        super().__init__(*args, **kwargs)
        field = self.fields["people"]
        field.valid_value = _is_uuid  # type: ignore[attr-defined]  # any id; the service looks again


def _is_uuid(value: object) -> bool:
    try:
        UUID(str(value))
    except ValueError:
        return False
    return True
