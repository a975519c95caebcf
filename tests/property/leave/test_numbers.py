"""
Nobody's number can be worked out from frozen quarters, even by who knows how they are made.

The reader here knows everything but the counts: the rule, the rounding, how large units are. He
takes every world that would have printed the same page, or lays two pages side by side.
"""

from collections import defaultdict
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.leave.choices import Family
from portal.leave.rules import quarters
from portal.leave.rules.quarters import (
    COLUMNS,
    FEWEST,
    HEADCOUNT,
    OTHER,
    STEP,
    UnitCount,
    column_of,
    hide,
)

LARGE = (50, 50, 50)
"""Counts in the other columns that hide nothing by themselves."""
LEAST = 5
"""So many counts at least fit every cell that is not shown."""
FEW = st.integers(0, 60)
TABLE = st.integers(1, 6).flatmap(
    lambda rows: st.lists(
        st.lists(FEW, min_size=len(COLUMNS), max_size=len(COLUMNS)),
        min_size=rows,
        max_size=rows,
    )
)


def units_of(table, *, headcounts=None):
    """Return units of a hundred people, or of as many as are said, with these counts."""
    sizes = headcounts or [100] * len(table)
    return [
        UnitCount(f"Biro {n}", sizes[n], dict(zip(COLUMNS, row, strict=False)))
        for n, row in enumerate(table)
    ]


def page_of(table):
    """Return what is shown of a table: its cells, and its sums."""
    frozen = hide(units_of(table))
    return tuple(tuple(row["cells"]) for row in frozen["rows"]), tuple(frozen["total"] or ())


def hidden_in(page):
    return [
        (i, j) for i, row in enumerate(page[0]) for j, cell in enumerate(row) if cell is None
    ]


@pytest.mark.parametrize(("units", "most"), [(1, 60), (2, 45), (3, 32)])
def test_every_page_fits_several_worlds(units, most):
    by_page = defaultdict(list)
    for people in product(range(most + 1), repeat=units):
        by_page[page_of([[one, *LARGE] for one in people])].append(people)
    # Worlds at the rim have neighbours that were not drawn.
    whole = {
        page: worlds
        for page, worlds in by_page.items()
        if max(page[1][0] or 0 if page[1] else 0, *(row[0] or 0 for row in page[0]))
        <= most - STEP
    }
    assert len(whole) > units
    for page, worlds in whole.items():
        for unit, column in hidden_in(page):
            if column == 0:
                assert len({people[unit] for people in worlds}) >= LEAST, page


def test_a_page_without_the_second_hidden_cell_would_tell(monkeypatch):
    """The same reader, rounding and hiding the small ones only: he names a count."""

    def naive(rows, *, fewest, step):
        return [[(c + step // 2) // step * step if c >= fewest else None for c in row]
                for row in rows]  # fmt: skip

    monkeypatch.setattr(quarters, "suppress", naive)
    by_page = defaultdict(set)
    for people in product(range(25), repeat=2):
        # The neighbour who knows his own unit exactly, and the exact sum.
        by_page[page_of([[one] for one in people])[0], sum(people), people[1]].add(people[0])
    assert any(len(found) == 1 and min(found) < FEWEST for found in by_page.values())


@given(TABLE)
def test_what_is_shown_is_ten_or_more_and_rounded(table):
    cells, total = page_of(table)
    for row, counts in zip(cells, table, strict=True):
        for cell, count in zip(row, counts, strict=True):
            assert cell is None or (count >= FEWEST and cell % STEP == 0)
            assert cell is None or abs(cell - count) < STEP
    for shown, column in zip(total, zip(*table, strict=True), strict=False):
        assert (shown is None) is (sum(column) < FEWEST)
        assert shown is None or shown % STEP == 0


@given(TABLE)
def test_the_sum_less_what_is_shown_is_no_small_number(table):
    """The attack by subtraction: all together without the units whose number is printed."""
    cells, total = page_of(table)
    for j, shown in enumerate(total):
        away = [table[i][j] for i in range(len(table)) if cells[i][j] is None]
        if shown is not None and away:
            assert len(away) > 1
            assert sum(away) >= FEWEST


@given(TABLE, st.integers(0, 5), st.integers(0, len(COLUMNS) - 1))
def test_one_new_case_changes_nothing_or_a_whole_step(table, unit, column):
    """Two exports before and after one case, had anybody been able to take two."""
    later = [list(row) for row in table]
    later[unit % len(table)][column] += 1
    one, other = page_of(table), page_of(later)
    for before, after in zip((*one[0], one[1]), (*other[0], other[1]), strict=True):
        for old, new in zip(before, after, strict=True):
            if old is not None and new is not None:
                assert new - old in (0, STEP)


@given(TABLE, TABLE)
def test_one_quarter_less_another_is_a_whole_step(first, second):
    """Q1-Q2: what two frozen tables differ by is five at a time, never one."""
    one, other = page_of(first), page_of(second)
    for before, after in zip(one[0], other[0], strict=False):
        for old, new in zip(before, after, strict=True):
            if old is not None and new is not None:
                assert (new - old) % STEP == 0


@given(
    st.lists(st.tuples(st.integers(0, 60), st.lists(FEW, min_size=4, max_size=4)), max_size=8)
)
def test_units_with_few_people_never_stand_alone(drawn):
    sizes = [size for size, _counts in drawn]
    table = [counts for _size, counts in drawn]
    frozen = hide(units_of(table, headcounts=sizes))
    shown = {row["name"] for row in frozen["rows"]}
    for number, size in enumerate(sizes):
        if size < HEADCOUNT:
            assert f"Biro {number}" not in shown
    if sum(sizes) < HEADCOUNT:
        assert frozen["rows"] == []
    together = [size for n, size in enumerate(sizes) if f"Biro {n}" not in shown]
    assert "" not in shown or sum(together) >= HEADCOUNT
    # Parent less child: there is one level of units and no other, and no sum across columns.
    assert set(frozen) == {"columns", "rows", "total"}
    assert all(set(row) == {"name", "cells"} for row in frozen["rows"])


@given(TABLE, TABLE)
def test_which_units_are_told_together_says_nothing_of_leave(one, other):
    sizes = [5, 12, 19, 25, 40, 80]
    rows = min(len(one), len(other))
    names = [
        [row["name"] for row in hide(units_of(table[:rows], headcounts=sizes))["rows"]]
        for table in (one, other)
    ]
    assert names[0] == names[1]


def test_kinds_of_a_house_and_rare_ones_have_no_column_of_their_own():
    own = (Family.LONG, Family.IMPORTANT, Family.UNPAID, Family.JOINT, Family.OWN)
    assert {column_of(family) for family in own} == {OTHER}
    assert [column_of(family) for family in (Family.ANNUAL, Family.SICK)] == ["ANNUAL", "SICK"]
    assert len(COLUMNS) == len(set(COLUMNS)) == 4
