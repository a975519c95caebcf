"""How long a leave is, and a day of work, in words."""

from decimal import Decimal
from typing import Final

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from portal.leave.choices import Unit
from portal.papers.numerals import number
from portal.papers.shapes import Language

_AN_HOUR: Final = 60
"""Minutes."""


def days_label(quantity: Decimal, unit: Unit) -> str:
    """Return a length in the reader's language: 5 working days, 1 calendar day."""
    language: Language = "id" if (get_language() or "id").startswith("id") else "en"
    shown = {"count": number(quantity, language)}
    whole = 1 if quantity == 1 else 2
    if unit == Unit.WORKING_DAY:
        return ngettext("%(count)s working day", "%(count)s working days", whole) % shown
    return ngettext("%(count)s calendar day", "%(count)s calendar days", whole) % shown


def daily_label(fewest: int, most: int) -> str:
    """Return how many minutes of a day are worked, in words: 3 h 45 min a day."""
    if fewest == most:
        return _("%(length)s a day") % {"length": _hours(most)}
    return _("%(least)s to %(most)s a day") % {"least": _hours(fewest), "most": _hours(most)}


def _hours(minutes: int) -> str:
    hours, rest = divmod(minutes, _AN_HOUR)
    shown = {"hours": hours, "minutes": rest}
    if not hours:
        return _("%(minutes)s min") % shown
    return (_("%(hours)s h %(minutes)s min") if rest else _("%(hours)s h")) % shown
