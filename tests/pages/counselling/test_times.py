"""The list of times: by day, with its zone, narrowed down without a trace in an address."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from counselling.choices import Mode
from counselling.models import Appointment, Client
from tests.factories import make_employee
from tests.pages.counselling.conftest import (
    booked,
    free,
    join,
    sign_in,
    text_of,
    times_in,
)


def test_every_time_says_day_hour_zone_counsellor_and_way_and_all_differ(practice, rina):
    join(practice, "Dewi", modes=[Mode.VIDEO])

    page = rina.browser.get("/temu/")
    names = [name for _token, name in times_in(page)]

    assert page.status_code == 200
    assert len(names) > 12
    assert len(set(names)) == len(names)
    assert all(" WIB " in name and "," in name for name in names)
    assert any("Dewi" in name for name in names)


def test_a_counsellor_in_another_zone_is_said_with_her_own_clock(practice, rina):
    practice.counsellor.zone = "Asia/Jayapura"
    practice.counsellor.save(update_fields=["zone"])

    names = [name for _token, name in times_in(rina.browser.get("/temu/"))]

    assert names
    assert all(" WIB " in name and " WIT " in name for name in names)


def test_a_counsellor_in_the_same_zone_is_not_said_twice(practice, rina):
    names = [name for _token, name in times_in(rina.browser.get("/temu/"))]

    assert all(name.count("WIB") == 1 and "(" not in name for name in names)


def test_looking_leaves_no_row_behind(practice, rina):
    rina.browser.get("/temu/")

    assert not Client.objects.exists()
    assert not Appointment.objects.exists()


def test_the_title_is_neutral_and_the_heading_alone(practice, rina):
    html = rina.browser.get("/temu/").content.decode()

    assert html.count("<h1") == 1
    title = html.split("<title>")[1].split("</title>")[0].casefold()
    assert not any(word in title for word in ("konsel", "counsel", "psiko", "sari"))


def test_wishes_are_kept_in_the_session_and_not_in_the_address(practice, rina):
    join(practice, "Dewi", modes=[Mode.VIDEO])

    answer = rina.browser.post("/temu/saring/", {"mode": "VIDEO"})

    assert answer["Location"] == "/temu/"
    assert rina.browser.session["times_filter"] == {"mode": "VIDEO"}
    names = [name for _token, name in times_in(rina.browser.get("/temu/"))]
    assert names
    assert all("Dewi" in name for name in names)


def test_a_wish_chooses_the_way_that_is_kept(practice, rina):
    rina.browser.post("/temu/saring/", {"mode": "IN_PERSON"})

    tokens = [token for token, _name in times_in(rina.browser.get("/temu/"))]

    assert tokens
    assert all(token.endswith("|IN_PERSON") for token in tokens)


@pytest.mark.parametrize(
    ("part", "hours"), [("MORNING", range(11)), ("EVENING", range(15, 24))]
)
def test_a_part_of_the_day_is_counted_in_the_viewers_zone(practice, part, hours):
    yosef = make_employee("yosef", agency=practice.agency, zone="Asia/Jayapura")
    browser = sign_in(yosef.user)
    browser.post("/temu/saring/", {"part": part})

    names = [name for _token, name in times_in(browser.get("/temu/"))]

    assert names
    assert all(int(name.split(", ")[1].split(".")[0]) in hours for name in names)


def test_wishes_can_be_dropped(practice, rina):
    rina.browser.post("/temu/saring/", {"mode": "CHAT"})
    nothing = rina.browser.get("/temu/")
    assert not times_in(nothing)
    assert "Nothing fits" in text_of(nothing) or "Belum ada" in text_of(nothing)

    rina.browser.post("/temu/saring/", {"clear": "1"})

    assert "times_filter" not in rina.browser.session
    assert times_in(rina.browser.get("/temu/"))


@pytest.mark.parametrize(
    "wish",
    [
        {"mode": "TELEPATHY"},
        {"counsellor": "00000000-0000-0000-0000-000000000000"},
        {"counsellor": "' OR 1=1"},
        {"sex": "\x00"},
        {"part": "x" * 1_000_000},
    ],
)
def test_a_wish_that_is_not_on_the_list_comes_back_in_words(practice, rina, wish):
    page = rina.browser.post("/temu/saring/", wish)

    assert page.status_code == 200
    assert 'class="errsum"' in page.content.decode()
    assert times_in(page)
    assert "times_filter" not in rina.browser.session


def test_a_stored_wish_that_no_longer_fits_is_no_wish(practice, rina):
    session = rina.browser.session
    session["times_filter"] = {"mode": "GONE", "counsellor": 7, "part": []}
    session.save()

    assert times_in(rina.browser.get("/temu/"))


def test_later_times_follow_on_pages_of_their_own(practice, rina):
    first, second = rina.browser.get("/temu/"), rina.browser.get("/temu/nanti/2/")

    assert "/temu/nanti/2/" in first.content.decode()
    assert times_in(second)
    assert not set(times_in(first)) & set(times_in(second))
    last_of_first = max(token.split("|")[2] for token, _name in times_in(first))
    assert all(token.split("|")[2] > last_of_first for token, _name in times_in(second))


@pytest.mark.parametrize("page", [0, 1, 10, 99999999999999999999])
def test_pages_that_no_calendar_reaches_do_not_exist(practice, rina, page):
    assert rina.browser.get(f"/temu/nanti/{page}/").status_code == 404


def test_nothing_free_says_whose_fault_it_is_not(practice, rina):
    practice.counsellor.availabilities.all().delete()

    page = rina.browser.get("/temu/")

    assert page.status_code == 200
    assert "/bantuan/" in page.content.decode()
    assert not times_in(page)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "|||",
        "a|b|c|d",
        "\x00|\x00|\x00|\x00",
        "x" * 1_000_000,
        "{counsellor}|{service}|2026-11-23T10:00:00|PHONE",
        "{counsellor}|{service}|0001-01-01T00:00:00+00:00|PHONE",
        "{counsellor}|{service}|9999-12-31T23:59:59+00:00|PHONE",
        "{counsellor}|{service}|2020-01-01T00:00:00+00:00|PHONE",
        "{counsellor}|{service}|2026-11-23T10:00:00+00:00|SMOKE",
        "00000000-0000-0000-0000-000000000000|{service}|2099-01-01T00:00:00+00:00|PHONE",
        "{counsellor}|00000000-0000-0000-0000-000000000000|2099-01-01T00:00:00+00:00|PHONE",
    ],
)
def test_a_forged_time_is_answered_kindly(practice, rina, token):
    token = token.replace("{counsellor}", str(practice.counsellor.pk))
    token = token.replace("{service}", str(practice.service_id))

    page = rina.browser.post("/temu/", {"time": token})

    assert page.status_code == 200
    assert times_in(page), text_of(page)
    assert not Appointment.objects.exists()


def test_a_time_somebody_else_took_brings_the_nearest_others(practice, rina, bram):
    wanted = free(rina)
    # Each sees a sample of her own, but every free time can be pressed.
    assert bram.browser.post("/temu/", {"time": wanted.token}).status_code == 302

    page = rina.browser.post("/temu/", {"time": wanted.token})

    assert page.status_code == 200
    assert 1 <= len(times_in(page)) <= 3
    assert wanted.token not in [token for token, _name in times_in(page)]


def test_a_first_meeting_already_booked_leads_to_it(practice, rina):
    own = booked(practice, rina)

    page = rina.browser.post("/temu/", {"time": free(rina, index=8).token})

    assert page.status_code == 200
    assert f"/temu/{own}/" in page.content.decode()


def test_pressing_another_time_lets_the_first_go(practice, rina):
    rina.browser.post("/temu/", {"time": free(rina).token})
    rina.browser.post("/temu/", {"time": free(rina, index=4).token})

    assert Appointment.objects.count() == 1


def test_signed_out_people_are_sent_to_sign_in(practice, client):
    for path in ("/temu/", "/k/", "/k/minggu/", "/k/jadwal/", "/temu/nanti/2/"):
        answer = client.get(path)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/masuk/")


def test_the_card_of_a_cancelled_meeting_can_be_put_away(practice, rina, sari):
    booked(practice, rina)
    Appointment.objects.update(status="CANCELLED", cancelled_by="COUNSELLOR")

    answer = rina.browser.post("/temu/mengerti/")

    assert answer["Location"] == "/"
    assert Appointment.objects.get().cancel_seen


def test_times_lie_ahead(practice, rina):
    soonest = min(token.split("|")[2] for token, _name in times_in(rina.browser.get("/temu/")))

    assert soonest > (timezone.now() + timedelta(hours=1)).isoformat()


def test_the_list_asks_as_often_for_five_counsellors_as_for_one(
    practice, rina, django_assert_num_queries
):
    rina.browser.get("/temu/")
    with CaptureQueriesContext(connection) as alone:
        rina.browser.get("/temu/")
    count = len(alone)  # the next request empties the log
    for name in ("Dewi", "Bagus", "Maria", "Tuti"):
        join(practice, name)
    rina.browser.get("/temu/")  # each process looks at a published key once

    with django_assert_num_queries(count):
        rina.browser.get("/temu/")


def test_a_week_without_a_free_time_leads_to_the_next_that_has_one(practice, rina):
    today = timezone.now()
    practice.counsellor.exceptions.create(
        kind="CLOSED", period=(today - timedelta(days=1), today + timedelta(days=17))
    )

    html = rina.browser.get("/temu/").content.decode()

    assert "/temu/nanti/3/" in html
    assert "/bantuan/" not in html.split("<main")[1].split("</main>")[0]
    assert times_in(rina.browser.get("/temu/nanti/3/"))
