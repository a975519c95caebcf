"""A published table: nobody works a hidden count out of what is shown and of the totals."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.common.tables import suppress

FEW = 5
cells = st.integers(0, 12) | st.integers(0, 80)
tables = st.integers(1, 5).flatmap(
    lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), max_size=5)
)
small_tables = st.tuples(st.integers(1, 3), st.integers(1, 3)).flatmap(
    lambda size: st.lists(
        st.lists(st.integers(0, 12), min_size=size[1], max_size=size[1]),
        min_size=size[0],
        max_size=size[0],
    )
)


def lines(rows):
    across = [[(i, j) for j in range(len(row))] for i, row in enumerate(rows)]
    down = [[(i, j) for i in range(len(rows))] for j in range(len(rows[0]))] if rows else []
    return [line for line in (*across, *down) if len(line) > 1]


def hidden_of(shown):
    return {(i, j) for i, row in enumerate(shown) for j, cell in enumerate(row) if cell is None}


def possible_tables(rows, hidden, *, fewest):
    """Return every way of filling the hidden cells that gives the totals that may be told."""
    told = [line for line in lines(rows) if sum(rows[i][j] for i, j in line) >= fewest]
    everything = sum(map(sum, rows))
    order = sorted(hidden)
    # One more or less than the truth in each cell is enough to leave a doubt.
    near = [[n for n in (rows[i][j] + step for step in (-1, 0, 1)) if n >= 0] for i, j in order]
    for values in product(*near):
        change = {
            cell: n - rows[cell[0]][cell[1]] for cell, n in zip(order, values, strict=True)
        }
        fits = all(sum(change.get(cell, 0) for cell in line) == 0 for line in told)
        if fits and (everything < fewest or sum(change.values()) == 0):
            yield change


@settings(deadline=None, max_examples=60)
@given(small_tables)
def test_a_hidden_count_could_always_be_another(rows):
    """Against somebody who knows every shown cell to the unit, and every total."""
    hidden = hidden_of(suppress(rows, fewest=FEW))
    if len(hidden) == sum(map(len, rows)) and len(hidden) < 2:
        return  # a single cell is its own total, and none of it is told
    in_doubt = set()
    for change in possible_tables(rows, hidden, fewest=FEW):
        in_doubt |= {cell for cell, step in change.items() if step}
        if in_doubt == hidden:
            break
    everything_hidden = len(hidden) == sum(map(len, rows))
    assert in_doubt == hidden or everything_hidden


@settings(deadline=None)
@given(tables, st.sampled_from([5, 10, 17]), st.sampled_from([1, 5, 10]))
def test_small_counts_are_hidden_in_company_and_the_rest_is_rounded(rows, fewest, step):
    shown = suppress(rows, fewest=fewest, step=step)
    hidden = hidden_of(shown)
    for i, row in enumerate(rows):
        for j, count in enumerate(row):
            cell = shown[i][j]
            assert cell is None or (count >= fewest and abs(cell - count) <= step / 2)
            assert cell is None or cell % step == 0
    for line in lines(rows):
        covered = [cell for cell in line if cell in hidden]
        if covered and len(covered) < len(line):
            assert len(covered) > 1
            assert sum(rows[i][j] for i, j in covered) >= fewest


@pytest.mark.parametrize(
    ("rows", "shown"),
    [
        ([], []),
        ([[9]], [[None]]),
        ([[12, 13, 48]], [[10, 15, 50]]),
        ([[9, 40, 60]], [[None, None, 60]]),
        ([[0, 40, 60]], [[None, None, 60]]),
        # Two that are hidden, but a total would tell that both are zero.
        ([[0, 0, 40, 60]], [[None, None, None, 60]]),
        # Seven people in two cells are as few as seven in one.
        ([[3, 4, 40, 60]], [[None, None, None, 60]]),
        ([[5, 6, 40, 60]], [[None, None, 40, 60]]),
        # A company in the row needs a company in its own column, and in the row of that.
        (
            [[9, 30, 50], [40, 35, 60], [70, 80, 90]],
            [[None, None, 50], [None, None, 60], [70, 80, 90]],
        ),
    ],
)
def test_the_next_smallest_keeps_a_hidden_one_company(rows, shown):
    assert suppress(rows) == shown


def test_no_hidden_cell_is_a_bridge_between_two_hidden_blocks():
    """Each line has two hidden cells or none, and yet the 9 would follow from the totals."""
    rows = [
        [20, 20, 50, 50],
        [20, 20, 9, 50],
        [50, 50, 20, 20],
        [50, 50, 20, 20],
    ]
    blocks = {(i, j) for i, row in enumerate(rows) for j, count in enumerate(row) if count < 21}
    assert set().union(*_circles(blocks)) == blocks - {(1, 2)}
    hidden = hidden_of(suppress(rows, fewest=21))
    assert hidden > blocks
    assert set().union(*_circles(hidden)) == hidden


def _circles(hidden):
    """Return the circles of four hidden cells in which one more is one less."""
    for a, b in product(hidden, hidden):
        corners = {a, b, (a[0], b[1]), (b[0], a[1])}
        if len(corners) == 4 and corners <= hidden:
            yield corners


@pytest.mark.parametrize(
    "words",
    [
        {"rows": [[1]], "fewest": 4},
        {"rows": [[1]], "fewest": 0},
        {"rows": [[1]], "step": 0},
        {"rows": [[1, 2], [3]]},
        {"rows": [[-1, 20]]},
    ],
)
def test_a_careless_question_is_refused(words):
    with pytest.raises(ValueError, match=r"5|counts"):
        suppress(**words)
