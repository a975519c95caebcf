"""Comparing the file with what is there: who is new, who changed, who is missing."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID, uuid4

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common.wording import zone_name
from portal.people.models import Agency, Employee, Unit
from portal.people.roster.rows import (
    Absent,
    Person,
    Present,
    RosterPlan,
    UnitDraft,
    owners_of,
    present_employees,
    users_known_by,
)
from portal.people.roster.sheet import Line, Problem, Sheet, read_sheet, zone_named
from portal.people.rules import on_a_circle


def read_roster(
    source: str | bytes, *, agency_id: UUID, now: datetime, limit: int | None = None
) -> RosterPlan:
    """
    Read a roster and say what applying it to an agency would do.

    :raises Unreadable: if the file as a whole cannot be read.
    """
    sheet = read_sheet(source, today=timezone.localdate(now), limit=limit)
    return compare(sheet, agency_id=agency_id, now=now)


def compare(sheet: Sheet, *, agency_id: UUID, now: datetime) -> RosterPlan:
    """Compare a sheet with the organisation as it is at this moment."""
    return _Comparison(sheet, agency_id, now).plan()


class _Comparison:
    """The rows one comparison needs, read once each."""

    def __init__(self, sheet: Sheet, agency_id: UUID, now: datetime) -> None:
        self.sheet = sheet
        self.agency = Agency.objects.get(pk=agency_id)
        self.now = now
        self.problems = list(sheet.problems)
        self.colleagues = {
            present.user_id: present
            for present in present_employees(Employee.objects.filter(agency_id=agency_id))
        }
        self.units = {
            unit.code: UnitDraft(
                id=unit.pk,
                code=unit.code,
                name=unit.name,
                parent_code=unit.parent.code if unit.parent else "",
                parent_id=unit.parent_id,
                zone=unit.zone,
                is_new=False,
            )
            for unit in Unit.objects.filter(agency_id=agency_id).select_related("parent")
        }
        self.by_nip: dict[str, Present] = {}
        self.by_email: dict[str, Present] = {}
        self.unit_before = {code: (u.name, u.parent_code) for code, u in self.units.items()}

    def plan(self) -> RosterPlan:
        """Put the answers together."""
        people = self._place(self._without_unit_trouble(self._recognise()))
        people = self._without_circles(self._lines_of_command(people))
        named = {person.now.user_id for person in people} | self._named_in_trouble()
        used = {person.line.unit for person in people}
        return RosterPlan(
            agency_id=self.agency.pk,
            sheet=self.sheet,
            people=people,
            units=self._changed_units(used),
            absent=self._absent(named),
            problems=sorted(set(self.problems)),
        )

    def _refuse(self, line: Line, text: str) -> None:
        self.problems.append(Problem(line.number, text))

    # --- who is it? ------------------------------------------------------------------------

    def _recognise(self) -> list[tuple[Line, Present]]:
        """Match lines to accounts by NIP, else by e-mail; refuse what belongs to others."""
        self.by_nip = {p.nip: p for p in self.colleagues.values() if p.nip}
        self.by_email = {p.email: p for p in self.colleagues.values() if p.email}
        self._add_strangers()
        taken = owners_of([line.email for line in self.sheet.lines if line.email])
        first: dict[UUID, int] = {}
        known: list[tuple[Line, Present]] = []
        for line in self.sheet.lines:
            found = self._find(line)
            holder = self.by_email.get(line.email, found)
            if found.agency_id not in {None, self.agency.pk}:
                self._refuse(line, _("This person is listed by another agency at present."))
            elif {holder.user_id, taken.get(line.email, found.user_id)} != {found.user_id}:
                self._refuse(line, _("This e-mail address belongs to another account."))
            elif found.user_id in first:
                text = _("This is the same person as on line %(line)d.")
                self._refuse(line, text % {"line": first[found.user_id]})
            else:
                first[found.user_id] = line.number
                known.append((line, found))
        return known

    def _find(self, line: Line) -> Present:
        if line.nip and line.nip in self.by_nip:
            return self.by_nip[line.nip]
        holder = self.by_email.get(line.email)
        if holder is not None and (line.nip is None or holder.nip is None):
            return holder
        return Present(user_id=uuid4(), is_new=True)

    def _add_strangers(self) -> None:
        """Find accounts that are no colleagues yet but carry a NIP or e-mail of the file."""
        lines = self.sheet.lines
        found = users_known_by(
            nips=[one.nip for one in lines if one.nip and one.nip not in self.by_nip],
            emails=[one.email for one in lines if one.email and one.email not in self.by_email],
        )
        for present in found:
            if present.nip:
                self.by_nip.setdefault(present.nip, present)
            if present.email:
                self.by_email.setdefault(present.email, present)

    # --- where does she work? --------------------------------------------------------------

    def _without_unit_trouble(
        self, known: list[tuple[Line, Present]]
    ) -> list[tuple[Line, Present]]:
        """Gather the units of the file and refuse lines whose unit stays unknown."""
        written: dict[str, Line] = {}
        fine: list[tuple[Line, Present]] = []
        for line, present in known:
            trouble = self._unit_trouble(line, written)
            if trouble:
                self._refuse(line, trouble)
            else:
                fine.append((line, present))
        bad = self._units_without_root()
        for line, _present_one in fine:
            if line.unit in bad:
                self._refuse(line, _("The unit above this unit is not known here."))
        return [(line, present) for line, present in fine if line.unit not in bad]

    def _unit_trouble(self, line: Line, written: dict[str, Line]) -> str | None:
        """Take over the unit of a line, or return what speaks against it."""
        first = written.get(line.unit)
        if first is not None:
            for one, other in (
                (line.unit_name, first.unit_name),
                (line.unit_parent, first.unit_parent),
            ):
                if one and other and one != other:
                    return _("Line %(line)d describes this unit differently.") % {
                        "line": first.number
                    }
        unit = self.units.get(line.unit)
        if unit is None and not line.unit_name:
            return _("This unit is not known yet. Add its name to the line.")
        if unit is None:
            zone = zone_named(line.zone) or self.agency.zone
            unit = UnitDraft(uuid4(), line.unit, line.unit_name, "", zone, is_new=True)
            self.units[line.unit] = unit
        unit.name = line.unit_name or unit.name
        unit.parent_code = line.unit_parent or unit.parent_code
        written.setdefault(line.unit, line)
        return None

    def _units_without_root(self) -> set[str]:
        """Return the units whose superior unit is unknown or leads back to themselves."""
        above = {code: unit.parent_code or None for code, unit in self.units.items()}
        bad = set(on_a_circle(above))
        bad |= {code for code, parent in above.items() if parent and parent not in above}
        while more := {code for code, up in above.items() if up in bad and code not in bad}:
            bad |= more
        for code in bad:
            if code in self.unit_before:
                self.units[code].name, self.units[code].parent_code = self.unit_before[code]
        return bad

    def _changed_units(self, used: set[str]) -> list[UnitDraft]:
        """Return the units to write."""
        needed = set(used)
        while more := {self.units[code].parent_code for code in needed} - needed - {""}:
            needed |= more
        for code in needed:
            above = self.units.get(self.units[code].parent_code)
            self.units[code].parent_id = above.id if above else None
        return [
            unit
            for code, unit in self.units.items()
            if code in needed
            and (unit.is_new or (unit.name, unit.parent_code) != self.unit_before[code])
        ]

    def _place(self, known: list[tuple[Line, Present]]) -> list[Person]:
        label = _labels(self.now)
        people = []
        for line, present in known:
            unit = self.units[line.unit]
            zone = present.zone
            if line.zone:
                zone = "" if label(line.zone) == label(unit.zone) else zone_named(line.zone)
            people.append(Person(line, present, present.employee_id or uuid4(), unit.id, zone))
        return people

    # --- who leads her? --------------------------------------------------------------------

    def _lines_of_command(self, people: list[Person]) -> list[Person]:
        """Point everybody at her manager, in the file or already here."""
        seats = {p.nip: p.employee_id for p in self.colleagues.values() if p.nip}
        seats.update({person.nip: person.employee_id for person in people if person.nip})
        sound: list[Person] = []
        gone: set[UUID] = set()
        for person in people:
            manager = person.line.manager
            if manager is None:
                person.manager_id = None if self.sheet.has_managers else person.now.manager_id
            else:
                person.manager_id = seats.get(manager)
            if manager is None or person.manager_id is not None:
                sound.append(person)
            elif manager in self.sheet.mentioned:
                self._set_no_manager(person)
                sound.append(person)
            else:
                self._refuse(person.line, _("The NIP of the manager is not known here."))
                gone.add(person.employee_id)
        self._forget_managers(sound, gone)
        return sound

    def _set_no_manager(self, person: Person) -> None:
        """Import a person whose manager's own line is left out, and say so."""
        person.manager_id = person.now.manager_id
        text = _("The line of the manager is left out, so the manager is not set yet.")
        self.problems.append(Problem(person.line.number, text, blocks=False))

    def _forget_managers(self, people: list[Person], gone: set[UUID]) -> None:
        here = {present.employee_id for present in self.colleagues.values()}
        for person in people:
            if person.manager_id in gone and person.manager_id not in here:
                self._set_no_manager(person)

    def _without_circles(self, people: list[Person]) -> list[Person]:
        """Refuse lines that close a circle of managers, until none is left."""
        while True:
            above = {
                p.employee_id: p.manager_id for p in self.colleagues.values() if p.employee_id
            }
            above.update({person.employee_id: person.manager_id for person in people})
            circle = on_a_circle(above)
            closing = [person for person in people if person.employee_id in circle]
            if not closing:
                return people
            for person in closing:
                self._refuse(person.line, _("The line of managers leads back to this person."))
            people = [person for person in people if person.employee_id not in circle]
            self._forget_managers(people, {person.employee_id for person in closing})

    # --- who is missing? -------------------------------------------------------------------

    def _named_in_trouble(self) -> set[UUID]:
        """Return people whose line is left out; they are in the file all the same."""
        return {
            present.user_id
            for present in self.colleagues.values()
            if {present.nip, present.email} & self.sheet.mentioned
        }

    def _absent(self, named: set[UUID]) -> list[Absent]:
        names = {unit.id: unit.name for unit in self.units.values()}
        missing = [
            Absent(
                present.user_id, present.name, names[present.unit_id] if present.unit_id else ""
            )
            for present in self.colleagues.values()
            if present.active and present.user_id not in named
        ]
        return sorted(missing, key=lambda one: (one.unit, one.name, str(one.user_id)))


def _labels(now: datetime) -> Callable[[str], str]:
    """Return a function from a zone, as written or by its IANA name, to its label."""
    known: dict[str, str] = {}

    def label(zone: str) -> str:
        if zone not in known:
            known[zone] = zone_name(now, zone_named(zone))
        return known[zone]

    return label
