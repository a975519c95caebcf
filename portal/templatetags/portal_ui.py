"""Times with their zone beside them, days in words, and the icons."""

from datetime import date, datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.common import wording

register = template.Library()

ICONS = {
    "bell": "M6 16V11a6 6 0 0 1 12 0v5l2 2H4zM10 21h4",
    "book": "M5 4h11a3 3 0 0 1 3 3v13H8a3 3 0 0 1-3-3zM5 17a3 3 0 0 1 3-3h11",
    "calendar": "M4 6h16v14H4zM4 10h16M8 3v4M16 3v4",
    "check": "M5 12.5l4.5 4.5L19 7.5",
    "clock": "M12 3a9 9 0 1 0 .01 0zM12 7v5l3.5 2",
    "door": "M14 4h5v16h-5M4 12h10M10 8l4 4-4 4",
    "download": "M12 4v11M7 11l5 5 5-5M4 20h16",
    "eye-off": "M4 4l16 16M10 6.3A9 9 0 0 1 12 6c5 0 8 4 9 6a14 14 0 0 1-2.5 3.3"
    "M6 7.6A14 14 0 0 0 3 12c1 2 4 6 9 6a9 9 0 0 0 3.7-.8",
    "forward": "M9 5l7 7-7 7",
    "back": "M15 5l-7 7 7 7",
    "heart": "M12 20S4 15 4 9.3A4.3 4.3 0 0 1 12 7a4.3 4.3 0 0 1 8 2.3C20 15 12 20 12 20z",
    "info": "M12 3a9 9 0 1 0 .01 0zM12 11v5M12 7.6v.1",
    "key": "M8 11a4 4 0 1 0 .01 0zM11 13l9-9M16 8l3 3M18.5 5.5l2 2",
    "leaf": "M5 19C4 10 10 4 20 4c0 10-6 16-15 15zM5 19C8 14 11 11 15 9",
    "lock": "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
    "mail": "M4 6h16v12H4zM4 7l8 6 8-6",
    "minus": "M5 12h14",
    "moon": "M19 14.5A8 8 0 0 1 9.5 5a7.5 7.5 0 1 0 9.5 9.5z",
    "people": "M9 4.5a3.5 3.5 0 1 0 .01 0zM3 20c0-4 2.5-6.5 6-6.5s6 2.5 6 6.5"
    "M16 5a3.2 3.2 0 0 1 0 6M17.5 14c2.2.8 3.5 3 3.5 6",
    "person": "M12 4a4 4 0 1 0 .01 0zM5 20c0-4 3-6.5 7-6.5s7 2.5 7 6.5",
    "phone": "M6 4h4l1.5 5L9 10.5a12 12 0 0 0 4.5 4.5l1.5-2.5 5 1.5v4c0 1-1 2-2 2"
    "C10.5 20 4 13.5 4 6c0-1 1-2 2-2z",
    "place": "M12 21s7-6.5 7-11.5a7 7 0 0 0-14 0C5 14.5 12 21 12 21z"
    "M12 7.3a2.3 2.3 0 1 0 .01 0z",
    "plus": "M12 5v14M5 12h14",
    "print": "M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z",
    "undo": "M8 5L4 9l4 4M4 9h10a5.5 5.5 0 0 1 0 11H9",
    "video": "M4 7h11v10H4zM15 11l5-3v8l-5-3",
    "warning": "M12 4l9 16H3zM12 10v5M12 17.4v.1",
}


for _filter in (wording.clock, wording.day, wording.long_day, wording.plain_date):
    register.filter(_filter)
for _tag in (wording.span, wording.other_clock, wording.zones):
    register.simple_tag(_tag)


@register.filter
def day_word(moment: datetime | date | None, zone: str | None = None) -> str:
    """Write a near day as a word (Hari ini, Besok) and any other as its date."""
    if not moment:
        return ""
    # The page is read now; nothing is decided on this.
    today = wording.date_of(timezone.now(), zone)  # noqa: TID251 - a word on a page, not a decision
    shown = wording.date_of(moment, zone)
    if shown == today:
        return _("Today")
    if shown == today + timedelta(days=1):
        return _("Tomorrow")
    return wording.day(shown)


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw an icon in the colour of its text; without a label it is decoration only."""
    said = (
        format_html('role="img" aria-label="{}"', label)
        if label
        else format_html('aria-hidden="{}"', "true")
    )
    # How it is drawn stands once, in the style sheet.
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" {}><path d="{}"/></svg>', said, ICONS[name]
    )
