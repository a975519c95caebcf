"""The roster: read in whatever letters it comes, compared, applied, applied again."""

from datetime import UTC, datetime

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command

from portal.audit.models import StaffEvent
from portal.people import roster, services
from portal.people.actors import Account
from portal.people.choices import Employment, Role, RosterRefusal
from portal.people.models import Agency, Employee, Unit, User
from portal.vault.models import PersonKey

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
HEAD = "nip;nama;email;unit kode;unit nama;unit induk;zona;atasan nip;status"
SITI, BUDI, WATI = "198503302003121002", "199001152023212007", "197912012005012003"
FILE = f"""{HEAD}
{SITI};Siti Rahma;Siti@Dinas.test;SEK;Sekretariat;;WIB;;PNS
{BUDI};Budi Tabuni;budi@dinas.test;JYP;Kantor Jayapura;SEK;WIT;{SITI};PPPK
{WATI};Wati;;SEK;;;WITA;{SITI};aktif
"""


@pytest.fixture
def agency():
    return Agency.objects.create(name="Dinas Contoh", short_name="Contoh")


def read(source, agency, **more):
    return roster.read_roster(source, agency_id=agency.pk, now=NOW, **more)


def take(source, agency, **more):
    return roster.apply_roster(actor=None, plan=read(source, agency), now=NOW, **more).counts


def texts(plan):
    return {(problem.line, problem.text) for problem in plan.problems}


def who(nip):
    return Employee.objects.select_related("user", "unit", "manager__user").get(user__nip=nip)


def lines(*rows, head=HEAD):
    return "\n".join([head, *rows])


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


# --- what is wrong with a line -------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "part"),
    [
        ("1985;Siti;;SEK;Sekretariat;;;;", "18"),
        (";Siti;;SEK;Sekretariat;;;;", "NIP"),
        (f"{SITI};;;SEK;Sekretariat;;;;", "nam"),
        (f"{SITI};=HYPERLINK(1);;SEK;Sekretariat;;;;", "spreadsheet"),
        (f"{SITI};Siti;siti@;SEK;Sekretariat;;;;", "e-mail"),
        (f"{SITI};Siti;;;;;;;", "unit"),
        (f"{SITI};Siti;;NEW;;;;;", "unit"),
        (f"{SITI};Siti;;NEW;Baru;GONE;;;", "unit"),
        (f"{SITI};Siti;;SEK;Sekretariat;;WIX;;", "WITA"),
        (f"{SITI};Siti;;SEK;Sekretariat;;;{SITI};", "manager"),
        (f"{SITI};Siti;;SEK;Sekretariat;;;123;", "18"),
        (f"{SITI};Siti;;SEK;Sekretariat;;;{BUDI};", "manager"),
        (f"{SITI};Siti;;SEK;Sekretariat;;;;PPPK", "PPPK"),
        (f"{SITI};Siti;;SEK;Sekretariat;;;;cuti", "aktif"),
        (f"{SITI};{'S' * 201};;SEK;Sekretariat;;;;", "200"),
        (f"{SITI};Siti;;{'S' * 41};Sekretariat;;;;", "40"),
    ],
)
def test_a_bad_line_is_left_out_with_a_sentence(agency, row, part, settings):
    settings.LANGUAGE_CODE = "en"
    good = f"{WATI};Wati;;SEK;Sekretariat;;;;"
    plan = read(lines(row, good), agency)
    assert [problem.line for problem in plan.problems] == [2]
    assert part.lower() in plan.problems[0].text.lower()
    assert plan.problems[0].blocks
    assert SITI not in plan.problems[0].text
    roster.apply_roster(actor=None, plan=plan, now=NOW)
    assert [user.nip for user in User.objects.all()] == [WATI]


def test_a_line_says_everything_that_is_wrong_with_it(agency):
    plan = read(lines("12;;x@;;;;WIX;;"), agency)
    assert len(plan.problems) == 5


def test_the_second_of_two_alike_is_left_out(agency):
    plan = read(
        lines(
            f"{SITI};Siti;a@x.test;SEK;Sekretariat;;;;",
            f"{SITI};Siti;b@x.test;SEK;;;;;",
            f"{BUDI};Budi;A@x.test;SEK;;;;;",
        ),
        agency,
    )
    assert [(problem.line, "2" in problem.text) for problem in plan.problems] == [
        (3, True),
        (4, True),
    ]


def test_one_account_cannot_be_two_lines(agency):
    take(FILE, agency)
    text = lines(f"{SITI};Siti Rahma;new@dinas.test;SEK;;;;;", ";Siti;siti@dinas.test;SEK;;;;;")
    plan = read(text, agency)
    assert [problem.line for problem in plan.problems] == [3]


def test_an_address_of_somebody_else_is_refused(agency):
    take(FILE, agency)
    EmailAddress.objects.create(user=who(WATI).user, email="w@rumah.test", verified=True)
    new = "198801012011011001"
    for address in ("budi@dinas.test", "W@rumah.test"):
        plan = read(lines(f"{new};Baru;{address};SEK;;;;;"), agency)
        assert (plan.counts.new, len(plan.problems)) == (0, 1)


def test_people_of_another_agency_are_left_to_it(agency):
    take(FILE, agency)
    other = Agency.objects.create(name="Dinas Lain", short_name="Lain")
    plan = read(lines(f"{SITI};Siti;;A;Unit A;;;;"), other)
    assert (plan.counts.left_out, len(plan.problems)) == (1, 1)
    assert plan.absent == []


def test_a_unit_described_in_two_ways_is_refused(agency):
    plan = read(
        lines(f"{SITI};Siti;;SEK;Sekretariat;;;;", f"{BUDI};Budi;;SEK;Sekretaris;;;;"), agency
    )
    assert [problem.line for problem in plan.problems] == [3]


def test_units_in_a_circle_are_refused(agency):
    plan = read(
        lines(f"{SITI};Siti;;A;Satu;B;;;", f"{BUDI};Budi;;B;Dua;A;;;", f"{WATI};W;;C;Tiga;;;;"),
        agency,
    )
    assert [problem.line for problem in plan.problems] == [2, 3]
    assert [unit.code for unit in plan.units] == ["C"]


def test_managers_in_a_circle_are_refused_and_the_rest_comes_in(agency):
    third = "198801012011011001"
    plan = read(
        lines(
            f"{SITI};Siti;;SEK;Sekretariat;;;{BUDI};",
            f"{BUDI};Budi;;SEK;;;;{SITI};",
            f"{WATI};Wati;;SEK;;;;{BUDI};",
            f"{third};Tiga;;SEK;;;;{WATI};",
        ),
        agency,
    )
    assert [(p.line, p.blocks) for p in plan.problems] == [(2, True), (3, True), (4, False)]
    roster.apply_roster(actor=None, plan=plan, now=NOW)
    assert who(WATI).manager is None
    assert who(third).manager == who(WATI)


def test_a_circle_with_people_already_here_is_refused(agency):
    take(FILE, agency)
    plan = read(lines(f"{SITI};Siti Rahma;;SEK;;;;{BUDI};"), agency)
    assert [problem.line for problem in plan.problems] == [2]
    roster.apply_roster(actor=None, plan=plan, now=NOW)
    assert who(SITI).manager is None
    assert who(BUDI).manager == who(SITI)


def test_a_manager_on_a_bad_line_is_noted_and_can_follow_later(agency):
    text = lines(f"{SITI};;;SEK;Sekretariat;;;;", f"{BUDI};Budi;;SEK;Sekretariat;;;{SITI};")
    plan = read(text, agency)
    assert [(p.line, p.blocks) for p in plan.problems] == [(2, True), (3, False)]
    take(text, agency)
    assert who(BUDI).manager is None
    take(text.replace(f"{SITI};;", f"{SITI};Siti;"), agency)
    assert who(BUDI).manager == who(SITI)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "\n\n",
        "nip;email\n1;2",
        "a b c",
        'nip;nama;unit kode\n"1;2',
        b"\x00\x01\x02",
        "\x00",
    ],
    ids=["empty", "blank", "columns", "text", "quote", "bytes", "nul"],
)
def test_what_is_no_table_is_refused_as_a_whole(agency, source):
    with pytest.raises(roster.Unreadable):
        read(source, agency)


def test_control_letters_are_dropped(agency):
    plan = read(lines(f"{SITI};Si\x00ti\u202e Rahma;;SEK;Sekretariat;;;;"), agency)
    assert plan.people[0].line.name == "Siti Rahma"


def test_the_page_has_a_limit_and_names_the_way_on(agency):
    with pytest.raises(roster.Unreadable, match="import_roster"):
        read(FILE, agency, limit=2)
    assert read(FILE, agency, limit=3).counts.new == 3


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
