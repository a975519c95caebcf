"""Who can see what is written from the doors; the record records its readers."""

import html
import re

import pytest
import time_machine
from django.utils import translation

from portal.audit.models import StaffEvent
from portal.audit.services import record_staff
from portal.people.choices import Role
from portal.people.policies import registry
from portal.privacy.rules import PAGE_SIZE
from portal.privacy.selectors import FEARED, list_things
from tests.factories import NOW, grant, make_agency, make_employee, make_practice

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(settings):
    settings.REQUIRE_STAFF_MFA = False
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def tono(client):
    agency = make_agency()
    person = make_employee("tono", agency=agency)
    grant(person.user, agency, Role.DPO)
    client.force_login(person.user)
    return person


def test_the_page_holds_every_private_thing_of_the_register_and_each_sentence(client):
    page = html.unescape(client.get("/siapa/").content.decode())
    with translation.override("id"):
        for entry in registry():
            if entry.thing is None or entry.sees is None:
                continue
            assert str(entry.thing) in page
            for said in entry.sees.values():
                assert str(said) in page


def test_whoever_is_feared_is_named_on_each_thing():
    with translation.override("en"):
        things = list_things()
        labels = [str(who.label) for who in FEARED]
    assert things
    for thing in things:
        named = {reader.who for reader in thing.readers} | set(thing.nothing_for)
        for label in labels:
            assert {label, f"Other {label.lower()}"} & named


def test_manager_hr_and_administrators_see_nothing_of_counselling():
    for entry in registry():
        if entry.name.startswith("counselling.") and entry.sees:
            assert not {"MANAGER", "HR", "REVIEWER", "ADMIN", "HEAD"} & {
                who.value for who in entry.sees
            }


@pytest.mark.parametrize("inspected", [True, False])
def test_the_safety_page_says_what_is_true_of_this_network(client, settings, inspected):
    settings.TLS_INSPECTED = inspected
    client.cookies["language_8000"] = "en"
    with translation.override("en"):
        page = client.get("/aman/").content.decode()
    said = "cannot rule it out" in page or "tidak bisa memastikan" in page
    assert said is inspected


def test_reading_the_record_is_on_the_record(client, tono):
    client.get("/a/audit/")
    event = StaffEvent.objects.get(action="audit.read")
    assert (event.action, event.handle, event.role) == ("audit.read", str(tono.user_id), "DPO")
    page = client.get("/a/audit/").content.decode()
    assert str(tono.user_id)[:8] in page
    assert StaffEvent.objects.filter(action="audit.read").count() == 2


def test_the_record_goes_page_by_page(client, tono):
    for number in range(PAGE_SIZE + 5):
        record_staff(role="HEAD", handle="h", action=f"deed.{number}", subject="s", now=NOW)
    page = client.get("/a/audit/").content.decode()
    assert f"deed.{PAGE_SIZE + 4}" in page
    assert "deed.4<" not in page
    older = re.search(r'href="(/a/audit/\d+/)"', page)[1]
    page = client.get(older).content.decode()
    assert "deed.4<" in page
    assert 'href="/a/audit/"' in page


@pytest.mark.parametrize("role", [role for role in Role if role != Role.DPO])
def test_nobody_else_reads_the_record(client, role):
    agency = make_agency()
    person = make_employee("lain", agency=agency)
    grant(person.user, agency, role)
    client.force_login(person.user)
    assert client.get("/a/audit/").status_code == 404
    assert not StaffEvent.objects.filter(action="audit.read").exists()


def test_somebody_whose_data_nobody_opened_reads_so(client):
    make_practice()
    client.force_login(make_employee("rina").user)
    answer = client.get("/saya/data/")
    assert answer.context["rows"] == []
    assert 'class="empty"' in answer.content.decode()
