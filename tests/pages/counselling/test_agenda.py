"""A counsellor's diary: today at a glance, nicknames alone, sealed words, who came."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from counselling.models import Appointment, AvailabilityException
from portal.audit.models import StaffEvent
from tests.pages.counselling.conftest import (
    booked,
    join,
    sign_in,
    text_of,
    unlock,
)

WIB = ZoneInfo("Asia/Jakarta")


def move_to(starts_at, appointment_id=None, minutes=50):
    """Put a meeting where a test needs it."""
    period = (starts_at, starts_at + timedelta(minutes=minutes))
    rows = (
        Appointment.objects.filter(pk=appointment_id) if appointment_id else Appointment.objects
    )
    rows.update(period=period, blocked=period)


def this_noon():
    """Return a moment of today in WIB that does not cross midnight."""
    return timezone.now().astimezone(WIB).replace(hour=12, minute=0, second=0, microsecond=0)


def test_today_shows_nicknames_and_never_a_name(practice, rina, sari):
    booked(practice, rina, alias="Langit")
    move_to(this_noon())

    page = sari.browser.get("/k/")
    text = text_of(page)

    assert page.status_code == 200
    assert "Langit" in text
    assert "12.00\u201312.50 WIB" in text
    assert "Rina" not in page.content.decode()
    assert "@" not in text
    assert page.content.decode().count("<h1") == 1


def test_the_next_meeting_comes_first_and_big(practice, rina, bram, sari, monkeypatch):
    first = booked(practice, rina, alias="Langit")
    second = booked(practice, bram, index=8, alias="Kenanga")
    now = timezone.now()
    move_to(now - timedelta(minutes=70), first)
    move_to(now - timedelta(minutes=10), second)
    day = now.astimezone(WIB).date()

    html = sari.browser.get("/k/").content.decode()

    assert "card leafy" in html
    big = html.split("card leafy")[1].split("</section>")[0]
    assert "Kenanga" in big
    if (now - timedelta(minutes=70)).astimezone(WIB).date() == day:
        assert html.index("Kenanga") < html.index("Langit")


def test_other_days_are_one_press_away(practice, rina, sari):
    booked(practice, rina, alias="Langit")
    today = timezone.now().astimezone(WIB).date()
    move_to(this_noon() + timedelta(days=3))

    html = sari.browser.get("/k/").content.decode()
    assert f"/k/hari/{today + timedelta(days=1)}/" in html
    assert f"/k/hari/{today - timedelta(days=1)}/" in html
    there = sari.browser.get(f"/k/hari/{today + timedelta(days=3)}/")
    assert "Langit" in text_of(there)
    assert "Langit" not in text_of(sari.browser.get(f"/k/hari/{today}/"))


@pytest.mark.parametrize("day", ["2026-02-30", "2026-13-01", "1999-01-01", "9999-12-31", "x"])
@pytest.mark.parametrize("place", ["hari", "minggu"])
def test_days_that_no_calendar_has_do_not_exist(practice, sari, place, day):
    assert sari.browser.get(f"/k/{place}/{day}/").status_code == 404


@pytest.mark.parametrize("day", ["2000-01-01", "2099-12-31", "2028-02-29", "2026-12-31"])
@pytest.mark.parametrize("place", ["hari", "minggu"])
def test_days_at_the_edges_do(practice, sari, place, day):
    assert sari.browser.get(f"/k/{place}/{day}/").status_code == 200


def test_the_week_is_a_list_and_a_table_on_paper(practice, rina, sari):
    own = booked(practice, rina, alias="Langit")
    move_to(this_noon())

    html = sari.browser.get("/k/minggu/").content.decode()

    assert html.count("Langit") == 3  # the list, its button's name, the table on paper
    assert '<table class="print-only">' in html
    assert f"/k/temu/{own}/" in html
    assert html.count("<h1") == 1


def test_an_empty_diary_is_calm(practice, sari):
    practice.counsellor.availabilities.all().delete()

    page = sari.browser.get("/k/")

    assert page.status_code == 200
    assert 'class="empty"' in page.content.decode()


def test_the_request_waits_behind_a_locked_vault(practice, rina, sari, settings):
    own = booked(practice, rina, note="tulisan rahasia", name="Rin")

    locked = sari.browser.get(f"/k/temu/{own}/")
    assert locked.status_code == 200
    assert "tulisan rahasia" not in text_of(locked)
    assert "/brankas/buka/" in locked.content.decode()
    assert not StaffEvent.objects.filter(action="request.opened").exists()

    unlock(sari, settings)
    opened = sari.browser.get(f"/k/temu/{own}/")
    assert "tulisan rahasia" in text_of(opened)
    assert StaffEvent.objects.filter(action="request.opened").count() == 1


def test_unlocking_leads_back_to_the_meeting(practice, rina, sari):
    own = booked(practice, rina, note="tulisan")
    sari.browser.get(f"/k/temu/{own}/")

    answer = sari.browser.post("/brankas/buka/", {"passphrase": "payung teduh saat hujan sore"})

    assert answer["Location"] == f"/k/temu/{own}/"
    assert "tulisan" in text_of(sari.browser.get(answer["Location"]))


def test_a_meeting_without_words_needs_no_vault(practice, rina, sari):
    own = booked(practice, rina)

    page = sari.browser.get(f"/k/temu/{own}/")

    assert page.status_code == 200
    assert "/brankas/buka/" not in page.content.decode()


def test_what_is_written_cannot_be_markup(practice, rina, sari, settings):
    own = booked(practice, rina, alias="<b>Langit", note="<script>alert(1)</script>")
    unlock(sari, settings)

    html = sari.browser.get(f"/k/temu/{own}/").content.decode()

    assert "<script>alert" not in html
    assert "&lt;script&gt;" in html
    assert "<b>Langit" not in html


@pytest.fixture
def past(practice, rina):
    """A meeting of this morning."""
    own = booked(practice, rina, alias="Langit")
    move_to(timezone.now() - timedelta(minutes=61))
    return own


def status() -> str:
    return Appointment.objects.get().status


def test_attended_missed_and_back_again(practice, sari, past):
    path = f"/k/temu/{past}/"
    html = sari.browser.get(path).content.decode()
    assert f"{path}hadir/" in html
    assert f"{path}tidak-hadir/" in html

    assert sari.browser.post(f"{path}hadir/")["Location"] == path
    assert status() == "FULFILLED"
    assert f"{path}belum/" in sari.browser.get(path).content.decode()
    sari.browser.post(f"{path}tidak-hadir/")
    assert status() == "NO_SHOW"
    sari.browser.post(f"{path}belum/")
    assert status() == "BOOKED"


def test_a_press_in_the_diary_leads_back_to_its_day(practice, sari, past):
    answers = [
        sari.browser.post(f"/k/temu/{past}/hadir/", {"today": "1"}),
        sari.browser.post(f"/k/temu/{past}/hadir/", {"day": "2026-11-20"}),
        sari.browser.post(f"/k/temu/{past}/hadir/", {"day": "0001-01-01"}),
        sari.browser.post(f"/k/temu/{past}/hadir/", {"day": "//evil.test\x00"}),
    ]

    assert [answer["Location"] for answer in answers] == [
        "/k/", "/k/hari/2026-11-20/", f"/k/temu/{past}/", f"/k/temu/{past}/",
    ]  # fmt: skip


def test_a_missed_meeting_cannot_be_noted_before_it_was_missed(practice, rina, sari):
    own = booked(practice, rina)

    assert "tidak-hadir" not in sari.browser.get(f"/k/temu/{own}/").content.decode()
    page = sari.browser.post(f"/k/temu/{own}/tidak-hadir/", follow=True)

    assert page.status_code == 200
    assert 'class="notice' in page.content.decode()
    assert status() == "BOOKED"


@pytest.mark.parametrize("tail", ["hadir/", "tidak-hadir/", "belum/", ""])
def test_a_colleagues_diary_is_a_missing_page(practice, rina, past, tail):
    dewi = join(practice, "Dewi")
    browser = sign_in(dewi.user)

    answer = browser.post(f"/k/temu/{past}/{tail}") if tail else browser.get(f"/k/temu/{past}/")

    assert answer.status_code == 404
    assert status() == "BOOKED"


@pytest.mark.parametrize("path", ["/k/", "/k/minggu/", "/k/jadwal/", "/k/hari/2026-11-23/"])
def test_whoever_is_no_counsellor_finds_no_diary(practice, rina, path):
    assert rina.browser.get(path).status_code == 404


def test_being_ill_names_how_many_and_tells_everybody(practice, rina, sari):
    booked(practice, rina, alias="Langit")
    late = timezone.now() + timedelta(minutes=1)
    if (late + timedelta(minutes=6)).astimezone(WIB).date() != late.astimezone(WIB).date():
        pytest.skip("a minute before midnight")
    move_to(late, minutes=5)
    html = sari.browser.get("/k/").content.decode()
    confirm = html.split("/k/sakit/")[1].split("</form>")[0]
    assert re.search(r"\b1\b", confirm)

    page = sari.browser.post("/k/sakit/", follow=True)

    assert status() == "CANCELLED"
    assert AvailabilityException.objects.filter(kind="CLOSED").count() == 1
    assert 'class="notice success"' in page.content.decode()
    assert "Langit" not in text_of(page)
    own = rina.browser.get(f"/temu/{Appointment.objects.get().pk}/")
    assert "Sari" in text_of(own)


def test_being_ill_takes_a_press_and_never_a_look(practice, sari):
    assert sari.browser.get("/k/sakit/").status_code == 405
    html = sari.browser.get("/k/").content.decode()
    assert re.search(r"<details>\s*<summary>[^<]+</summary>\s*<form[^>]*/k/sakit/", html)


def test_an_open_stretch_is_closed_by_one_press_and_opened_by_another(practice, rina, sari):
    tomorrow = timezone.now().astimezone(WIB).date() + timedelta(days=1)
    path = f"/k/hari/{tomorrow}/"
    html = sari.browser.get(path).content.decode()
    form = html.split("/k/jadwal/tutup/")[1].split("</form>")[0]
    fields = dict(re.findall(r'name="(starts_at|ends_at|day)" value="([^"]+)"', form))

    closed = sari.browser.post("/k/jadwal/tutup/", fields)
    assert closed["Location"] == path
    after = sari.browser.get(path).content.decode()
    assert "/k/jadwal/urungkan/" in after
    assert "/k/jadwal/tutup/" not in after

    back = sari.browser.post("/k/jadwal/urungkan/", {"day": str(tomorrow)})
    assert back["Location"] == path
    again = sari.browser.get(path).content.decode()
    assert "/k/jadwal/tutup/" in again
    assert "/k/jadwal/urungkan/" not in again


@pytest.mark.parametrize(
    "edge",
    ["", "x", "2026-11-23T10:00:00", "0001-01-01T00:00:00+00:00", "\x00", "9" * 1_000_000],
)
def test_a_forged_stretch_changes_nothing(practice, sari, edge):
    page = sari.browser.post(
        "/k/jadwal/tutup/", {"starts_at": edge, "ends_at": edge}, follow=True
    )

    assert page.status_code == 200
    assert not AvailabilityException.objects.exists()
