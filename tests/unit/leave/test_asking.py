"""Why leave cannot be asked for, in the order in which somebody can do something about it."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from portal.leave.choices import Certificate, Family, Instead, Mode, Part, Purpose, Refusal
from portal.leave.rules.asking import (
    LONGEST_DAYS,
    Details,
    LeaveAsk,
    LeaveFacts,
    is_short,
    refuse_leave,
    ways_after,
)

TODAY = date(2026, 11, 23)
FACTS = LeaveFacts(
    mode=Mode.FULL,
    today=TODAY,
    first_day=TODAY,
    last_day=TODAY,
    part=Part.FULL,
    certificate=Certificate.NONE,
    family=Family.ANNUAL,
)


def test_what_is_in_order_passes():
    assert refuse_leave(FACTS) is None


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"mode": Mode.OFF}, Refusal.ROOM_CLOSED),
        ({"mode": Mode.ATTESTATION}, Refusal.ROOM_CLOSED),
        ({"last_day": TODAY - timedelta(days=1)}, Refusal.ENDS_BEFORE_START),
        ({"first_day": TODAY + timedelta(days=367), "last_day": TODAY + timedelta(days=367)},
         Refusal.TOO_FAR),
        ({"last_day": TODAY + timedelta(days=LONGEST_DAYS)}, Refusal.OVER_LIMIT),
        ({"family": None}, Refusal.NO_SUCH_TYPE),
        ({"first_day": TODAY - timedelta(days=1)}, Refusal.PAST_DATES),
        ({"part": Part.MORNING}, Refusal.NO_HALF_DAYS),
        ({"asks_for_certificate": True}, Refusal.NEEDS_CERTIFICATE),
        ({"is_stale": True}, Refusal.NOT_NOW),
        ({"in_flight": True}, Refusal.IN_FLIGHT),
        ({"counts": False}, Refusal.NO_DAYS),
        ({"overlaps": True}, Refusal.OVERLAP),
        ({"service_until_open": 3}, Refusal.NOT_YET_ENTITLED),
        ({"long_leave_year": True}, Refusal.LONG_LEAVE_YEAR),
        ({"over_limit": True}, Refusal.OVER_LIMIT),
        ({"needed": {2026: Decimal(2)}, "left": {2026: Decimal(1)}}, Refusal.NOT_ENOUGH_DAYS),
    ],
)  # fmt: skip
def test_each_fact_that_stands_in_the_way(change, refusal):
    facts = replace(FACTS, **change)
    assert refuse_leave(facts) == refusal
    assert ways_after(refusal)


def test_sick_leave_may_start_as_many_days_back_as_its_rule_says():
    facts = replace(
        FACTS, family=Family.SICK, certificate=Certificate.LATER, back_days=21,
        first_day=TODAY - timedelta(days=21),
    )  # fmt: skip
    assert refuse_leave(facts) is None
    back = replace(facts, first_day=TODAY - timedelta(days=22))
    assert refuse_leave(back) == Refusal.PAST_DATES


def test_an_attestation_desk_asks_for_neither_limits_nor_balance():
    facts = replace(
        FACTS, mode=Mode.ATTESTATION, family=Family.SICK, over_limit=True, service_until_open=4,
        needed={2026: Decimal(2)}, left={},
    )  # fmt: skip
    assert refuse_leave(facts) is None


def test_each_year_is_asked_for_by_itself():
    facts = replace(
        FACTS,
        needed={2026: Decimal(2), 2027: Decimal(3)},
        left={2026: Decimal(9), 2027: Decimal(2)},
    )
    assert is_short(facts)
    assert not is_short(replace(facts, left={2026: Decimal(2), 2027: Decimal(3)}))
    assert not is_short(replace(facts, left=None))


def test_a_half_day_where_the_rule_knows_them():
    assert refuse_leave(replace(FACTS, part=Part.MORNING, half_days=True)) is None


def test_no_refusal_is_without_a_way_forward():
    assert all(ways_after(refusal) for refusal in Refusal)
    assert ways_after(None) == ()
    assert Instead.COUNSELLING in ways_after(Refusal.NOT_ENOUGH_DAYS)
    assert Instead.OTHER_KIND in ways_after(Refusal.NOT_ENOUGH_DAYS)


def test_what_is_written_shows_in_no_name():
    details = Details(purpose=Purpose.FAMILY_ILL, address="Jalan Melati", phone="0812")
    ask = LeaveAsk(
        first_day=TODAY, last_day=TODAY, certificate=Certificate.LATER, key=uuid4(),
        words="sangat lelah", details=details,
    )  # fmt: skip
    shown = f"{ask!r} {ask} {details!r} {[ask, details]}"
    assert not any(word in shown for word in ("lelah", "Melati", "0812", "FAMILY", "LATER"))


def test_texts_are_one_printable_line_of_a_known_length():
    kept = Details(address="Jalan\nMelati \x00 3" + "x" * 999, phone="\t0812 " * 99).trimmed()
    assert kept.address.startswith("Jalan Melati")
    assert kept.address.isprintable()
    assert (len(kept.address), len(kept.phone)) == (200, 40)
