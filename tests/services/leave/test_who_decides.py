"""Who decides: decrees with their days, units and kinds; nobody with another part in it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404

from portal.leave.choices import Decider, DecisionState, Family, Refusal
from portal.leave.models import (
    CaseEvent,
    Consideration,
    Decree,
    EvidenceOpening,
    LeaveDesk,
    LeaveType,
)
from portal.leave.rules.deciding import UNDO_FOR
from portal.leave.services import decisions
from portal.people.choices import Role
from tests.factories import NOW, account, grant, make_employee, make_unit
from tests.support.leave import open_room
from tests.support.leave_cases import (
    FIRST,
    decide,
    later,
    ready,
    refused,
    the_decision,
    the_letter,
)

pytestmark = pytest.mark.django_db(transaction=True)


class TestWhoMay:
    def test_without_a_decree_hr_decides_nothing(self, room):
        assert refused(decide, room, ready(room), actor=room.hr) == Refusal.NO_DECREE

    def test_nobody_without_a_desk_gets_to_it(self, room):
        row = ready(room)
        for actor in (room.asker, room.superior, room.reviewer, account(make_employee())):
            with pytest.raises(Http404):
                decide(room, row, actor=actor)

    def test_the_official_of_another_agency_finds_nothing(self, room):
        with pytest.raises(Http404):
            decide(room, ready(room), actor=open_room().official)

    def test_a_decree_ends_with_its_last_local_day(self):
        room = open_room(zone="Asia/Jayapura")
        row = ready(room)
        # 23 November 22.00 in Jakarta is 24 November 00.00 in Jayapura.
        Decree.objects.update(valid_until=date(2026, 11, 23))
        midnight = NOW.replace(hour=15)
        assert refused(decide, room, row, now=midnight) == Refusal.NO_DECREE
        decide(room, row, now=midnight - timedelta(seconds=1))

    def test_a_decree_of_yesterday_and_one_of_tomorrow(self, room):
        row = ready(room)
        Decree.objects.update(valid_until=date(2026, 11, 22))
        assert refused(decide, room, row) == Refusal.NO_DECREE
        Decree.objects.update(valid_from=date(2026, 11, 24), valid_until=None)
        assert refused(decide, room, row) == Refusal.NO_DECREE

    def test_decided_in_time_it_is_signed_after_midnight(self, room):
        row = ready(room)
        Decree.objects.update(valid_until=date(2026, 11, 23))
        before_midnight = NOW.replace(hour=16, minute=59)
        decide(room, row, now=before_midnight)
        assert decisions.sign_due(now=before_midnight + UNDO_FOR) == 1
        assert the_letter(row).signed_on == date(2026, 11, 23)

    def test_withdrawn_it_gives_nothing_and_signs_nothing(self, room):
        row = ready(room)
        decide(room, row)
        Decree.objects.update(withdrawn_on=date(2026, 11, 23))
        assert decisions.sign_due(now=later(10)) == 0
        assert the_decision(row).state == DecisionState.UNDONE
        assert refused(decide, room, row) == Refusal.NO_DECREE

    def test_a_decree_of_another_unit_and_of_a_unit_above(self, room):
        row = ready(room)
        Decree.objects.update(unit=make_unit(room.agency))
        assert refused(decide, room, row) == Refusal.NO_DECREE
        above = make_unit(room.agency)
        room.unit.parent = above
        room.unit.save()
        Decree.objects.update(unit=above)
        decide(room, row)

    def test_a_decree_of_another_family(self, room):
        row = ready(room)
        Decree.objects.update(families=[Family.SICK, Family.LONG])
        assert refused(decide, room, row) == Refusal.NO_DECREE
        Decree.objects.update(families=[Family.ANNUAL])
        decide(room, row)

    def test_in_a_company_hr_may_decide_without_one(self, room):
        LeaveDesk.objects.update(profile="PRIVATE", hr_decides=True)
        row = ready(room)
        decide(room, row, actor=room.hr)
        decisions.sign_due(now=later(10))
        events = CaseEvent.objects.filter(request=row, action="GRANT")
        assert events.get().role == "HR"

    def test_in_the_civil_service_that_cannot_even_be_set(self, room):
        with pytest.raises(IntegrityError, match="in_companies_only"), transaction.atomic():
            LeaveDesk.objects.update(hr_decides=True)

    @pytest.mark.parametrize("why", ["kind", "abroad"])
    def test_some_leave_is_decided_by_the_ppk_alone(self, room, why):
        if why == "kind":
            LeaveType.objects.filter(code="CT-PNS").update(decider=Decider.PPK)
        row = ready(room, is_abroad=why == "abroad")
        assert refused(decide, room, row) == Refusal.NO_DECREE
        Decree.objects.update(is_ppk=True)
        decide(room, row)

    def test_nobody_decides_about_herself(self, room):
        grant(room.employee.user, room.agency, Role.OFFICIAL)
        Decree.objects.update(holder=room.employee.user)
        row = ready(room)
        with pytest.raises(Http404):
            decide(room, row, actor=account(room.employee))

    def test_whoever_considered_it_does_not_decide(self, room):
        grant(room.manager.user, room.agency, Role.OFFICIAL)
        Decree.objects.update(holder=room.manager.user)
        row = ready(room)
        assert Consideration.objects.get(request=row).acted_by == room.manager
        actor = account(room.manager)
        assert refused(decide, room, row, actor=actor) == Refusal.CONFLICT

    @pytest.mark.parametrize("part", ["verdict", "dossier", "second look", "opening"])
    def test_whoever_looked_at_the_evidence_does_not_decide(self, room, part):
        """Roles end and begin: a former reviewer knows why all the same."""
        row = ready(room, code="CS")
        Decree.objects.update(holder_id=room.reviewer.user_id)
        actor = official_now(room)
        look_only(row, room, part)
        assert refused(decide, room, row, actor=actor) == Refusal.CONFLICT


def official_now(room):
    """Return the reviewer as an official: she has changed her role."""
    return replace(room.reviewer, roles=frozenset({Role.OFFICIAL}))


def look_only(row, room, part):
    from portal.leave.models import Attestation, Evidence, HealthDossier

    dossier = HealthDossier.objects.get(request=row)
    if part != "verdict":
        Attestation.objects.filter(request=row).update(reviewer_id=room.other_reviewer.user_id)
    if part == "dossier":
        HealthDossier.objects.filter(request=row).update(reviewer_id=room.reviewer.user_id)
    if part == "second look":
        HealthDossier.objects.filter(request=row).update(not_again_id=room.reviewer.user_id)
    if part == "opening":
        piece = Evidence.objects.create(dossier=dossier, number=9, pages=1, handed_in_on=FIRST)
        EvidenceOpening.objects.create(
            evidence=piece, reviewer_id=room.reviewer.user_id, on_day=FIRST
        )
