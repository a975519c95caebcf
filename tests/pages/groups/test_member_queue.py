"""The page of a circle to whoever waits: offered, held back, looked at again, let go."""

import re

import pytest
from django.utils.translation import gettext_lazy

from groups.choices import EnrolmentState, GroupKind, JoinPolicy
from groups.services import enrolment
from portal.people.models import User
from tests.factories import NOW
from tests.pages.counselling.conftest import text_of, words
from tests.support.circle_pages import asked, browser_of, fill_up, path_of
from tests.support.clock import at, follow_the_clock
from tests.support.groups import enrolment_of, join, make_circle, make_member_account

LOOKED = gettext_lazy(
    "We have looked. If a place is kept for you, it stands here now; if not, everything "
    "stays as it was."
)


@pytest.fixture(autouse=True)
def _clock(monkeypatch, settings, db):
    settings.REQUIRE_STAFF_MFA = False
    follow_the_clock(monkeypatch)
    with at(NOW):
        yield


def test_a_full_circle_leads_to_its_queue_and_to_others(db):
    full = make_circle(capacity=1)
    other = make_circle(agency=full.agency, head=full.head, name="Lingkar Melati")
    fill_up(full)
    rina = make_member_account(full)
    browser = browser_of(rina)

    answer = browser.post(f"{path_of(full)}ikut/", asked(browser.get(path_of(full))))
    page = browser.get(answer["Location"])

    assert enrolment_of(full, rina).state == EnrolmentState.WAITING
    assert other.group.name in text_of(page)
    assert "/keluar/" in page.content.decode()
    waiting = page.content.decode().split('class="card leafy"')[1].split("</section>")[0]
    assert not re.search(r"\d", words(waiting))


def kept_out(circle):
    """Return somebody whom a member of a circle would rather not meet, and that member."""
    member, unwanted = join(circle), make_member_account(circle)
    enrolment.block_person(
        actor=member,
        group_id=circle.group.pk,
        who=User.objects.get(pk=unwanted.user_id).email,
        now=NOW,
    )
    return unwanted, member


@pytest.mark.parametrize("policy", JoinPolicy.values)
@pytest.mark.parametrize("is_held_back", [False, True])
def test_whoever_waits_can_have_us_look_again_and_reads_one_sentence(policy, is_held_back):
    circle = make_circle(capacity=1, join_policy=policy)
    fill_up(circle)
    # Whoever leads a circle does not take part in it.
    rina = circle.co if is_held_back else make_member_account(circle)
    join(circle, rina)
    assert enrolment_of(circle, rina).held_back == is_held_back
    browser = browser_of(rina)
    assert "/tengok/" in browser.get(path_of(circle)).content.decode()

    page = browser.post(f"{path_of(circle)}tengok/", follow=True)

    assert [str(one) for one in page.context["messages"]] == [LOOKED]
    assert enrolment_of(circle, rina).held_back == is_held_back


@pytest.mark.parametrize("kind", GroupKind.values)
def test_looking_again_finds_the_place_once_nothing_stands_in_the_way(kind):
    circle = make_circle(kind=kind, capacity=3)
    rina, member = kept_out(circle)
    join(circle, rina)
    browser = browser_of(rina)
    enrolment.clear_blocks(actor=member, group_id=circle.group.pk, now=NOW)
    # To open the page is not to ask.
    html = browser.get(path_of(circle)).content.decode()
    assert enrolment_of(circle, rina).held_back

    (action,) = re.findall(r'action="([^"]+/tengok/)"', html)
    page = browser.post(action, follow=True)

    assert [str(one) for one in page.context["messages"]] == [LOOKED]
    assert not enrolment_of(circle, rina).held_back
    assert ("/ambil/" in page.content.decode()) == (kind == GroupKind.CLOSED)


def test_a_member_of_a_closed_circle_has_nothing_to_look_for(circle, rina):
    join(circle, rina)

    assert "/tengok/" not in browser_of(rina).get(path_of(circle)).content.decode()


def test_whoever_is_held_back_reads_the_same_as_whoever_waits(db):
    full = make_circle(capacity=1)
    fill_up(full)
    waits = make_member_account(full)
    join(full, waits, alias="Awan Pagi")
    roomy = make_circle(
        agency=full.agency, head=full.head, name=full.group.name + " lagi", capacity=1
    )
    unwanted, _member = kept_out(roomy)
    join(roomy, unwanted, alias="Awan Pagi")
    assert enrolment_of(roomy, unwanted).held_back

    def seen(circle, actor):
        page = browser_of(actor).get(path_of(circle))
        text = page.content.decode().split("<main")[1].split("</main>")[0]
        return words(text).replace(" lagi", "").split("Lingkar lain")[0]

    assert seen(full, waits) == seen(roomy, unwanted)


def test_leaving_the_queue_is_two_presses_and_no_reason(db):
    full = make_circle(capacity=1)
    fill_up(full)
    rina = join(full, make_member_account(full))
    browser = browser_of(rina)
    html = browser.get(path_of(full)).content.decode()
    assert re.search(r"<details>\s*<summary>[^<]+</summary>\s*<form[^>]*/keluar/", html)

    assert browser.post(f"{path_of(full)}keluar/").status_code == 302
    assert enrolment_of(full, rina).state == EnrolmentState.LEFT
    assert "/ikut/" in browser.get(path_of(full)).content.decode()


@pytest.mark.parametrize("press", ["ambil", "lepas"])
def test_an_offer_is_taken_or_let_go(db, press):
    full = make_circle(capacity=1)
    first = join(full)
    rina = join(full, make_member_account(full))
    enrolment.leave_circle(actor=first, group_id=full.group.pk, now=NOW)
    browser = browser_of(rina)
    html = browser.get(path_of(full)).content.decode()
    (action,) = re.findall(rf'action="(/lingkar/tempat/[^"]+/{press}/)"', html)

    answer = browser.post(action, {"group": str(full.group.pk)})

    assert answer["Location"] == path_of(full)
    state = enrolment_of(full, rina).state
    assert (state == EnrolmentState.ACTIVE) == (press == "ambil")
    # Pressed once more by a second window: a sentence, and the page as it stands.
    again = browser.post(action, {"group": str(full.group.pk)}, follow=True)
    assert again.status_code == 200
    assert browser.post(action, {"group": "x"})["Location"] == "/lingkar/"
