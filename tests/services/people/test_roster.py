"""The roster: read in whatever letters it comes, compared, applied, applied again."""

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command

from portal.audit.models import StaffEvent
from portal.people import roster, services
from portal.people.actors import Account
from portal.people.choices import Employment, Role, RosterRefusal
from portal.people.models import Employee, Unit, User
from portal.vault.models import PersonKey
from tests.support.roster import BUDI, FILE, NOW, SITI, WATI, lines, read, take, who

pytestmark = pytest.mark.django_db


def everything():
    return [list(model.objects.order_by("id").values()) for model in (User, Employee, Unit)]


# --- reading and taking over ---------------------------------------------------------------


def test_people_and_units_come_in(agency):
    counts = take(FILE, agency)
    assert (counts.new, counts.units, counts.left_out) == (3, 2, 0)
    siti, budi, wati = who(SITI), who(BUDI), who(WATI)
    assert siti.user.email == "siti@dinas.test"
    assert not siti.user.has_usable_password()
    assert (budi.employment, siti.employment) == (Employment.PPPK, Employment.PNS)
    assert budi.manager == wati.manager == siti
    assert budi.unit.parent == siti.unit
    assert (budi.unit.zone, budi.zone) == ("Asia/Jayapura", "")
    assert wati.zone == "Asia/Makassar"
    assert PersonKey.objects.count() == 3
    assert EmailAddress.objects.filter(verified=True, primary=True).count() == 2
    assert StaffEvent.objects.filter(action="people.roster.apply").count() == 1


def test_a_second_time_changes_nothing(agency):
    take(FILE, agency)
    before = everything()
    counts = take(FILE, agency)
    assert (counts.new, counts.changed, counts.unchanged, counts.units) == (0, 0, 3, 0)
    assert before == everything()


def test_reading_writes_nothing(agency):
    plan = read(FILE, agency)
    assert plan.counts.new == 3
    assert not User.objects.exists()
    assert not Unit.objects.exists()


def test_changes_are_taken_over_and_counted(agency):
    take(FILE, agency)
    changed = FILE.replace("Budi Tabuni", "Budi Y. Tabuni").replace("Kantor Jayapura", "Kanwil")
    counts = take(changed.replace("Siti@", "s.rahma@"), agency)
    assert (counts.new, counts.changed, counts.unchanged, counts.units) == (0, 2, 1, 1)
    assert who(BUDI).user.full_name == "Budi Y. Tabuni"
    assert who(BUDI).unit.name == "Kanwil"
    addresses = EmailAddress.objects.filter(user=who(SITI).user)
    assert [a.email for a in addresses] == ["s.rahma@dinas.test"]


def test_an_own_address_survives_a_new_work_address(agency):
    take(FILE, agency)
    EmailAddress.objects.create(user=who(SITI).user, email="siti@rumah.test", verified=True)
    take(FILE.replace("Siti@Dinas", "baru@dinas"), agency)
    found = EmailAddress.objects.filter(user=who(SITI).user).values_list("email", "primary")
    assert set(found) == {("siti@rumah.test", False), ("baru@dinas.test", True)}


@pytest.mark.parametrize(
    "source",
    [
        FILE.encode(),
        b"\xef\xbb\xbf" + FILE.encode(),
        FILE.encode("utf-16"),
        FILE.encode("cp1252"),
        FILE.replace(";", ","),
        FILE.replace(";", "\t"),
        FILE.replace("\n", "\r\n"),
        FILE.replace("\n", "\r\n\r\n"),
        "\ufeff\n" + FILE,
    ],
    ids=["utf8", "bom", "utf16", "cp1252", "comma", "tab", "crlf", "gaps", "late"],
)
def test_the_letters_and_separators_of_spreadsheets(agency, source):
    plan = read(source, agency)
    assert (plan.counts.new, plan.problems) == (3, [])


def test_old_windows_letters_are_read(agency):
    take(FILE.replace("Siti Rahma", "José Peña").encode("cp1252"), agency)
    assert who(SITI).user.full_name == "José Peña"


def test_english_headers_in_another_order(agency):
    text = lines(
        f"WIB,Secretariat,SEK,Siti,{SITI},extra",
        head="Time Zone,Unit_Name,UNIT-CODE,Full name,NIP,Remark",
    )
    assert read(text, agency).counts.new == 1


def test_a_name_over_two_lines_keeps_line_numbers_true(agency):
    text = lines(f'{SITI};"Siti\nRahma";;SEK;Sekretariat;;;;', "12;Budi;;SEK;;;;;")
    plan = read(text, agency)
    assert plan.people[0].line.name == "Siti Rahma"
    assert [problem.line for problem in plan.problems] == [4]


def test_people_without_a_nip_are_known_by_their_address(agency):
    text = lines(";Honorer;h@dinas.test;SEK;Sekretariat;;;;")
    assert take(text, agency).new == 1
    assert take(text, agency).unchanged == 1
    assert Employee.objects.get().employment == Employment.OTHER
    assert take(text.replace("\n;", f"\n{BUDI};"), agency).changed == 1
    assert who(BUDI).employment == Employment.PPPK
    assert User.objects.count() == 1


def test_an_external_account_of_that_address_becomes_an_employee(agency):
    user_id = services.create_user(actor=None, full_name="Dewi", email="dewi@x.test", now=NOW)
    take(lines(f"{WATI};Dewi;dewi@x.test;SEK;Sekretariat;;;;"), agency)
    assert who(WATI).user_id == user_id


def test_a_missing_column_takes_nothing_away(agency):
    take(FILE, agency)
    head = "nip;nama;unit kode"
    rows = [f"{SITI};Siti Rahma;SEK", f"{BUDI};Budi Tabuni;JYP", f"{WATI};Wati;SEK"]
    assert take(lines(*rows, head=head), agency).unchanged == 3
    assert who(BUDI).manager == who(SITI)
    assert who(WATI).zone == "Asia/Makassar"


def test_an_empty_manager_takes_the_manager_away(agency):
    take(FILE, agency)
    assert take(FILE.replace(f"WITA;{SITI}", "WITA;"), agency).changed == 1
    assert who(WATI).manager is None


# --- who is missing, who leaves, who comes back --------------------------------------------


def test_the_absent_are_listed_and_stay(agency):
    take(FILE, agency)
    short = "\n".join(FILE.splitlines()[:3])
    plan = read(short, agency)
    assert [(one.name, one.unit) for one in plan.absent] == [("Wati", "Sekretariat")]
    roster.apply_roster(actor=None, plan=plan, now=NOW)
    assert who(WATI).user.is_active


def test_the_absent_leave_when_their_number_is_confirmed(agency):
    take(FILE, agency)
    short = "\n".join(FILE.splitlines()[:3])
    with pytest.raises(roster.RosterRefused) as refused:
        take(short, agency, close_absent=2)
    assert refused.value.reason == RosterRefusal.ABSENT_CHANGED
    assert who(WATI).user.is_active
    take(short, agency, close_absent=1)
    assert not who(WATI).user.is_active
    assert read(short, agency).absent == []


def test_nobody_leaves_while_lines_have_problems(agency):
    take(FILE, agency)
    broken = FILE.replace("Wati;", ";")
    assert read(broken, agency).absent == []
    with pytest.raises(roster.RosterRefused) as refused:
        take(broken, agency, close_absent=0)
    assert refused.value.reason == RosterRefusal.LINES_LEFT_OUT


def test_a_status_closes_and_opens_an_account(agency):
    take(FILE, agency)
    stamp = who(WATI).user.session_stamp
    assert take(FILE.replace(";aktif", ";nonaktif"), agency).closed == 1
    assert not who(WATI).user.is_active
    assert who(WATI).user.session_stamp != stamp
    assert take(FILE.replace(";aktif", ";"), agency).unchanged == 3
    assert not who(WATI).user.is_active
    assert take(FILE, agency).opened == 1
    assert who(WATI).user.is_active


def test_an_administrator_does_not_close_her_own_account(agency):
    take(FILE, agency)
    actor = Account(who(WATI).user_id, agency.pk, "Asia/Jakarta", frozenset({Role.ADMIN}))
    plan = read(FILE.replace(";aktif", ";nonaktif"), agency)
    roster.apply_roster(actor=actor, plan=plan, now=NOW)
    assert who(WATI).user.is_active


# --- size and command ----------------------------------------------------------------------


def nip_of(number):
    year, serial = 1960 + number // 900, number % 900 + 1
    return f"{year}0330200312{1 + number % 2}{serial:03d}"


def five_thousand():
    return lines(
        *(
            f"{nip_of(n)};Pegawai {n};p{n}@dinas.test;U{n % 50};Unit {n % 50};;WIB;"
            f"{nip_of(n // 10) if n else ''};"
            for n in range(5000)
        )
    )


def test_five_thousand_lines_take_few_statements(agency, django_assert_max_num_queries):
    plan = read(five_thousand(), agency, limit=roster.PAGE_LINES)
    assert (plan.counts.new, plan.problems) == (5000, [])
    with django_assert_max_num_queries(45):
        roster.apply_roster(actor=None, plan=plan, now=NOW)
    assert Employee.objects.filter(manager__isnull=True).count() == 1
    with django_assert_max_num_queries(15):
        assert take(five_thousand(), agency).unchanged == 5000


def test_the_command_looks_first_and_tells_no_names(agency, tmp_path, capsys):
    file, problems = tmp_path / "roster.csv", tmp_path / "problems.csv"
    file.write_text(FILE + "12;Rahasia;;SEK;;;;;\n", encoding="utf-8")
    call_command("import_roster", file, agency="contoh", dry_run=True, problems=problems)
    out = capsys.readouterr().out
    assert "3 new" in out
    assert "Rahasia" not in out
    assert "Siti" not in out
    assert problems.read_text(encoding="utf-8-sig").count("\n") == 2
    assert not User.objects.exists()
    call_command("import_roster", file, agency="Dinas Contoh")
    assert User.objects.count() == 3


def test_the_command_says_which_agencies_there_are(agency, tmp_path):
    with pytest.raises(CommandError, match="Dinas Contoh"):
        call_command("import_roster", tmp_path / "x.csv", agency="Tidak Ada")
    with pytest.raises(CommandError, match=r"x\.csv"):
        call_command("import_roster", tmp_path / "x.csv", agency="Contoh")
