"""From a kept time to a meeting: two clicks, nothing typed, and nothing typed is lost."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from counselling import rules, services
from counselling.models import Appointment, Client, Consent
from tests.pages.counselling.conftest import (
    booked,
    free,
    held,
    join,
    text_of,
    times_in,
    unlock,
)

CONSENT = {"consent": str(rules.CONSENT_VERSION)}
FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


def check_fields(page) -> dict[str, str]:
    """Return what a browser sends when only the button is pressed."""
    html = page.content.decode()
    form = html.split("/pesan/")[1].split("</form>")[0]
    fields = dict(FIELD.findall(form))
    alias = re.search(r'name="alias" value="([^"]*)"', form)
    mode = re.search(r'name="mode" value="([^"]*)"[^>]* checked', form)
    fields["alias"] = alias.group(1) if alias else ""
    if mode:
        fields["mode"] = mode.group(1)
    return {name: text for name, text in fields.items() if name != "csrfmiddlewaretoken"}


def test_two_presses_and_nothing_typed(practice, rina):
    home_time = free(rina).token

    first = rina.browser.post("/temu/", {"time": home_time}, follow=True)
    path = first.redirect_chain[0][0]
    second = rina.browser.post(f"{path}pesan/", check_fields(first))

    assert second.status_code == 302
    assert Appointment.objects.get().status == "BOOKED"
    assert Consent.objects.get().version == rules.CONSENT_VERSION
    assert "WIB" in text_of(rina.browser.get(path))


def test_the_check_page_says_what_is_kept_until_when_and_who_knows(practice, rina):
    path = f"/temu/{held(practice, rina)}/"

    page = rina.browser.get(path)
    html, text = page.content.decode(), text_of(page)

    assert html.count("<h1") == 1
    assert "Sari" in text
    assert text.count(" WIB") >= 2
    limits, button = html.index("card seal"), html.index("btn wide")
    assert limits < button
    assert 'autocomplete="off"' in html
    assert 'spellcheck="false"' in html
    assert re.search(r'<textarea[^>]*spellcheck="false"', html)
    assert "required" not in html.split("/pesan/")[1].split("<textarea")[1].split("</form>")[0]


def test_ways_of_meeting_are_a_choice_where_there_are_several(practice, rina):
    path = f"/temu/{held(practice, rina)}/"
    assert rina.browser.get(path).content.decode().count('type="radio" name="mode"') == 2

    rina.browser.post(f"{path}pesan/", {**CONSENT, "mode": "IN_PERSON"})

    assert Appointment.objects.get().mode == "IN_PERSON"
    assert "Ruang Melati" in text_of(rina.browser.get(path))


def test_one_way_of_meeting_is_no_question(practice, rina):
    practice.counsellor.modes = ["PHONE"]
    practice.counsellor.save(update_fields=["modes"])
    path = f"/temu/{held(practice, rina)}/"

    assert 'name="mode"' not in rina.browser.get(path).content.decode()
    rina.browser.post(f"{path}pesan/", CONSENT)

    ticket = rina.browser.get(path)
    assert "021 555 0100" in text_of(ticket)
    assert 'href="tel:0215550100"' in ticket.content.decode()


def test_what_is_written_reaches_the_counsellor_and_nobody_else(practice, rina, sari, settings):
    path = f"/temu/{held(practice, rina)}/"
    rina.browser.post(
        f"{path}pesan/",
        {
            **CONSENT, "mode": "PHONE", "alias": "Langit Sore", "name": "Rin",
            "reach": "0812 \u202eabc\x00", "note": "baris satu\r\nbaris dua\u200b",
        },
    )  # fmt: skip

    row = Appointment.objects.get()
    assert row.status == "BOOKED"
    assert "baris" not in text_of(rina.browser.get(path))
    unlock(sari, settings)
    page = sari.browser.get(f"/k/temu/{row.pk}/")
    assert "Rin" in text_of(page)
    assert "0812 abc" in text_of(page)
    assert "baris satu<br>baris dua<" in page.content.decode()


@pytest.mark.parametrize(
    "typed",
    [
        {"alias": "Rina"},
        {"alias": "x" * 31},
        {"alias": "x" * 1_000_000},
        {"note": "n" * 2001},
        {"reach": "r" * 201, "note": "tetap ada"},
        {"mode": "SMOKE"},
        {"consent": "0"},
        {"consent": "banyak"},
    ],
)
def test_bad_input_comes_back_with_what_was_typed(practice, rina, typed):
    path = f"/temu/{held(practice, rina)}/"
    full = {**CONSENT, "mode": "IN_PERSON", "alias": "Langit", "note": "satu kalimat", **typed}

    page = rina.browser.post(f"{path}pesan/", full)
    html = page.content.decode()

    assert page.status_code == 200
    assert 'class="errsum"' in html
    assert re.search(r"<title>(Perbaiki:|Fix:) ", html)
    assert (full["note"] if len(full["note"]) < 2001 else "n" * 2001) in html
    assert Appointment.objects.get().status == "HELD"
    wrong = [name for name in typed if name != "consent"]
    assert not wrong or 'aria-invalid="true"' in html


def test_a_nickname_of_somebody_else_can_be_chosen_anew(practice, rina, bram):
    booked(practice, bram, alias="Kenanga")
    path = f"/temu/{held(practice, rina)}/"

    page = rina.browser.post(
        f"{path}pesan/",
        {**CONSENT, "mode": "PHONE", "alias": "kenanga", "note": "tulisan saya"},
    )

    assert page.status_code == 200
    assert "tulisan saya" in page.content.decode()
    again = rina.browser.post(f"{path}pesan/", {**CONSENT, "mode": "PHONE", "alias": "Melur"})
    assert again.status_code == 302


def test_a_double_click_books_once(practice, rina):
    path = f"/temu/{held(practice, rina)}/"

    answers = [
        rina.browser.post(f"{path}pesan/", {**CONSENT, "mode": "PHONE"}) for _ in range(2)
    ]

    assert [answer["Location"] for answer in answers] == [path, path]
    assert Appointment.objects.filter(status="BOOKED").count() == 1


def lapse() -> None:
    Appointment.objects.update(hold_expires_at=timezone.now() - timedelta(seconds=1))


WRITTEN = {"alias": "Langit", "note": "sudah saya tulis", "reach": "", "name": ""}


def test_a_lapsed_hold_offers_other_times_and_takes_the_writing_along(practice, rina):
    path = f"/temu/{held(practice, rina)}/"
    lapse()

    page = rina.browser.post(f"{path}pesan/", {**CONSENT, "mode": "PHONE", **WRITTEN})

    assert page.status_code == 200
    assert times_in(page)
    assert 'name="note" value="sudah saya tulis"' in page.content.decode()

    token = times_in(page)[0][0]
    check = rina.browser.post("/temu/", {"time": token, **WRITTEN})
    html = check.content.decode()
    assert check.status_code == 200
    assert "sudah saya tulis</textarea>" in html
    assert 'value="Langit"' in html
    assert re.search(r"<details[^>]* open", html)
    assert "sudah saya tulis" not in str(dict(rina.browser.session.items()))


def test_a_hold_taken_by_somebody_else_after_it_lapsed_is_no_missing_page(practice, rina, bram):
    path = f"/temu/{held(practice, rina)}/"
    fields = check_fields(rina.browser.get(path))
    Appointment.objects.all().delete()

    page = rina.browser.post(f"{path}pesan/", {**fields, **WRITTEN})
    assert page.status_code == 200
    assert times_in(page)

    assert bram.browser.post(f"{path}pesan/", fields).status_code == 404
    assert (
        rina.browser.post(f"{path}pesan/", {**fields, "kept": "x\u00e9\x00"}).status_code == 404
    )


def test_looking_at_a_lapsed_hold_is_kind(practice, rina):
    path = f"/temu/{held(practice, rina)}/"
    lapse()

    page = rina.browser.get(path)

    assert page.status_code == 200
    assert times_in(page)


def test_a_kept_time_can_be_let_go(practice, rina):
    path = f"/temu/{held(practice, rina)}/"

    answer = rina.browser.post(f"{path}lepas/")

    assert answer["Location"] == "/temu/"
    assert not Appointment.objects.exists()
    assert rina.browser.get(path).status_code == 404


def test_letting_go_of_a_booked_meeting_keeps_it(practice, rina):
    own = booked(practice, rina)

    rina.browser.post(f"/temu/{own}/lepas/")

    assert Appointment.objects.get().status == "BOOKED"


@pytest.mark.parametrize("tail", ["", "pindah/"])
def test_foreign_and_random_meetings_are_the_same_missing_page(practice, rina, bram, tail):
    own = booked(practice, rina)
    foreign = bram.browser.get(f"/temu/{own}/{tail}")
    random = bram.browser.get(f"/temu/00000000-0000-4000-8000-000000000000/{tail}")

    assert foreign.status_code == random.status_code == 404
    assert text_of(foreign) == text_of(random)


@pytest.mark.parametrize(
    "tail", ["pesan/", "lepas/", "batal/", "kalender/", "kabar/", "pindah/"]
)
def test_nobody_does_anything_to_a_foreign_meeting(practice, rina, bram, tail):
    own = booked(practice, rina)
    sent = {"word": "agenda", "time": free(bram).token, **CONSENT}

    assert bram.browser.post(f"/temu/{own}/{tail}", sent).status_code == 404
    assert Appointment.objects.get().status == "BOOKED"


@pytest.mark.parametrize("tail", ["pesan/", "lepas/", "batal/", "kalender/", "kabar/"])
def test_looking_never_changes_anything(practice, rina, tail):
    own = booked(practice, rina)

    assert rina.browser.get(f"/temu/{own}/{tail}").status_code == 405


def test_the_words_of_consent_must_be_the_present_ones(practice, rina):
    path = f"/temu/{held(practice, rina)}/"

    page = rina.browser.post(f"{path}pesan/", {"mode": "PHONE", "consent": "99", "note": "ada"})

    assert page.status_code == 200
    assert Appointment.objects.get().status == "HELD"
    assert f'name="consent" value="{rules.CONSENT_VERSION}"' in page.content.decode()


def test_a_counsellor_who_left_meanwhile_is_a_kind_page(practice, rina):
    path = f"/temu/{held(practice, rina)}/"
    practice.counsellor.is_active = False
    practice.counsellor.save(update_fields=["is_active"])
    join(practice, "Dewi")

    page = rina.browser.post(f"{path}pesan/", {**CONSENT, "mode": "PHONE", **WRITTEN})

    assert page.status_code == 200
    assert times_in(page)


def test_the_session_knows_nothing_of_the_client(practice, rina):
    own = booked(practice, rina, alias="Kenanga")
    rina.browser.get(f"/temu/{own}/")
    rina.browser.post(f"/temu/{own}/batal/")

    session = str(dict(rina.browser.session.items()))
    assert str(own) not in session
    assert str(Client.objects.get().pk) not in session
    assert "Kenanga" not in session


def test_services_are_asked_with_the_clock_of_the_database(practice, rina, monkeypatch):
    seen = {}
    real = services.hold_appointment

    def spy(**arguments):
        seen.update(arguments)
        return real(**arguments)

    monkeypatch.setattr(services, "hold_appointment", spy)
    held(practice, rina)

    assert abs(seen["now"] - timezone.now()) < timedelta(seconds=30)


@pytest.fixture
def addresses(rina):
    """Two private addresses of Rina's own."""
    for email in ("rina@rumah.test", "rin@lain.test"):
        EmailAddress.objects.create(user=rina.user, email=email, verified=True)
    EmailAddress.objects.create(user=rina.user, email="belum@rumah.test", verified=False)


def test_reminders_can_go_to_a_private_address(practice, rina, addresses):
    path = f"/temu/{held(practice, rina)}/"
    html = rina.browser.get(path).content.decode()
    assert "r•••@rumah.test" in html
    assert "rina@rumah.test" not in html
    assert "belum@" not in html
    assert "instansi.test" not in html

    sent = {**CONSENT, "mode": "PHONE", "address": "r•••@rumah.test"}
    assert rina.browser.post(f"{path}pesan/", sent).status_code == 302

    assert "r•••@rumah.test" in text_of(rina.browser.get(path))
    rina.browser.post(f"{path}kabar/", {"address": ""})
    summary = rina.browser.get(path).content.decode().split("<dl")[1].split("</dl>")[0]
    assert "rumah.test" not in summary


@pytest.mark.parametrize("tail", ["pesan/", "kabar/"])
def test_an_address_of_nobody_is_refused_in_words(practice, rina, addresses, tail):
    path = f"/temu/{held(practice, rina)}/"
    if tail == "kabar/":
        rina.browser.post(f"{path}pesan/", {**CONSENT, "mode": "PHONE"})

    page = rina.browser.post(
        f"{path}{tail}", {**CONSENT, "mode": "PHONE", "address": "orang@lain.test"}
    )

    assert page.status_code == 200
    assert 'class="errsum"' in page.content.decode()


def test_without_a_private_address_there_is_no_question(practice, rina):
    path = f"/temu/{held(practice, rina)}/"
    assert 'name="address"' not in rina.browser.get(path).content.decode()

    sent = {**CONSENT, "mode": "PHONE", "address": "orang@lain.test"}
    assert rina.browser.post(f"{path}pesan/", sent).status_code == 302
