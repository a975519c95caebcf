"""The medical reviewer's pages: three clicks, one pair of eyes, and nothing kept."""

import re
from datetime import timedelta

import pytest

from portal.leave.choices import State
from portal.leave.models import EvidenceOpening, HealthDossier
from portal.leave.services import evidence, opening
from portal.leave.services.desk import employee_locked
from portal.people.choices import Role
from portal.people.models import RoleGrant
from portal.vault.services import abandon_vault
from tests.factories import NOW, PASSPHRASE, account, grant, make_employee
from tests.pages.counselling.conftest import text_of
from tests.support.leave import give_vault, open_room
from tests.support.review_pages import SEND, browser_of, images, look, path, take, unlock
from tests.support.reviews import FIRST, WORDS, hand_in, make_case, photo

pytestmark = pytest.mark.django_db(transaction=True)
A_DAY = timedelta(days=1)


@pytest.fixture
def row(room):
    """A request whose certificate waits for a reviewer."""
    case = make_case(room)
    hand_in(case, room.asker)
    return case


@pytest.fixture
def reviewer(room, settings):
    """The reviewer at her browser, her vault open."""
    browser = browser_of(room.reviewer)
    unlock(browser, room.reviewer, settings)
    return browser


def test_three_clicks_from_the_list_to_the_list(room, row, reviewer):
    listed = reviewer.get("/m/")
    assert f'action="{path(row, "ambil/")}"' in listed.content.decode()

    page = look(reviewer, row)
    assert 'value="DOCTOR" required' in page.content.decode() or "checked" in (
        re.search(r'<input[^>]*value="DOCTOR"[^>]*>', page.content.decode()).group()
    )
    sent = reviewer.post(path(row), SEND, follow=True)

    row.refresh_from_db()
    assert row.state == State.DECISION
    assert sent.redirect_chain[-1][0] == "/m/"
    assert "Nothing waits for you" in text_of(sent)


def test_the_list_shows_a_number_and_dates_and_no_name_before_it_is_opened(room, row, reviewer):
    page = text_of(reviewer.get("/m/"))
    assert row.pk.hex[:6].upper() in page
    assert "Monday 23 November" in page
    assert room.employee.user.full_name not in page
    for word in ("Sick", "sick", "CS"):
        assert word not in page

    opened = text_of(take(reviewer, row))

    assert room.employee.user.full_name in opened
    assert room.employee.user.full_name in text_of(reviewer.get("/m/"))


def test_the_oldest_paper_stands_first(room, reviewer):
    rows = [make_case(room, first=FIRST + n * 7 * A_DAY, last=FIRST + n * 7 * A_DAY)
            for n in range(3)]  # fmt: skip
    for days, number in enumerate((2, 0, 1)):
        evidence.hand_in(
            actor=room.asker,
            request_id=rows[number].pk,
            files=[photo()],
            now=NOW + days * A_DAY,
        )

    html = reviewer.get("/m/").content.decode()

    places = [html.index(path(rows[number], "ambil/")) for number in (2, 0, 1)]
    assert places == sorted(places)


def test_a_page_is_a_picture_that_nothing_keeps(room, row, reviewer):
    (address,) = images(take(reviewer, row))

    answer = reviewer.get(address)

    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Cache-Control"] == "no-store"
    assert answer["Content-Disposition"] == "inline"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer.content.startswith(b"\xff\xd8\xff")
    assert EvidenceOpening.objects.count() == 1


def test_a_locked_vault_leads_to_the_passphrase_and_back(room, row, settings):
    browser = browser_of(room.reviewer)
    browser.post(path(row, "ambil/"))

    there = browser.get(path(row))

    assert there.status_code == 302
    assert there["Location"] == "/brankas/buka/"
    back = browser.post("/brankas/buka/", {"passphrase": PASSPHRASE})
    assert back["Location"] == path(row)
    assert browser.get(path(row)).status_code == 200


def test_a_picture_behind_a_locked_vault_is_no_detour(room, row, reviewer):
    (address,) = images(take(reviewer, row))
    reviewer.post("/brankas/kunci/")

    answer = reviewer.get(address)

    assert (answer.status_code, answer.content) == (423, b"")
    assert not EvidenceOpening.objects.exists()


def bare(page):
    """Return a page without the token of its forms and the address it stands at."""
    return re.sub(rb'value="[^"]*"', b"", page.content)


def test_for_everybody_else_there_is_no_such_page(room, row, reviewer, settings):
    """A colleague, a superior, HR, the official, she herself: as at a random address."""
    (address,) = images(take(reviewer, row))
    colleague = browser_of(room.other_reviewer)
    unlock(colleague, room.other_reviewer, settings)
    others = (room.superior, room.chief, room.hr, room.official, room.asker)
    for browser in (colleague, *map(browser_of, others)):
        for place in (path(row), address):
            answer = browser.get(place)
            foreign = re.sub(r"[0-9a-f-]{36}", "0b9d4f4e-1b1f-4e0a-9c55-6d2f0c1e7a11", place)
            assert answer.status_code == 404
            assert bare(answer) == bare(browser.get(foreign))
        assert browser.post(path(row), SEND).status_code == 404
        assert browser.post(path(row, "lepas/")).status_code == 404
    assert EvidenceOpening.objects.count() == 0


def test_a_reviewer_of_another_agency_sees_nothing(room, row, settings):
    stranger = open_room().reviewer
    browser = browser_of(stranger)
    unlock(browser, stranger, settings)

    assert "Nothing waits for you" in text_of(browser.get("/m/"))
    assert browser.get(path(row)).status_code == 404


def test_her_own_case_is_not_hers_to_judge(room, settings):
    person = make_employee("penelaahsakit", agency=room.agency, unit=room.unit)
    grant(person.user, room.agency, Role.REVIEWER)
    give_vault(person.user_id)
    row = make_case(room, employee=person)
    hand_in(row, account(person))
    browser = browser_of(account(person))
    unlock(browser, account(person), settings)

    assert "Nothing waits for you" in text_of(browser.get("/m/"))
    assert browser.get(path(row)).status_code == 404
    assert browser.post(path(row, "ambil/")).status_code == 404


def test_a_colleague_who_comes_second_is_told_so(room, row, reviewer):
    opening.take_on(actor=room.other_reviewer, request_id=row.pk, now=NOW)

    page = take(reviewer, row)

    assert "A colleague looks after this one already" in text_of(page)


def test_words_stand_above_the_certificate_for_her_alone(room, row, reviewer):
    with employee_locked(employee_id=row.employee_id):
        evidence.seal_words(HealthDossier.objects.get(request=row), WORDS, now=NOW)

    page = text_of(take(reviewer, row))

    assert WORDS in page


def test_a_case_can_be_handed_to_a_colleague(room, row, reviewer):
    take(reviewer, row)

    page = reviewer.post(path(row, "lepas/"), follow=True)

    assert "A colleague looks at it" in text_of(page)
    assert "Nothing waits for you" in text_of(page)
    assert reviewer.get(path(row)).status_code == 404


def test_a_lost_vault_says_so_and_shows_the_way(room, row, settings):
    opening.take_on(actor=room.reviewer, request_id=row.pk, now=NOW)
    abandon_vault(user_id=room.reviewer.user_id)
    give_vault(room.reviewer.user_id)
    browser = browser_of(room.reviewer)
    unlock(browser, room.reviewer, settings)

    page = browser.get(path(row))

    assert "sealed to another key than yours" in text_of(page)
    assert "Hand it to a colleague" in text_of(page)
    for address in images(page):
        assert browser.get(address).status_code == 404
    assert not EvidenceOpening.objects.exists()


def test_without_a_vault_the_list_says_what_to_do(room, row):
    person = make_employee("penelaahbaru", agency=room.agency)
    grant(person.user, room.agency, Role.REVIEWER)

    page = browser_of(account(person)).get("/m/")

    assert "You have no vault yet" in text_of(page)


def test_without_the_role_there_is_no_list(room, row):
    RoleGrant.objects.filter(user_id=room.reviewer.user_id).update(ends_on=FIRST)

    assert browser_of(room.reviewer).get("/m/").status_code == 404


def test_the_pages_speak_indonesian_and_their_titles_tell_nothing(room, row, settings):
    browser = browser_of(room.reviewer, language="id")
    unlock(browser, room.reviewer, settings)

    page = take(browser, row).content.decode()

    title = re.search(r"<title>(.*?)</title>", page).group(1)
    for word in ("sakit", "surat", "dokter", room.employee.user.full_name):
        assert word.lower() not in title.lower()
    assert "Senin 23 November" in page


def test_the_list_costs_the_same_however_long_it_is(
    room, reviewer, django_assert_max_num_queries
):
    for n in range(6):
        case = make_case(room, first=FIRST + n * A_DAY, last=FIRST + n * A_DAY)
        hand_in(case, room.asker)

    with django_assert_max_num_queries(14):
        reviewer.get("/m/")
