"""Calendars, codes on papers, numbers: what each address answers, and whom."""

import logging
import re
from datetime import date

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from portal.common.logs import NeutralFormatter
from portal.leave.choices import DecisionState, FeedKind, LetterKind, Outcome, State
from portal.leave.models import Decision, LeaveRequest, Letter, QuarterTable
from portal.leave.rules.quarters import COLUMNS
from portal.leave.services.calendars import make_address
from portal.leave.services.numbering import new_code, take_number
from portal.people.models import User
from portal.vault.services import seal_field
from tests.support.leave import Room, open_room
from tests.support.leave_team import NOW, absent
from tests.support.words import avoided_in

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 12, 14), date(2026, 12, 16)
NOWHERE = "A" * 32


@pytest.fixture(autouse=True)
def _monday_morning(settings):
    settings.REQUIRE_STAFF_MFA = False
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return open_room()


def browser_of(actor, language: str = "en") -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return client


def steady(answer) -> bytes:
    """Return a page without the token of its forms, which is another one each time."""
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]*"', b"", answer.content)


def logged(caplog) -> str:
    """Return what would stand in the log."""
    return "\n".join(NeutralFormatter().format(record) for record in caplog.records)


def text_of(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


# --- calendars -----------------------------------------------------------------------------


def test_an_address_is_made_shown_changed_and_taken_back(room):
    browser = browser_of(room.asker)
    assert "There is no address yet." in text_of(browser.get("/cuti/kalender/"))

    page = browser.post("/cuti/kalender/saya/baru/", follow=True)
    first = re.search(r"/kal/[\w-]+\.ics", page.content.decode()).group()
    assert Client().get(first).status_code == 200

    page = browser.post("/cuti/kalender/saya/baru/", follow=True)
    second = re.search(r"/kal/[\w-]+\.ics", page.content.decode()).group()
    assert first != second
    assert Client().get(first).status_code == 404

    page = browser.post("/cuti/kalender/saya/hapus/", follow=True)
    assert "/kal/" not in page.content.decode()
    assert Client().get(second).status_code == 404


def test_reading_makes_and_removes_nothing(room):
    browser = browser_of(room.asker)
    for path in ("/cuti/kalender/saya/baru/", "/cuti/kalender/saya/hapus/"):
        assert browser.get(path).status_code == 405
    assert browser.post("/cuti/kalender/lain/baru/").status_code == 404
    assert browser.post("/cuti/kalender/bersama/baru/").status_code == 404


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_page_says_what_a_calendar_holds(room, language):
    own = browser_of(room.asker, language).get("/cuti/kalender/").content.decode()
    led = browser_of(room.superior, language).get("/cuti/kalender/").content.decode()
    assert (own.count("<section"), led.count("<section")) == (1, 2)
    assert avoided_in(text_of(browser_of(room.superior, language).get("/cuti/kalender/"))) == []


def test_a_calendar_is_kept_nowhere_and_says_nothing_about_itself(room, caplog):
    absent(room, room.employee, FIRST, LAST)
    token = make_address(actor=room.superior, kind=FeedKind.UNDER_ME, now=NOW)
    with caplog.at_level(logging.DEBUG):
        answer = Client().get(f"/kal/{token}.ics")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.cookies == {}
    assert token not in logged(caplog)
    assert b"SUMMARY" in answer.content
    # Nobody has chosen a language here; the house's own is spoken.
    assert answer.content == Client(headers={"accept-language": "en"}).get(
        f"/kal/{token}.ics"
    ).content  # fmt: skip


def test_no_word_of_an_address_is_logged_when_it_leads_nowhere(caplog):
    with caplog.at_level(logging.DEBUG):
        Client().get(f"/kal/{NOWHERE}.ics")
    assert NOWHERE not in logged(caplog)


def test_an_address_taken_back_looks_like_one_that_never_was(room):
    token = make_address(actor=room.asker, kind=FeedKind.OWN, now=NOW)
    make_address(actor=room.asker, kind=FeedKind.OWN, now=NOW)
    revoked, unknown = (Client().get(f"/kal/{word}.ics") for word in (token, NOWHERE))
    # The page carries its own path, for the choice of a language.
    assert steady(revoked).replace(token.encode(), b"") == steady(unknown).replace(
        NOWHERE.encode(), b""
    )
    assert dict(revoked.headers) == dict(unknown.headers)
    assert revoked.status_code == 404


def test_one_leave_is_handed_out_to_whose_it_is(room):
    row = absent(room, room.employee, FIRST, LAST)
    path = f"/cuti/{row.pk}/kalender/"
    answer = browser_of(room.asker).get(path)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="agenda.ics"'
    for actor in (room.superior, room.hr, room.official, room.reviewer):
        assert browser_of(actor).get(path).status_code == 404
    LeaveRequest.objects.filter(pk=row.pk).update(state=State.DECISION)
    assert browser_of(room.asker).get(path).status_code == 404


# --- codes on papers -----------------------------------------------------------------------


def signed_paper(room: Room) -> str:
    """Put a number and a code on the letter of somebody's leave; return the code."""
    row = absent(room, room.employee, FIRST, LAST)
    decision = Decision.objects.create(
        request=row, round=1, outcome=Outcome.GRANT, state=DecisionState.FINAL, first_day=FIRST,
        last_day=LAST, decided_by_id=room.official.user_id, decided_at=NOW, final_at=NOW,
    )  # fmt: skip
    taken = take_number(agency_id=room.agency.pk, kind=LetterKind.DECISION, year=2026)
    code = new_code()
    letter = Letter(
        decision=decision, series=taken.series, sequence=taken.sequence, number=taken.number,
        signed_by_id=room.official.user_id, signed_on=NOW.date(), token_tag=code.tag,
    )  # fmt: skip
    seal_field(letter, "sealed_token", code.token)
    seal_field(letter, "pdf", b"%PDF-1.7")
    letter.save(force_insert=True)
    return code.token


def test_a_code_tells_number_and_validity_and_nothing_else(room):
    token = signed_paper(room)
    said = text_of(Client().get(f"/periksa/{token}/"))
    assert "1/SIC/2026" in said
    for secret in (room.employee.user.full_name, room.agency.name, "Desember", "December",
                   "tahunan", "Annual"):  # fmt: skip
        assert secret not in said


def test_a_revoked_paper_says_so(room):
    token = signed_paper(room)
    valid = Client().get(f"/periksa/{token}/")
    Letter.objects.update(revoked_on=NOW.date())
    revoked = Client().get(f"/periksa/{token}/")
    assert valid.status_code == revoked.status_code == 200
    assert "1/SIC/2026" in text_of(revoked)
    assert valid.content != revoked.content


def test_an_unknown_code_gets_a_page_of_the_same_shape(room):
    token = signed_paper(room)
    known, unknown = Client().get(f"/periksa/{token}/"), Client().get(f"/periksa/{NOWHERE}/")
    assert (known.status_code, unknown.status_code) == (200, 404)
    shapes = [
        re.sub(r"\s+|d=\"[^\"]*\"", "", re.sub(r">[^<]*<", "><", steady(one).decode()))
        for one in (known, unknown)
    ]
    assert shapes[0] == shapes[1].replace(NOWHERE, token)
    assert dict(known.headers) == dict(unknown.headers) | {
        "Content-Length": known.headers["Content-Length"]
    }


def test_a_code_is_not_logged(room, caplog):
    token = signed_paper(room)
    with caplog.at_level(logging.DEBUG):
        Client().get(f"/periksa/{token}/")
        Client().get(f"/periksa/{NOWHERE}/")
    assert token not in logged(caplog)
    assert NOWHERE not in logged(caplog)


# --- numbers -------------------------------------------------------------------------------


def frozen(room: Room) -> QuarterTable:
    return QuarterTable.objects.create(
        agency=room.agency,
        quarter=date(2026, 7, 1),
        rows={
            "columns": list(COLUMNS),
            "rows": [
                {"name": "Biro Umum", "cells": [40, None, None, None]},
                {"name": "", "cells": [25, None, None, None]},
            ],
            "total": [65, 15, None, None],
        },
        frozen_on=date(2026, 10, 31),
    )


@pytest.mark.parametrize("language", ["id", "en"])
def test_numbers_are_the_frozen_table(room, language):
    frozen(room)
    for actor in (room.hr, room.official):
        answer = browser_of(actor, language).get("/h/laporan/")
        said = text_of(answer)
        assert "Biro Umum" in said
        assert ("about 40" if language == "en" else "40") in said
        assert avoided_in(said.replace("Laporan", "")) == []


def test_before_the_first_table_the_page_says_when_it_comes(room):
    said = text_of(browser_of(room.hr).get("/h/laporan/"))
    assert "A quarter is counted 30 days after its end" in said


def test_the_file_is_the_same_table(room):
    frozen(room)
    answer = browser_of(room.hr).get("/h/laporan/2026-3/")
    assert answer.content.decode().splitlines()[1:] == [
        "Biro Umum,40,,,", "Other units,25,,,", "All together,65,15,,",
    ]  # fmt: skip
    assert "laporan" not in answer.headers["Content-Disposition"]
    assert browser_of(room.hr).get("/h/laporan/2026-4/").status_code == 404


def test_nobody_else_finds_numbers(room):
    frozen(room)
    for actor in (room.asker, room.superior, room.reviewer):
        for path in ("/h/laporan/", "/h/laporan/2026-3/"):
            assert browser_of(actor).get(path).status_code == 404


def test_there_is_no_filter(room):
    frozen(room)
    browser = browser_of(room.hr)
    plain = text_of(browser.get("/h/laporan/"))
    assert text_of(browser.get("/h/laporan/?unit=1&first=2026-07-01")) == plain
    assert browser.post("/h/laporan/", {"unit": "1"}).status_code == 405
