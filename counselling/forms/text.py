"""Text as people see it."""

import unicodedata
from typing import Any, Final

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

_JOINERS: Final = frozenset("\u200c\u200d")
"""Invisible letters that scripts and pictures are joined with; every other one is taken out."""
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
