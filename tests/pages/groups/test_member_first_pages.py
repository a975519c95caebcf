"""Where circles show on the pages everybody begins with: home, the menu, one's own list."""

import re
from datetime import timedelta

import pytest

from groups.choices import GroupKind
from groups.services import enrolment, places
from portal.people.choices import Role
from portal.people.models import User
from tests.factories import NOW, account, book, grant, make_employee, make_practice, wib
from tests.pages.counselling.conftest import sign_in, text_of
from tests.support.clock import at, follow_the_clock
from tests.support.groups import (
    join,
    make_circle,
    make_member_account,
    meetings_of,
    plan_series,
)


@pytest.fixture(autouse=True)
def _clock(monkeypatch, settings, db):
    settings.REQUIRE_STAFF_MFA = False
    follow_the_clock(monkeypatch)
    with at(NOW):
        yield


def gathering(**options):
    """Make a circle that meets every Monday at three, from today on."""
    circle = make_circle(**options)
    plan_series(circle, starts_on=NOW.date(), at=NOW.time().replace(hour=15))
    return circle


def browser_of(actor):
    return sign_in(User.objects.get(pk=actor.user_id))


def test_home_shows_two_coming_circles_to_whoever_is_in_none(db):
    first = gathering(name="Lingkar Kenanga")
    for name in ("Lingkar Melati", "Lingkar Teratai"):
        other = make_circle(agency=first.agency, head=first.head, name=name)
        plan_series(
            other, starts_on=NOW.date() + timedelta(days=1), at=NOW.time().replace(hour=9)
        )
    make_circle(agency=first.agency, head=first.head, name="Lingkar Tanpa Jadwal")
    rina = make_member_account(first)

    html = browser_of(rina).get("/").content.decode()

    found = re.findall(r'href="/lingkar/([0-9a-f-]{36})/"', html)
    assert len(found) == 2
    assert found[0] == str(first.group.pk)
    assert "15.00 WIB" in html


def test_home_shows_ones_own_next_meeting_instead(db):
    circle = gathering()
    other = gathering(agency=circle.agency, head=circle.head)
    rina = join(circle)
    first, second = meetings_of(circle)[:2]
    browser = browser_of(rina)

    html = browser.get("/").content.decode()
    assert f'href="/lingkar/pertemuan/{first.pk}/"' in html
    assert str(other.group.pk) not in html
    # Two presses: home, the meeting, "I cannot come". Then the next one stands there.
    places.excuse(actor=rina, meeting_id=first.pk, now=NOW)
    html = browser.get("/").content.decode()
    assert f'href="/lingkar/pertemuan/{second.pk}/"' in html


def test_an_open_circle_shows_at_home_once_a_place_is_taken(db):
    circle = gathering(kind=GroupKind.OPEN)
    rina = join(circle)
    first = meetings_of(circle)[0]
    browser = browser_of(rina)
    assert str(first.pk) not in browser.get("/").content.decode()

    places.take_place(actor=rina, meeting_id=first.pk, way="ROOM", now=NOW)

    assert str(first.pk) in browser.get("/").content.decode()


@pytest.mark.parametrize("is_in", [False, True])
def test_home_asks_the_database_eight_things_at_most(is_in, django_assert_max_num_queries):
    practice = make_practice()
    circle = gathering(agency=practice.agency, head=practice.head)
    rina = join(circle) if is_in else make_member_account(circle)
    book(practice, rina, wib(13))
    browser = browser_of(rina)
    for path, most in (("/", 8), ("/saya/", 10)):
        browser.get(path)
        with django_assert_max_num_queries(most):
            browser.get(path)


def test_circles_stand_in_the_menu_between_meetings_and_news(db):
    page = sign_in(make_employee("rina").user).get("/lingkar/").content.decode()
    menu = page[page.index("<nav") : page.index("</nav>")]

    paths = re.findall(r'href="([^"]+)"', menu)
    assert paths == ["/", "/temu/", "/lingkar/", "/cuti/", "/saya/kabar/", "/saya/"]
    assert re.findall(r'href="([^"]+)" aria-current="page"', menu) == ["/lingkar/"]


def test_ones_own_list_names_circles_and_what_waits(db):
    circle = gathering(name="Lingkar Kenanga", capacity=1)
    first = join(circle)
    rina = join(circle, make_member_account(circle))
    browser = browser_of(rina)
    page = browser.get("/saya/")
    assert f'href="/lingkar/{circle.group.pk}/"' in page.content.decode()
    assert "Lingkar Kenanga" in text_of(page)
    assert 'class="tag warn"' not in page.content.decode()

    enrolment.leave_circle(actor=first, group_id=circle.group.pk, now=NOW)
    assert 'class="tag warn"' in browser.get("/saya/").content.decode()
    assert [row.has_offer for row in browser.get("/saya/").context["circles"]] == [True]

    enrolment.leave_circle(actor=rina, group_id=circle.group.pk, now=NOW)
    assert str(circle.group.pk) not in browser.get("/saya/").content.decode()


def test_a_facilitator_finds_her_day_on_the_first_page(db):
    circle = gathering()

    card = browser_of(circle.lead).get("/").context["page"].work[0]

    assert card.url == "/f/"
    assert "1" in card.text
    with at(NOW + timedelta(days=1)):
        assert "1" not in browser_of(circle.lead).get("/").context["page"].work[0].text


def test_a_facilitator_without_a_page_yet_is_told_who_makes_it(db):
    circle = make_circle()
    fresh = make_employee("baru", agency=circle.agency)
    grant(fresh.user, circle.agency, Role.FACILITATOR)

    (card,) = sign_in(fresh.user).get("/").context["page"].work

    assert card.url == ""


def test_somebody_on_duty_finds_the_duty_page(db):
    circle = make_circle()
    duty = make_employee("piket", agency=circle.agency)
    grant(duty.user, circle.agency, Role.DUTY)

    (card,) = sign_in(duty.user).get("/").context["page"].work

    assert card.url == "/j/"
    assert account(duty).roles == {Role.DUTY}


def test_the_public_page_says_who_knows_of_a_circle(client):
    text = text_of(client.get("/siapa/"))
    page = client.get("/siapa/")

    things = {thing.name: thing for thing in page.context["things"]}
    own = [
        thing for name, thing in things.items() if "lingkar" in name.lower() or "circle" in name
    ]
    assert len(own) >= 5
    for thing in own:
        assert thing.nothing_for
    assert text
