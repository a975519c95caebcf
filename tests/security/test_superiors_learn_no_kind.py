"""
The comparison of two lives would notice a kind wherever it slipped out.

`tests.pages.leave.test_manager_sees_dates` lives through annual and sick leave of equal dates,
and compares all a superior sees. Here her calendar feed, her first page and the number of
questions each page asks the database are compared as well, and the kind is let out in one place
after another: each time the comparison has to name that place.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from groups.selectors.every import every_group, look_again
from portal.leave.choices import Family, FeedKind
from portal.leave.models import LeaveRequest, LeaveType
from portal.leave.notices import FOR_MANAGER_DATES
from portal.leave.selectors import feeds, team
from portal.leave.services import telling
from portal.leave.services.calendars import make_address
from portal.leave.views import team as pages
from tests.factories import account
from tests.pages.leave.test_manager_sees_dates import ANNUAL, SICK, Life, bare, differing, live
from tests.support.clock import follow_the_clock
from tests.support.leave import know_notices

Plant = Callable[[pytest.MonkeyPatch], None]
_UID = re.compile(rb"UID:[^\r\n]+")
_SESSION = re.compile("people_browsersession|^(RELEASE )?SAVEPOINT|^ROLLBACK")


@pytest.fixture(autouse=True)
def _house(monkeypatch, settings, transactional_db):
    settings.REQUIRE_STAFF_MFA = False
    know_notices(monkeypatch)
    follow_the_clock(monkeypatch)
    look = Life.look

    def look_at_more(life: Life, moment: str) -> None:
        look(life, moment)
        look_closer(life, moment)

    monkeypatch.setattr(Life, "look", look_at_more)


def look_closer(life: Life, moment: str) -> None:
    """Keep the manager's feed, her first page, and what her pages cost."""
    manager = life.room.manager
    token = make_address(actor=account(manager), kind=FeedKind.UNDER_ME, now=timezone.now())
    life.seen[f"{moment}: feed"] = _UID.sub(b"UID", bare(Client().get(f"/kal/{token}.ics")))
    browser = life.browser(manager)
    life.seen[f"{moment}: home"] = bare(browser.get("/"))
    for name, path in (("/t/", "/t/"), ("question", f"/t/{life.question}/")):
        # What a process asks once in ten seconds, whoever comes, is no part of an answer.
        look_again()
        every_group()
        with CaptureQueriesContext(connection) as queries:
            browser.get(path)
        asked = [one for one in queries if not _SESSION.search(one["sql"])]
        life.seen[f"{moment}: queries of {name}"] = str(len(asked)).encode()


def is_sick(row: LeaveRequest) -> bool:
    return row.leave_type.family == Family.SICK


def in_the_feed(patch: pytest.MonkeyPatch) -> None:
    entry = feeds._entry

    def named(row, *rest):
        return replace(entry(row, *rest), title="Sakit" if is_sick(row) else "Cuti")

    patch.setattr(feeds, "_entry", named)


def in_the_number_of_changes(patch: pytest.MonkeyPatch) -> None:
    entry = feeds._entry
    patch.setattr(
        feeds, "_entry", lambda row, *rest: replace(entry(row, *rest), sequence=is_sick(row))
    )


def in_the_count_of_days(patch: pytest.MonkeyPatch) -> None:
    """Sick leave counts calendar days, annual leave working days."""
    absence = team.absence_of
    patch.setattr(
        team, "absence_of",
        lambda row, **more: replace(absence(row, **more), part_label=f"{row.days:f}"),
    )  # fmt: skip


def in_the_order(patch: pytest.MonkeyPatch) -> None:
    in_order = team._in_order

    def sick_first(rows):
        return sorted(in_order(rows), key=lambda row: not is_sick(row))

    patch.setattr(team, "_in_order", sick_first)


def in_a_missing_notice(patch: pytest.MonkeyPatch) -> None:
    tell = telling.enqueue_all

    def but_for_sick_leave(*, messages, now):
        sick = set(LeaveRequest.objects.filter(
            leave_type__family=Family.SICK).values_list("pk", flat=True))  # fmt: skip
        kept = [
            one for one in messages
            if one.notice != FOR_MANAGER_DATES or one.subject_id not in sick
        ]  # fmt: skip
        return tell(messages=kept, now=now)

    patch.setattr(telling, "enqueue_all", but_for_sick_leave)


def in_one_question_more(patch: pytest.MonkeyPatch) -> None:
    ask = pages.get_question

    def curious(**facts):
        page = ask(**facts)
        row = LeaveRequest.objects.select_related("leave_type").get(
            considerations=facts["consideration_id"]
        )
        if is_sick(row):
            LeaveType.objects.count()
        return page

    patch.setattr(pages, "get_question", curious)


PLANTS: dict[Plant, str] = {
    in_the_feed: "away: feed",
    in_the_number_of_changes: "granted: feed",
    in_the_count_of_days: "granted: manager /t/",
    in_the_order: "granted: manager /t/",
    in_a_missing_notice: "granted: manager was told",
    in_one_question_more: "asked: queries of question",
}


@contextmanager
def planted(plant: Plant) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        plant(patch)
        yield


def test_a_kind_is_noticed_wherever_it_slips_out() -> None:
    annual, sick = live(ANNUAL, "id"), live(SICK, "id")
    differ = differing(annual, sick)
    assert not {place: (annual.seen[place], sick.seen[place]) for place in differ}
    assert b"BEGIN:VEVENT" in annual.seen["away: feed"]
    assert b"Pegawai Contoh" in annual.seen["away: feed"]
    for plant, place in PLANTS.items():
        with planted(plant):
            differ = differing(annual, live(SICK, "id"))
        assert place in differ, f"{plant.__name__}: {differ}"
