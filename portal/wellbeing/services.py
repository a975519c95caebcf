"""Counting a tap; looking after help contacts."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from portal.audit.services import record_staff
from portal.common.db import violated_constraint
from portal.common.errors import Refused
from portal.people.actors import Account
from portal.people.choices import Role
from portal.people.services import HOUSE
from portal.wellbeing import policies, rules
from portal.wellbeing.choices import ContactKind, ContactRefusal
from portal.wellbeing.models import HelpContact, TapCount

REACH = ("number", "dial", "web")
"""Whoever changes one of these has a contact that nobody has tried yet."""


class ContactRefused(Refused):
    """The contact cannot be saved like this."""


@dataclass(frozen=True, slots=True)
class ContactWords:
    """What the form holds about a contact."""

    kind: str
    name: str
    number: str = ""
    dial: str = ""
    web: str = ""
    hours: str = ""
    region: str = ""
    for_whom: str = ""
    waiting_note: str = ""
    hours_en: str = ""
    region_en: str = ""
    for_whom_en: str = ""
    waiting_note_en: str = ""
    position: int = 50


@transaction.atomic(durable=True)
def count_tap(*, now: datetime) -> None:
    """
    Add one to the number of this month, and write nothing else.

    There is no actor: nobody is asked who taps, so nothing can hold it.
    """
    month = rules.month_of(timezone.localdate(now))
    TapCount.objects.bulk_create([TapCount(id=uuid4(), month=month)], ignore_conflicts=True)
    TapCount.objects.filter(month=month).update(taps=F("taps") + 1)


def add_contact(*, actor: Account, words: ContactWords, now: datetime) -> UUID:
    """
    Put a contact onto the help page, not checked yet, owned by who adds it.

    :raises ContactRefused: if the name is already on the page.
    :raises Http404: if the actor does not look after the page.
    """
    policies.get_contact_desk(actor=actor)
    contact = HelpContact(owner_id=actor.user_id, **asdict(words))
    with transaction.atomic(durable=True):
        _save(contact, actor=actor, action="contact.add", now=now)
    return contact.pk


def change_contact(
    *, actor: Account, contact_id: UUID, words: ContactWords, now: datetime
) -> None:
    """
    Change a contact's words. A changed number or address counts as not checked.

    :raises ContactRefused: if the name is already on the page.
    :raises Http404: if there is none, or the actor does not look after the page.
    """
    with transaction.atomic(durable=True):
        contact = policies.get_contact(actor=actor, contact_id=contact_id, for_update=True)
        new: Mapping[str, object] = asdict(words)
        if any(getattr(contact, field) != new[field] for field in REACH):
            contact.checked_on = None
        for field, value in new.items():
            setattr(contact, field, value)
        _save(contact, actor=actor, action="contact.change", now=now)


@transaction.atomic(durable=True)
def confirm_contact(*, actor: Account, contact_id: UUID, now: datetime) -> None:
    """
    Note that somebody of the service tried a contact today; whoever did owns it from now on.

    :raises Http404: if there is none, or the actor does not look after the page.
    """
    contact = policies.get_contact(actor=actor, contact_id=contact_id, for_update=True)
    contact.checked_on = timezone.localdate(now)
    contact.owner_id = actor.user_id
    _save(contact, actor=actor, action="contact.check", now=now)


@transaction.atomic(durable=True)
def retire_contact(*, actor: Account, contact_id: UUID, now: datetime) -> None:
    """
    Take a contact off the page. It stays in the list of the retired, and can come back.

    :raises Http404: if there is none, or the actor does not look after the page.
    """
    contact = policies.get_contact(actor=actor, contact_id=contact_id, for_update=True)
    if contact.retired_on is None:
        contact.retired_on = timezone.localdate(now)
        _save(contact, actor=actor, action="contact.retire", now=now)


@transaction.atomic(durable=True)
def restore_contact(*, actor: Account, contact_id: UUID, now: datetime) -> None:
    """
    Put a retired contact back onto the page.

    :raises ContactRefused: if another contact has taken its name meanwhile.
    :raises Http404: if there is none, or the actor does not look after the page.
    """
    contact = policies.get_contact(actor=actor, contact_id=contact_id, for_update=True)
    if contact.retired_on is not None:
        contact.retired_on = None
        _save(contact, actor=actor, action="contact.restore", now=now)


SEED = (
    ContactWords(
        kind=ContactKind.EMERGENCY,
        position=10,
        name="Ambulans dan gawat darurat",
        number="119",
        dial="119",
        hours="24 jam",
        hours_en="24 hours",
    ),
    ContactWords(
        kind=ContactKind.EMERGENCY,
        position=20,
        name="Panggilan darurat 112",
        number="112",
        dial="112",
        hours="24 jam, gratis",
        hours_en="24 hours, free",
        region="DKI Jakarta dan 172 kabupaten/kota; di tempat lain belum ada",
        region_en="DKI Jakarta and 172 regencies and cities; not everywhere yet",
    ),
    ContactWords(
        kind=ContactKind.TALK,
        position=10,
        name="SEJIWA",
        number="119, lalu tekan 8",
        dial="119,8",
        hours="24 jam",
        hours_en="24 hours",
        for_whom="siapa pun yang ingin bicara sekarang",
        for_whom_en="anybody who wants to talk now; dial 119, then press 8",
        waiting_note="Kadang sibuk atau terputus. Cobalah beberapa kali.",
        waiting_note_en="Sometimes busy or cut off. Try several times.",
    ),
    ContactWords(
        kind=ContactKind.TALK,
        position=20,
        name="SAPA 129",
        number="129",
        dial="129",
        web="https://wa.me/628111129129",
        hours="24 jam",
        hours_en="24 hours",
        for_whom="kekerasan terhadap perempuan dan anak; juga lewat WhatsApp",
        for_whom_en="violence against women and children; also by WhatsApp",
    ),
    ContactWords(
        kind=ContactKind.TALK,
        position=30,
        name="JakCare",
        number="0800 1500 119",
        dial="08001500119",
        hours="24 jam",
        hours_en="24 hours",
        region="DKI Jakarta",
    ),
    ContactWords(
        kind=ContactKind.LATER,
        position=10,
        name="healing119.id",
        web="https://healing119.id/",
        for_whom="menulis lewat situs atau WhatsApp",
        for_whom_en="writing on the web page or by WhatsApp",
        waiting_note="Jawaban bisa beberapa jam. Data pribadi Anda diminta.",
        waiting_note_en="An answer can take some hours. It asks for personal data.",
    ),
)
# Source: ministry pages and press on these lines, looked at in 2025; lines that press reports
# call dead, renamed or no crisis line are left out on purpose (LISA, 500-454, Into The Light).


@transaction.atomic
def seed_contacts(
    *, now: datetime, checked_on: date | None = None, owner_id: UUID | None = None
) -> int:
    """
    Put the known public lines onto a new house's help page, and return how many were new.

    A name that was ever there, retired or not, is left alone. Without ``checked_on`` the page
    says that nobody has phoned them yet, which is true.
    """
    known = set(HelpContact.objects.values_list("name", flat=True))
    new = [
        HelpContact(owner_id=owner_id, checked_on=checked_on, **asdict(words))
        for words in SEED
        if words.name not in known
    ]
    HelpContact.objects.bulk_create(new)
    record_staff(
        role=HOUSE, handle=HOUSE, action="contact.seed", subject=str(len(new)), now=now
    )
    return len(new)


def _save(contact: HelpContact, *, actor: Account, action: str, now: datetime) -> None:
    """Save and record in one transaction, and translate a broken promise into a refusal."""
    try:
        with transaction.atomic():
            contact.save()
            record_staff(
                role=Role.HEAD,
                handle=str(actor.user_id),
                action=action,
                subject=str(contact.pk),
                now=now,
            )
    except IntegrityError as error:
        if violated_constraint(error) == "help_contact_name_once":
            raise ContactRefused(ContactRefusal.NAME_TAKEN) from error
        raise
