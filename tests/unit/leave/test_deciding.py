"""What can be decided, as pure rules."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from portal.leave.choices import (
    Decider,
    Family,
    Outcome,
    Profile,
    Purpose,
    Reason,
    Refusal,
    State,
    WayForward,
)
from portal.leave.rules.deciding import (
    CaseFacts,
    Right,
    Ruling,
    action_of,
    covered_part,
    days_by_year,
    fitting_right,
    may_be_deferred,
    needs_ppk,
    outcomes_at,
    refuse_ruling,
)
from portal.leave.rules.transitions import next_states

FIRST, LAST = date(2026, 12, 7), date(2026, 12, 9)
UNIT, ABOVE = uuid4(), uuid4()
RIGHT = Right(
    decree_id=UUID(int=1), unit_id=None, families=(), is_ppk=False,
    valid_from=FIRST, valid_until=LAST,
)  # fmt: skip
FACTS = CaseFacts(
    state=State.DECISION,
    first_day=FIRST,
    last_day=LAST,
    can_refuse=True,
    can_defer=True,
    asked={2026: Decimal(3)},
    granted={2026: Decimal(3)},
)
GRANT = Ruling(outcome=Outcome.GRANT, first_day=FIRST, last_day=LAST)


def ruling(outcome, **changes):
    return replace(
        GRANT, outcome=outcome, reason=Reason.UNIT_FULL, ways_forward=(WayForward.PART,),
        **changes,
    )  # fmt: skip


def fits(right=RIGHT, *, day=FIRST, family="SICK", line=(UNIT, ABOVE), ppk_only=False):
    found = fitting_right([right], day=day, family=family, unit_line=line, ppk_only=ppk_only)
    return found is not None


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_is_a_step_of_the_table(outcome):
    action, to = action_of(outcome)
    assert to in next_states(action, State.DECISION)


@pytest.mark.parametrize("state", State)
def test_nothing_is_decided_where_nothing_waits(state):
    known = outcomes_at(state=state, can_refuse=True, can_defer=True)
    if state == State.DECISION:
        assert set(known) == set(Outcome)
    elif state == State.EVIDENCE_OVERDUE:
        assert known == (Outcome.RETURN,)
    else:
        assert known == ()
    if not known:
        assert refuse_ruling(GRANT, replace(FACTS, state=state)) == Refusal.NOT_NOW


@pytest.mark.parametrize("can_refuse", [False, True])
@pytest.mark.parametrize("can_defer", [False, True])
def test_the_rule_of_the_kind_says_what_exists(can_refuse, can_defer):
    facts = replace(FACTS, can_refuse=can_refuse, can_defer=can_defer)
    for outcome, exists in ((Outcome.REFUSE, can_refuse), (Outcome.DEFER, can_defer)):
        answer = refuse_ruling(ruling(outcome), facts)
        assert answer == (None if exists else Refusal.RULE_FORBIDS)
    assert refuse_ruling(ruling(Outcome.RETURN), facts) is None
    assert refuse_ruling(GRANT, facts) is None


@pytest.mark.parametrize("outcome", [one for one in Outcome if one != Outcome.GRANT])
def test_reason_and_way_forward_come_together(outcome):
    last = FIRST if outcome == Outcome.AMEND else LAST
    whole = ruling(outcome, last_day=last)
    assert refuse_ruling(whole, FACTS) is None
    for lacks in ({"reason": ""}, {"ways_forward": ()}, {"reason": "x"}):
        assert refuse_ruling(replace(whole, **lacks), FACTS) == Refusal.NO_WAY_FORWARD


@pytest.mark.parametrize(
    ("covers", "first", "last", "answer"),
    [
        (None, FIRST, LAST, None),
        ((FIRST, LAST), FIRST, LAST, None),
        ((FIRST - timedelta(days=3), LAST + timedelta(days=3)), FIRST, LAST, None),
        ((FIRST, FIRST), FIRST, LAST, Refusal.BEYOND_EVIDENCE),
        ((LAST, LAST), FIRST, LAST, Refusal.BEYOND_EVIDENCE),
    ],
)
def test_never_beyond_the_evidence(covers, first, last, answer):
    facts = replace(FACTS, covers=covers)
    assert refuse_ruling(replace(GRANT, first_day=first, last_day=last), facts) == answer


def test_other_dates_never_come_to_more_in_any_year():
    amend = ruling(Outcome.AMEND, last_day=LAST + timedelta(days=30))
    across = replace(FACTS, granted={2026: Decimal(1), 2027: Decimal(1)})
    assert refuse_ruling(amend, across) == Refusal.OVER_LIMIT
    assert refuse_ruling(amend, replace(FACTS, granted={})) == Refusal.NO_DAYS
    assert refuse_ruling(amend, replace(FACTS, granted={2026: Decimal(2)})) is None


def test_a_decree_holds_on_both_its_ends():
    days = [FIRST - timedelta(days=1), FIRST, LAST, LAST + timedelta(days=1)]
    assert [fits(day=day) for day in days] == [False, True, True, False]
    assert fits(replace(RIGHT, valid_until=None), day=date(2040, 1, 1))


def test_a_decree_reaches_its_unit_and_everything_below():
    assert fits(replace(RIGHT, unit_id=UNIT))
    assert fits(replace(RIGHT, unit_id=ABOVE))
    assert not fits(replace(RIGHT, unit_id=uuid4()))
    assert not fits(replace(RIGHT, unit_id=ABOVE), line=())


def test_a_decree_reaches_the_kinds_it_names():
    assert fits(replace(RIGHT, families=("SICK", "LONG")))
    assert not fits(replace(RIGHT, families=("LONG",)))
    assert not fits(ppk_only=True)
    assert fits(replace(RIGHT, is_ppk=True), ppk_only=True)


def test_the_newest_of_several():
    older = replace(RIGHT, decree_id=UUID(int=2), valid_from=FIRST - timedelta(days=9))
    found = fitting_right(
        [older, RIGHT], day=FIRST, family="SICK", unit_line=(), ppk_only=False
    )
    assert found == RIGHT


@pytest.mark.parametrize(
    ("decider", "is_abroad", "profile", "answer"),
    [
        (Decider.OFFICIAL, False, Profile.ASN, False),
        (Decider.OFFICIAL, True, Profile.ASN, True),
        (Decider.OFFICIAL, True, Profile.PRIVATE, False),
        (Decider.PPK, False, Profile.ASN, True),
        (Decider.PPK, False, Profile.PRIVATE, True),
    ],
)
def test_what_the_ppk_alone_decides(decider, is_abroad, profile, answer):
    assert needs_ppk(decider=decider, is_abroad=is_abroad, profile=profile) is answer


@pytest.mark.parametrize("purpose", Purpose)
def test_a_first_pilgrimage_and_a_birth_are_not_put_off(purpose):
    barred = purpose in {Purpose.FIRST_HAJJ, Purpose.BIRTH}
    assert may_be_deferred(can_defer=True, family=Family.LONG, purpose=purpose) is not barred
    assert may_be_deferred(can_defer=True, family=Family.ANNUAL, purpose=purpose)
    assert not may_be_deferred(can_defer=False, family=Family.LONG, purpose=purpose)


def test_the_part_an_attestation_covers():
    assert covered_part(first_day=FIRST, last_day=LAST, covers=None) == (FIRST, LAST)
    wider = (FIRST - timedelta(days=1), FIRST)
    assert covered_part(first_day=FIRST, last_day=LAST, covers=wider) == (FIRST, FIRST)
    apart = (LAST + timedelta(days=1), LAST + timedelta(days=2))
    assert covered_part(first_day=FIRST, last_day=LAST, covers=apart) is None


def test_days_of_two_years_are_summed_apart():
    days = [(2026, Decimal(1)), (2027, Decimal("0.5")), (2026, Decimal(1))]
    assert days_by_year(days) == {2026: Decimal(2), 2027: Decimal("0.5")}
