"""A group in one page: making it, copying it, opening, pausing, ending, its words."""

import re
from html import unescape

import pytest

from groups.choices import GroupStatus, Visibility
from groups.models import Announcement, Invitation, Meeting, SupportGroup
from portal.people.models import User
from tests.factories import NOW
from tests.pages.counselling.conftest import sign_in, text_of
from tests.support.clock import at, follow_the_clock
from tests.support.groups import join, make_circle

TEXTS = re.compile(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', re.DOTALL)


@pytest.fixture(autouse=True)
def _clock(monkeypatch, settings, db):
    settings.REQUIRE_STAFF_MFA = False
    follow_the_clock(monkeypatch)
    with at(NOW):
        yield


@pytest.fixture
def circle(db):
    """An open circle with two facilitators."""
    return make_circle(name="Lingkar Kenanga", topic="Kerja tanpa henti")


@pytest.fixture
def browser(circle):
    """Its lead, at a browser."""
    return sign_in(User.objects.get(pk=circle.lead.user_id))


def filled(page, **typed) -> dict[str, object]:
    """Return the last form of a page as it is filled in, with what somebody typed."""
    form = re.findall(r"<form.*?</form>", page.content.decode(), re.DOTALL)
    mine = max(form, key=len)
    sent: dict[str, object] = {}
    for tag in re.findall(r"<input[^>]*>", mine):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name is None or (
            re.search(r'type="(radio|checkbox)"', tag) and "checked" not in tag
        ):
            continue
        sent[name[1]] = unescape(value[1]) if value else ""
    for select, inside in re.findall(
        r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', mine, re.DOTALL
    ):
        chosen = re.search(r'<option value="([^"]*)" selected', inside)
        sent[select] = chosen[1] if chosen else ""
    sent |= {name: unescape(text).strip() for name, text in TEXTS.findall(mine)}
    return {**sent, **typed}


def own(name: str) -> SupportGroup:
    """Return a group by its name."""
    return SupportGroup.objects.get(name=name)


def test_a_group_is_made_with_six_answers(browser):
    page = browser.get("/f/baru/")
    sent = filled(page, name="Lingkar Embun", topic="Setelah pindah", at="15:00")

    answer = browser.post("/f/baru/", sent)

    made = own("Lingkar Embun")
    assert answer["Location"] == f"/f/{made.pk}/"
    assert made.status == GroupStatus.DRAFT
    assert made.agreements.get().text_id
    assert made.pools.get().capacity == 10
    assert made.series.count() == 1
    assert Meeting.objects.filter(group=made).count() > 20
    assert sum(minutes for _block, minutes in made.run_sheet) == 90


def test_what_was_typed_stays_where_something_needs_a_fix(browser):
    sent = filled(browser.get("/f/baru/"), name="Lingkar Kenanga", topic="Tema saya", at="")

    answer = browser.post("/f/baru/", sent)
    html = answer.content.decode()

    assert answer.status_code == 200
    assert "Tema saya" in html
    assert "errsum" in html
    assert not SupportGroup.objects.filter(topic="Tema saya").exists()


def test_a_name_that_is_taken_is_said_at_the_field(browser):
    sent = filled(browser.get("/f/baru/"), name="Lingkar Kenanga", topic="Lain", at="15:00")

    html = browser.post("/f/baru/", sent).content.decode()

    assert 'href="#id_name"' in html
    assert SupportGroup.objects.filter(name="Lingkar Kenanga").count() == 1


def test_days_of_which_no_meeting_comes_are_asked_again_and_the_circle_is_kept(browser):
    sent = filled(browser.get("/f/baru/"), name="Lingkar Embun", topic="Tema", at="07:00",
                  starts_on="2026-11-23", until_on="2026-11-23")  # fmt: skip

    html = browser.post("/f/baru/", sent).content.decode()

    made = own("Lingkar Embun")
    assert made.status == GroupStatus.DRAFT
    assert f'action="/f/{made.pk}/rencana/rangkaian/"' in html
    assert 'value="07:00"' in html
    assert "errsum" in html


def test_a_fault_in_the_folded_part_unfolds_it(browser):
    sent = filled(
        browser.get("/f/baru/"), name="A", topic="B", at="15:00", link_base="http://x.y"
    )

    html = browser.post("/f/baru/", sent).content.decode()

    assert re.search(r"<details open>\s*<summary>[^<]*", html.split("online_seats")[-1])


def test_a_copy_keeps_everything_but_the_name_and_the_days(browser, circle):
    circle.group.visibility = Visibility.UNLISTED
    circle.group.save()
    page = browser.get(f"/f/baru/{circle.group.pk}/")
    sent = filled(page)

    assert sent["name"] == ""
    assert sent["topic"] == "Kerja tanpa henti"
    assert sent["visibility"] == Visibility.UNLISTED
    assert sent["text_id"] == "Yang diceritakan di sini tinggal di sini."


def test_it_is_opened_paused_resumed_and_ended(browser):
    sent = filled(browser.get("/f/baru/"), name="Lingkar Embun", topic="Tema", at="15:00")
    browser.post("/f/baru/", sent)
    path = f"/f/{own('Lingkar Embun').pk}/"

    for deed, status in (
        ("buka", GroupStatus.ACTIVE),
        ("jeda", GroupStatus.PAUSED),
        ("lanjut", GroupStatus.ACTIVE),
        ("akhiri", GroupStatus.ARCHIVED),
    ):
        assert f"{path}{deed}/" in browser.get(path).content.decode()
        assert browser.get(f"{path}{deed}/").status_code == 405
        browser.post(f"{path}{deed}/")
        assert own("Lingkar Embun").status == status
    assert "akhiri" not in browser.get(path).content.decode()


def test_changing_it_keeps_its_kind(browser, circle):
    path = f"/f/{circle.group.pk}/ubah/"
    sent = filled(browser.get(path), topic="Tema baru", room_seats="12", kind="OPEN")

    assert browser.post(path, sent).status_code == 302

    assert circle.fresh().topic == "Tema baru"
    assert circle.fresh().kind == "CLOSED"
    assert circle.fresh().pools.get(meeting=None).capacity == 12


def test_a_new_agreement_is_a_new_version_and_the_old_one_stays_readable(browser, circle):
    path = f"/f/{circle.group.pk}/kesepakatan/"
    browser.post(path, {"text_id": "Kalimat baru.", "text_en": ""})

    text = text_of(browser.get(path))

    assert circle.group.agreements.count() == 2
    assert "Yang diceritakan di sini tinggal di sini." in text


def test_the_run_sheet_takes_minutes_and_refuses_an_empty_meeting(browser, circle):
    path = f"/f/{circle.group.pk}/susunan/"
    sent = filled(browser.get(path), minutes_topic="50")
    browser.post(path, sent)
    assert dict(circle.fresh().run_sheet)["TOPIC"] == 50

    nothing = {name: "0" for name in sent if name.startswith("minutes_")}
    assert "errsum" in browser.post(path, nothing).content.decode()


def test_a_code_is_shown_once(browser, circle):
    path = f"/f/{circle.group.pk}/kode/"
    assert not Invitation.objects.exists()
    browser.get(path)
    assert not Invitation.objects.exists()

    shown = browser.post(path)

    code = re.search(r'class="code big">([^<]+)<', shown.content.decode())
    assert code is not None
    assert Invitation.objects.count() == 1
    assert code[1] not in browser.get(path).content.decode()


def test_an_announcement_says_whom_it_reached_and_asks_a_reason_for_hurry(browser, circle):
    path = f"/f/{circle.group.pk}/pengumuman/"
    join(circle)
    join(circle)

    refused = browser.post(path, {"text": "Ruang pindah", "urgent": "on"}).content.decode()
    assert "Ruang pindah" in refused
    assert 'href="#id_urgent_reason"' in refused
    assert not Announcement.objects.exists()

    browser.post(path, {"text": "Ruang pindah", "urgent_reason": "", "urgent": ""})
    row = Announcement.objects.get()
    assert (row.expected, row.told) == (2, 2)
    assert "Ruang pindah" in text_of(browser.get(path))


def test_reading_is_added_and_taken_off(browser, circle):
    path = f"/f/{circle.group.pk}/bacaan/"
    browser.post(path, {"title": "Tiga pertanyaan", "text": "Apa yang berat?"})
    html = browser.get(path).content.decode()
    assert "Tiga pertanyaan" in html

    remove = re.search(rf'action="({path}[0-9a-f-]+/hapus/)"', html)
    assert remove is not None
    browser.post(remove[1])
    assert "Tiga pertanyaan" not in browser.get(path).content.decode()


def test_another_facilitator_finds_none_of_it(circle):
    stranger = make_circle(agency=circle.agency, head=circle.head, name="Lingkar Lain")
    browser = sign_in(User.objects.get(pk=stranger.lead.user_id))
    path = f"/f/{circle.group.pk}/"

    pages = ("", "anggota/", "rencana/", "pengumuman/", "bacaan/", "kesepakatan/", "susunan/",
             "kode/", "ubah/", "rencana/rangkaian/", "rencana/pertemuan/")  # fmt: skip
    assert {browser.get(path + page).status_code for page in pages} == {404}
    assert browser.get(f"/f/baru/{circle.group.pk}/").status_code == 404
    for deed in ("buka", "jeda", "lanjut", "akhiri", "kode", "kapasitas"):
        sent = {"way": "ROOM", "capacity": "3"}
        assert browser.post(f"{path}{deed}/", sent).status_code == 404
