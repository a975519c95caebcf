"""Reading the file: letters, separators, column names, and each line by itself."""

import csv
import io
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from portal.calendars.rules import is_zone
from portal.people.choices import Employment, Zone
from portal.people.rules import FORMULA_SIGNS, read_nip

PAGE_LINES = 5000
"""Lines a page takes; the command takes any number."""
COLUMNS = ("nip", "nama", "email", "unit kode", "unit nama", "unit induk", "zona", "atasan nip", "status")  # fmt: skip # noqa: E501
_HEADERS: dict[str, tuple[str, ...]] = {
    "nip": ("nip", "nip baru", "nomor induk pegawai", "employee number"),
    "name": ("nama", "nama lengkap", "nama pegawai", "name", "full name"),
    "email": ("email", "e mail", "surel", "alamat surel", "email dinas", "mail"),
    "unit": ("unit kode", "kode unit", "kode unit kerja", "unit code", "unit"),
    "unit_name": ("unit nama", "nama unit", "unit kerja", "nama unit kerja", "unit name"),
    "unit_parent": ("unit induk", "induk", "kode unit induk", "parent unit", "unit parent"),
    "zone": ("zona", "zona waktu", "zone", "time zone", "timezone"),
    "manager": ("atasan nip", "nip atasan", "nip atasan langsung", "atasan", "manager nip"),
    "status": ("status", "status pegawai", "status kepegawaian"),
}  # fmt: skip
_FIELD_OF = {name: field for field, names in _HEADERS.items() for name in names}
_ZONES = {
    "WIB": Zone.JAKARTA.value,
    "WITA": Zone.MAKASSAR.value,
    "WIT": Zone.JAYAPURA.value,
}
_ACTIVE = {"aktif": True, "active": True, "ya": True, "yes": True, "1": True}
_INACTIVE = dict.fromkeys(
    ("nonaktif", "non aktif", "tidak aktif", "inactive", "pensiun", "keluar", "0"), False
)
_STATES: Mapping[str, bool] = {**_ACTIVE, **_INACTIVE}
_EMPLOYMENTS = {"pns": Employment.PNS, "cpns": Employment.PNS, "pppk": Employment.PPPK}


class Unreadable(Exception):
    """The file as a whole cannot be read; the message is fit to show."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something about one line, as a sentence. A line with a blocking one is left out."""

    line: int
    text: str
    blocks: bool = True


@dataclass(slots=True)
class Line:
    """One person as the file has her. ``active`` is None when the file does not say."""

    number: int
    nip: str | None
    name: str
    email: str
    unit: str
    unit_name: str
    unit_parent: str
    zone: str
    manager: str | None
    active: bool | None
    employment: Employment

    @property
    def key(self) -> str:
        """Return what tells this person from others: the NIP, without one the e-mail."""
        return self.nip or self.email


@dataclass(slots=True)
class Sheet:
    """
    A file that has been read: good lines in their order, and what is wrong elsewhere.

    ``mentioned`` holds every NIP and address that stands on any line, good or not.
    """

    lines: list[Line] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    mentioned: set[str] = field(default_factory=set)
    has_managers: bool = False
    total: int = 0


def read_sheet(source: str | bytes, *, today: date, limit: int | None = None) -> Sheet:
    """
    Read a roster as text or as the bytes of a file.

    UTF-8, UTF-16 with its mark, or the Windows letters of older spreadsheets; separated by
    semicolons, commas or tabs; columns in any order, named in Indonesian or English.

    :raises Unreadable: if it is no table, lacks a column that is needed, or exceeds ``limit``.
    """
    text = source if isinstance(source, str) else decode(source)
    rows = _rows(text.removeprefix("\ufeff"))
    columns = _columns(rows)
    sheet = Sheet(has_managers="manager" in columns)
    for number, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        sheet.total += 1
        if limit is not None and sheet.total > limit:
            raise Unreadable(
                _(
                    "This page takes up to %(limit)d lines. For a longer list, the command "
                    "import_roster takes any number."
                )
                % {"limit": limit}
            )
        _take(sheet, number, {name: _clean(cells, at) for name, at in columns.items()}, today)
    _refuse_twins(sheet)
    return sheet


def decode(data: bytes) -> str:
    """Return the text of a file in one of the letters that spreadsheets write."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows with the number of the line on which each begins."""
    head = text.lstrip().partition("\n")[0]
    delimiter = max(";,\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    try:
        for cells in reader:
            yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(
            _("The table breaks off near line %(line)d. Is a quotation mark left open there?")
            % {"line": begins}
        ) from error


def _columns(rows: Iterator[tuple[int, list[str]]]) -> dict[str, int]:
    """Find the columns in the first line that is not empty."""
    header = next((cells for _number, cells in rows if any(cells)), None)
    if header is None:
        raise Unreadable(_("There is nothing in it yet."))
    columns: dict[str, int] = {}
    for at, title in enumerate(header):
        words = " ".join(title.strip().lower().replace("_", " ").replace("-", " ").split())
        if words in _FIELD_OF:
            columns.setdefault(_FIELD_OF[words], at)
    missing = [title for title, name in (("nama", "name"), ("unit kode", "unit")) if name not in columns]  # fmt: skip # noqa: E501
    if "nip" not in columns and "email" not in columns:
        missing.insert(0, "nip")
    if missing:
        raise Unreadable(
            _("The first line names the columns. These are missing: %(columns)s.")
            % {"columns": ", ".join(missing)}
        )
    return columns


def _clean(cells: list[str], at: int) -> str:
    """Return a cell in one line of ordinary letters."""
    if at >= len(cells):
        return ""
    text = cells[at]
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    text = " ".join(text.split())
    if text.isprintable():
        return text
    return "".join(letter for letter in text if unicodedata.category(letter)[0] != "C")


def _take(sheet: Sheet, number: int, cells: Mapping[str, str], today: date) -> None:
    """Read one line; keep it, or say everything that is wrong with it at once."""
    wrong: list[str] = []
    nip, employment = _read_person(cells, wrong, today)
    line = Line(
        number=number,
        nip=nip,
        name=_read_name(cells.get("name", ""), wrong),
        email=_read_email(cells.get("email", ""), wrong),
        unit=_read_unit(cells, wrong),
        unit_name=cells.get("unit_name", ""),
        unit_parent=cells.get("unit_parent", ""),
        zone=_read_zone(cells.get("zone", ""), wrong),
        manager=_read_manager(cells.get("manager", ""), nip, wrong, today),
        active=_read_status(cells.get("status", ""), employment, wrong),
        employment=employment,
    )
    sheet.mentioned.update(what for what in (line.nip, line.email) if what)
    if wrong:
        sheet.problems.extend(Problem(number, text) for text in wrong)
    else:
        sheet.lines.append(line)


def _read_person(
    cells: Mapping[str, str], wrong: list[str], today: date
) -> tuple[str | None, Employment]:
    written = cells.get("nip", "")
    if not written and cells.get("email"):
        return None, Employment.OTHER
    reading = read_nip(written, today=today)
    if reading.problem is not None:
        wrong.append(str(reading.problem.label))
    return reading.digits, reading.employment or Employment.OTHER


def _read_name(name: str, wrong: list[str]) -> str:
    if not name:
        wrong.append(_("The name is missing."))
    elif name.startswith(FORMULA_SIGNS):
        wrong.append(_("The name begins with a sign that spreadsheets take for a formula."))
    elif "\ufffd" in name:
        wrong.append(_("Some letters of the name cannot be read. Save the file as UTF-8."))
    elif len(name) > 200:
        wrong.append(_("The name is longer than 200 letters."))
    return name


def _read_email(written: str, wrong: list[str]) -> str:
    email = written.lower()
    if not email:
        return ""
    try:
        validate_email(email)
    except ValidationError:
        wrong.append(_("The e-mail address is not complete, or has a letter too many."))
    return email


def _read_unit(cells: Mapping[str, str], wrong: list[str]) -> str:
    code = cells.get("unit", "")
    if not code:
        wrong.append(_("The code of the unit is missing."))
    for text, width in (
        (code, 40),
        (cells.get("unit_parent", ""), 40),
        (cells.get("unit_name", ""), 200),
    ):
        if len(text) > width:
            wrong.append(
                _("The unit is written with more than %(width)d letters.") % {"width": width}
            )
    return code


def _read_zone(written: str, wrong: list[str]) -> str:
    """Return WIB, WITA, WIT as such (the unit may know better which), or an IANA name."""
    if not written or written.upper() in _ZONES:
        return written.upper()
    if is_zone(written):
        return written
    wrong.append(_("The zone is none of WIB, WITA, WIT, nor a name such as Asia/Makassar."))
    return ""


def zone_named(written: str) -> str:
    """Return the IANA name of what a line's zone says; empty stays empty."""
    return _ZONES.get(written, written)


def _read_manager(written: str, own: str | None, wrong: list[str], today: date) -> str | None:
    if not written:
        return None
    reading = read_nip(written, today=today)
    if reading.problem is not None:
        wrong.append(_("The manager: %(problem)s") % {"problem": reading.problem.label})
    elif reading.digits == own:
        wrong.append(_("This person is written down as her own manager."))
    return reading.digits


def _read_status(written: str, employment: Employment, wrong: list[str]) -> bool | None:
    """Return whether the status says active or not; a form of employment says neither."""
    words = written.lower().replace("-", " ")
    if not words or words in _STATES:
        return _STATES.get(words)
    if words not in _EMPLOYMENTS:
        wrong.append(_("The status is none of aktif, nonaktif, PNS, PPPK."))
    elif employment not in {_EMPLOYMENTS[words], Employment.OTHER}:
        wrong.append(_("The status and the NIP disagree about PNS and PPPK."))
    return None


def _refuse_twins(sheet: Sheet) -> None:
    """Refuse every later line with a NIP or an e-mail that an earlier line has."""
    first: dict[str, int] = {}
    kept: list[Line] = []
    for line in sheet.lines:
        earlier = {
            what: first[what] for what in (line.nip, line.email) if what and what in first
        }
        for what, number in earlier.items():
            text = (
                _("This NIP is already on line %(line)d.")
                if what == line.nip
                else _("This e-mail address is already on line %(line)d.")
            )
            sheet.problems.append(Problem(line.number, text % {"line": number}))
        if not earlier:
            kept.append(line)
            first.update({what: line.number for what in (line.nip, line.email) if what})
    sheet.lines = kept
