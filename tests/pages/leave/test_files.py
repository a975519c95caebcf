"""Every file of leave is handed out the same way: a name by chance, in no cache."""

import re
from pathlib import Path

import pytest

from portal.leave import views
from portal.leave.views.papers import FileKind, file_answer
from tests.support.desk import at_the_desk
from tests.support.leave_cases import granted, ready

pytestmark = pytest.mark.django_db(transaction=True)
PERIOD = {"keterangan-first": "2026-11-01", "keterangan-last": "2026-11-30"}
NAMED = re.compile(r'attachment; filename="([0-9a-f]{12})\.(pdf|csv|json)"')


def names_of(answer) -> tuple[str, str]:
    """Return name and ending of a file, once its head says what each of them says."""
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    return NAMED.fullmatch(answer["Content-Disposition"]).groups()


def test_each_file_of_hers_and_of_the_desk(room):
    row = granted(room, ready(room))
    own, hr = at_the_desk(room.asker), at_the_desk(room.hr)
    answers = [
        own.get(f"/cuti/{row.pk}/dokumen/"),
        own.get(f"/cuti/{row.pk}/formulir/"),
        hr.get(f"/h/{row.pk}/dokumen/"),
        hr.get(f"/h/{row.pk}/formulir/"),
        hr.post("/h/ekspor/gaji/", {"gaji-month": "2026-12"}),
        hr.post("/h/ekspor/keterangan/", {**PERIOD, "keterangan-kind": "csv"}),
        hr.post("/h/ekspor/keterangan/", {**PERIOD, "keterangan-kind": "json"}),
    ]
    found = [names_of(answer) for answer in answers]
    assert {answer["Cross-Origin-Resource-Policy"] for answer in answers} == {"same-origin"}
    assert [ending for _name, ending in found] == ["pdf"] * 4 + ["csv", "csv", "json"]
    assert len({name for name, _ending in found}) == len(found)


@pytest.mark.parametrize("kind", FileKind)
def test_a_file_has_another_name_each_time(kind):
    first, second = names_of(file_answer(b"", kind)), names_of(file_answer(b"", kind))
    assert first[1] == second[1]
    assert first[0] != second[0]


def test_no_view_hands_out_a_file_in_a_way_of_its_own():
    """The calendar's one leave is its own kind of file; a page of a paper is no file at all."""
    found = {
        path.name
        for path in Path(views.__file__).parent.glob("*.py")
        if "Content-Disposition" in path.read_text("utf-8")
    }
    assert found - {"files.py"} == {"calendars.py", "review.py"}
