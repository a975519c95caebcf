"""Help, calendar and the error pages: for everybody, without signing in."""

import re

import pytest
import time_machine
from django.test import Client

from portal.calendars.models import Holiday
from portal.wellbeing.services import seed_contacts
from tests.factories import MONDAY, NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def test_help_lists_the_emergency_number_even_without_any_contact(client):
    page = client.get("/bantuan/").content.decode()
    assert 'href="tel:119"' in page


def test_help_lists_contacts_by_urgency_with_numbers_a_phone_can_dial(client):
    seed_contacts(now=NOW, checked_on=MONDAY)
    page = client.get("/bantuan/").content.decode()
    assert 'href="tel:119,8"' in page
    assert page.index('href="tel:112"') < page.index('href="tel:119,8"')
    assert "23 November 2026" in page
    assert "<script" in page  # the frame's own; the page needs none of it


def test_help_says_what_nobody_has_tried(client):
    seed_contacts(now=NOW)
    client.cookies.load({"language_8000": "en"})
    page = client.get("/bantuan/").content.decode()
    assert "Not checked yet" in page or "Belum diperiksa" in page


def test_help_asks_redis_and_the_session_for_nothing(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(1):
        answer = client.get("/bantuan/")
    assert answer.status_code == 200
    assert not [name for name in answer.cookies if name.startswith("teduh")]


def test_the_calendar_looks_like_a_calendar_and_shows_nothing_of_the_portal(client):
    Holiday.objects.create(day=MONDAY, name="Hari Contoh", kind="PUBLIC")
    answer = client.get("/kalender/")
    page = answer.content.decode()
    assert "Hari Contoh" in page
    assert answer.headers["Cache-Control"] == "no-store"
    assert "data-exit" not in page
    assert 'href="/"' not in page
    assert "2026" in re.search(r"<title>(.*?)</title>", page)[1]


def test_the_calendar_counts_working_days_less_holidays(client):
    Holiday.objects.create(day=MONDAY, name="Hari Contoh", kind="PUBLIC")
    Holiday.objects.create(day=MONDAY, name="Cuti bersama", kind="JOINT_LEAVE")
    page = client.get("/kalender/").context["page"]
    assert page.months[10].working_days == 20
    assert page.total == sum(month.working_days for month in page.months)


@pytest.mark.parametrize(
    ("year", "status"), [(2025, 200), (2027, 200), (2024, 404), (9999, 404)]
)
def test_the_calendar_goes_one_year_back_and_one_forth(client, year, status):
    assert client.get(f"/kalender/{year}/").status_code == status


def test_a_missing_page_is_kind_and_leads_on(client):
    answer = client.get("/tidak-ada/")
    assert answer.status_code == 404
    assert 'href="/"' in answer.content.decode()


def test_a_stale_form_gets_a_page_that_promises_no_copy():
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/bahasa/", {"language": "en"})
    assert answer.status_code == 403
    page = answer.content.decode()
    assert 'href="/"' in page
    assert "tersimpan" not in page


def test_the_broken_page_needs_no_context(settings):
    from django.template.loader import get_template

    page = get_template("500.html").render()
    assert "/bantuan/" in page
    assert "tel:119" in page
