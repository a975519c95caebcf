"""
Doors of leave that no table shows: who was left out, forged rows, names of files, tokens.

The table of addresses (`matrix`) says who gets in with the rows of one request. Here rows are
mixed: another agency's ids in valid forms, one's own request beside a colleague's piece, a
manager who was left out, a reviewer whose case a colleague looks after.
"""

import re
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone
from django.utils.timezone import localdate

from portal.common.errors import Refused
from portal.leave.choices import State
from portal.leave.models import Consideration, LeaveDay, LeaveRequest, WorkPattern
from portal.leave.rules.asking import Details
from portal.leave.services.calendars import remove_address
from portal.people.choices import Role
from portal.people.models import Employee, RoleGrant
from portal.people.services import grant_role
from tests.factories import account
from tests.support.leave_cases import sent
from tests.support.routes import all_routes
from tests.support.world import PERSONS, World, frozen_world, undone
from tests.support.writes import kept_writes, watched

pytestmark = pytest.mark.django_db
_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"')
NEUTRAL = re.compile(r"(dokumen-)?[0-9a-f]{8,12}\.(pdf|csv|json)|agenda\.ics")
"""A file's name is by chance, or one word for all."""
BY_DESIGN = {"leave:feed"}
"""Read by a program that keeps what it got; it has no name of its own."""


def test_a_manager_who_was_left_out_finds_nothing_before_it_is_granted() -> None:
    with frozen_world() as world:
        room = world.room
        day = localdate() + timedelta(days=7 * 12 - localdate().weekday())
        row = sent(room, first=day, last=day, details=Details(leave_out_manager=True),
                   now=timezone.now())  # fmt: skip
        asked = Consideration.objects.get(request=row)
        assert asked.asked_id == room.director.pk
        for person, status in (("manager", 404), ("deputy", 404), ("peer", 404),
                               ("chief", 200)):  # fmt: skip
            answer = world.browsers[person].get(f"/t/{asked.pk}/")
            assert answer.status_code == status, person
        listed = world.browsers["manager"].get("/t/").content.decode()
        assert str(asked.pk) not in listed
        assert str(row.pk) not in listed


def _forged(world: World) -> list[tuple[str, str, dict[str, object]]]:
    """Return valid forms of another agency's desk about rows of this one."""
    rows = world.rows
    case = world.special["leave:decide"]["request_id"]
    version = LeaveRequest.objects.get(pk=case).version
    day = localdate().isoformat()
    return [
        ("stranger", f"/h/{case}/putus/", {"hasil": "GRANT", "version": version}),
        ("stranger", f"/h/{case}/batal/", {"version": version}),
        ("stranger", f"/h/{rows['request_id']}/cabut/",
         {"cabut-reason": "ERROR", "cabut-version": version}),
        ("stranger", f"/h/minggu/{rows['pattern_id']}/akhiri/", {"last_day": day}),
        ("stranger", f"/h/pegawai/{rows['employee_id']}/bersama/hapus/", {"day": day}),
        ("stranger", f"/h/pegawai/{rows['employee_id']}/masa/", {"started_on": "2010-01-01"}),
        ("stranger", f"/h/keputusan/{rows['decree_id']}/cabut/", {}),
        ("stranger", f"/h/wakil/{rows['delegation_id']}/akhiri/", {}),
        ("stranger", f"/h/putusan/{rows['decision_id']}/tanda-tangan/", {}),
        # Her own official, but somebody else's decision; her own reviewer, but another's case.
        ("undecreed", f"/h/putusan/{rows['decision_id']}/tanda-tangan/", {}),
        ("second", f"/m/{world.special['leave:review']['request_id']}/",
         {"verdict": "ENOUGH", "issuer": "DOCTOR", "piece": 1}),
        ("peer", f"/cuti/{rows['request_id']}/batal/", {"version": 1}),
        ("manager", f"/cuti/{rows['request_id']}/pulang/", {"version": 1, "last_day": day}),
        ("chief", f"/t/{rows['consideration_id']}/", {"opinion": "DISAGREED",
                                                       "reason": "UNIT_FULL"}),
        ("owner", f"/t/{rows['consideration_id']}/", {"opinion": "AGREED"}),
        ("chief", f"/t/rencana/{rows['plan_id']}/", {"agree": "1", "version": 1}),
        ("deputy", f"/t/wakil/{rows['delegation_id']}/akhiri/", {}),
    ]  # fmt: skip


def test_a_valid_form_about_somebody_elses_row_is_nowhere() -> None:
    found = []
    with frozen_world() as world:
        for person, path, sent_form in _forged(world):
            with undone(), watched() as queries:
                answer = world.browsers[person].post(path, sent_form)
            if answer.status_code != 404 or kept_writes(queries):
                found.append(f"{person} {path}: {answer.status_code} {kept_writes(queries)}")
    assert not found


def test_an_employee_takes_no_row_of_another_along() -> None:
    """A change, an extension and a second sending name a request in a hidden field."""
    with frozen_world() as world:
        before = LeaveRequest.objects.count(), LeaveDay.objects.count()
        for name in ("continues", "supersedes", "again"):
            form = {
                "start": "MONDAY", "length": "ONE", "certificate": "NONE", "version": 1,
                "key": "7f6b1d0a-5f0c-4b60-9a54-0c4f8c5d1a11",
                name: str(world.rows["request_id"]),
            }  # fmt: skip
            with undone():
                answer = world.browsers["peer"].post("/cuti/kirim/", form)
                assert answer.status_code in {200, 404}, (name, answer.status_code)
                assert (LeaveRequest.objects.count(), LeaveDay.objects.count()) == before


def test_nobody_decides_about_herself() -> None:
    """An official, HR officer and reviewer who asks for leave finds it on no desk of hers."""
    with frozen_world() as world:
        room = world.room
        day = localdate() + timedelta(days=7 * 13 - localdate().weekday())
        for person in ("official", "hr", "reviewer"):
            employee = Employee.objects.get(user=world.users[person])
            Employee.objects.filter(pk=employee.pk).update(employment="PNS")
            employee.refresh_from_db()
            row = sent(room, employee=employee, first=day, last=day, now=timezone.now())
            for path in (f"/h/{row.pk}/", f"/h/{row.pk}/putus/", f"/m/{row.pk}/"):
                assert world.browsers[person].get(path).status_code == 404, (person, path)
            assert world.browsers[person].get(f"/cuti/{row.pk}/").status_code == 200


def test_every_file_has_a_name_by_chance_and_is_kept_by_nobody() -> None:
    names: dict[str, set[str]] = {}
    with frozen_world() as world:
        for _turn in range(2):
            for route in all_routes():
                if not route.name.startswith("leave:"):
                    continue
                for person in ("owner", "hr", "reviewer"):
                    answer = world.browsers[person].get(
                        route.path(**world.arguments(route.name))
                    )
                    assert answer.headers["Cache-Control"] == "no-store" or (
                        "no-store" in answer.headers["Cache-Control"]
                    ), route.name
                    kind = answer.headers.get("Content-Type", "")
                    if answer.status_code == 200 and not kind.startswith("text/html"):
                        said = answer.headers.get("Content-Disposition", "")
                        found = re.findall(r'filename="([^"]+)"', said)
                        names.setdefault(route.name, set()).update(found)
    assert names.keys() >= {
        "leave:letter", "leave:leave-form", "leave:desk-letter", "leave:desk-form",
        "leave:desk-attestation", "leave:request-calendar", "leave:feed", "leave:numbers-file",
    }  # fmt: skip
    for route_name, given in names.items():
        assert given or route_name in BY_DESIGN, route_name
        assert all(NEUTRAL.fullmatch(name) for name in given), (route_name, given)


def test_a_calendar_that_was_taken_back_leads_nowhere() -> None:
    with frozen_world() as world:
        path = f"/kal/{world.rows['token']}.ics"
        assert Client().get(path).status_code == 200
        remove_address(actor=account(world.users["owner"]), kind="OWN")
        other = f"/kal/{'b' * len(str(world.rows['token']))}.ics"
        gone, nowhere = (_bare(one) for one in (path, other))
        assert gone == nowhere
        assert gone[0] == 404


def _bare(path: str) -> tuple[int, bytes]:
    """Return an answer without the address it was asked for, and without a form's token."""
    answer = Client().get(path)
    return answer.status_code, _TOKEN.sub(b"", answer.content.replace(path.encode(), b""))


def test_whoever_left_reads_no_calendar() -> None:
    """A closed account's address leads nowhere: what is known stays with the house."""
    with frozen_world() as world:
        type(world.users["owner"]).objects.filter(pk=world.users["owner"].pk).update(
            is_active=False
        )
        assert Client().get(f"/kal/{world.rows['token']}.ics").status_code == 404


@pytest.mark.parametrize("other", [Role.COUNSELLOR, Role.DUTY, Role.HR, Role.OFFICIAL])
def test_a_medical_reviewer_has_no_other_part(other: Role) -> None:
    with frozen_world() as world:
        admin, reviewer = account(world.users["admin"]), world.users["reviewer"]
        with pytest.raises(Refused):
            grant_role(
                actor=admin, user_id=reviewer.pk, agency_id=admin.agency_id, role=other,
                now=timezone.now(),
            )  # fmt: skip
        assert not RoleGrant.objects.filter(user=reviewer, role=other).exists()


def test_there_is_no_rank_and_no_back_office() -> None:
    columns = {field.name for field in get_user_model()._meta.get_fields()}
    assert not columns & {"is_superuser", "is_staff", "user_permissions"}
    for path in ("/admin/", "/admin/login/"):
        assert Client().get(path).status_code == 404
    assert {"chief", "deputy", "stranger"} <= {*PERSONS}


def test_no_look_changes_where_a_request_stands() -> None:
    """Everybody opens everything; versions, states and days are what they were."""
    with frozen_world() as world:
        before = _standing()
        for route in all_routes():
            if route.name.startswith("leave:"):
                for person in ("owner", "manager", "hr", "official", "reviewer"):
                    path = route.path(**world.arguments(route.name))
                    world.browsers[person].get(path)
                    world.browsers[person].head(path)
        assert _standing() == before
        assert WorkPattern.objects.count() >= 1
        assert State.GRANTED in {state for _, state, _ in before}


def _standing() -> list[tuple[object, ...]]:
    return [*LeaveRequest.objects.order_by("id").values_list("id", "state", "version")]
