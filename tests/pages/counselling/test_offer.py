"""The pages of the head of the service: what is offered, by whom, and numbers only."""

import re

import pytest
from django.utils import timezone, translation

from counselling import selectors
from counselling.choices import Mode
from counselling.models import Counsellor, Service
from portal.people import services as people
from portal.people.choices import Role
from portal.people.models import User
from tests.factories import account, grant, make_employee, make_practice, make_user
from tests.pages.counselling.conftest import Person, booked, sign_in, text_of

SERVICE = {
    "name": "Temu singkat",
    "duration_minutes": "25",
    "grid_minutes": "15",
    "buffer_before_minutes": "0",
    "buffer_after_minutes": "5",
    "min_notice_minutes": "60",
    "horizon_days": "14",
    "modes": ["PHONE", "VIDEO"],
    "position": "3",
}
PAGES = ["/l/", "/l/layanan/", "/l/layanan/baru/", "/l/orang/", "/l/orang/baru/"]


@pytest.fixture
def kepala(practice) -> Person:
    """The head of the service."""
    user = User.objects.get(pk=practice.head.user_id)
    return Person(user, practice.head, sign_in(user))


def counsellor_form(practice, **changes):
    return {
        "display_name": "Dewi Anjani",
        "sex": "WOMAN",
        "zone": "Asia/Makassar",
        "modes": ["PHONE"],
        "services": [str(practice.service_id)],
        "about": "Suka mendengar.",
        "languages": "Indonesia, Bugis, Indonesia",
        "phone": "0411 555 0100",
        "is_active": "on",
        **changes,
    }


def html_of(page) -> str:
    return page.content.decode()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["id", "en"])
def test_every_page_stands_in_both_languages(practice, kepala, path, language):
    kepala.browser.post("/bahasa/", {"language": language})
    page = kepala.browser.get(path)
    html = html_of(page)

    assert page.status_code == 200
    assert f'<html lang="{language}"' in html
    assert html.count("<h1") == 1
    title = re.search("<title>(.*?)</title>", html)[1]
    assert not re.search("konsel|counsel", title, re.IGNORECASE)
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    for target in re.findall(r'aria-describedby="([^"]+)"', html):
        assert set(target.split()) <= set(ids)


def test_the_menu_and_the_first_page_lead_here(practice, kepala):
    html = html_of(kepala.browser.get("/"))
    assert 'href="/l/"' in html
    menu = html.split('class="nav bar"')[1].split("</nav>")[0]
    assert all(f'href="/l/{part}/"' in menu for part in ("kontak", "orang", "layanan"))
    here = html_of(kepala.browser.get("/l/orang/baru/"))
    assert '<a href="/l/orang/" aria-current="page">' in here


def test_an_empty_house_says_where_to_begin(db):
    practice = make_practice()
    Counsellor.objects.all().delete()
    Service.objects.all().delete()
    browser = sign_in(User.objects.get(pk=practice.head.user_id))

    assert "/l/layanan/baru/" in html_of(browser.get("/l/")).split("<h2")[0]
    assert 'class="empty"' in html_of(browser.get("/l/layanan/"))
    assert 'class="empty"' in html_of(browser.get("/l/orang/"))
    page = browser.get("/l/orang/baru/")
    assert "/l/layanan/baru/" in html_of(page)


def test_numbers_only_and_none_below_ten(practice, kepala, rina):
    booked(practice, rina, alias="Langit", note="tulisan rahasia")

    html = html_of(kepala.browser.get("/l/"))

    assert "&lt;10" in html
    for word in ("Langit", "Rina", "tulisan rahasia", "Sari"):
        assert word not in html
    assert "168" in html  # a whole week around the clock
    assert re.search(r"<table.*<th scope=\"row\">", html, re.DOTALL)


# --- services ------------------------------------------------------------------------------


def test_a_service_is_added_with_everything_it_needs(practice, kepala):
    answer = kepala.browser.post("/l/layanan/baru/", SERVICE)

    assert answer["Location"] == "/l/layanan/"
    row = Service.objects.get(name="Temu singkat")
    assert row.agency_id == practice.agency.pk
    assert (row.duration_minutes, row.grid_minutes, row.buffer_after_minutes) == (25, 15, 5)
    assert (row.min_notice_minutes, row.horizon_days, row.position) == (60, 14, 3)
    assert row.modes == [Mode.PHONE, Mode.VIDEO]
    assert row.is_active
    assert "Temu singkat" in text_of(kepala.browser.get("/l/layanan/"))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "Temu"}, "name"),
        ({"duration_minutes": ""}, "duration_minutes"),
        ({"duration_minutes": "4"}, "duration_minutes"),
        ({"duration_minutes": "481"}, "duration_minutes"),
        ({"duration_minutes": "banyak"}, "duration_minutes"),
        ({"grid_minutes": "0"}, "grid_minutes"),
        ({"buffer_before_minutes": "-1"}, "buffer_before_minutes"),
        ({"min_notice_minutes": "99999999999999999999"}, "min_notice_minutes"),
        ({"horizon_days": "366"}, "horizon_days"),
        ({"modes": []}, "modes"),
        ({"modes": ["PIGEON"]}, "modes"),
        ({"position": "1e3"}, "position"),
    ],
)
def test_a_service_that_makes_no_sense_comes_back_as_typed(practice, kepala, change, field):
    sent = {**SERVICE, "horizon_days": "17", **change}
    page = kepala.browser.post("/l/layanan/baru/", sent)
    html = html_of(page)

    assert page.status_code == 200
    assert "<title>Fix:" in html or "<title>Perbaiki:" in html
    summary = html[html.index('class="errsum"') : html.index("</section>")]
    assert f'href="#id_{field}"' in summary
    assert html.count(f' id="id_{field}"') == 1
    assert 'value="5"' in html
    if field != "horizon_days":
        assert 'value="17"' in html
    assert Service.objects.count() == 1


def test_an_error_names_its_bounds_in_the_readers_language(practice, kepala):
    with translation.override("id"):
        page = kepala.browser.post("/l/layanan/baru/", {**SERVICE, "duration_minutes": "4"})
    text = text_of(page)
    assert "5" in text
    assert "480" in text
    assert "%(" not in text


def test_a_service_is_changed_and_keeps_its_state(practice, kepala):
    path = f"/l/layanan/{practice.service_id}/"
    assert 'value="Temu"' in html_of(kepala.browser.get(path))
    kepala.browser.post(f"{path}pensiun/")
    answer = kepala.browser.post(path, SERVICE)

    assert answer["Location"] == "/l/layanan/"
    row = Service.objects.get()
    assert row.name == "Temu singkat"
    assert not row.is_active


def test_retiring_can_be_undone_once_by_button_and_always_below(practice, kepala):
    path = f"/l/layanan/{practice.service_id}/"
    assert kepala.browser.get(f"{path}pensiun/").status_code == 405
    assert kepala.browser.post(f"{path}pensiun/")["Location"] == "/l/layanan/"
    html = html_of(kepala.browser.get("/l/layanan/"))
    assert 'class="notice undo' in html
    again = html_of(kepala.browser.get("/l/layanan/"))
    assert 'class="notice undo' not in again
    assert f'action="{path}kembali/"' in again
    kepala.browser.post(f"{path}kembali/")
    assert Service.objects.get().is_active


# --- counsellors ---------------------------------------------------------------------------


@pytest.fixture
def dewi(practice) -> User:
    """An employee who is to counsel."""
    return make_employee("dewi", agency=practice.agency).user


def test_somebody_is_added_by_her_work_address(practice, kepala, dewi):
    answer = kepala.browser.post(
        "/l/orang/baru/", counsellor_form(practice, login=dewi.email.upper())
    )

    assert answer["Location"] == "/l/orang/"
    row = Counsellor.objects.get(user=dewi)
    assert row.display_name == "Dewi Anjani"
    assert row.zone == "Asia/Makassar"
    assert row.languages == ["Indonesia", "Bugis"]
    assert [one.pk for one in row.services.all()] == [practice.service_id]
    text = text_of(kepala.browser.get("/l/orang/"))
    line = text.split("Dewi Anjani")[1]
    with translation.override("id"):
        missing = selectors.read_offered_counsellor(
            actor=kepala.actor, counsellor_id=row.pk, now=timezone.now()
        ).hindrances
        assert len(missing) == 3  # no role, no vault, no hours
        assert all(str(one.label) in line for one in missing)


@pytest.mark.parametrize(
    "login", ["", "siapa@instansi.test", "123456789012345678", "x" * 255, "\x00", "' OR 1=1 --"]
)
def test_an_unknown_account_is_said_at_its_field(practice, kepala, login):
    page = kepala.browser.post("/l/orang/baru/", counsellor_form(practice, login=login))
    html = html_of(page)

    assert page.status_code == 200
    assert 'href="#id_login"' in html
    assert 'value="Dewi Anjani"' in html
    assert "Suka mendengar." in html
    assert Counsellor.objects.count() == 1


def test_who_counsels_already_or_works_elsewhere_is_refused_in_words(practice, kepala):
    elsewhere = make_employee("jauh").user
    for login in (practice.counsellor.user.email, elsewhere.email):
        page = kepala.browser.post("/l/orang/baru/", counsellor_form(practice, login=login))
        assert 'href="#id_login"' in html_of(page)
    assert Counsellor.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"display_name": " "}, "display_name"),
        ({"display_name": "x" * 101}, "display_name"),
        ({"sex": ""}, "sex"),
        ({"sex": "OTHER"}, "sex"),
        ({"zone": "Mars/Base"}, "zone"),
        ({"other_zone": "Mars/Base"}, "other_zone"),
        ({"modes": []}, "modes"),
        ({"services": ["00000000-0000-4000-8000-000000000000"]}, "services"),
        ({"services": ["x"]}, "services"),
        ({"about": "x" * 301}, "about"),
        ({"languages": "x" * 41}, "languages"),
        ({"phone": "1" * 41}, "phone"),
        ({"link_base": "http://example.org"}, "link_base"),
        ({"link_base": "javascript:alert(1)"}, "link_base"),
    ],
)
def test_a_page_that_makes_no_sense_comes_back_as_typed(practice, kepala, change, field):
    path = f"/l/orang/{practice.counsellor.pk}/"
    sent = counsellor_form(practice, directions="Lewat tangga", **change)
    page = kepala.browser.post(path, sent)
    html = html_of(page)

    assert page.status_code == 200
    assert f'href="#id_{field}"' in html[html.index('class="errsum"') :]
    assert html.count(f' id="id_{field}"') == 1
    assert "Lewat tangga" in html
    assert Counsellor.objects.get().display_name == "Sari"


def test_what_is_there_is_shown_and_changed(practice, kepala, rina):
    path = f"/l/orang/{practice.counsellor.pk}/"
    html = html_of(kepala.browser.get(path))
    assert 'value="Sari"' in html
    assert 'value="Ruang Melati"' in html
    answer = kepala.browser.post(
        path, counsellor_form(practice, other_zone="asia/singapore", link_base="meet.test/x")
    )

    assert answer["Location"] == "/l/orang/"
    row = Counsellor.objects.get()
    assert (row.zone, row.link_base) == ("Asia/Singapore", "https://meet.test/x")
    assert (row.room, row.phone) == ("", "0411 555 0100")
    # A zone beyond the four stays chosen the next time.
    html = html_of(kepala.browser.get(path))
    assert '<option value="Asia/Singapore" selected>' in html
    assert "Dewi Anjani" in text_of(rina.browser.get("/temu/"))


def test_somebody_set_aside_cannot_be_booked(practice, kepala, rina):
    path = f"/l/orang/{practice.counsellor.pk}/"
    sent = counsellor_form(practice)
    del sent["is_active"]
    kepala.browser.post(path, sent)

    assert 'name="time"' not in html_of(rina.browser.get("/temu/"))
    assert "card warn" in html_of(kepala.browser.get(path))
    kepala.browser.post(path, counsellor_form(practice))
    assert 'name="time"' in html_of(rina.browser.get("/temu/"))


def test_a_retired_service_stays_ticked(practice, kepala):
    kepala.browser.post(f"/l/layanan/{practice.service_id}/pensiun/")
    path = f"/l/orang/{practice.counsellor.pk}/"
    html = html_of(kepala.browser.get(path))
    assert re.search(rf'value="{practice.service_id}"[^>]* checked', html)
    kepala.browser.post(path, counsellor_form(practice))
    assert practice.counsellor.services.count() == 1


def test_what_is_typed_cannot_be_markup(practice, kepala):
    path = f"/l/orang/{practice.counsellor.pk}/"
    kepala.browser.post(path, counsellor_form(practice, display_name="<b>Dewi</b>"))
    for page in ("/l/orang/", path):
        assert "<b>Dewi" not in html_of(kepala.browser.get(page))


# --- nobody else ---------------------------------------------------------------------------


def test_for_everybody_else_the_pages_do_not_exist(practice, rina, sari, kepala):
    admin = make_user("admin")
    grant(admin, practice.agency, Role.ADMIN)
    paths = [
        *PAGES,
        f"/l/layanan/{practice.service_id}/",
        f"/l/orang/{practice.counsellor.pk}/",
    ]
    for browser in (rina.browser, sari.browser, sign_in(admin)):
        assert {browser.get(path).status_code for path in paths} == {404}
        assert {browser.post(path, SERVICE).status_code for path in paths} == {404}
    assert account(admin).roles == {Role.ADMIN}


def test_rows_of_another_agency_do_not_exist(practice, kepala):
    foreign = make_practice()
    for path in (
        f"/l/layanan/{foreign.service_id}/",
        f"/l/orang/{foreign.counsellor.pk}/",
    ):
        assert kepala.browser.get(path).status_code == 404
    for deed in ("pensiun", "kembali"):
        path = f"/l/layanan/{foreign.service_id}/{deed}/"
        assert kepala.browser.post(path).status_code == 404
    assert "Sari" in text_of(kepala.browser.get("/l/orang/"))
    assert text_of(kepala.browser.get("/l/orang/")).count("Sari") == 2


def test_a_head_without_an_agency_finds_nothing(practice):
    outside = make_user("luar")
    grant(outside, practice.agency, Role.HEAD)
    browser = sign_in(outside)
    assert {browser.get(path).status_code for path in PAGES} == {404}


def test_a_closed_account_is_said(practice, kepala):
    people.deactivate_user(actor=None, user_id=practice.counsellor.user_id, now=timezone.now())
    html = html_of(kepala.browser.get("/l/orang/"))
    assert html.count("<li>") >= 2
    assert 'class="tag warn"' in html
