"""Times with their zone beside them and days in words, in the language of the moment."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils.formats import date_format, time_format
from django.utils.translation import get_language


def zone_name(instant: datetime, zone: str | None) -> str:
    """
    Return what people call the zone at that instant: ``WIB``, ``WITA``, ``WIT``.

    The IANA data carries these three names. A zone without a name of its own there, such as
    Asia/Singapore, is named by its offset: ``UTC+8``.
    """
    there = _zoned(instant, zone)
    name = there.strftime("%Z")
    if name[:1] not in {"+", "-"}:
        return name
    minutes = int((there.utcoffset() or timedelta()).total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    return f"UTC{sign}{hours}" + (f".{rest:02d}" if rest else "")


def date_of(moment: datetime | date, zone: str | None) -> date:
    """Return the calendar day of an instant in a zone; a day stays what it is."""
    return _zoned(moment, zone).date() if isinstance(moment, datetime) else moment


def clock(instant: datetime | None, zone: str | None = None) -> str:
    """Write an instant as a time with its zone: 10.00 WIB."""
    return f"{_hour(instant, zone)} {zone_name(instant, zone)}" if instant else ""


def day(moment: datetime | date | None, zone: str | None = None) -> str:
    """Write the day without the year: Senin 23 November."""
    return _spell(date_of(moment, zone), "l j F", get_language()) if moment else ""


def long_day(moment: datetime | date | None, zone: str | None = None) -> str:
    """Write the day with the year: Senin 23 November 2026."""
    return _spell(date_of(moment, zone), "l j F Y", get_language()) if moment else ""


def plain_date(moment: datetime | date | None, zone: str | None = None) -> str:
    """Write a date without its weekday: 23 November 2026."""
    return _spell(date_of(moment, zone), "j F Y", get_language()) if moment else ""


def span(starts: datetime, ends: datetime, zone: str | None = None) -> str:
    """Write a period with its zone once, with an en dash between the times."""
    return f"{_hour(starts, zone)}\N{EN DASH}{_hour(ends, zone)} {zone_name(ends, zone)}"


def other_clock(starts: datetime, zone: str, other_zone: str, whose: str = "") -> str:
    """Write the same instant on another clock, in brackets; nothing where both clocks agree."""
    if (
        not other_zone
        or _zoned(starts, zone).utcoffset() == _zoned(starts, other_zone).utcoffset()
    ):
        return ""
    return f"({' '.join(filter(None, (clock(starts, other_zone), str(whose))))})"


def zones(starts: datetime, zone: str, other_zone: str, whose: str = "") -> str:
    """
    Write a time in two zones: 09.00 WIB (11.00 WIT for the counsellor).

    ``whose`` is the caller's word for the other side. Equal clocks are written once.
    """
    return f"{clock(starts, zone)} {other_clock(starts, zone, other_zone, whose)}".rstrip()


def _zoned(instant: datetime, zone: str | None) -> datetime:
    return instant.astimezone(ZoneInfo(zone or "Asia/Jakarta"))


def _hour(instant: datetime, zone: str | None) -> str:
    return _spell_time(_zoned(instant, zone).time(), get_language())


@lru_cache(maxsize=1024)
def _spell(day: date, form: str, _language: str | None) -> str:
    """Spell a day once a language: a list says the same few days over and over."""
    return date_format(day, form)


@lru_cache(maxsize=1024)
def _spell_time(at: time, _language: str | None) -> str:
    """Spell a time of the day once a language."""
    return time_format(at, "TIME_FORMAT")
