"""A counsellor's hours: several ranges a day, dated changes, and the way back."""

import re
from datetime import date, timedelta

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from counselling.models import Availability, AvailabilityException

RANGE = {
    "pola-weekday": "1",
    "pola-starts": "09:00",
    "pola-ends": "12:00",
    "pola-valid_from": "2026-11-30",
    "pola-last_day": "",
}


@pytest.fixture
def empty(practice):
    """The counsellor without any hours."""
    Availability.objects.all().delete()
    practice.counsellor.revisions.all().delete()
    return practice


def add(sari, **changes):
    return sari.browser.post("/k/jadwal/tambah/", {**RANGE, **changes})


def test_the_page_has_every_day_of_the_week_and_one_heading(practice, sari):
    page = sari.browser.get("/k/jadwal/")
    html = page.content.decode()

    assert page.status_code == 200
    assert html.count("<h1") == 1
    assert html.count("<h3>") == 7
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))


def test_several_ranges_a_day_with_their_dates(empty, sari):
    assert add(sari)["Location"] == "/k/jadwal/"
    add(sari, **{"pola-starts": "13.00", "pola-ends": "00:00", "pola-last_day": "31 12 2026"})

    rows = Availability.objects.order_by("starts_minute")
    assert [(row.starts_minute, row.ends_minute) for row in rows] == [(540, 720), (780, 1440)]
    assert rows[0].valid_until is None
    assert rows[1].valid_from == date(2026, 11, 30)
    assert rows[1].valid_until == date(2027, 1, 1)  # the last day is complete
    html = sari.browser.get("/k/jadwal/").content.decode()
    assert "09.00\u201312.00" in html
    assert "13.00\u201324.00" in html
    assert "31 Desember 2026" in html or "31 December 2026" in html


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"pola-ends": "09:00"}, "ends"),
        ({"pola-ends": "08:00"}, "ends"),
        ({"pola-starts": ""}, "starts"),
        ({"pola-starts": "25:00"}, "starts"),
        ({"pola-ends": "siang\x00"}, "ends"),
        ({"pola-weekday": "8"}, "weekday"),
        ({"pola-weekday": ""}, "weekday"),
        ({"pola-valid_from": ""}, "valid_from"),
        ({"pola-valid_from": "9999-12-31"}, "valid_from"),
        ({"pola-last_day": "2026-11-29"}, "last_day"),
        ({"pola-last_day": "9999-12-31"}, "last_day"),
        ({"pola-last_day": "besok" * 200_000}, "last_day"),
    ],
)
def test_a_range_that_makes_no_sense_comes_back_with_words(empty, sari, changes, field):
    page = add(sari, **changes)
    html = page.content.decode()

    assert page.status_code == 200
    assert f'href="#id_pola-{field}"' in html
    assert re.search(r"<title>(Perbaiki:|Fix:) ", html)
    assert html.count("<details open") == 1
    assert not Availability.objects.exists()
    kept = {**RANGE, **changes}["pola-starts"]
    assert not kept or kept in html


def test_a_range_can_be_removed_and_brought_back(empty, sari):
    add(sari)
    row = Availability.objects.get()

    sari.browser.post(f"/k/jadwal/hapus/{row.pk}/")
    assert not Availability.objects.exists()
    shown = sari.browser.get("/k/jadwal/").content.decode()
    assert 'class="notice undo' in shown

    page = sari.browser.post("/k/jadwal/urungkan/", follow=True)
    assert Availability.objects.get().starts_minute == 540
    assert 'class="notice undo' not in page.content.decode()


def test_nothing_to_take_back_is_said_in_words(empty, sari):
    page = sari.browser.post("/k/jadwal/urungkan/", follow=True)

    assert page.status_code == 200
    assert 'class="notice' in page.content.decode()


def day(offset: int = 3) -> str:
    return (timezone.now() + timedelta(days=offset)).date().isoformat()


def period(prefix, **changes):
    return {
        f"{prefix}-{name}": text
        for name, text in {
            "day": day(),
            "last_day": "",
            "starts": "",
            "ends": "",
            **changes,
        }.items()
    }


@pytest.mark.parametrize(("prefix", "kind"), [("tutup", "CLOSED"), ("buka", "EXTRA")])
def test_a_whole_day_in_the_counsellors_own_zone(practice, sari, prefix, kind):
    practice.counsellor.zone = "Asia/Jayapura"
    practice.counsellor.save(update_fields=["zone"])

    answer = sari.browser.post(f"/k/jadwal/{prefix}/", period(prefix))

    assert answer["Location"] == "/k/jadwal/"
    row = AvailabilityException.objects.get()
    assert row.kind == kind
    assert row.period.upper - row.period.lower == timedelta(days=1)
    assert row.period.lower.hour == 15  # midnight of Jayapura, in UTC
    html = sari.browser.get("/k/jadwal/").content.decode()
    assert "00.00\u201324.00 WIT" in html
    whole = date_format(date.fromisoformat(day()), "l j F Y")
    assert whole in html


def test_a_stretch_of_several_days_and_a_stretch_of_one(practice, sari):
    sari.browser.post("/k/jadwal/tutup/", period("tutup", last_day=day(5)))
    sari.browser.post("/k/jadwal/tutup/", period("tutup", starts="13:00", ends="15:30"))

    lengths = sorted(
        row.period.upper - row.period.lower for row in AvailabilityException.objects.all()
    )
    assert lengths == [timedelta(hours=2, minutes=30), timedelta(days=3)]


@pytest.mark.parametrize("prefix", ["tutup", "buka"])
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"day": ""}, "day"),
        ({"day": "0001-01-01"}, "day"),
        ({"day": "2020-01-01"}, "day"),
        ({"last_day": day(1)}, "last_day"),
        ({"starts": "15:00", "ends": "13:00"}, "ends"),
        ({"starts": "x" * 1_000_000}, "starts"),
        ({"ends": "\x00"}, "ends"),
        ({"last_day": "9999-12-31"}, "last_day"),
    ],
)
def test_a_period_that_makes_no_sense_comes_back_with_words(
    practice, sari, prefix, changes, field
):
    page = sari.browser.post(f"/k/jadwal/{prefix}/", period(prefix, **changes))
    html = page.content.decode()

    assert page.status_code == 200
    assert f'href="#id_{prefix}-{field}"' in html
    assert html.count("<details open") == 1
    assert not AvailabilityException.objects.exists()


def test_a_closing_can_be_removed(practice, sari):
    sari.browser.post("/k/jadwal/tutup/", period("tutup"))
    row = AvailabilityException.objects.get()

    sari.browser.post(f"/k/jadwal/pengecualian/{row.pk}/hapus/")

    assert not AvailabilityException.objects.exists()


def test_hours_of_a_colleague_are_out_of_reach(practice, sari, rina):
    row = Availability.objects.first()
    count = Availability.objects.count()

    assert rina.browser.post(f"/k/jadwal/hapus/{row.pk}/").status_code == 404
    sari.browser.post("/k/jadwal/hapus/00000000-0000-4000-8000-000000000000/")

    assert Availability.objects.count() == count


@pytest.mark.parametrize("tail", ["tambah/", "tutup/", "buka/", "urungkan/"])
def test_looking_changes_nothing(practice, sari, tail):
    assert sari.browser.get(f"/k/jadwal/{tail}").status_code == 405
