"""Looking after the help page: only the head may, every change is on the record."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import timezone, translation

from portal.audit.models import StaffEvent
from portal.people.choices import Role
from portal.wellbeing import selectors, services
from portal.wellbeing.choices import ContactKind, ContactRefusal
from portal.wellbeing.models import HelpContact
from tests.factories import NOW, account, make_employee

pytestmark = pytest.mark.django_db
WORDS = services.ContactWords(
    kind=ContactKind.OWN, name="Konselor jaga", number="021 555 0100", dial="0215550100"
)


@pytest.fixture
def head():
    return account(make_employee("hadi"), roles=[Role.HEAD])


def _shown() -> list[str]:
    return [row.name for row in selectors.read_help_page(now=NOW).every]


def test_a_new_contact_is_on_the_page_unchecked_and_owned(head):
    contact_id = services.add_contact(actor=head, words=WORDS, now=NOW)
    row = selectors.list_contacts(actor=head, now=NOW).rows[0]
    assert (row.id, row.is_stale, row.owner_name) == (contact_id, True, "Hadi Contoh")
    assert _shown() == ["Konselor jaga"]


def test_a_check_makes_it_fresh_and_a_new_number_undoes_the_check(head):
    contact_id = services.add_contact(actor=head, words=WORDS, now=NOW)
    services.confirm_contact(actor=head, contact_id=contact_id, now=NOW)
    page = selectors.read_help_page(now=NOW)
    assert page.checked_on == timezone.localdate(NOW)
    assert not page.unchecked

    late = NOW + timedelta(days=91)
    assert selectors.list_contacts(actor=head, now=late).stale == 1

    words = replace(WORDS, hours="08.00")
    services.change_contact(actor=head, contact_id=contact_id, words=words, now=NOW)
    assert HelpContact.objects.get().checked_on is not None
    words = replace(words, dial="112")
    services.change_contact(actor=head, contact_id=contact_id, words=words, now=NOW)
    assert HelpContact.objects.get().checked_on is None


def test_retiring_is_undone_unless_the_name_was_taken(head):
    contact_id = services.add_contact(actor=head, words=WORDS, now=NOW)
    services.retire_contact(actor=head, contact_id=contact_id, now=NOW)
    assert _shown() == []
    services.restore_contact(actor=head, contact_id=contact_id, now=NOW)
    assert _shown() == ["Konselor jaga"]

    services.retire_contact(actor=head, contact_id=contact_id, now=NOW)
    services.add_contact(actor=head, words=WORDS, now=NOW)
    with pytest.raises(services.ContactRefused) as refused:
        services.restore_contact(actor=head, contact_id=contact_id, now=NOW)
    assert refused.value.reason is ContactRefusal.NAME_TAKEN
    assert HelpContact.objects.get(pk=contact_id).retired_on is not None


def test_a_name_stands_once_on_the_page(head):
    services.add_contact(actor=head, words=WORDS, now=NOW)
    with pytest.raises(services.ContactRefused):
        services.add_contact(actor=head, words=WORDS, now=NOW)
    assert HelpContact.objects.count() == 1


@pytest.mark.parametrize("role", [role for role in Role if role != Role.HEAD])
def test_nobody_else_may(head, role):
    contact_id = services.add_contact(actor=head, words=WORDS, now=NOW)
    other = account(make_employee("lain"), roles=[role])
    deeds = [
        lambda: services.add_contact(actor=other, words=replace(WORDS, name="X"), now=NOW),
        lambda: services.change_contact(
            actor=other, contact_id=contact_id, words=WORDS, now=NOW
        ),
        lambda: services.confirm_contact(actor=other, contact_id=contact_id, now=NOW),
        lambda: services.retire_contact(actor=other, contact_id=contact_id, now=NOW),
        lambda: services.restore_contact(actor=other, contact_id=contact_id, now=NOW),
        lambda: selectors.contact_initial(actor=other, contact_id=contact_id),
    ]
    for deed in deeds:
        with pytest.raises(Http404):
            deed()
    assert selectors.list_contacts(actor=other, now=NOW).rows == []
    assert _shown() == ["Konselor jaga"]


def test_every_change_is_on_the_record_and_names_no_one(head):
    contact_id = services.add_contact(actor=head, words=WORDS, now=NOW)
    services.confirm_contact(actor=head, contact_id=contact_id, now=NOW)
    services.retire_contact(actor=head, contact_id=contact_id, now=NOW)
    services.retire_contact(actor=head, contact_id=contact_id, now=NOW)
    events = list(
        StaffEvent.objects.filter(subject=str(contact_id))
        .order_by("sequence")
        .values_list("action", "handle")
    )
    handle = str(head.user_id)
    assert events == [
        ("contact.add", handle), ("contact.check", handle), ("contact.retire", handle),
    ]  # fmt: skip


def test_the_seed_fills_an_empty_page_once_and_never_brings_back_what_was_retired(head):
    assert services.seed_contacts(now=NOW) == len(services.SEED)
    gone = HelpContact.objects.get(name="JakCare")
    services.retire_contact(actor=head, contact_id=gone.pk, now=NOW)
    assert services.seed_contacts(now=NOW) == 0
    assert "JakCare" not in _shown()
    assert _shown()[0] == "Ambulans dan gawat darurat"
    assert selectors.read_help_page(now=NOW).unchecked


def test_dead_and_renamed_lines_are_not_seeded():
    services.seed_contacts(now=NOW)
    reach = " ".join(f"{c.name} {c.number} {c.dial} {c.web}" for c in HelpContact.objects.all())
    for dead in ("500-454", "500454", "3855", "LISA", "Into The Light", "BISA"):
        assert dead not in reach


def test_the_page_speaks_english_where_somebody_wrote_it():
    services.seed_contacts(now=NOW)
    with translation.override("en"):
        rows = {row.name: row for row in selectors.read_help_page(now=NOW).every}
    assert rows["SEJIWA"].waiting_note.startswith("Sometimes busy")
    with translation.override("id"):
        rows = {row.name: row for row in selectors.read_help_page(now=NOW).every}
    assert rows["SEJIWA"].waiting_note.startswith("Kadang sibuk")


def test_the_own_counsellor_comes_before_other_lines(head):
    services.seed_contacts(now=NOW)
    services.add_contact(actor=head, words=WORDS, now=NOW)
    names = [row.name for row in selectors.list_talking_contacts(now=NOW, limit=2)]
    assert names == ["Konselor jaga", "SEJIWA"]


@pytest.mark.parametrize("broken", [{"dial": "", "web": ""}, {"kind": "SOMETHING"}])
def test_the_database_refuses_what_cannot_be_called(broken):
    contact = HelpContact(**{"name": "X", "kind": ContactKind.TALK, "dial": "1", **broken})
    with pytest.raises(IntegrityError), transaction.atomic():
        contact.save()
