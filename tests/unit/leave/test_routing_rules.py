"""The line upwards as plain ids: who is next, who stands in, whether a circle would close."""

from uuid import UUID

import pytest

from portal.leave.rules.routing import (
    Bars,
    Post,
    Turn,
    leads_back,
    next_turn,
    stand_in_of,
    substitute_for,
)

A, B, C, D, E = (UUID(int=number) for number in range(1, 6))


def bars(**names) -> Bars:
    return Bars(**{name: frozenset(people) for name, people in names.items()})


@pytest.mark.parametrize(
    ("line", "who_not", "turn"),
    [
        ([Post(A), Post(B)], bars(), Turn(A)),
        ([Post(A, (D,)), Post(B)], bars(), Turn(A, D)),
        ([Post(A), Post(B)], bars(absent=[A]), Turn(B)),
        ([Post(A, (D,)), Post(B)], bars(absent=[A]), Turn(A, D)),
        ([Post(A, (D, E)), Post(B)], bars(absent=[A, D]), Turn(A, E)),
        ([Post(A, (D,)), Post(B)], bars(absent=[A, D]), Turn(B)),
        ([Post(A, (D,)), Post(B)], bars(never=[A]), Turn(B)),
        ([Post(A, (D,)), Post(B, (D,))], bars(never=[A, D]), Turn(B)),
        ([Post(A, (D,)), Post(B)], bars(done=[A]), Turn(B)),
        ([Post(A, (D,)), Post(B, (D,))], bars(done=[A, D]), Turn(B)),
        ([Post(A, (D,))], bars(apart=[D]), Turn(A)),
        ([Post(D)], bars(apart=[D]), Turn(D)),
        ([Post(A, (B,)), Post(B, (A,))], bars(absent=[A, B]), None),
        ([Post(A)], bars(never=[A]), None),
        ([], bars(), None),
    ],
)
def test_whose_turn_it_is(line, who_not, turn):
    assert next_turn(line=line, bars=who_not) == turn


@pytest.mark.parametrize(
    ("line", "who_not", "found"),
    [
        ([Post(A, (D,)), Post(B)], bars(), D),
        ([Post(A), Post(B)], bars(), B),
        ([Post(A), Post(B), Post(C)], bars(absent=[B]), C),
        ([Post(A), Post(B, (D,))], bars(absent=[B]), D),
        ([Post(A), Post(B)], bars(absent=[B]), None),
        ([Post(A)], bars(), None),
    ],
)
def test_who_may_answer_as_well(line, who_not, found):
    assert substitute_for(asked=A, line=line, bars=who_not) == found


def test_who_stands_in_for_somebody_of_another_line():
    assert stand_in_of(asked=C, line=[Post(A, (D,))], bars=bars()) is None


@pytest.mark.parametrize(
    ("pairs", "closes"),
    [
        ([], False),
        ([(B, A)], True),
        ([(B, C), (C, A)], True),
        ([(B, C), (C, B)], False),
        ([(C, A)], False),
        ([(B, C), (C, D), (D, C)], False),
    ],
)
def test_a_circle_is_seen_before_it_closes(pairs, closes):
    assert leads_back(pairs=pairs, giver=A, stand_in=B) is closes
