"""Who can see what is written from the doors; the record records its readers."""

import html
import json
import re
from datetime import date

import pytest
import time_machine
from django.utils import translation

from groups.services import leaving
from portal.audit.models import StaffEvent
from portal.audit.services import record_staff
from portal.leave.rules.asking import Details
from portal.leave.services.decisions import sign_due
from portal.leave.services.weeks import set_service
from portal.people.choices import Role
from portal.people.models import User
from portal.people.policies import registry
from portal.privacy.choices import Deed
from portal.privacy.rules import PAGE_SIZE
from portal.privacy.selectors import FEARED, list_things
from tests.factories import NOW, grant, make_agency, make_employee, make_practice
from tests.support.groups import enrolment_of, join, make_circle, make_member_account
from tests.support.leave import open_room
from tests.support.leave_cases import decide, granted, later, ready, sent
from tests.support.reviews import WORDS
from tests.support.sources import ROOT

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


def test_every_deed_of_staff_in_the_circles_has_words():
    found = set()
    for path in (ROOT / "groups").rglob("*.py"):
        code = path.read_text("utf-8")
        found |= set(re.findall(r'"((?:circle|duty|facilitator)\.[a-z_]+)"', code))
        found |= {
            f"circle.{deed}"
            for deed in re.findall(
                r'\brecord\([^,()]*(?:\([^()]*\))?[^,()]*, "([a-z_]+)"', code
            )
        }
    assert {"circle.removed", "facilitator.ended", "circle.plan_undone"} <= found
    assert found - set(Deed.values) == set()


def test_every_deed_of_staff_in_leave_has_words():
    found = set()
    for path in (ROOT / "portal" / "leave").rglob("*.py"):
        code = path.read_text("utf-8")
        if "record(" not in code and "record_staff(" not in code:
            continue
        found |= set(re.findall(r'^(?!.*LOCK).*"(leave\.[a-z_]+)"', code, re.MULTILINE))
        found |= {f"leave.{deed}" for deed in re.findall(r'\b_record\(.*"([a-z_]+)"', code)}
    taken_out = {"leave.payroll_taken", "leave.attested_exported"}
    assert {*taken_out, "leave.plan_agree", "leave.signed", "leave.delegate"} <= found
    assert found - set(Deed.values) == set()


def test_the_page_says_what_is_kept_of_circles_and_no_name_of_one(client):
    circle = make_circle()
    rina = make_member_account(circle)
    client.force_login(User.objects.get(pk=rina.user_id))
    assert client.get("/saya/data/").context["own"].circles == 0
    join(circle, rina, alias="Kenanga Sore")
    answer = client.get("/saya/data/")
    own, page = answer.context["own"], answer.content.decode()
    assert (own.circles, own.past_circles) == (1, 0)
    assert "Kenanga Sore" not in page
    assert circle.group.name not in page
    assert 'href="/lingkar/"' in page
    leaving.leave_circle(actor=rina, group_id=circle.group.pk, now=NOW)
    own = client.get("/saya/data/").context["own"]
    assert (own.circles, own.past_circles) == (0, 1)


def test_a_deed_about_a_member_is_told_to_her_and_to_nobody_else(client):
    circle = make_circle()
    rina, bram = (join(circle) for _ in range(2))
    leaving.remove_member(
        actor=circle.lead, enrolment_id=enrolment_of(circle, rina).pk, may_return=True, now=NOW
    )
    for actor, said in ((rina, 1), (bram, 0)):
        client.force_login(User.objects.get(pk=actor.user_id))
        assert len(client.get("/saya/data/").context["rows"]) == said


def test_manager_hr_and_administrators_see_nothing_of_a_circle():
    for entry in registry():
        if entry.name.startswith("groups.") and entry.sees:
            assert not {"MANAGER", "HR", "REVIEWER", "ADMIN", "HEAD", "COUNSELLOR"} & {
                who.value for who in entry.sees
            }, entry.name


@pytest.fixture
def leave_room():
    return open_room()


def look_at(client, person, path="/saya/data/"):
    client.force_login(User.objects.get(pk=person.user_id))
    return client.get(path)


def test_who_opened_something_of_ones_leave_stands_there_once_it_holds(client, leave_room):
    room = leave_room
    row = ready(room, code="CS")
    decide(room, row)
    hr = {"actor": room.hr, "employee_id": room.employee.pk}
    set_service(**hr, started_on=date(2015, 1, 1), now=NOW)
    record_staff(
        role="REVIEWER", handle="h", action="leave.attested", subject=str(row.pk), now=NOW
    )
    with translation.override("id"):
        shown = {str(one.deed) for one in look_at(client, room.employee).context["rows"]}
        words = {
            one: str(Deed(one).label)
            for one in ("leave.attested", "leave.service_set", "leave.consider")
        }
        assert set(words.values()) == shown
        sign_due(now=later(20))
        shown = {str(one.deed) for one in look_at(client, room.employee).context["rows"]}
        assert str(Deed.LEAVE_SIGNED.label) in shown
    assert look_at(client, room.manager).context["rows"] == []


def test_the_page_says_how_much_of_leave_is_kept_and_what_lies_sealed(client, leave_room):
    room = leave_room
    assert look_at(client, room.employee).context["own"].leave.requests == 0
    assert "/saya/data/cuti/" not in look_at(client, room.employee).content.decode()
    sent(room, code="CS", words=WORDS)
    answer = look_at(client, room.employee)
    kept = answer.context["own"].leave
    assert (kept.requests, kept.under_way, kept.pieces) == (1, 1, 1)
    assert 'href="/saya/data/cuti/"' in answer.content.decode()


def test_the_file_holds_all_of_ones_leave_and_nothing_of_others(client, leave_room):
    room = leave_room
    details = Details(address="Jalan Mawar 3", phone="0811", leave_out_manager=False)
    granted(room, ready(room, details=details))
    sick = sent(room, code="CS", first=date(2026, 12, 21), last=date(2026, 12, 22), words=WORDS)
    last = date(2026, 12, 28)
    theirs = sent(room, employee=room.manager, first=last, last=last)

    answer = look_at(client, room.employee, "/saya/data/cuti/")
    kept = json.loads(answer.content)

    assert answer["Content-Type"] == "application/json"
    assert "no-store" in answer["Cache-Control"]
    assert [one["first_day"] for one in kept["requests"]] == ["2026-12-07", "2026-12-21"]
    assert kept["requests"][0]["address"] == "Jalan Mawar 3"
    assert kept["requests"][0]["letter_number"]
    assert len(kept["requests"][0]["considerations"]) == 1
    assert [one["sealed"] for one in kept["requests"][1]["handed_in"]] == [True]
    assert {one["kind"] for one in kept["ledger"]} == {"CT-PNS"}
    body = answer.content.decode()
    for other in (room.manager, room.director):
        assert other.user.full_name not in body
    for actor in (room.hr, room.official, room.reviewer):
        assert User.objects.get(pk=actor.user_id).full_name not in body
    for secret in (WORDS, "ZX-KEJIWAAN-91", str(sick.pk), str(theirs.pk), "2026-12-28"):
        assert secret not in body


def test_somebody_without_leave_gets_an_empty_file(client):
    answer = look_at(client, make_employee("rina"), "/saya/data/cuti/")
    assert json.loads(answer.content)["requests"] == []
