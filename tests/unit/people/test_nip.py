"""NIPs of PNS and PPPK, right and wrong."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.people import rules
from portal.people.choices import Employment, NipProblem, Role

TODAY = date(2026, 11, 22)
PNS = "198503302003121002"
PPPK = "199001152023212007"
births = st.dates(date(1950, 1, 1), date(2005, 12, 31))
sexes = st.sampled_from("12")
serials = st.integers(1, 999).map("{:03d}".format)


def nip(born, year, pair, sex, serial):
    return f"{born:%Y%m%d}{year}{pair:02d}{sex}{serial}"


def years_after(born):
    return min(born.year + 25, 2026)


@given(births, st.integers(1, 12), sexes, serials)
def test_a_pns_number_is_read(born, month, sex, serial):
    reading = rules.read_nip(nip(born, years_after(born), month, sex, serial), today=TODAY)
    assert (reading.employment, reading.problem) == (Employment.PNS, None)


@given(births, st.integers(21, 29), sexes, serials)
def test_a_pppk_number_has_a_contract_where_pns_has_a_month(born, contract, sex, serial):
    reading = rules.read_nip(nip(born, years_after(born), contract, sex, serial), today=TODAY)
    assert (reading.employment, reading.problem) == (Employment.PPPK, None)


@given(births, st.sampled_from([0, *range(13, 21), *range(30, 100)]), sexes, serials)
def test_neither_month_nor_contract_is_refused(born, pair, sex, serial):
    reading = rules.read_nip(nip(born, years_after(born), pair, sex, serial), today=TODAY)
    assert (reading.employment, reading.problem) == (None, NipProblem.MONTH)


@given(st.text(max_size=40))
def test_any_text_gets_an_answer_and_never_both(text):
    reading = rules.read_nip(text, today=TODAY)
    assert (reading.employment is None) == (reading.problem is not None)
    if reading.problem is None:
        assert len(reading.digits) == 18
        assert reading.digits.isascii()


@given(st.text(alphabet="0123456789", min_size=18, max_size=18))
def test_any_eighteen_digits_get_an_answer(digits):
    reading = rules.read_nip(digits, today=TODAY)
    assert reading.digits == digits
    assert (reading.employment is None) == (reading.problem is not None)


def problem_of(text):
    return rules.read_nip(text, today=TODAY).problem


def test_the_way_people_write_it_is_accepted():
    for written in (
        "19850330 200312 1 002",
        "19850330.200312.1.002",
        f"'{PNS}",
        f" {PNS}\u00a0",
    ):
        assert rules.read_nip(written, today=TODAY).digits == PNS


def test_each_part_has_its_own_sentence():
    assert problem_of("") == NipProblem.EMPTY
    assert problem_of("1,98503302003121E+17") == NipProblem.SHORTENED
    assert problem_of("1.98503E+17") == NipProblem.SHORTENED
    assert problem_of(PNS[:-1]) == NipProblem.NOT_EIGHTEEN
    assert problem_of(PNS + "1") == NipProblem.NOT_EIGHTEEN
    assert problem_of("١٩٨٥٠٣٣٠٢٠٠٣١٢١٠٠٢") == NipProblem.NOT_EIGHTEEN
    assert problem_of("19850230" + PNS[8:]) == NipProblem.BIRTH
    assert problem_of("20990330" + PNS[8:]) == NipProblem.BIRTH
    assert problem_of("19850330" + "199912" + PNS[14:]) == NipProblem.YEAR
    assert problem_of("19850330" + "202812" + PNS[14:]) == NipProblem.YEAR
    assert problem_of("19850330" + "200313" + PNS[14:]) == NipProblem.MONTH
    assert problem_of(PNS[:14] + "3002") == NipProblem.SEX
    assert problem_of(PNS[:15] + "000") == NipProblem.SERIAL
    assert problem_of(PNS) is None
    assert problem_of(PPPK) is None


def test_nobody_is_born_after_today():
    tomorrow = TODAY + timedelta(days=1)
    assert problem_of(f"{tomorrow:%Y%m%d}" + PNS[8:]) == NipProblem.BIRTH


def test_circles_are_found_and_those_who_lead_into_them_are_not_blamed():
    line = {"a": "b", "b": "c", "c": "a", "d": "a", "e": None, "f": "e", "g": "g"}
    assert rules.on_a_circle(line) == {"a", "b", "c", "g"}
    assert rules.on_a_circle({"a": "gone", "b": "a"}) == frozenset()


@given(st.dictionaries(st.integers(0, 30), st.integers(0, 30) | st.none(), max_size=30))
def test_circles_agree_with_walking(superior_of):
    def walks_back(start):
        here = superior_of.get(start)
        for _ in range(len(superior_of) + 1):
            if here is None or here == start:
                return here == start
            here = superior_of.get(here)
        return False

    assert rules.on_a_circle(superior_of) == {key for key in superior_of if walks_back(key)}


def test_who_hears_does_not_judge_and_who_runs_does_not_check():
    assert rules.refuse_together([Role.COUNSELLOR], Role.REVIEWER)
    assert rules.refuse_together([Role.REVIEWER, Role.HR], Role.COUNSELLOR)
    assert rules.refuse_together([Role.REVIEWER], Role.HR)
    assert rules.refuse_together([Role.HR, Role.OFFICIAL], Role.REVIEWER)
    assert not rules.refuse_together([Role.HR], Role.OFFICIAL)
    assert rules.refuse_together([Role.ADMIN], Role.DPO)
    assert not rules.refuse_together([Role.COUNSELLOR], Role.FACILITATOR)
    assert not rules.refuse_together([Role.COUNSELLOR], Role.COUNSELLOR)
    assert not rules.refuse_together([], Role.DPO)


def test_no_cell_we_write_is_a_formula():
    for evil in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1"):
        assert rules.neutral_cell(evil) == "'" + evil
    assert rules.neutral_cell("Siti = Rina") == "Siti = Rina"


@pytest.mark.parametrize(
    ("nip", "employment", "start"),
    [
        ("198503122010012003", Employment.PNS, date(2010, 1, 1)),
        ("19850312 201012 2 003", Employment.PNS, date(2010, 12, 1)),
        ("199508172022211012", Employment.PPPK, None),
        # a PPPK with a pair that would be a month, and one noted as a PNS by mistake
        ("199508172022011012", Employment.PPPK, None),
        ("199508172022211012", Employment.PNS, None),
        ("198503122010012003", Employment.OTHER, None),
        ("198503122010132003", Employment.PNS, None),
        ("198503120000012003", Employment.PNS, None),
        ("19850312201001", Employment.PNS, None),
        ("", Employment.PNS, None),
        (None, Employment.PNS, None),
    ],
)
def test_only_the_number_of_a_pns_tells_when_service_began(nip, employment, start):
    assert rules.service_start_from_nip(nip, employment) == start
