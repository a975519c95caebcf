"""The first page of everybody, the tap, the own list, the browser's settings."""

import re

import pytest
import time_machine

from counselling import services as counselling
from portal.people.choices import Role
from portal.wellbeing.models import TapCount
from portal.wellbeing.services import seed_contacts
from tests.factories import (
    NOW,
    account,
    book,
    grant,
    make_agency,
    make_employee,
    make_practice,
    wib,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(settings):
    settings.REQUIRE_STAFF_MFA = False
    with time_machine.travel(NOW, tick=False):
        yield


def _title(page: str) -> str:
    return re.search(r"<title>(.*?)</title>", page, re.DOTALL)[1].strip()


def test_home_offers_three_times_as_one_tap_each_and_no_name(client):
    practice = make_practice()
    rina = make_employee("rina", agency=practice.agency, full_name="Rina Wulandari")
    client.force_login(rina.user)
    page = client.get("/").content.decode()
    assert page.count('name="time" value="') == 3
    assert len(re.findall(r"\d\d\.\d\d WIB<small>", page)) == 3
    assert "Rina" not in page
    assert 'action="/kata/"' in page
    assert _title(page).endswith("· Portal Pegawai")


def test_times_have_names_of_their_own_for_who_cannot_see(client):
    practice = make_practice()
    client.force_login(make_employee("bram", agency=practice.agency).user)
    page = client.get("/").content.decode()
    names = re.findall(r'<button class="slot"[^>]*>(.*?)</button>', page, re.DOTALL)
    said = [
        re.sub(r"<[^>]+>", "", re.sub(r"<span aria-hidden.*?</span>", "", n)) for n in names
    ]
    assert len(set(said)) == 3
    for one in said:
        assert re.search(r"\w+ \d+ November, \d\d\.\d\d WIB", one)


def test_a_booked_person_sees_her_meeting_instead(client):
    practice = make_practice()
    rina = make_employee("rina", agency=practice.agency)
    appointment_id = book(practice, account(rina), wib(13))
    client.force_login(rina.user)
    page = client.get("/").content.decode()
    assert f"/temu/{appointment_id}/" in page
    assert "13.00 WIB" in page
    assert 'name="time"' not in page


def test_nothing_free_leads_to_people(client):
    seed_contacts(now=NOW)
    client.force_login(make_employee("rina").user)
    page = client.get("/").content.decode()
    assert 'name="time"' not in page
    assert 'href="tel:119,8"' in page
    assert 'href="/bantuan/"' in page


@pytest.mark.parametrize(
    ("role", "leads_to"),
    [
        (Role.COUNSELLOR, None),
        (Role.HEAD, "/l/"),
        (Role.ADMIN, "/a/"),
        (Role.DPO, "/a/audit/"),
        (Role.HR, "/h/"),
        (Role.REVIEWER, "/m/"),
        (Role.OFFICIAL, "/h/"),
        (Role.FACILITATOR, None),
    ],
)
def test_every_role_has_an_honest_first_page(client, role, leads_to):
    agency = make_agency()
    person = make_employee("petugas", agency=agency)
    grant(person.user, agency, role)
    client.force_login(person.user)
    answer = client.get("/")
    assert len(answer.context["page"].work) == 1
    card = answer.context["page"].work[0]
    assert (card.url or None) == leads_to
    if leads_to:
        assert client.get(leads_to).status_code == 200


def test_a_counsellor_sees_her_day_first(client):
    practice = make_practice()
    book(practice, account(make_employee("rina", agency=practice.agency)), wib(13))
    client.force_login(practice.counsellor.user)
    page = client.get("/").content.decode()
    assert page.index('href="/k/"') < page.index('action="/kata/"')
    assert client.get("/").context["page"].work[0].text.startswith("1 ")


def test_a_manager_hears_that_nothing_waits(client):
    boss = make_employee("agus")
    make_employee("rina", agency=boss.agency, manager=boss)
    client.force_login(boss.user)
    work = client.get("/").context["page"].work
    assert [card.url for card in work] == ["/t/"]
    assert client.get("/t/").status_code == 200


def test_the_menu_marks_one_entry(client):
    client.force_login(make_employee("rina").user)
    for path in ("/", "/saya/", "/saya/kabar/", "/temu/"):
        page = client.get(path).content.decode()
        menu = page[page.index("<nav") : page.index("</nav>")]
        assert re.findall(r'href="([^"]+)" aria-current="page"', menu) == [path]


def test_a_tap_adds_one_and_answers(client):
    make_practice()
    client.force_login(make_employee("rina").user)
    answer = client.post("/kata/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/kata/")
    assert TapCount.objects.get().taps == 1
    page = client.get("/kata/").content.decode()
    assert "<h1" in page
    assert "/bantuan/" in page
    assert "lelah" not in _title(page).lower()
    assert TapCount.objects.get().taps == 1
    assert all(key.startswith(("_auth", "account")) for key in dict(client.session.items()))


@pytest.mark.parametrize("path", ["/", "/kata/", "/saya/", "/saya/atur/", "/kata/rehat/"])
def test_a_stranger_is_led_to_sign_in(client, path):
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/masuk/")


def test_the_own_list_shows_meetings_and_ways_on(client):
    practice = make_practice()
    rina = make_employee("rina", agency=practice.agency)
    appointment_id = book(practice, account(rina), wib(13))
    client.force_login(rina.user)
    page = client.get("/saya/").content.decode()
    for path in (f"/temu/{appointment_id}/", "/saya/atur/", "/saya/data/", "/saya/kabar/"):
        assert f'href="{path}"' in page
    assert "13.00\N{EN DASH}13.50 WIB" in page


def test_the_settings_live_in_the_browser(client):
    client.force_login(make_employee("rina").user)
    answer = client.post("/saya/atur/", {"theme": "gelap", "discreet": "on"})
    assert answer.status_code == 303
    assert answer.cookies["tema"]["httponly"]
    page = client.get("/saya/atur/").content.decode()
    assert 'data-theme="gelap" data-discreet' in page
    client.post("/saya/atur/", {"theme": ""})
    assert "data-theme" not in client.get("/saya/atur/").content.decode()


def test_a_made_up_theme_is_refused_and_a_made_up_cookie_ignored(client):
    client.force_login(make_employee("rina").user)
    answer = client.post("/saya/atur/", {"theme": '"><b>'})
    assert answer.status_code == 200
    client.cookies["tema"] = '"><b>'
    assert "data-theme" not in client.get("/saya/atur/").content.decode()


def test_the_card_on_leaving_fast_is_shown_until_it_is_known(client):
    client.force_login(make_employee("rina").user)
    assert 'action="/saya/mengerti/"' in client.get("/").content.decode()
    client.post("/saya/mengerti/")
    assert 'action="/saya/mengerti/"' not in client.get("/").content.decode()


def test_staying_is_one_quiet_request(client):
    client.force_login(make_employee("rina").user)
    assert client.post("/saya/di-sini/", headers={"sec-fetch-mode": "cors"}).status_code == 204
    assert client.post("/saya/di-sini/").headers["Location"] == "/"


def test_the_frame_has_help_exit_and_language_at_the_same_place_everywhere(client):
    client.force_login(make_employee("rina").user)
    for path in ("/", "/saya/", "/bantuan/", "/siapa/", "/aman/", "/tidak-ada/"):
        page = client.get(path).content.decode()
        head = page[page.index("<header") : page.index("</header>")]
        assert re.findall(r'(?:href|action)="([^"]+)"', head) == ["/", "/bantuan/", "/tutup/"]
        assert 'action="/bahasa/"' in page
        assert page.count("<h1") == 1


def test_a_meeting_the_counsellor_cancelled_is_told_first_and_waved_off(client):
    practice = make_practice()
    rina = make_employee("rina", agency=practice.agency)
    book(practice, account(rina), wib(13))
    counselling.call_in_ill(actor=practice.actor, now=NOW)
    client.force_login(rina.user)
    page = client.get("/").content.decode()
    assert page.index('action="/temu/mengerti/"') < page.index('action="/kata/"')
    assert len(client.get("/").context["page"].cancelled) == 1
    client.post("/temu/mengerti/")
    assert client.get("/").context["page"].cancelled == []


def test_home_asks_the_database_little(client, django_assert_max_num_queries):
    practice = make_practice()
    rina = make_employee("rina", agency=practice.agency)
    client.force_login(rina.user)
    client.get("/")
    with django_assert_max_num_queries(12):
        client.get("/")
    book(practice, account(rina), wib(13))
    with django_assert_max_num_queries(8):
        client.get("/")


def test_a_counsellor_from_outside_is_offered_no_times_here(client, settings):
    settings.REQUIRE_STAFF_MFA = False
    client.force_login(make_practice().counsellor.user)
    page = client.get("/")
    assert page.status_code == 200
    assert page.context["page"].offer is None
