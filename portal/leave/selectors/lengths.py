"""How long a leave is, in words."""

from decimal import Decimal

from django.utils.translation import get_language, ngettext

from portal.leave.choices import Unit
from portal.papers.numerals import number
from portal.papers.shapes import Language


def days_label(quantity: Decimal, unit: Unit) -> str:
    """Return a length in the reader's language: 5 working days, 1 calendar day."""
    language: Language = "id" if (get_language() or "id").startswith("id") else "en"
    shown = {"count": number(quantity, language)}
    whole = 1 if quantity == 1 else 2
    if unit == Unit.WORKING_DAY:
        return ngettext("%(count)s working day", "%(count)s working days", whole) % shown
    return ngettext("%(count)s calendar day", "%(count)s calendar days", whole) % shown
