"""Form fields and small forms that rooms share: text as people see it, where news goes."""

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any, Final

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import MaxLengthValidator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

TITLE_MAX: Final = 60
WRITTEN: Final = {"autocomplete": "off", "spellcheck": "false"}
"""For whatever is private: a browser neither remembers it nor sends it away to be corrected."""
MAIL_TELLS: Final = _(
    "A mail says only that there is news. Whoever holds both the log of the mails and a copy of"
    " this portal could still compare their times; the portal alone leaves no such trace."
)
_JOINERS: Final = frozenset("\u200c\u200d")
"""Invisible letters that scripts and pictures are joined with; every other one is taken out."""
MEGABYTE: Final = 1024 * 1024
_TOO_MANY: Final = _(
    "At most %(most)s files fit here. Choose fewer, or put the pages in one PDF."
)
_EMPTY: Final = _("File %(number)s is empty. Open it once to see whether it is whole.")
_TOO_LARGE: Final = _(
    "File %(number)s is larger than %(largest)s MB. A photo taken with a phone is usually"
    " small enough."
)
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def seen_only(text: str, *, lines: bool = False) -> str:
    """
    Return a text without letters nobody sees: control characters, marks that turn it round.

    With ``lines`` its line breaks stay.
    """
    kept = (
        letter if _is_seen(letter, lines=lines) else " " if letter.isspace() else ""
        for letter in text.replace("\r\n", "\n").replace("\r", "\n")
    )
    return "".join(kept).strip()


def _is_seen(letter: str, *, lines: bool) -> bool:
    if letter == "\n":
        return lines
    return letter in _JOINERS or unicodedata.category(letter) not in _UNSEEN


class TextField(forms.CharField):
    """A text in letters people see; too long a one comes back with its measure in words."""

    def __init__(self, *, longest: int, lines: bool = False, **options: Any) -> None:  # noqa: ANN401 - Django's own options
        super().__init__(**options)
        self.lines = lines
        self.validators.append(
            MaxLengthValidator(longest, _("At most %(limit_value)d letters fit here."))
        )

    def to_python(self, value: object) -> str:
        """Take out what nobody sees, then strip."""
        return seen_only(super().to_python(value) or "", lines=self.lines)


class FilesInput(forms.FileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True


class CertificateField(forms.FileField):
    """
    One or more files, held in memory and handed on as bytes, in the order chosen.

    Names are dropped here: a name like ``surat dr. … SpKJ.pdf`` tells what the sealed page
    would not. Only number and size are looked at; what a file holds is told from its content,
    by whoever reads it. The limits stand in the settings.
    """

    widget = FilesInput
    default_error_messages = {
        "required": _("Choose a file: a photo or a PDF."),
        "invalid": _("The file did not arrive whole. Choose it once more."),
    }

    def __init__(self, *, accept: str = "", **options: Any) -> None:  # noqa: ANN401 - Django's own options
        super().__init__(**options)
        if accept:
            self.widget.attrs["accept"] = accept

    def clean(self, data: Sequence[UploadedFile] | None, initial: object = None) -> Any:  # noqa: ANN401, ARG002 - Django's own
        """Return the bytes of every file; a file that does not fit is named by its number."""
        files = [one for one in data or () if one]
        if not files:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return ()
        if not all(isinstance(one, UploadedFile) for one in files):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        most = settings.CERTIFICATE_MAX_FILES
        if len(files) > most:
            raise ValidationError(_TOO_MANY, code="too_many", params={"most": most})
        refusals = [
            one for number, file in enumerate(files, 1) for one in _refused(number, file)
        ]
        if refusals:
            raise ValidationError(refusals)
        return tuple(file.read() for file in files)

    def has_changed(self, initial: object, data: Sequence[UploadedFile] | None) -> bool:  # noqa: ARG002 - Django's own
        """Say whether a file was chosen."""
        return not self.disabled and bool(data)


def _refused(number: int, file: UploadedFile) -> Iterator[ValidationError]:
    size, largest = file.size or 0, settings.CERTIFICATE_MAX_BYTES
    if not size:
        yield ValidationError(_EMPTY, code="empty", params={"number": number})
    if size > largest:
        params = {"number": number, "largest": largest // MEGABYTE}
        yield ValidationError(_TOO_LARGE, code="too_large", params=params)


class Addresses:
    """The portal alone, or a private address; the page never holds one whole."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        self._behind = {masked: email for email, masked in reversed(pairs)}
        shown: list[tuple[str, str | Promise]] = [
            (masked, masked) for masked in dict.fromkeys(masked for _email, masked in pairs)
        ]
        self.choices = [("", _("The portal alone")), *shown]

    def behind(self, masked: str) -> str:
        """Return the address a masked one stands for, empty for the portal."""
        return self._behind.get(masked, "")


class AddressForm(forms.Form):
    """Where reminders go; ``addresses`` are (address, masked) of the person herself."""

    address = forms.ChoiceField(
        label=_("Remind me through"),
        help_text=MAIL_TELLS,
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Choose one of the addresses shown.")},
    )

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - Django's own
        addresses: Sequence[tuple[str, str]],
        **options: Any,  # noqa: ANN401 - Django's own
    ) -> None:
        super().__init__(*args, **options)
        self.addresses = Addresses(addresses)
        self.fields["address"].choices = self.addresses.choices  # type: ignore[attr-defined]  # a ChoiceField

    def clean_address(self) -> str:
        """Return the address behind the masked one, empty for the portal alone."""
        return self.addresses.behind(self.cleaned_data["address"])


class CalendarForm(forms.Form):
    """The word under which a meeting stands in a calendar of one's own."""

    AGENDA, PROMISE, OWN = "agenda", "janji", "own"
    word = forms.ChoiceField(
        label=_("Title in your calendar"),
        choices=[
            (AGENDA, pgettext_lazy("calendar title", "Agenda")),
            (PROMISE, pgettext_lazy("calendar title", "Appointment")),
            (OWN, _("My own words")),
        ],
        initial=AGENDA,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose a title."),
            "invalid_choice": _("Choose one of the titles."),
        },
    )
    title = TextField(
        label=_("My own words"),
        longest=TITLE_MAX,
        required=False,
        widget=forms.TextInput(attrs=WRITTEN),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for words where one's own were chosen."""
        data = {**self.cleaned_data}
        if (
            data.get("word") == self.OWN
            and not data.get("title")
            and "title" not in self.errors
        ):
            self.add_error("title", _("Write a title, or choose one of the two above."))
        return data

    def chosen_title(self) -> str:
        """Return the words for the calendar."""
        word = self.cleaned_data["word"]
        if word == self.OWN:
            return str(self.cleaned_data["title"])
        return str(dict(self.fields["word"].choices)[word])  # type: ignore[attr-defined]  # a ChoiceField
