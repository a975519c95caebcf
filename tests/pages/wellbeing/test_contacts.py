"""The desk of the help page, as the head of the service works at it."""

import re

import pytest
import time_machine

from portal.people.choices import Role
from portal.wellbeing.models import HelpContact
from portal.wellbeing.services import seed_contacts
from tests.factories import NOW, grant, make_agency, make_employee

pytestmark = pytest.mark.django_db
FORM = {"kind": "OWN", "name": "Konselor jaga", "dial": "0215550100", "position": "5"}


@pytest.fixture
def head(client, settings):
    settings.REQUIRE_STAFF_MFA = False
    agency = make_agency()
    person = make_employee("hadi", agency=agency, full_name="Hadi Pranoto")
    grant(person.user, agency, Role.HEAD)
    with time_machine.travel(NOW, tick=False):
        client.force_login(person.user)
        yield client


def test_an_empty_desk_says_what_to_do(head):
    page = head.get("/l/kontak/").content.decode()
    assert 'class="empty"' in page
    assert 'href="/l/kontak/baru/"' in page


def test_a_contact_goes_onto_the_page_and_is_checked(head):
    assert head.post("/l/kontak/baru/", FORM).headers["Location"] == "/l/kontak/"
    contact = HelpContact.objects.get()
    page = head.get("/l/kontak/").content.decode()
    assert "Hadi Pranoto" in page
    assert 'class="tag warn"' in page
    head.post(f"/l/kontak/{contact.pk}/diperiksa/")
    page = head.get("/l/kontak/").content.decode()
    assert 'class="tag warn"' not in page
    assert "23 November 2026" in page
    assert 'href="tel:0215550100"' in head.get("/bantuan/").content.decode()


def test_taking_off_offers_to_undo_it_once(head):
    head.post("/l/kontak/baru/", FORM)
    contact = HelpContact.objects.get()
    head.post(f"/l/kontak/{contact.pk}/pensiun/")
    page = head.get("/l/kontak/").content.decode()
    undo = f'action="/l/kontak/{contact.pk}/kembali/"'
    assert "notice undo" in page
    assert undo in page
    assert "notice undo" not in head.get("/l/kontak/").content.decode()
    head.post(f"/l/kontak/{contact.pk}/kembali/")
    assert HelpContact.objects.get().retired_on is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "id_name"),
        ({"kind": ""}, "id_kind"),
        ({"dial": ""}, "id_dial"),
        ({"dial": "021 555"}, "id_dial"),
        ({"web": "http://example.org"}, "id_web"),
        ({"web": "javascript:alert(1)"}, "id_web"),
        ({"position": "-1"}, "id_position"),
    ],
)
def test_a_malformed_contact_keeps_what_was_typed_and_points_to_the_field(head, change, field):
    answer = head.post("/l/kontak/baru/", {**FORM, "hours": "jam kerja", **change})
    page = answer.content.decode()
    assert answer.status_code == 200
    summary = page[page.index('class="errsum"') : page.index("</section>")]
    assert re.search(rf'href="#{field}(_0)?"', summary)
    assert 'value="jam kerja"' in page
    assert not HelpContact.objects.exists()


def test_a_field_connects_its_hint_and_its_error(head):
    page = head.post("/l/kontak/baru/", {**FORM, "dial": "abc"}).content.decode()
    field = re.search(r'<input[^>]*name="dial"[^>]*>', page)[0]
    assert 'aria-invalid="true"' in field
    for target in re.search(r'aria-describedby="([^"]+)"', field)[1].split():
        assert f'id="{target}"' in page


def test_the_title_says_that_something_needs_a_fix(head):
    page = head.post("/l/kontak/baru/", {**FORM, "name": ""}).content.decode()
    assert re.search(r"<title>(Fix|Perbaiki): ", page)


def test_a_taken_name_is_said_at_the_name(head):
    head.post("/l/kontak/baru/", FORM)
    page = head.post("/l/kontak/baru/", FORM).content.decode()
    assert 'href="#id_name"' in page
    assert HelpContact.objects.count() == 1


def test_changing_shows_what_is_there(head):
    head.post("/l/kontak/baru/", FORM)
    contact = HelpContact.objects.get()
    page = head.get(f"/l/kontak/{contact.pk}/").content.decode()
    assert 'value="Konselor jaga"' in page
    answer = head.post(f"/l/kontak/{contact.pk}/", {**FORM, "region": "Jakarta"})
    assert answer.status_code == 302
    assert HelpContact.objects.get().region == "Jakarta"


def test_nobody_else_finds_the_desk(client, settings):
    settings.REQUIRE_STAFF_MFA = False
    seed_contacts(now=NOW)
    contact = HelpContact.objects.first()
    client.force_login(make_employee("rina").user)
    paths = ["", "baru/", f"{contact.pk}/"]
    assert {client.get(f"/l/kontak/{path}").status_code for path in paths} == {404}
    deeds = ["diperiksa", "pensiun", "kembali"]
    sent = {client.post(f"/l/kontak/{contact.pk}/{deed}/").status_code for deed in deeds}
    assert sent == {404}
