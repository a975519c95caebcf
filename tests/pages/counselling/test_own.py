"""One's own meeting: where it happens, another time, the way back, a word for the calendar."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from icalendar import Calendar

from counselling.models import Appointment
from tests.pages.counselling.conftest import (
    booked,
    free,
    join,
    text_of,
    times_in,
    unlock,
)


def test_the_ticket_says_when_with_whom_and_where(practice, rina):
    own = booked(practice, rina, mode="IN_PERSON")

    page = rina.browser.get(f"/temu/{own}/")
    html, text = page.content.decode(), text_of(page)

    assert html.count("<h1") == 1
    assert "Sari" in text
    assert "Ruang Melati" in text
    assert "021 555 0100" not in text
    assert "Rina" not in text
    title = html.split("<title>")[1].split("</title>")[0]
    assert "Sari" not in title


def test_a_place_that_is_not_known_yet_is_said(practice, rina):
    practice.counsellor.modes = ["VIDEO"]
    practice.counsellor.save(update_fields=["modes"])
    own = booked(practice, rina, mode="VIDEO")
    assert rina.browser.get(f"/temu/{own}/").status_code == 200

    practice.counsellor.link_base = "https://ruang.contoh.test/a"
    practice.counsellor.save(update_fields=["link_base"])

    html = rina.browser.get(f"/temu/{own}/").content.decode()
    assert 'href="https://ruang.contoh.test/a" rel="noreferrer noopener"' in html


def test_cancelling_asks_no_reason_and_says_it_is_fine(practice, rina):
    own = booked(practice, rina, note="tulisan")
    path = f"/temu/{own}/"

    html = rina.browser.get(path).content.decode()
    assert re.search(r"<details>\s*<summary>[^<]+</summary>\s*<form[^>]*/batal/", html)
    answer = rina.browser.post(f"{path}batal/")

    assert answer["Location"] == path
    page = rina.browser.get(path)
    assert Appointment.objects.get().status == "CANCELLED"
    assert times_in(page)
    assert "/pindah/" not in page.content.decode()
    assert rina.browser.post(f"{path}batal/").status_code == 302
    assert Appointment.objects.get().status == "CANCELLED"


def test_moving_keeps_the_meeting_and_its_page(practice, rina):
    own = booked(practice, rina)
    before = Appointment.objects.get().period.lower
    page = rina.browser.get(f"/temu/{own}/pindah/")
    names = [name for _token, name in times_in(page)]
    assert len(set(names)) == len(names) > 6

    answer = rina.browser.post(f"/temu/{own}/pindah/", {"time": times_in(page)[5][0]})

    assert answer["Location"] == f"/temu/{own}/"
    row = Appointment.objects.get()
    assert row.pk == own
    assert row.status == "BOOKED"
    assert row.period.lower != before


def test_the_time_one_has_is_not_offered_again(practice, rina):
    own = booked(practice, rina)
    present = Appointment.objects.get().period.lower

    tokens = [token for token, _name in times_in(rina.browser.get(f"/temu/{own}/pindah/"))]

    assert not any(present.isoformat() in token for token in tokens)


def test_moving_to_a_taken_time_leaves_everything_as_it_was(practice, rina, bram):
    own = booked(practice, rina)
    before = Appointment.objects.get().period.lower
    other = free(bram, index=6)
    assert bram.browser.post("/temu/", {"time": other.token}).status_code == 302

    page = rina.browser.post(f"/temu/{own}/pindah/", {"time": other.token})

    assert page.status_code == 200
    assert times_in(page)
    assert Appointment.objects.get(pk=own).period.lower == before


@pytest.mark.parametrize("token", ["", "x|y", "\x00"])
def test_moving_to_a_forged_time_offers_real_ones(practice, rina, token):
    own = booked(practice, rina)

    page = rina.browser.post(f"/temu/{own}/pindah/", {"time": token})

    assert page.status_code == 200
    assert times_in(page)


@pytest.fixture
def dewi(practice):
    """A second counsellor."""
    return join(practice, "Dewi")


def token_of(page, name: str) -> str:
    return next(token for token, said in times_in(page) if name in said)


def test_another_counsellor_asks_for_the_words_again(practice, rina, dewi, settings):
    rina.browser.post("/temu/saring/", {"counsellor": str(practice.counsellor.pk)})
    token = token_of(rina.browser.get("/temu/"), "Sari")
    path = rina.browser.post("/temu/", {"time": token})["Location"]
    rina.browser.post(
        f"{path}pesan/", {"mode": "PHONE", "consent": "1", "note": "kalimat lama"}
    )
    moving = token_of(rina.browser.get(f"{path}pindah/"), "Dewi")

    asked = rina.browser.post(f"{path}pindah/", {"time": moving})
    html = asked.content.decode()
    assert asked.status_code == 200
    assert "kalimat lama" not in html
    assert 'name="again" value="1"' in html
    assert Appointment.objects.get().counsellor_id == practice.counsellor.pk

    too_long = {"time": moving, "again": "1", "note": "n" * 2001}
    assert 'class="errsum"' in rina.browser.post(f"{path}pindah/", too_long).content.decode()

    answer = rina.browser.post(
        f"{path}pindah/", {"time": moving, "again": "1", "note": "untuk Dewi"}
    )
    assert answer["Location"] == path
    row = Appointment.objects.get()
    assert row.counsellor_id == dewi.pk
    assert row.sealed_request is not None


def test_a_meeting_that_is_over_cannot_be_moved(practice, rina):
    own = booked(practice, rina, ago=timedelta(days=2))

    assert rina.browser.get(f"/temu/{own}/pindah/")["Location"] == f"/temu/{own}/"
    answer = rina.browser.post(f"/temu/{own}/pindah/", {"time": free(rina).token})
    assert answer["Location"] == f"/temu/{own}/"


@pytest.mark.parametrize("status", ["FULFILLED", "NO_SHOW", "BOOKED", "CANCELLED"])
def test_after_a_meeting_there_are_other_times_and_no_reproach(practice, rina, status):
    own = booked(practice, rina, ago=timedelta(days=2))
    by = "COUNSELLOR" if status == "CANCELLED" else ""
    Appointment.objects.update(status=status, cancelled_by=by)

    page = rina.browser.get(f"/temu/{own}/")

    assert page.status_code == 200
    assert 1 <= len(times_in(page)) <= 3
    assert "021 555 0100" not in text_of(page)
    assert page.content.decode().count("<h1") == 1


def entry(answer):
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    return event


@pytest.mark.parametrize(
    ("sent", "title"),
    [
        ({"word": "agenda"}, {"Agenda"}),
        ({"word": "janji"}, {"Appointment", "Janji"}),
        ({"word": "own", "title": "A\r\nLOCATION:R\u202e B"}, {"A LOCATION:R B"}),
    ],
)  # fmt: skip
def test_a_calendar_file_holds_a_time_and_a_chosen_word(practice, rina, sent, title):
    own = booked(practice, rina)

    answer = rina.browser.post(f"/temu/{own}/kalender/", sent)

    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/calendar")
    assert 'filename="agenda.ics"' in answer["Content-Disposition"]
    event = entry(answer)
    assert str(event["SUMMARY"]) in title
    assert event.decoded("DTSTART") == Appointment.objects.get().period.lower
    assert str(own) not in answer.content.decode()
    assert str(own).replace("-", "") not in answer.content.decode()
    assert "Sari" not in answer.content.decode()


def test_a_moved_meeting_replaces_its_entry_and_a_cancelled_one_takes_it_out(practice, rina):
    own = booked(practice, rina)
    first = entry(rina.browser.post(f"/temu/{own}/kalender/", {"word": "agenda"}))
    page = rina.browser.get(f"/temu/{own}/pindah/")
    rina.browser.post(f"/temu/{own}/pindah/", {"time": times_in(page)[3][0]})
    moved = entry(rina.browser.post(f"/temu/{own}/kalender/", {"word": "agenda"}))
    rina.browser.post(f"/temu/{own}/batal/")
    gone = entry(rina.browser.post(f"/temu/{own}/kalender/", {"word": "agenda"}))

    assert str(first["UID"]) == str(moved["UID"]) == str(gone["UID"])
    assert first["SEQUENCE"] < moved["SEQUENCE"] < gone["SEQUENCE"]
    assert str(gone["STATUS"]) == "CANCELLED"


@pytest.mark.parametrize(
    "sent",
    [{}, {"word": "x"}, {"word": "own"}, {"word": "own", "title": "\u200b\x00"},
     {"word": "own", "title": "t" * 61}, {"word": "own", "title": "t" * 1_000_000}],
)  # fmt: skip
def test_a_title_that_does_not_fit_comes_back(practice, rina, sent):
    own = booked(practice, rina)

    page = rina.browser.post(f"/temu/{own}/kalender/", sent)
    html = page.content.decode()

    assert page.status_code == 200
    assert 'class="errsum"' in html
    assert re.search(r"<title>(Perbaiki:|Fix:) ", html)
    assert sent.get("title", "")[:100].strip("\u200b\x00") in html


def test_what_was_written_stays_with_her_after_a_move(practice, rina, sari, settings):
    own = booked(practice, rina, note="masih ada")
    page = rina.browser.get(f"/temu/{own}/pindah/")
    rina.browser.post(f"/temu/{own}/pindah/", {"time": times_in(page)[2][0]})

    unlock(sari, settings)
    assert "masih ada" in text_of(sari.browser.get(f"/k/temu/{own}/"))


def test_cancelling_after_the_start_is_answered_in_words(practice, rina):
    own = booked(practice, rina, ago=timedelta(days=1))

    page = rina.browser.post(f"/temu/{own}/batal/", follow=True)

    assert page.status_code == 200
    assert 'role="status"' in page.content.decode()
    assert Appointment.objects.get().status == "BOOKED"
    assert Appointment.objects.get().period.lower < timezone.now()
