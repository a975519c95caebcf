"""The pages of the head of the service: plans and who leads, numbers, never a member."""

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.test import Client

from groups.choices import (
    AssignmentKind,
    DutyState,
    EnrolmentState,
    MeetingStatus,
    PlaceState,
    Way,
)
from groups.models import Assignment, Duty, Facilitator, Meeting, Place, PlanChange
from groups.services import crew, rota
from groups.statistics import freeze
from portal.audit.models import StaffEvent
from portal.people.choices import Role
from portal.people.models import User
from tests.factories import NOW, account, grant, make_agency, make_employee
from tests.pages.counselling.conftest import sign_in, words
from tests.support.groups import (
    Circle,
    join,
    make_circle,
    make_facilitator,
    make_head,
    meetings_of,
    plan_series,
)

pytestmark = pytest.mark.django_db

PAGES = ["/l/lingkar/", "/l/lingkar/angka/", "/l/fasilitator/", "/l/fasilitator/baru/"]


@pytest.fixture(autouse=True)
def _monday_morning(settings):
    settings.REQUIRE_STAFF_MFA = False
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def circle() -> Circle:
    """A circle that meets tomorrow at eight, and weekly after that."""
    made = make_circle(capacity=2)
    plan_series(made, starts_on=date(2026, 11, 24), at=time(8), meetings=4)
    return made


@pytest.fixture
def browser(circle) -> Client:
    return sign_in(User.objects.get(pk=circle.head.user_id))


def text_of(response) -> str:
    return words(response.content.decode().partition("<main")[2])


def first_meeting(circle: Circle) -> Meeting:
    return meetings_of(circle)[0]


def everybody_is_there(circle: Circle) -> None:
    for actor in (circle.lead, circle.co):
        rota.confirm_duty(actor=actor, meeting_id=first_meeting(circle).pk, now=NOW)


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_page_stands_in_both_languages(circle, browser, language):
    browser.post("/bahasa/", {"language": language})
    meeting, lead = first_meeting(circle), circle.facilitator(circle.lead)
    for path in (
        *PAGES,
        f"/l/lingkar/{circle.group.pk}/",
        f"/l/lingkar/pertemuan/{meeting.pk}/",
        f"/l/fasilitator/{lead.pk}/",
    ):
        page = browser.get(path)
        html = page.content.decode()
        assert page.status_code == 200, path
        assert f'<html lang="{language}"' in html
        assert html.count("<h1") == 1
        ids = re.findall(r' id="([^"]+)"', html)
        assert len(ids) == len(set(ids)), path


def test_the_menu_and_the_offer_lead_here(browser):
    assert 'href="/l/lingkar/"' in browser.get("/").content.decode().partition("<main")[0]
    assert 'href="/l/lingkar/"' in browser.get("/l/").content.decode().partition("<main")[2]


def test_no_member_and_no_nickname_is_anywhere(circle, browser):
    for alias in ("Kenanga Sore", "Melati Pagi", "Seruni Malam"):
        join(circle, alias=alias)
    html = "".join(
        browser.get(path).content.decode()
        for path in ("/l/lingkar/", f"/l/lingkar/{circle.group.pk}/",
                     f"/l/lingkar/pertemuan/{first_meeting(circle).pk}/")
    )  # fmt: skip
    for word in ("Kenanga Sore", "Melati Pagi", "Seruni Malam", "Rina"):
        assert word not in html


def test_a_queue_is_told_by_how_long_it_takes_never_by_how_many(circle, browser):
    browser.post("/bahasa/", {"language": "en"})
    assert "nobody waits" in text_of(browser.get("/l/lingkar/"))
    for _ in range(5):
        join(circle)
    assert circle.group.enrolments.filter(state=EnrolmentState.WAITING).count() == 3
    page = text_of(browser.get("/l/lingkar/"))
    assert re.search("2 places ?, people have been waiting since this month", page)
    assert "3" not in page.partition("2 places")[2].partition("Look after it")[0]
    with time_machine.travel(datetime(2027, 2, 1, tzinfo=UTC), tick=False):
        client = sign_in(User.objects.get(pk=circle.head.user_id))
        client.post("/bahasa/", {"language": "en"})
        assert "waiting for 3 months" in text_of(client.get("/l/lingkar/"))


# --- the gate --------------------------------------------------------------------------------


def test_a_meeting_within_a_day_that_lacks_somebody_waits_for_a_decision(circle, browser):
    meeting = first_meeting(circle)
    path = f"/l/lingkar/pertemuan/{meeting.pk}/"
    page = browser.get("/l/lingkar/")
    assert [row.id for row in page.context["page"].to_decide] == [meeting.pk]
    assert path in page.content.decode()
    everybody_is_there(circle)
    assert not browser.get("/l/lingkar/").context["page"].to_decide


def test_a_meeting_later_than_a_day_waits_for_nobody(circle, browser):
    with time_machine.travel(NOW - timedelta(days=1), tick=False):
        client = sign_in(User.objects.get(pk=circle.head.user_id))
        assert not client.get("/l/lingkar/").context["page"].to_decide


def test_a_trained_stand_in_makes_the_meeting_ready(circle, browser):
    meeting = first_meeting(circle)
    rota.confirm_duty(actor=circle.lead, meeting_id=meeting.pk, now=NOW)
    other = make_facilitator(circle.agency, circle.head, name="Wulan")
    make_facilitator(circle.agency, circle.head, name="Tanpa", trained_until=None)
    make_facilitator(circle.agency, circle.head, name="Habis", trained_until=date(2026, 11, 24))
    page = browser.get(f"/l/lingkar/pertemuan/{meeting.pk}/")
    assert [one.name for one in page.context["page"].stand_ins] == ["Wulan"]
    answer = browser.post(
        f"/l/lingkar/pertemuan/{meeting.pk}/ganti/",
        {"facilitator": str(circle.facilitator(other).pk)},
    )
    assert answer.status_code == 302
    assert Duty.objects.get(meeting=meeting, facilitator__user_id=other.user_id).state == (
        DutyState.CONFIRMED
    )
    assert browser.get("/l/lingkar/").context["page"].to_decide == ()


def test_who_leads_another_meeting_at_that_time_is_not_offered(circle, browser):
    meeting = first_meeting(circle)
    beside = make_circle(agency=circle.agency, head=circle.head)
    plan_series(beside, starts_on=date(2026, 11, 24), at=time(9), meetings=1)
    rota.confirm_duty(actor=beside.lead, meeting_id=first_meeting(beside).pk, now=NOW)
    page = browser.get(f"/l/lingkar/pertemuan/{meeting.pk}/").context["page"]
    free = {one.id for one in page.stand_ins}
    assert beside.facilitator(beside.lead).pk not in free
    assert beside.facilitator(beside.co).pk in free


def test_nobody_chosen_says_so_and_changes_nothing(circle, browser):
    meeting = first_meeting(circle)
    make_facilitator(circle.agency, circle.head, name="Wulan")
    path = f"/l/lingkar/pertemuan/{meeting.pk}/ganti/"
    for sent in ({}, {"facilitator": str(circle.facilitator(circle.lead).pk)}):
        page = browser.post(path, sent)
        assert page.status_code == 200
        assert 'class="errsum"' in page.content.decode()
    assert Duty.objects.filter(meeting=meeting).count() == 2


def test_fewer_can_be_enough_once_somebody_is_there(circle, browser):
    meeting = first_meeting(circle)
    path = f"/l/lingkar/pertemuan/{meeting.pk}/"
    assert "/jalan/" not in browser.get(path).content.decode()
    rota.confirm_duty(actor=circle.lead, meeting_id=meeting.pk, now=NOW)
    assert "/jalan/" in browser.get(path).content.decode()
    assert browser.post(f"{path}jalan/").status_code == 302
    assert Meeting.objects.get(pk=meeting.pk).runs_anyway
    assert browser.get("/l/lingkar/").context["page"].to_decide == ()


def test_the_head_cancels_and_the_page_shows_it(circle, browser):
    meeting = first_meeting(circle)
    path = f"/l/lingkar/pertemuan/{meeting.pk}/"
    assert browser.post(f"{path}batal/").status_code == 302
    assert Meeting.objects.get(pk=meeting.pk).status == MeetingStatus.CANCELLED
    assert PlanChange.objects.filter(group=circle.group, told=False).exists()
    html = browser.get(path).content.decode()
    assert "/batal/" not in html
    assert "/ganti/" not in html
    # Pressed twice, nothing more happens and nobody is told twice.
    assert browser.post(f"{path}batal/").status_code == 302
    assert PlanChange.objects.filter(group=circle.group).count() == 1


# --- who leads -------------------------------------------------------------------------------


def test_somebody_is_let_lead_and_taken_off(circle, browser):
    other = make_facilitator(circle.agency, circle.head, name="Wulan")
    row = circle.facilitator(other)
    path = f"/l/lingkar/{circle.group.pk}/"
    answer = browser.post(f"{path}tugaskan/", {"facilitator": str(row.pk), "kind": "CO"})
    assert answer["Location"] == path
    given = Assignment.objects.get(group=circle.group, facilitator=row)
    assert "Wulan" in text_of(browser.get(path))
    answer = browser.post(f"/l/lingkar/tugas/{given.pk}/lepas/")
    assert answer["Location"] == path
    assert not Assignment.objects.on(NOW.date()).filter(pk=given.pk).exists()


def test_the_last_who_leads_cannot_be_taken_off_until_another_leads(circle, browser):
    lead = Assignment.objects.get(group=circle.group, kind=AssignmentKind.LEAD)
    path = f"/l/lingkar/{circle.group.pk}/"
    page = browser.post(f"/l/lingkar/tugas/{lead.pk}/lepas/", follow=True)
    assert 'class="notice warning"' in page.content.decode()
    assert Assignment.objects.get(pk=lead.pk).ends_on is None
    co = circle.facilitator(circle.co)
    browser.post(f"{path}tugaskan/", {"facilitator": str(co.pk), "kind": "LEAD"})
    assert Assignment.objects.get(group=circle.group, facilitator=co).kind == "LEAD"
    browser.post(f"/l/lingkar/tugas/{lead.pk}/lepas/")
    assert Assignment.objects.get(pk=lead.pk).ends_on is not None


def test_places_are_changed_and_nobody_loses_one(circle, browser):
    for _ in range(3):
        join(circle)
    path = f"/l/lingkar/{circle.group.pk}/kapasitas/"
    assert browser.post(path, {"room-capacity": "3"}).status_code == 302
    assert circle.group.pools.get(way=Way.ROOM).capacity == 3
    assert Place.objects.filter(pool__group=circle.group, state=PlaceState.OFFERED).exists()
    browser.post(path, {"room-capacity": "1"})
    assert Place.objects.filter(pool__group=circle.group).seated().count() == 3
    for wrong in ("", "-1", "501", "dua"):
        page = browser.post(path, {"room-capacity": wrong})
        assert page.status_code == 200
        assert 'class="errsum"' in page.content.decode()
    assert circle.group.pools.get(way=Way.ROOM).capacity == 1


# --- facilitators ----------------------------------------------------------------------------

NEW = {"display_name": "Wulan", "trained_until": "2027-11-01", "about": "Suka mendengar."}


def holder(circle: Circle) -> User:
    employee = make_employee("wulan", agency=circle.agency)
    grant(employee.user, circle.agency, Role.FACILITATOR)
    return employee.user


def test_a_facilitator_is_added_by_mail_or_nip(circle, browser):
    user = holder(circle)
    answer = browser.post("/l/fasilitator/baru/", {**NEW, "login": user.email.upper()})
    assert answer["Location"] == "/l/fasilitator/"
    row = Facilitator.objects.get(user=user)
    assert (row.display_name, row.trained_until) == ("Wulan", date(2027, 11, 1))
    assert row.agency_id == circle.agency.pk
    page = browser.post("/l/fasilitator/baru/", {**NEW, "login": user.email})
    assert page.status_code == 200
    assert 'class="errsum"' in page.content.decode()
    nip = holder(circle)
    User.objects.filter(pk=nip.pk).update(nip="199001012015012001")
    browser.post("/l/fasilitator/baru/", {**NEW, "login": "19900101 201501 2 001"})
    assert Facilitator.objects.filter(user=nip).exists()


def test_whoever_holds_no_role_is_as_unknown_as_nobody(circle, browser):
    without = make_employee("tanpa", agency=circle.agency).user
    elsewhere = make_agency("Lain")
    foreign = make_employee("jauh", agency=elsewhere).user
    grant(foreign, elsewhere, Role.FACILITATOR)
    said = set()
    for login in (without.email, foreign.email, "tak.ada@instansi.test"):
        page = browser.post("/l/fasilitator/baru/", {**NEW, "login": login})
        assert page.status_code == 200
        said.add(text_of(page).replace(login, ""))
    assert len({re.sub(r"\s+", " ", one) for one in said}) == 1
    assert Facilitator.objects.filter(display_name="Wulan").count() == 0


def test_training_is_changed_and_decides_whether_she_counts(circle, browser):
    row = circle.facilitator(circle.lead)
    path = f"/l/fasilitator/{row.pk}/"
    browser.post(path, {**NEW, "display_name": "Lina", "trained_until": "2026-11-23"})
    found = {one.name: one for one in browser.get("/l/fasilitator/").context["rows"]}
    assert not found["Lina"].may_lead
    assert found["Tirta"].may_lead
    browser.post(path, {**NEW, "display_name": "Lina", "trained_until": "2026-12-24"})
    found = {one.name: one for one in browser.get("/l/fasilitator/").context["rows"]}
    assert found["Lina"].may_lead
    assert found["Lina"].ends_soon


def test_ending_takes_every_right_at_once_and_has_a_way_back(circle, browser):
    row = circle.facilitator(circle.co)
    hers = sign_in(row.user)
    meeting = first_meeting(circle)
    assert hers.get(f"/l/fasilitator/{row.pk}/").status_code == 404
    answer = browser.post(f"/l/fasilitator/{row.pk}/akhiri/")
    assert answer["Location"] == "/l/fasilitator/"
    fresh = Facilitator.objects.get(pk=row.pk)
    assert not fresh.is_active
    assert not Assignment.objects.filter(facilitator=row, ends_on=None).exists()
    assert Duty.objects.get(meeting=meeting, facilitator=row).state == DutyState.VACATED
    assert StaffEvent.objects.filter(subject=str(row.pk)).exists()
    page = browser.get("/l/fasilitator/")
    assert [one.name for one in page.context["former"]] == ["Tirta"]
    path = f"/l/fasilitator/{row.pk}/"
    browser.post(path, {**NEW, "display_name": "Tirta"})
    assert not Facilitator.objects.get(pk=row.pk).is_active
    browser.post(path, {**NEW, "display_name": "Tirta", "is_active": "on"})
    assert Facilitator.objects.get(pk=row.pk).is_active
    assert not Assignment.objects.filter(facilitator=row, ends_on=None).exists()


# --- other agencies and empty pages ----------------------------------------------------------


def test_nothing_of_another_agency_is_found(circle, browser):
    other = make_circle()
    plan_series(other, starts_on=date(2026, 11, 24), at=time(8), meetings=1)
    foreign = other.facilitator(other.lead)
    meeting = first_meeting(other)
    given = Assignment.objects.filter(group=other.group).first()
    group = f"/l/lingkar/{other.group.pk}/"
    for path in (group, f"/l/lingkar/pertemuan/{meeting.pk}/", f"/l/fasilitator/{foreign.pk}/"):
        assert browser.get(path).status_code == 404
    for path in (
        f"{group}tugaskan/", f"{group}kapasitas/", f"/l/lingkar/tugas/{given.pk}/lepas/",
        f"/l/lingkar/pertemuan/{meeting.pk}/ganti/",
        f"/l/lingkar/pertemuan/{meeting.pk}/jalan/",
        f"/l/lingkar/pertemuan/{meeting.pk}/batal/", f"/l/fasilitator/{foreign.pk}/akhiri/",
    ):  # fmt: skip
        assert browser.post(path).status_code == 404
    assert other.group.name not in browser.get("/l/lingkar/").content.decode()
    assert Meeting.objects.get(pk=meeting.pk).status == MeetingStatus.PLANNED


def test_a_foreign_facilitator_cannot_be_put_into_a_circle_of_ones_own(circle, browser):
    foreign = make_circle()
    row = foreign.facilitator(foreign.lead)
    sent = {"facilitator": str(row.pk), "kind": "LEAD"}
    assert browser.post(f"/l/lingkar/{circle.group.pk}/tugaskan/", sent).status_code == 200
    assert not Assignment.objects.filter(group=circle.group, facilitator=row).exists()


def test_an_empty_house_says_where_to_begin():
    agency = make_agency()
    client = sign_in(User.objects.get(pk=make_head(agency).user_id))
    page = client.get("/l/lingkar/").content.decode()
    assert 'class="empty"' in page
    assert "/l/fasilitator/baru/" in page
    assert 'class="empty"' in client.get("/l/fasilitator/").content.decode()
    assert 'class="empty"' in client.get("/l/lingkar/angka/").content.decode()


def test_numbers_are_frozen_ones_with_their_day(circle, browser):
    browser.post("/bahasa/", {"language": "en"})
    assert freeze(now=NOW) == 0
    assert "No quarter has been counted yet" in text_of(browser.get("/l/lingkar/angka/"))
    freeze(now=datetime(2027, 1, 20, tzinfo=UTC))
    page = browser.get("/l/lingkar/angka/")
    said = text_of(page)
    assert "Quarter 4 of 2026" in said
    assert "<10" in said
    assert "Counted once on 20 January 2027" in said
    assert "<form" not in page.content.decode().partition("<main")[2].partition("</main>")[0]


def test_the_deeds_of_the_head_are_on_the_record(circle, browser):
    wulan = make_facilitator(circle.agency, circle.head, name="Wulan")
    crew.assign(
        actor=circle.head,
        group_id=circle.group.pk,
        facilitator_id=circle.facilitator(wulan).pk,
        kind=AssignmentKind.CO,
        now=NOW,
    )
    event = StaffEvent.objects.get(action="circle.assigned", at=NOW)
    assert event.handle == str(circle.head.user_id)
    assert event.subject == str(circle.group.pk)
    assert account(User.objects.get(pk=circle.head.user_id)).roles == {Role.HEAD}
