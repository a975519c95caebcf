"""Reading help contacts, for the public page and for who looks after them."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import get_language

from portal.people.actors import Account
from portal.wellbeing import policies, rules
from portal.wellbeing.choices import ContactKind
from portal.wellbeing.models import HelpContact


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A contact as people read it, in the language of the page."""

    id: UUID
    kind: ContactKind
    name: str
    number: str
    dial: str
    web: str
    hours: str
    region: str
    for_whom: str
    waiting_note: str
    checked_on: date | None
    is_stale: bool
    owner_name: str

    @property
    def web_shown(self) -> str:
        """Return the address without its technical beginning and end."""
        return self.web.removeprefix("https://").rstrip("/")


@dataclass(frozen=True, slots=True)
class HelpPage:
    """The help page: contacts by urgency, and how fresh they are."""

    emergency: list[ContactRow]
    own: list[ContactRow]
    talk: list[ContactRow]
    later: list[ContactRow]

    @property
    def every(self) -> list[ContactRow]:
        """Return all contacts, most urgent first."""
        return [*self.emergency, *self.own, *self.talk, *self.later]

    @property
    def checked_on(self) -> date | None:
        """Return the oldest check on the page, if anything was checked."""
        return min((row.checked_on for row in self.every if row.checked_on), default=None)

    @property
    def unchecked(self) -> bool:
        """Say whether something on the page was never tried by the service."""
        return any(row.checked_on is None for row in self.every)


@dataclass(frozen=True, slots=True)
class ContactList:
    """What the head of the service looks after."""

    rows: list[ContactRow]
    retired: list[ContactRow]

    @property
    def stale(self) -> int:
        """Count the numbers to phone again."""
        return sum(row.is_stale for row in self.rows)


def read_help_page(*, now: datetime) -> HelpPage:
    """Return what the public help page shows. One query, PostgreSQL only."""
    rows = _rows(HelpContact.objects.filter(retired_on=None), now=now)
    return HelpPage(
        emergency=[row for row in rows if row.kind == ContactKind.EMERGENCY],
        own=[row for row in rows if row.kind == ContactKind.OWN],
        talk=[row for row in rows if row.kind == ContactKind.TALK],
        later=[row for row in rows if row.kind == ContactKind.LATER],
    )


def list_talking_contacts(*, now: datetime, limit: int = 3) -> list[ContactRow]:
    """Return the first contacts one can talk with, the own counsellor on call before others."""
    kinds = [ContactKind.OWN, ContactKind.TALK]
    found = HelpContact.objects.filter(retired_on=None, kind__in=kinds).exclude(dial="")
    return _rows(found, now=now)[:limit]


def list_contacts(*, actor: Account, now: datetime) -> ContactList:
    """Return every contact to who looks after them; empty for anybody else."""
    if not policies.may_edit_contacts(actor):
        return ContactList([], [])
    shown = HelpContact.objects.filter(retired_on=None)
    retired = HelpContact.objects.exclude(retired_on=None)
    return ContactList(_rows(shown, now=now), _rows(retired, now=now))


def contact_initial(*, actor: Account, contact_id: UUID) -> dict[str, object]:
    """
    Return a contact's words for the form that changes them.

    :raises Http404: if there is none, or the actor may not.
    """
    contact = policies.get_contact(actor=actor, contact_id=contact_id)
    skipped = {"id", "owner", "checked_on", "retired_on"}
    names = [one.name for one in HelpContact._meta.concrete_fields if one.name not in skipped]
    return {name: getattr(contact, name) for name in names}


def _rows(found: QuerySet[HelpContact], *, now: datetime) -> list[ContactRow]:
    urgency = Case(
        *(When(kind=kind, then=Value(place)) for place, kind in enumerate(ContactKind)),
        output_field=IntegerField(),
    )
    today = timezone.localdate(now)
    ordered = found.select_related("owner").order_by(urgency, "position", "name", "id")
    return [_row(contact, today=today) for contact in ordered]


def _row(contact: HelpContact, *, today: date) -> ContactRow:
    english = (get_language() or "id").startswith("en")

    def words(field: str) -> str:
        own: str = getattr(contact, field)
        other: str = getattr(contact, f"{field}_en") if english else ""
        return other or own

    return ContactRow(
        id=contact.pk,
        kind=ContactKind(contact.kind),
        name=contact.name,
        number=contact.number or contact.dial,
        dial=contact.dial,
        web=contact.web,
        hours=words("hours"),
        region=words("region"),
        for_whom=words("for_whom"),
        waiting_note=words("waiting_note"),
        checked_on=contact.checked_on,
        is_stale=rules.is_stale(contact.checked_on, today=today),
        owner_name=contact.owner.full_name if contact.owner and contact.owner.is_active else "",
    )
