"""What is wrong with a line or a file of the roster is left out, and said in a sentence."""

import pytest
from allauth.account.models import EmailAddress

from portal.people import roster
from portal.people.models import Agency, User
from tests.support.roster import BUDI, FILE, NOW, SITI, WATI, lines, read, take, who

pytestmark = pytest.mark.django_db


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
