"""The inbox: worded from the facts of now, one for all rooms, one's own only."""

import re
from datetime import timedelta
from html import unescape
from unittest import mock
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.notifications import registry, services
from portal.notifications.models import Notification
from portal.people.models import User
from tests.services.notifications.cast import OTHER, SECOND_ROOM, choose, make_person

pytestmark = pytest.mark.django_db
INBOX = "/saya/kabar/"


@pytest.fixture
def browser(rina):
    client = Client()
    client.force_login(rina)
    return client


def words(response):
    text = re.sub(r"<head>.*?</head>|<[^>]+>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(text).split())


def without_token(response):
    return re.sub(rb'(csrfmiddlewaretoken" value=")\w+', rb"\1", response.content)


def read_url(item):
    return f"{INBOX}{item.id}/baca/"


def get(browser, language="en"):
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return browser.get(INBOX)


def test_an_empty_inbox_is_kind(browser):
    page = get(browser)
    assert page.status_code == 200
    assert "Nothing new, and that is fine" in words(page)
    assert "Mark everything" not in words(page)


def test_the_union_of_all_rooms_newest_first(room, rina, browser):
    now = timezone.now()
    old = room.tell(rina, now=now - timedelta(days=2))
    new = room.tell(rina, namespace=SECOND_ROOM, now=now)
    text = words(get(browser))
    assert text.index(str(new)) < text.index(str(old))
    assert text.index("Today") < text.index(str(new)) < text.index("Earlier")


def test_it_says_what_is_true_now(room, rina, browser):
    subject = room.tell(rina, now=timezone.now())
    assert str(subject) in words(get(browser))
    room.untrue.add(subject)
    page = words(get(browser))
    assert str(subject) not in page
    assert "Nothing new" in page


def test_a_thing_told_twice_is_one_line(room, rina, browser):
    now = timezone.now()
    subject = room.tell(rina, rev=1, now=now)
    room.tell(rina, subject_id=subject, rev=2, now=now)
    assert get(browser).content.decode().count('<li class="card') == 1


def test_nobody_sees_another_persons_inbox(room, rina, browser):
    yosef = make_person("yosef@demo.test")
    subject = room.tell(yosef, now=timezone.now())
    assert str(subject) not in words(get(browser))
    theirs = Notification.objects.get()
    foreign = browser.post(read_url(theirs))
    random = browser.post(f"{INBOX}{uuid4()}/baca/")
    assert foreign.status_code == random.status_code == 404
    assert without_token(foreign) == without_token(random)
    theirs.refresh_from_db()
    assert not theirs.read


def test_a_foreign_item_costs_as_many_queries_as_a_random_one(room, rina, browser):
    room.tell(make_person("yosef@demo.test"), now=timezone.now())
    counts = []
    for item in (Notification.objects.get().id, uuid4()):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            browser.post(f"{INBOX}{item}/baca/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_opening_marks_as_read_and_leads_on(room, rina, browser):
    subject = room.tell(rina, now=timezone.now())
    answer = browser.post(read_url(Notification.objects.get()), {"open": "1"})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/temu/{subject}/")
    assert Notification.objects.get().read


def test_marking_one_comes_back_to_the_inbox(room, rina, browser):
    room.tell(rina, now=timezone.now())
    answer = browser.post(read_url(Notification.objects.get()))
    assert answer.headers["Location"] == INBOX
    assert Notification.objects.get().read
    assert "Mark as read" not in words(get(browser))


def test_what_is_gone_leads_back_to_the_inbox(room, rina, browser):
    room.untrue.add(room.tell(rina, now=timezone.now()))
    answer = browser.post(read_url(Notification.objects.get()), {"open": "1"})
    assert answer.headers["Location"] == INBOX


def test_everything_is_marked_at_once(room, rina, browser):
    yosef = make_person("yosef@demo.test")
    for user in (rina, rina, yosef):
        room.tell(user, now=timezone.now())
    answer = browser.post(f"{INBOX}baca/", follow=True)
    assert Notification.objects.filter(read=True).count() == 2
    assert Notification.objects.filter(read=False).count() == 1
    assert "success" in answer.content.decode()


def test_every_form_of_the_page_carries_its_token(room, rina):
    """The test client forgives a missing token; browsers meet a server that does not."""
    for days in (0, 3):
        room.tell(rina, now=timezone.now() - timedelta(days=days))
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(rina)
    forms = re.findall(r"<form[^>]*action=\"(/saya/kabar/[^\"]+)\".*?</form>", get(strict).content.decode(), re.DOTALL)  # fmt: skip  # noqa: E501
    assert len(forms) == 3
    for action in forms:
        page = get(strict).content.decode()
        form = page[page.index(f'action="{action}"') :]
        token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', form[: form.index("</form>")])
        assert token, action
        answer = strict.post(action, {"csrfmiddlewaretoken": token.group(1)})
        assert answer.status_code == 302
        Notification.objects.update(read=False)


def test_marking_needs_a_post(room, rina, browser):
    room.tell(rina, now=timezone.now())
    assert browser.get(read_url(Notification.objects.get())).status_code == 405
    assert browser.get(f"{INBOX}baca/").status_code == 405
    assert not Notification.objects.get().read


def test_signed_out_people_are_led_to_sign_in(db):
    answer = Client().get(INBOX)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/masuk/?next={INBOX}")


def test_the_page_costs_the_same_for_many_lines_with_a_bulk_answer(room, rina, browser):
    def many(pairs, zone, now):
        Notification.objects.count()
        return {pair: room.lines(pair[0], zone) for pair in pairs}

    registry._notices["test.bulk"] = registry.Notice(
        "test.bulk", room.still_true, room.lines, many
    )
    counts = []
    for _ in range(2):
        for _ in range(8):
            room.tell(rina, notice="test.bulk", now=timezone.now())
        with CaptureQueriesContext(connection) as queries:
            assert get(browser).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 10


def test_a_count_is_one_query_and_follows_the_clock(room, rina):
    from portal.notifications.selectors import count_unread

    now = timezone.now()
    subject = room.tell(rina, now=now)
    room.tell(rina, subject_id=subject, rev=2, now=now)
    room.tell(rina, namespace=SECOND_ROOM, now=now)
    room.remind(rina, subject_id=subject, starts_at=now + timedelta(hours=30))
    services.plan_reminders(now=now)
    assert Notification.objects.filter(notice=OTHER).exists()
    with CaptureQueriesContext(connection) as queries:
        assert count_unread(user_id=rina.pk, now=now) == 2
    assert len(queries) == 1


def test_what_is_over_is_no_news_any_more(room, rina):
    from portal.notifications.selectors import count_unread

    now = timezone.now()
    room.tell(rina, now=now, useful_until=now + timedelta(hours=2))
    assert count_unread(user_id=rina.pk, now=now) == 1
    assert count_unread(user_id=rina.pk, now=now + timedelta(hours=3)) == 0


def test_the_page_is_neutral_and_never_kept(room, rina, browser):
    room.tell(rina, now=timezone.now())
    page = get(browser)
    assert page.headers["Cache-Control"] == "no-store"
    title = re.search(r"<title>(.*?)</title>", page.content.decode(), re.DOTALL).group(1)
    assert not re.search("konsel|counsel|temu|meeting", title, re.IGNORECASE)
    assert page.content.decode().count("<h1") == 1


def test_a_room_that_is_gone_leaves_no_hole(room, rina, browser):
    room.tell(rina, now=timezone.now())
    registry._notices.clear()
    assert "Nothing new" in words(get(browser))


# --- how the outbox does ---------------------------------------------------------------------


def health(at):
    with mock.patch("portal.notifications.views.database_now", return_value=at):
        return Client().get("/healthz/outbox/")


def test_the_outbox_is_well_while_rows_wait_for_their_window(room, rina):
    now = timezone.now()
    room.tell(rina, now=now)
    answer = health(now)
    assert (answer.status_code, answer.json()["ok"]) == (200, True)
    assert set(answer.json()) == {
        "ok", "overdue", "oldest_minutes", "in_hand", "uncertain", "dead",
    }  # fmt: skip
    assert set(answer.json().values()) <= {True, 0}


def test_a_row_overdue_for_over_three_minutes_is_an_alarm(room, rina):
    now = timezone.now()
    room.tell(rina, urgent=True, now=now)
    assert health(now + timedelta(minutes=3)).status_code == 200
    answer = health(now + timedelta(minutes=3, seconds=1))
    assert (answer.status_code, answer.json()["oldest_minutes"]) == (503, 3)
    assert answer.json()["overdue"] == 10
    services.deliver_due(now=now + timedelta(minutes=4))
    assert health(now + timedelta(minutes=4)).status_code == 200


def test_one_deed_of_one_person_moves_no_count(room, rina):
    now = timezone.now()
    before = health(now).json()
    room.tell(rina, urgent=True, now=now)
    assert health(now + timedelta(seconds=30)).json() == before
    choose(rina, None)
    assert health(now + timedelta(seconds=40)).json() == before
    assert User.objects.count() == 1
