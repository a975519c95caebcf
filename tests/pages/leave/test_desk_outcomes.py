"""The desk where it does not simply grant: other dates, later, sent back; in words."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from portal.leave.choices import State
from portal.leave.models import Decision, LeaveRequest, LeaveType
from portal.leave.services.decisions import sign_due
from tests.factories import make_employee
from tests.support.desk import at_the_desk, hidden, said
from tests.support.leave_cases import FIRST, LAST, later, ready, sent, the_decision

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def official(room) -> Client:
    return at_the_desk(room.official)


def outcomes_on(page) -> set[str]:
    return set(re.findall(r"\?hasil=([A-Z]+)", page.content.decode()))


def test_the_rule_has_no_dead_buttons(official, room):
    annual = ready(room)
    assert outcomes_on(official.get(f"/h/{annual.pk}/")) == {"AMEND", "DEFER", "RETURN"}
    other = make_employee("lain", agency=room.agency, unit=room.unit, manager=room.manager)
    sick = ready(room, employee=other, code="CS")
    page = official.get(f"/h/{sick.pk}/")
    assert outcomes_on(page) == {"AMEND", "RETURN"}
    assert "Recall to work" not in said(page)
    for outcome in ("DEFER", "REFUSE"):
        answer = official.get(f"/h/{sick.pk}/putus/?hasil={outcome}")
        assert answer.url == f"/h/{sick.pk}/"
    LeaveType.objects.filter(code="CT-PNS").update(can_refuse=True)
    assert "REFUSE" in outcomes_on(official.get(f"/h/{annual.pk}/"))


def test_three_clicks_and_two_fields_defer_with_the_very_words_she_reads(official, room):
    row = ready(room)
    path = f"/h/{row.pk}/putus/"
    asked = official.get(f"{path}?hasil=DEFER")
    typed = {"reason": "URGENT_DUTY", "ways": ["OTHER_DATES"], **hidden(asked)}

    preview = official.post(path, typed)

    words = said(preview)
    assert "a duty that cannot wait falls on these days" in words
    assert "This is no judgement of your health or your work." in words
    assert "What you can do" in words
    assert "Choose other dates" in words
    assert not Decision.objects.exists()
    answer = official.post(path, {**hidden(preview), "send": "1"})
    assert answer.url == "/h/"
    decision = the_decision(row)
    assert (decision.outcome, decision.reason) == ("DEFER", "URGENT_DUTY")
    assert decision.ways_forward == ["OTHER_DATES"]

    sign_due(now=later(11))
    owner = at_the_desk(room.asker)
    block = re.compile(r'<section class="card warn"[^>]*>(.*?)</ul>', re.DOTALL)
    foretold = block.search(preview.content.decode()).group(1)
    told = block.search(owner.get(f"/cuti/{row.pk}/").content.decode()).group(1)
    assert plain(foretold) == plain(told)


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.mark.parametrize("lacks", ["reason", "ways"])
def test_nothing_is_sent_without_a_reason_and_a_way_forward(official, room, lacks):
    row = ready(room)
    path = f"/h/{row.pk}/putus/"
    typed = {
        "hasil": "DEFER", "version": row.version, "reason": "UNIT_FULL",
        "ways": ["OTHER_DATES", "PART"], "other_first": "2026-12-14",
        "other_last": "2026-12-16", "send": "1",
    }  # fmt: skip
    del typed[lacks]
    answer = official.post(path, typed)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Something needs a small fix" in said(answer)
    assert "2026-12-14" in page
    kept = "UNIT_FULL" if lacks == "ways" else "PART"
    assert re.search(rf'value="{kept}"[^>]*checked', page)
    assert not Decision.objects.exists()


def test_what_the_rule_refuses_gives_everything_back(official, room):
    row = ready(room)
    typed = {
        "hasil": "DEFER", "version": row.version + 3, "reason": "UNIT_FULL",
        "ways": ["PART"], "send": "1",
    }  # fmt: skip
    answer = official.post(f"/h/{row.pk}/putus/", typed)
    page = answer.content.decode()
    assert "This request has changed meanwhile." in said(answer)
    assert re.search(r'value="UNIT_FULL"[^>]*checked', page)
    assert f'name="version" value="{row.version}"' in page


def test_part_of_the_days_is_offered_where_the_attestation_covers_part(official, room):
    row = ready(room, code="CS", covers=(FIRST, FIRST))
    queue = official.get("/h/")
    assert f"/h/{row.pk}/putus/" not in queue.content.decode()
    case = official.get(f"/h/{row.pk}/")
    assert outcomes_on(case) == {"AMEND", "RETURN"}
    asked = official.get(f"/h/{row.pk}/putus/?hasil=AMEND")
    page = asked.content.decode()
    assert page.count(f'value="{FIRST.isoformat()}"') == 2
    assert re.search(r'value="EVIDENCE_COVERS_LESS"[^>]*checked', page)
    typed = {**hidden(asked), "first_day": FIRST, "last_day": FIRST,
             "reason": "EVIDENCE_COVERS_LESS", "ways": ["SECOND_LOOK"]}  # fmt: skip
    preview = official.post(f"/h/{row.pk}/putus/", typed)
    official.post(f"/h/{row.pk}/putus/", {**hidden(preview), "send": "1"})
    decision = the_decision(row)
    assert (decision.outcome, decision.last_day) == ("AMEND", FIRST)


@pytest.mark.parametrize(
    ("first", "last"), [(FIRST, LAST), (FIRST - timedelta(1), LAST), (LAST, FIRST)]
)
def test_other_dates_lie_within_those_asked_for(official, room, first, last):
    row = ready(room)
    answer = official.post(
        f"/h/{row.pk}/putus/",
        {"hasil": "AMEND", "version": row.version, "first_day": first, "last_day": last,
         "reason": "UNIT_FULL", "ways": ["OTHER_DATES"], "send": "1"},
    )  # fmt: skip
    assert "Something needs a small fix" in said(answer)
    assert not Decision.objects.exists()


def test_a_late_certificate_is_shown_apart_and_can_be_sent_back(official, room):
    row = sent(room, code="CS")
    LeaveRequest.objects.filter(pk=row.pk).update(state=State.EVIDENCE_OVERDUE)
    page = said(official.get("/h/"))
    assert "The certificate has not come" in page
    case = official.get(f"/h/{row.pk}/")
    assert outcomes_on(case) == {"RETURN"}
    asked = official.get(f"/h/{row.pk}/putus/?hasil=RETURN").content.decode()
    assert re.search(r'value="INCOMPLETE"[^>]*checked', asked)
    assert re.search(r'value="ADD_EVIDENCE"[^>]*checked', asked)
