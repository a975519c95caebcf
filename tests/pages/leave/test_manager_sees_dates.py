"""
Sick leave and annual leave of equal dates are the same to a superior, byte by byte.

Two people with the same name, the same superior's name and the same dates live through the
same days, one on annual, one on sick leave: asked, reminded, answered, granted, away, back.
Every page their superiors can open is compared after ids and the tokens of forms are taken
out, and every notice by its name, revision and hour.
"""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from django.conf import settings as house
from django.test import Client
from django.urls import reverse

from portal.leave import notices
from portal.leave.choices import (
    Care,
    Certificate,
    Issuer,
    ManagerSees,
    Outcome,
    State,
    Verdict,
)
from portal.leave.models import Consideration, LeaveRequest, LeaveType
from portal.leave.rules.asking import LeaveAsk
from portal.leave.rules.deciding import Ruling
from portal.leave.selectors.absences import away_today
from portal.leave.services import attestations, decisions
from portal.leave.services.deadlines import advance_considerations, advance_evidence
from portal.leave.services.endings import close_finished
from portal.leave.services.requests import submit_leave_request
from portal.notifications.models import Delivery, Notification
from portal.notifications.policies import inbox_tag
from portal.people.models import Employee, User
from tests.factories import make_employee
from tests.pages.counselling.conftest import sign_in
from tests.support.clock import at, follow_the_clock
from tests.support.leave import Room, know_notices, open_room
from tests.support.leave_team import MONDAY, absent, on
from tests.support.reviews import hand_in, look

FIRST, LAST = date(2026, 12, 11), date(2026, 12, 15)
"""A Friday and a Tuesday: calendar days and working days differ between them."""
SATURDAY = date(2026, 12, 12)
INBOX = reverse("notifications:inbox")
ANNUAL, SICK = "CT-PNS", "CS"
TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
_ID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"')


@pytest.fixture(autouse=True)
def _house(monkeypatch, settings, transactional_db):
    settings.REQUIRE_STAFF_MFA = False
    know_notices(monkeypatch)
    follow_the_clock(monkeypatch)


@dataclass
class Life:
    """One request from its first to its last day, and everything its superiors could see."""

    code: str
    language: str
    room: Room
    row: LeaveRequest | None = None
    seen: dict[str, bytes] = field(default_factory=dict)

    @property
    def question(self) -> UUID:
        return Consideration.objects.filter(request=self.row).latest("step").pk

    def browser(self, employee: Employee) -> Client:
        browser = sign_in(User.objects.get(pk=employee.user_id))
        browser.cookies[house.LANGUAGE_COOKIE_NAME] = self.language
        return browser

    def look(self, moment: str) -> None:
        """Keep what each superior sees, and what she has been told."""
        for who, employee in (("manager", self.room.manager), ("director", self.room.director)):
            browser = self.browser(employee)
            for path in ("/t/", f"/t/{self.question}/", "/t/wakil/", "/t/cara/", INBOX):
                answer = browser.get(path)
                place = f"{moment}: {who} {'question' if '-' in path else path}"
                self.seen[place] = bare(answer)
            tag = inbox_tag(namespace=notices.MANAGER, user_id=employee.user_id)
            told = Notification.objects.filter(recipient_tag=tag)
            told = told.values_list("notice", "rev", "created_hour")
            self.seen[f"{moment}: {who} was told"] = repr(sorted(told)).encode()
            mails = Delivery.objects.filter(notification__recipient_tag=tag).count()
            self.seen[f"{moment}: {who} was mailed"] = str(mails).encode()

    def send_nothing(self, moment: str, **fields: str) -> None:
        """Keep what a superior sees who ticks something that does not fit."""
        answer = self.browser(self.room.manager).post(f"/t/{self.question}/", fields)
        self.seen[f"{moment}: {sorted(fields.values())}"] = bare(answer)

    def answer(self, **fields: str) -> None:
        """Let the manager answer on her page; keep where it led and what it said."""
        browser = self.browser(self.room.manager)
        answer = browser.post(f"/t/{self.question}/", fields)
        self.seen["answered"] = bare(answer) + answer["Location"].encode()
        self.seen["answered: then"] = bare(browser.get("/t/"))


def bare(answer) -> bytes:
    """Return a page without ids and tokens, after its status and headers that could tell."""
    head = f"{answer.status_code} {answer.get('Cache-Control')} {answer.get('Content-Type')}\n"
    body = _TOKEN.sub(b"token", answer.content)
    return head.encode() + _ID.sub(b"id", body)


def live(code: str, language: str, *, asked: str = "AGREED") -> Life:
    """Live through a leave of one kind, the same days as any other."""
    life = Life(code, language, open_room())
    room = life.room
    beside = make_employee("sejawat", agency=room.agency, unit=room.unit, manager=room.manager)
    absent(room, beside, FIRST, FIRST)
    with at(on(MONDAY)):
        request_id = submit_leave_request(actor=room.asker, ask=ask(code), now=on(MONDAY))
        life.row = LeaveRequest.objects.get(pk=request_id)
        life.look("asked")
    with at(on(TUESDAY)):
        sweep(TUESDAY)
        life.look("reminded")
    with at(on(WEDNESDAY)):
        sweep(WEDNESDAY)
        life.look("reminded again")
        life.send_nothing("sent nothing")
        life.send_nothing("sent half", opinion="CHANGED", reason="UNIT_FULL")
        life.answer(
            opinion=asked, reason="UNIT_FULL", other_first="2026-12-21", other_last="2026-12-22"
        )
        life.look("answered")
    with at(on(WEDNESDAY, 15)):
        if code == SICK:
            attest(life)
        life.look("waiting")
    with at(on(WEDNESDAY, 16)):
        grant(life)
        life.look("granted")
    days = (("away", FIRST), ("weekend", SATURDAY), ("still away", LAST))
    for name, day in (*days, ("over", LAST + timedelta(1))):
        with at(on(day)):
            sweep(day)
            close_finished(now=on(day))
            life.look(name)
            rests = away_today(user_ids={room.employee.user_id}, now=on(day))
            life.seen[f"{name}: she rests"] = str(len(rests)).encode()
    life.row.refresh_from_db()
    assert life.row.state == State.CLOSED
    return life


def ask(code: str) -> LeaveAsk:
    return LeaveAsk(
        first_day=FIRST,
        last_day=LAST,
        certificate=Certificate.LATER if code == SICK else Certificate.NONE,
        code=code,
        key=uuid4(),
    )


def sweep(day: date) -> None:
    advance_considerations(now=on(day))
    advance_evidence(now=on(day))


def attest(life: Life) -> None:
    hand_in(life.row, life.room.asker)
    look(life.row, life.room.reviewer)
    attestations.attest(
        actor=life.room.reviewer,
        request_id=life.row.pk,
        ruling=attestations.Finding(
            verdict=Verdict.ENOUGH,
            covers_from=FIRST,
            covers_until=LAST,
            issuer=Issuer.DOCTOR,
            care=Care.ANY,
            missing=(),
        ),
        now=on(WEDNESDAY, 15),
    )


def grant(life: Life) -> None:
    life.row.refresh_from_db()
    assert life.row.state == State.DECISION
    decision_id = decisions.decide(
        actor=life.room.official,
        request_id=life.row.pk,
        ruling=Ruling(outcome=Outcome.GRANT, first_day=FIRST, last_day=LAST),
        version=life.row.version,
        now=on(WEDNESDAY, 15),
    )
    decisions.sign_now(actor=life.room.official, decision_id=decision_id, now=on(WEDNESDAY, 16))


def differing(one: Life, other: Life) -> list[str]:
    """Name the moments and pages at which two lives do not look the same."""
    assert one.seen.keys() == other.seen.keys()
    return [place for place, page in one.seen.items() if other.seen[place] != page]


@pytest.mark.parametrize("language", ["id", "en"])
def test_sick_leave_and_annual_leave_look_the_same(language):
    annual, sick = live(ANNUAL, language), live(SICK, language)

    assert differing(annual, sick) == []
    assert f'<html lang="{language}"'.encode() in sick.seen["asked: manager question"]
    # The pages were there and showed her: nothing is equal because nothing was shown.
    for moment in ("asked", "answered", "granted", "away"):
        assert b"Pegawai Contoh" in annual.seen[f"{moment}: manager /t/"]
    assert b"Pegawai Contoh" in sick.seen["reminded again: director question"]
    assert b"Sejawat Contoh" in sick.seen["asked: manager question"]
    assert annual.seen["weekend: she rests"] == b"1"
    assert b"Pegawai Contoh" not in annual.seen["over: manager /t/"]


@pytest.mark.parametrize("asked", ["CHANGED", "DEFER", "DISAGREED"])
def test_whatever_she_answers_looks_the_same(asked):
    assert differing(live(ANNUAL, "id", asked=asked), live(SICK, "id", asked=asked)) == []


def test_a_kind_on_the_page_is_noticed():
    """The same comparison goes red as soon as the kind is shown, whenever she is seen."""

    def show_the_kind() -> None:
        LeaveType.objects.update(manager_sees=ManagerSees.TYPE)

    annual, sick = live_with(show_the_kind, ANNUAL), live_with(show_the_kind, SICK)

    differ = differing(annual, sick)
    for moment in ("asked", "reminded", "waiting", "granted", "away", "weekend", "still away"):
        assert f"{moment}: manager /t/" in differ
    assert "asked: manager question" in differ
    assert "asked: director /t/" not in differ


def live_with(change, code: str) -> Life:
    """Live through a leave after something about the room was changed."""
    with pytest.MonkeyPatch.context() as patch:
        here = open_room

        def changed_room(**more):
            room = here(**more)
            change()
            return room

        patch.setattr(f"{__name__}.open_room", changed_room)
        return live(code, "id")
