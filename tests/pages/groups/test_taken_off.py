"""In the browser of a facilitator: what was hers this minute is a 404 the next."""

from datetime import date, time

import pytest

from groups.choices import Way
from groups.models import Assignment
from groups.services import rota
from portal.people.models import RoleGrant, User
from tests.factories import NOW
from tests.pages.counselling.conftest import sign_in
from tests.support.clock import at, follow_the_clock
from tests.support.groups import enrolment_of, join, make_circle, meetings_of, plan_series

pytestmark = pytest.mark.django_db


@pytest.fixture
def circle(monkeypatch, settings):
    settings.REQUIRE_STAFF_MFA = False
    follow_the_clock(monkeypatch)
    made = make_circle(ways=(Way.ONLINE,))
    plan_series(made, starts_on=date(2026, 11, 23), at=time(14, 0), meetings=2)
    return made


def doors(circle, member):
    """Return every address of the group and of its meeting, and what is sent there."""
    group = f"/f/{circle.group.pk}/"
    meeting = f"/f/pertemuan/{meetings_of(circle)[0].pk}/"
    tap = {"enrolment": str(enrolment_of(circle, member).pk), "mark": "PRESENT"}
    return [
        (group, None),
        (f"{group}anggota/", None),
        (f"{group}pengumuman/", None),
        (f"{group}pengumuman/", {"text": "Halo"}),
        (f"{group}bacaan/", None),
        (f"{group}rencana/", None),
        (meeting, None),
        (f"{meeting}cetak/", None),
        (f"{meeting}kehadiran/", tap),
        (f"{meeting}catatan/", {"themes": ["SLEEP"], "text": ""}),
        (f"{meeting}langkah/", {"block_no": "0"}),
        (f"{meeting}cerita/", {"feeling": "FINE"}),
        (f"{meeting}tautan/", {}),
        (f"{meeting}siap/", {}),
    ]


def answers(browser, circle, member) -> set[int]:
    return {
        (browser.get(path) if sent is None else browser.post(path, sent)).status_code
        for path, sent in doors(circle, member)
    }


@pytest.mark.parametrize("how", ["unassigned", "role ended"])
def test_every_address_is_a_404_at_once(circle, how):
    rina = join(circle, alias="Kenanga")
    with at(meetings_of(circle)[0].period.lower):
        browser = sign_in(User.objects.get(pk=circle.co.user_id))
        assert answers(browser, circle, rina) <= {200, 302}

        if how == "unassigned":
            assignment = Assignment.objects.get(facilitator=circle.facilitator(circle.co))
            now = meetings_of(circle)[0].period.lower
            rota.unassign(actor=circle.head, assignment_id=assignment.pk, now=now)
        else:
            grants = RoleGrant.objects.filter(user_id=circle.co.user_id)
            grants.update(ends_on=NOW.date())

        assert answers(browser, circle, rina) == {404}
        assert browser.get("/f/").status_code == (200 if how == "unassigned" else 404)
