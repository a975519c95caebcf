"""
Nobody's number can be worked out from a frozen quarter, even by who knows how it is made.

The reader here knows everything but the counts: the rule, the rounding, that it hides a second
circle for the sake of the first. He takes every world that would have printed the same page.
"""

from collections import defaultdict
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groups import statistics
from groups.statistics import FEWEST, STEP, CircleCount, hide

FEW = st.integers(0, 60)
LEAST = 5
"""So many counts at least fit every circle that has no line of its own."""
Page = tuple[tuple[tuple[str, int], ...], int | None, int | None]


def counts_of(people: tuple[int, ...]) -> list[CircleCount]:
    """Return a quarter in which each circle met six times."""
    return [CircleCount(f"Lingkar {n}", 6, one) for n, one in enumerate(people)]


def page_of(people: tuple[int, ...]) -> Page:
    """Return what a page shows of these counts."""
    rows = hide(counts_of(people))
    alone = tuple((row["name"], row["people"]) for row in rows["circles"])
    others = rows["others"]["people"] if rows["others"] else None
    return alone, others, rows["total"]["people"]


def hidden(people: tuple[int, ...]) -> list[int]:
    """Return the circles that have no line of their own."""
    alone = {name for name, _ in page_of(people)[0]}
    return [n for n in range(len(people)) if f"Lingkar {n}" not in alone]


def narrowest(worlds: list[tuple[int, ...]], circle: int) -> set[int]:
    """Return every count a circle may have had."""
    return {people[circle] for people in worlds}


def tells(page: Page, worlds: list[tuple[int, ...]]) -> list[tuple[int, set[int]]]:
    """Return the hidden circles of a page whose count somebody could name."""
    return [
        (circle, found)
        for circle in hidden(worlds[0])
        if len(found := narrowest(worlds, circle)) < LEAST
    ]


@pytest.mark.parametrize(("circles", "most"), [(1, 60), (2, 45), (3, 38)])
def test_every_page_fits_several_worlds(circles, most):
    by_page = defaultdict(list)
    for people in product(range(most + 1), repeat=circles):
        by_page[page_of(people)].append(people)
    # Worlds at the rim have neighbours that were not drawn.
    whole = {page: worlds for page, worlds in by_page.items() if (page[2] or 0) <= most - STEP}
    assert len(whole) > circles
    assert [found for page in whole if (found := tells(page, whole[page]))] == []


def test_a_page_that_hides_the_small_ones_only_would_tell(monkeypatch):
    """The same reader, and a table without the second hidden circle: he names a count."""

    def naive(rows, *, fewest, step):
        return [[(c + step // 2) // step * step if c >= fewest else None for c in row]
                for row in rows]  # fmt: skip

    monkeypatch.setattr(statistics, "suppress", naive)
    monkeypatch.setattr(statistics, "STEP", 1)
    by_page = defaultdict(list)
    for people in product(range(25), repeat=2):
        rows = hide(counts_of(people))
        # Without rounding and without a second hidden circle: the sum less what is shown.
        total = sum(people)
        by_page[(*page_of(people)[:2], total)].append((people, rows))
    assert any(
        len({people[0] for people, _ in worlds}) == 1 and worlds[0][0][0] < FEWEST
        for worlds in by_page.values()
    )


@given(st.lists(FEW, max_size=9))
def test_what_is_shown_is_ten_or_more_rounded_and_sums_give_nothing_away(people):
    rows = hide(counts_of(tuple(people)))
    lines = [*rows["circles"], *filter(None, [rows["others"]]), rows["total"]]
    for line in lines:
        assert line["people"] is None or (
            line["people"] >= FEWEST and line["people"] % STEP == 0
        )
    away = hidden(tuple(people))
    together = sum(people[n] for n in away)
    if away and sum(people) >= FEWEST:
        assert len(away) > 1
        assert together >= FEWEST
    # A number that is no number of people may be told: how often circles met is in the plan.
    assert rows["total"]["meetings"] == 6 * len(people)
    assert (rows["others"] or {"circles": 0})["circles"] == len(away)


@given(st.lists(st.integers(10, 60), min_size=1, max_size=6))
def test_circles_that_are_large_enough_each_have_a_line(people):
    rows = hide(counts_of(tuple(people)))
    assert rows["others"] is None
    assert [row["name"] for row in rows["circles"]] == [
        f"Lingkar {n}" for n in range(len(people))
    ]
    assert all(abs(row["people"] - one) < STEP for row, one in zip(rows["circles"], people,
                                                                  strict=True))  # fmt: skip


@given(st.lists(FEW, min_size=1, max_size=6), st.integers(0, 5), st.integers(0, 60))
def test_two_releases_of_two_quarters_have_nothing_in_common(people, which, change):
    """
    Quarters do not overlap, so a difference between two is no number of people who came.

    Whoever takes the second from the first knows at best that a circle was above ten, and how
    far two rounded numbers lie apart: five at a time.
    """
    later = list(people)
    later[which % len(people)] = change
    one, other = page_of(tuple(people)), page_of(tuple(later))
    shown = dict(one[0])
    for name, number in other[0]:
        if name in shown:
            assert (number - shown[name]) % STEP == 0
