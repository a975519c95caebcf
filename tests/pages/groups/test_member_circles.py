"""The list of circles and the page of one: before joining, in the queue, as a member, after."""

import re
from html import unescape

import pytest
from django.utils.translation import gettext_lazy

from groups.choices import EnrolmentState, GroupKind, JoinPolicy, Refusal, Visibility, Way
from groups.models import Attendance, Enrolment, Place
from groups.services import enrolment, setup
from groups.services.desk import GroupRefused
from portal.notifications.models import Notification
from portal.people.models import User
from tests.factories import NOW, account, make_agency, make_employee
from tests.pages.counselling.conftest import sign_in, text_of, words
from tests.support.clock import at, follow_the_clock
from tests.support.groups import (
    enrolment_of,
    join,
    make_circle,
    make_member_account,
    plan_series,
)

LOOKED = gettext_lazy(
    "We have looked. If a place is kept for you, it stands here now; if not, everything "
    "stays as it was."
)
FIELD = re.compile(r'<(?:input|textarea)[^>]*name="([^"]+)"[^>]*>')


@pytest.fixture(autouse=True)
def _clock(monkeypatch, settings, db):
    settings.REQUIRE_STAFF_MFA = False
    follow_the_clock(monkeypatch)
    with at(NOW):
        yield


@pytest.fixture
def circle(db):
    """A closed circle with eight places."""
    return make_circle(name="Lingkar Kenanga", topic="Kerja tanpa henti")


@pytest.fixture
def rina(circle):
    """An employee of the circle's agency."""
    return make_member_account(circle)


def browser_of(actor):
    return sign_in(User.objects.get(pk=actor.user_id))


def path_of(circle) -> str:
    return f"/lingkar/{circle.group.pk}/"


def asked(page, **typed) -> dict[str, str]:
    """Return the form of joining as the page fills it in, with what somebody typed."""
    html = page.content.decode()
    form = next(
        one for one in re.findall(r"<form.*?</form>", html, re.DOTALL) if "/ikut/" in one
    )
    sent = {}
    for tag in re.findall(r"<(?:input|textarea)[^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name is None or ("radio" in tag and "checked" not in tag):
            continue
        sent[name[1]] = unescape(value[1]) if value else ""
    return {**sent, **typed}


def title_of(page) -> str:
    return page.content.decode().split("<title>")[1].split("</title>")[0]


def fill_up(circle, seats: int = 1) -> None:
    for _ in range(seats):
        join(circle)


# ---- the list


def test_the_list_says_what_a_circle_is_and_never_a_number_of_places(circle, rina):
    plan_series(circle, starts_on=NOW.date(), at=NOW.time().replace(hour=15))

    page = browser_of(rina).get("/lingkar/")
    text = text_of(page)

    for said in ("Lingkar Kenanga", "Kerja tanpa henti", "Lina", "Tirta", "WIB"):
        assert said in text
    assert "8" not in re.sub(r"\d\d\.\d\d|\d+ \w+ember", "", words(text.split("Lina")[0]))
    assert "Kenanga" not in title_of(page)
    assert "Kerja" not in title_of(page)


def test_own_circles_come_first_and_say_what_waits(circle, rina):
    other = make_circle(agency=circle.agency, head=circle.head, name="Lingkar Melati")
    small = make_circle(
        agency=circle.agency, head=circle.head, name="Lingkar Teratai", capacity=1
    )
    first = join(small)
    join(circle, rina)
    join(small, rina)
    enrolment.leave_circle(actor=first, group_id=small.group.pk, now=NOW)

    page = browser_of(rina).get("/lingkar/")
    html = page.content.decode()

    order = [html.index(name) for name in ("Lingkar Kenanga", "Lingkar Melati")]
    assert order == sorted(order)
    assert html.index("Lingkar Teratai") < html.index("Lingkar Melati")
    assert [row.name for row in page.context["page"].own if row.has_offer] == [
        "Lingkar Teratai"
    ]
    assert other.group.name in [row.name for row in page.context["page"].others]


def test_with_no_circle_the_list_shows_a_way_forward(db):
    rina = make_employee("rina")

    page = sign_in(rina.user).get("/lingkar/")

    assert 'class="empty"' in page.content.decode()
    assert 'href="/temu/"' in page.content.decode()


def test_somebody_from_outside_every_agency_is_told_kindly(circle):
    head = User.objects.get(pk=circle.head.user_id)
    outside = make_employee("luar")
    user = outside.user
    outside.delete()

    page = sign_in(user).get("/lingkar/")

    assert page.status_code == 200
    assert "Kenanga" not in text_of(page)
    assert 'class="empty"' in page.content.decode()
    assert sign_in(user).get(path_of(circle)).status_code == 404
    assert head.pk != user.pk


def test_the_circles_clock_stands_beside_ones_own(circle):
    there = make_circle(agency=circle.agency, head=circle.head, zone="Asia/Jayapura")
    plan_series(there, starts_on=NOW.date(), at=NOW.time().replace(hour=18))
    rina = make_member_account(there)

    text = text_of(browser_of(rina).get("/lingkar/"))

    assert "16.00\N{EN DASH}17.30 WIB" in text
    assert "(18.00 WIT" in text


# ---- joining


def test_joining_needs_no_field(circle, rina):
    browser = browser_of(rina)
    page = browser.get(path_of(circle))
    html = page.content.decode()
    assert " required" not in html.split("/ikut/")[1].split("</form>")[0]
    assert html.index("Yang diceritakan di sini tinggal di sini.") < html.index("btn wide")

    answer = browser.post(f"{path_of(circle)}ikut/", asked(page))

    assert answer.status_code == 302
    assert answer["Location"] == path_of(circle)
    row = enrolment_of(circle, rina)
    assert row.state == EnrolmentState.ACTIVE
    assert "/jeda/" in browser.get(path_of(circle)).content.decode()


def test_the_page_says_no_name_of_mine_and_keeps_a_neutral_title(circle, rina):
    page = browser_of(rina).get(path_of(circle))

    assert "Rina" not in text_of(page)
    assert "Kenanga" not in title_of(page)
    assert "Kerja" not in title_of(page)
    assert page["Cache-Control"] == "no-store" or "no-store" in page["Cache-Control"]


@pytest.mark.parametrize("alias", ["Rina", "R!", "x" * 31])
def test_a_nickname_that_does_not_do_comes_back_at_its_field(circle, rina, alias):
    browser = browser_of(rina)
    sent = asked(browser.get(path_of(circle)), alias=alias)

    page = browser.post(f"{path_of(circle)}ikut/", sent)
    html = page.content.decode()

    assert page.status_code == 200
    assert f'value="{alias}"' in html
    assert 'id="id_alias_error"' in html
    assert 'class="errsum"' in html
    assert not Enrolment.objects.filter(state__in=["ACTIVE", "WAITING"]).exists()


def test_a_taken_nickname_comes_back_at_its_field(circle, rina):
    join(circle, alias="Langit Sore")
    browser = browser_of(rina)

    page = browser.post(
        f"{path_of(circle)}ikut/", asked(browser.get(path_of(circle)), alias="Langit sore")
    )

    assert 'id="id_alias_error"' in page.content.decode()


def test_a_changed_agreement_is_shown_with_everything_typed(circle, rina):
    browser = browser_of(rina)
    sent = asked(browser.get(path_of(circle)), alias="Langit Sore")
    setup.publish_agreement(
        actor=circle.lead, group_id=circle.group.pk, text_id="Bunyi yang baru.",
        text_en="The new words.", now=NOW,
    )  # fmt: skip

    page = browser.post(f"{path_of(circle)}ikut/", sent)
    html = page.content.decode()

    assert page.status_code == 200
    assert "Bunyi yang baru." in html
    assert 'value="Langit Sore"' in html
    assert 'name="agreement" value="2"' in html
    again = browser.post(f"{path_of(circle)}ikut/", asked(page))
    assert again.status_code == 302
    assert enrolment_of(circle, rina).agreement_version == 2


def test_many_people_at_once_get_a_button_that_sends_the_same_again(circle, rina, monkeypatch):
    browser = browser_of(rina)
    sent = asked(browser.get(path_of(circle)), alias="Langit Sore")

    def busy(**_):
        raise GroupRefused(Refusal.BUSY)

    with monkeypatch.context() as patched:
        patched.setattr("groups.views.circles.join_circle", busy)
        page = browser.post(f"{path_of(circle)}ikut/", sent)
    html = page.content.decode()

    assert 'name="alias" value="Langit Sore"' in html
    assert f'name="agreement" value="{sent["agreement"]}"' in html
    assert "csrfmiddlewaretoken" in html
    assert html.count("csrfmiddlewaretoken") == html.count("<form")
    resent = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', html))
    resent.pop("next", None)
    assert browser.post(f"{path_of(circle)}ikut/", resent).status_code == 302
    assert enrolment_of(circle, rina).state == EnrolmentState.ACTIVE


def test_a_code_is_asked_for_where_one_is_needed(db):
    circle = make_circle(visibility=Visibility.REFERRAL)
    rina = make_member_account(circle)
    browser = browser_of(rina)
    page = browser.get(path_of(circle))
    assert 'name="code"' in page.content.decode()

    wrong = browser.post(f"{path_of(circle)}ikut/", asked(page, code="salah", alias="Awan"))
    assert 'id="id_code_error"' in wrong.content.decode()
    assert 'value="Awan"' in wrong.content.decode()
    missing = browser.post(f"{path_of(circle)}ikut/", asked(page, code=""))
    assert 'id="id_code_error"' in missing.content.decode()

    code = setup.make_invitation(actor=circle.lead, group_id=circle.group.pk, now=NOW)
    assert browser.post(
        f"{path_of(circle)}ikut/", asked(page, code=code)
    ).status_code == 302  # fmt: skip


def test_words_go_to_the_facilitators_where_they_talk_first(db):
    circle = make_circle(join_policy=JoinPolicy.SCREENING)
    rina = make_member_account(circle)
    browser = browser_of(rina)
    page = browser.get(path_of(circle))
    assert 'name="words"' in page.content.decode()
    too_long = browser.post(f"{path_of(circle)}ikut/", asked(page, words="k" * 1001))
    assert "k" * 1001 in too_long.content.decode()
    assert 'id="id_words_error"' in too_long.content.decode()

    browser.post(f"{path_of(circle)}ikut/", asked(page))

    assert enrolment_of(circle, rina).state == EnrolmentState.APPLIED
    after = browser.get(path_of(circle)).content.decode()
    assert "/keluar/" in after
    assert "/ikut/" not in after


def test_several_ways_are_chosen_on_the_page(db):
    circle = make_circle(ways=[Way.ROOM, Way.ONLINE], capacity=3)
    rina = make_member_account(circle)
    browser = browser_of(rina)
    page = browser.get(path_of(circle))
    assert page.content.decode().count('name="way"') == 2

    browser.post(f"{path_of(circle)}ikut/", asked(page, way="ONLINE"))

    assert Place.objects.get().pool.way == Way.ONLINE


# ---- the queue


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


# ---- a member


def test_a_member_takes_a_break_and_comes_back(circle, rina):
    join(circle, rina)
    browser = browser_of(rina)

    browser.post(f"{path_of(circle)}jeda/")
    html = browser.get(path_of(circle)).content.decode()
    assert enrolment_of(circle, rina).state == EnrolmentState.PAUSED
    assert "/lanjut/" in html
    assert "/jeda/" not in html

    browser.post(f"{path_of(circle)}lanjut/")
    assert enrolment_of(circle, rina).state == EnrolmentState.ACTIVE


def test_a_new_agreement_is_said_yes_to_on_the_page(circle, rina):
    join(circle, rina)
    browser = browser_of(rina)
    assert "/setuju/" not in browser.get(path_of(circle)).content.decode()
    setup.publish_agreement(
        actor=circle.lead, group_id=circle.group.pk, text_id="Bunyi yang baru.",
        text_en="The new words.", now=NOW,
    )  # fmt: skip

    html = browser.get(path_of(circle)).content.decode()
    assert "Bunyi yang baru." in html
    browser.post(f"{path_of(circle)}setuju/", {"agreement": "1"})
    assert enrolment_of(circle, rina).agreement_version == 1
    browser.post(f"{path_of(circle)}setuju/", {"agreement": "2"})
    assert enrolment_of(circle, rina).agreement_version == 2
    assert "/setuju/" not in browser.get(path_of(circle)).content.decode()


def test_another_nickname_or_the_reason_why_not(circle, rina):
    join(circle, rina, alias="Langit Sore")
    browser = browser_of(rina)

    refused = browser.post(f"{path_of(circle)}samaran/", {"alias": "Rina"})
    html = refused.content.decode()
    assert 'value="Rina"' in html
    assert re.search(r"<details open>.{0,400}/samaran/", html, re.DOTALL)
    assert title_of(refused).startswith(("Perbaiki:", "Fix:"))
    assert browser.post(f"{path_of(circle)}samaran/", {"alias": ""}).status_code == 200

    browser.post(f"{path_of(circle)}samaran/", {"alias": "Hujan Pagi"})
    assert "Hujan Pagi" in text_of(browser.get(path_of(circle)))


@pytest.mark.parametrize("who", ["atasan", "nobody"])
def test_whom_not_to_meet_is_answered_alike_whoever_it_is(circle, rina, who):
    join(circle, rina)
    named = make_employee("atasan", agency=circle.agency).user.email
    browser = browser_of(rina)

    answer = browser.post(
        f"{path_of(circle)}hindari/",
        {"who": named if who == "atasan" else "tidak.ada@instansi.test"},
        follow=True,
    )

    assert answer.status_code == 200
    assert named not in text_of(answer)
    assert "/hindari/hapus/" in answer.content.decode()
    assert enrolment_of(circle, rina).blocks.count() == 1
    browser.post(f"{path_of(circle)}hindari/hapus/")
    assert enrolment_of(circle, rina).blocks.count() == 0
    empty = browser.post(f"{path_of(circle)}hindari/", {"who": " "})
    assert 'id="id_who_error"' in empty.content.decode()


def test_news_goes_to_the_portal_or_to_a_private_address(circle, rina):
    from allauth.account.models import EmailAddress

    user = User.objects.get(pk=rina.user_id)
    EmailAddress.objects.create(user=user, email="payung@kotak.test", verified=True)
    join(circle, rina)
    browser = browser_of(rina)
    page = browser.get(path_of(circle))
    html = page.content.decode()
    assert "payung@kotak.test" not in html
    masked = next(
        value for value in re.findall(r'name="address" value="([^"]*)"', html) if value
    )

    browser.post(f"{path_of(circle)}kabar/", {"address": masked})
    after = browser.get(path_of(circle)).content.decode()
    assert re.search(rf'value="{re.escape(masked)}"[^>]*checked', after)
    wrong = browser.post(f"{path_of(circle)}kabar/", {"address": "lain@kotak.test"})
    assert wrong.status_code == 200
    assert 'class="errsum"' in wrong.content.decode()


# ---- afterwards, and for whom it is not


def test_somebody_who_left_may_come_back(circle, rina):
    join(circle, rina)
    enrolment.leave_circle(actor=rina, group_id=circle.group.pk, now=NOW)
    browser = browser_of(rina)

    page = browser.get(path_of(circle))

    assert "/ikut/" in page.content.decode()
    assert browser.post(f"{path_of(circle)}ikut/", asked(page)).status_code == 302
    assert enrolment_of(circle, rina).state == EnrolmentState.ACTIVE


def test_an_ended_circle_thanks_those_who_were_in_it_and_is_gone_for_others(circle, rina):
    join(circle, rina)
    stranger = make_member_account(circle)
    setup.end_group(actor=circle.lead, group_id=circle.group.pk, now=NOW)

    page = browser_of(rina).get(path_of(circle))

    assert page.status_code == 200
    assert "/ikut/" not in page.content.decode()
    assert "/jeda/" not in page.content.decode()
    assert 'href="/lingkar/"' in page.content.decode()
    assert browser_of(stranger).get(path_of(circle)).status_code == 404


def test_a_paused_circle_says_so(circle, rina):
    setup.pause_group(actor=circle.lead, group_id=circle.group.pk, now=NOW)

    page = browser_of(rina).get(path_of(circle))

    assert page.status_code == 200
    assert "/ikut/" not in page.content.decode()
    answer = browser_of(rina).post(f"{path_of(circle)}ikut/", {"agreement": "1"}, follow=True)
    assert answer.status_code == 200
    assert not Enrolment.objects.exists()


@pytest.mark.parametrize(
    "deed", ["keluar", "jeda", "lanjut", "setuju", "samaran", "kabar", "hindari", "ikut"]
)
def test_another_agencys_circle_is_no_circle(circle, deed):
    stranger = account(make_employee("lain", agency=make_agency()))
    browser = browser_of(stranger)

    assert browser.get(path_of(circle)).status_code == 404
    sent = {"alias": "Awan", "who": "x@y.z", "agreement": "1"}
    assert browser.post(f"{path_of(circle)}{deed}/", sent).status_code == 404


@pytest.mark.parametrize("kind", GroupKind.values)
@pytest.mark.parametrize("capacity", [1, 8])
def test_looking_changes_nothing(kind, capacity):
    circle = make_circle(kind=kind, capacity=capacity)
    fill_up(circle)
    rina = join(circle, make_member_account(circle))
    browser = browser_of(rina)

    def rows() -> list[object]:
        tables = (Enrolment, Place, Attendance, Notification)
        return [list(table.objects.order_by("pk").values()) for table in tables]

    before = rows()
    for path in ("/", "/saya/", "/lingkar/", path_of(circle)):
        assert browser.get(path).status_code == 200
    assert rows() == before
